"""A company's brand: colours that can be read, marks drawn anew, its administrator's alone to set."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import col

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Company
from portal_app.core.errors import NotAllowed, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.services.notifications.letterhead import letterhead
from portal_app.services.tenancy import brand
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.files import Upload
from portal_app.shapes.palette import SHADES, failing_pairs, look_at, own_brand, own_css
from tests import cast
from tests.portals.conftest import do

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def house(both_engines):
    """Two companies; the administrator of the first one."""
    return cast.make("energy")


@pytest.fixture
def admin(house):
    return replace(house.staff, permissions=house.staff.permissions | {"company.brand"})


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300), **more) -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, "#123456").save(drawn, kind, **more)
    return drawn.getvalue()


def arrived(tmp_path, content: bytes, name: str = "mark.png") -> Upload:
    path = tmp_path / "arrived"
    path.write_bytes(content)
    return Upload(name, path, len(content))


def company(house) -> Company:
    with before_sign_in(reads_only=True) as db:
        found = db.exec(unscoped(Company, col(Company.id) == house.company.id)).one()
        db.expunge(found)
        return found


@pytest.mark.line("B-X7")
def test_a_colour_on_which_words_cannot_be_read_is_refused_with_the_pair_and_the_nearest_that_can(
    house, admin
):
    with pytest.raises(Refusal) as no:
        do(admin, brand.save, "First Energy", "#ffcc00")
    assert no.value.field == "accent"
    assert "the words on a button on your colour" in no.value.sentence
    assert "1.51:1 and need 7:1" in no.value.sentence
    nearest = brand.verdict("#ffcc00").nearest
    assert nearest in no.value.sentence
    assert company(house).accent == ""
    do(admin, brand.save, "First Energy", nearest)
    assert company(house).accent == nearest


@pytest.mark.line("B-X7")
@pytest.mark.parametrize("hue", range(0, 360, 24))
def test_whatever_colour_is_wished_for_the_nearest_makes_a_palette_that_can_be_read(hue):
    from portal_app.shapes.colour import from_oklch

    wished = from_oklch(0.8, 0.2, hue)
    found = look_at(wished)
    assert not found.fits
    assert look_at(found.nearest).fits
    made = own_brand(found.nearest)
    assert [failing_pairs(made.palette(shade), shade) for shade in SHADES] == [[], []]
    assert made.light["accent-9"] == found.nearest, "the colour itself stands as it was chosen"
    assert found.nearest in own_css(found.nearest)


def test_a_change_is_written_down_with_what_was_before(house, admin):
    do(admin, brand.save, "  First   Power ", "#003366")
    do(admin, brand.save, "First Power", "#660033")
    assert (company(house).name, company(house).accent) == ("First Power", "#660033")
    with before_sign_in(reads_only=True) as db:
        of_brand = col(AuditEntry.action) == "tenancy.brand_changed"
        entries = db.exec(unscoped(AuditEntry, of_brand).order_by(col(AuditEntry.seq))).all()
    assert [entry.actor for entry in entries] == [admin.person_id] * 2
    assert "#003366" in str(entries[-1].facts)


@pytest.mark.parametrize(
    ("name", "colour", "field"),
    [
        ("", "#003366", "name"),
        ("x" * 121, "#003366", "name"),
        ("First", "red", "accent"),
        ("First", "", "accent"),
        ("First", "#003366;}", "accent"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(admin, name, colour, field):
    with pytest.raises(Refusal) as no:
        do(admin, brand.save, name, colour)
    assert no.value.field == field


def test_nobody_without_the_right_sees_or_changes_the_brand(house, tmp_path):
    clerk = replace(house.staff, permissions=house.staff.permissions - {"company.brand"})
    for act in (
        lambda: do(clerk, brand.page),
        lambda: do(clerk, brand.save, "Ours", "#003366"),
        lambda: do(clerk, brand.drop_mark),
        lambda: do(clerk, brand.take_mark, arrived(tmp_path, picture())),
        lambda: do(house.owner, brand.save, "Ours", "#003366"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert company(house).mark == company(house).accent == ""


@pytest.mark.line("S-44")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_mark_is_drawn_anew_small_and_without_what_else_the_file_carried(house, admin, tmp_path, kind):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    sent = picture(kind, exif=exif)
    assert b"taken at home" in sent
    do(admin, brand.take_mark, arrived(tmp_path, sent))
    look = brand.look_of(house.company.slug)
    assert look.name.startswith(f"{house.company.slug}.")
    assert look.name.endswith(".m")
    with Image.open(BytesIO(look.mark)) as kept:
        assert (kept.format, kept.size) == ("PNG", (336, 112))
    assert b"taken at home" not in look.mark
    do(admin, brand.drop_mark)
    assert company(house).mark == ""


@pytest.mark.line("S-44")
@pytest.mark.parametrize("content", [SVG, b"", b"GIF89a", picture("PNG")[:60], b"%PDF-1.7"])
def test_an_svg_and_whatever_is_no_picture_is_refused(house, admin, tmp_path, content):
    with pytest.raises(Refusal, match="no SVG"):
        do(admin, brand.take_mark, arrived(tmp_path, content))
    assert company(house).mark == ""


def test_mails_carry_the_colour_and_the_mark(house, admin, tmp_path):
    plain = letterhead(company(house))
    do(admin, brand.save, "First Power", "#660033")
    do(admin, brand.take_mark, arrived(tmp_path, picture()))
    head = letterhead(company(house))
    assert (head.name, head.accent, head.on_accent) == ("First Power", "#660033", "#ffffff")
    with Image.open(BytesIO(head.mark)) as drawn:
        colours = {colour for _, colour in drawn.convert("RGB").getcolors(100_000)}
    assert (0x12, 0x34, 0x56) in colours
    assert head.mark != plain.mark


@pytest.mark.line("S-39")
def test_the_page_says_under_which_addresses_the_portal_answers_and_how_a_host_is_given(house, admin):
    slug = house.company.slug
    page = do(admin, brand.page)
    assert (page.host, page.points_to) == ("", "localhost")
    assert page.common == f"http://localhost:3000/c/{slug}"
    assert page.command == f"company host {slug} my.company.example"
    tenancy.set_host(slug, "my.first.example")
    page = do(admin, brand.page)
    assert (page.host, page.command) == ("my.first.example", f"company host {slug} my.first.example")
