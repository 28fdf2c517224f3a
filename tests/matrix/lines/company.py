"""The company itself: its brand."""

from tests.matrix.entry import anybody, needs

HANDLERS = {
    "shared.brand.BrandState.drop_mark": needs("company.brand"),
    "shared.brand.BrandState.load": needs("company.brand"),
    "shared.brand.BrandState.save": needs("company.brand", form={"name": "Hal", "accent": "#003366"}),
    "shared.brand.BrandState.take_nearest": anybody("changes a colour in this tab"),
    "shared.brand.BrandState.try_colour": anybody("judges a colour, which is nobody's", colour="#ffcc00"),
}
ROUTES = {
    "GET /c/{slug}": anybody("leads to the sign-in page, whether or not there is such a company"),
    "GET /brand/try/{colour}.css": anybody("the palette that a colour makes is nobody's"),
    "GET /brand/{name}.css": anybody("a company's pages before a sign-in wear its colours"),
    "GET /brand/{name}.png": anybody("a company's pages before a sign-in wear its mark"),
    "POST /files/energy/mark": needs("company.brand").posting(file=("a.png", b"a,b")),
}
