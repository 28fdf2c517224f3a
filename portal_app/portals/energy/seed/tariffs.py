"""The demo company's tariffs: steps above a baseline, time of use, one flat price, a shop's, and gas."""

from datetime import date
from decimal import Decimal as D

from portal_app.core.access import Access
from portal_app.portals.energy.rules.tariffs import Baseline, Credit, Period, Rider, Tariff, Tier
from portal_app.portals.energy.service import tariff_book

_EVENING = frozenset(range(16, 21))
_REST = frozenset(range(24)) - _EVENING
_GREEN = Rider(
    "renewable",
    "Renewable surcharge",
    D("0.012"),
    "It pays for wind and solar power in the state, the same for every home.",
)
_HOME = {"tax_rate": D("0.075"), "riders": (_GREEN,), "fixed_per_day": D("0.49")}
_BASELINE = (
    Baseline(D("9.8"), frozenset({5, 6, 7, 8, 9, 10})),
    Baseline(D("11.4"), frozenset({11, 12, 1, 2, 3, 4})),
)


def _stepped(version: str, effective: date, rates: tuple[str, str, str]) -> Tariff:
    one, two, three = rates
    return Tariff(
        code="E-HOME",
        version=version,
        name="Home, in steps",
        effective_from=effective,
        tiers=(Tier(D(one), D(1)), Tier(D(two), D(4)), Tier(D(three))),
        baseline=_BASELINE,
        credits=(
            Credit(
                "climate",
                "Climate credit",
                2400,
                frozenset({4, 10}),
                "Your share of what power plants pay for their emissions, twice a year.",
            ),
        ),
        **_HOME,
    )


def load(access: Access, today: date) -> None:
    """Put the tariffs in force for the demo's whole history, with one change of prices in it."""
    past = date(today.year - 4, 1, 1)
    tariff_book.keep(access, _stepped("1", past, ("0.28", "0.36", "0.44")))
    tariff_book.keep(access, _stepped("2", date(today.year - 1, 3, 1), ("0.30", "0.38", "0.47")))
    periods = (
        Period("peak", "Evening, 16:00 to 21:00", D("0.52"), _EVENING, frozenset()),
        Period("off", "All other hours", D("0.31"), _REST),
    )
    tariff_book.keep(
        access,
        Tariff(
            code="E-TIME",
            version="1",
            name="Home, by time of day",
            effective_from=past,
            periods=periods,
            holidays="US-CA",
            **_HOME,
        ),
    )
    tariff_book.keep(
        access,
        Tariff(
            code="E-FLAT",
            version="1",
            name="Home, one price",
            effective_from=past,
            tiers=(Tier(D("0.35")),),
            **_HOME,
        ),
    )
    tariff_book.keep(
        access,
        Tariff(
            code="E-SHOP",
            version="1",
            name="Shop, one price",
            effective_from=past,
            tiers=(Tier(D("0.29")),),
            fixed_per_day=D("1.15"),
            riders=(_GREEN,),
            tax_rate=D("0.075"),
        ),
        segment="business",
    )
    tariff_book.keep(
        access,
        Tariff(
            code="E-SHOP-TIME",
            version="1",
            name="Shop, by time of day",
            effective_from=past,
            periods=(
                Period("peak", "16:00 to 21:00 on working days", D("0.43"), _EVENING, frozenset()),
                Period("off", "All other hours", D("0.24"), _REST),
            ),
            fixed_per_day=D("1.15"),
            riders=(_GREEN,),
            tax_rate=D("0.075"),
        ),
        segment="business",
    )
    for code, segment, fixed in (("G-HOME", "home", "0.16"), ("G-SHOP", "business", "0.38")):
        tariff_book.keep(
            access,
            Tariff(
                code=code,
                version="1",
                name="Gas",
                effective_from=past,
                commodity="gas",
                unit="therms",
                tiers=(Tier(D("1.62")),),
                fixed_per_day=D(fixed),
                tax_rate=D("0.075"),
            ),
            segment=segment,
        )
