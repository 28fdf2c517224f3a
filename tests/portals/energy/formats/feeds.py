"""Small Green Button feeds, built to order."""

from pathlib import Path

import pytest

from portal_app.portals.energy.formats.items import Problem, Reading, Tally

DATA = Path(__file__).resolve().parents[4].parent / "shared" / "data"

NINE_DAYS = "greenbutton/TestGBDataHourlyNineDaysBinnedDaily.xml"
INLAND = "greenbutton/Inland_Single_Family_Jan_1_2011_to_Jan_1_2012_RetailCustomer_9.xml"
GAS = "greenbutton/ngma_natural_gas_billing_billing_data_Service_1_1_2021-05-26_to_2024-04-25.xml"

T0 = 1_388_552_400
"""Midnight of 1 January 2014 in New York."""


def real(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the shared sample {name} is not on this machine")
    return path


def entry(
    content: str, self_href: str = "", related: tuple[str, ...] = (), up: str = "", title: str = ""
) -> str:
    links = "".join(f'<link rel="related" href="{href}"/>' for href in related)
    links += f'<link rel="self" href="{self_href}"/>' if self_href else ""
    links += f'<link rel="up" href="{up}"/>' if up else ""
    return f"<entry><id>urn:x</id>{links}<title>{title}</title><content>{content}</content></entry>\n"


def reading(start, seconds="3600", value="250", cost=None, quality=None) -> str:
    costs = f"<cost>{cost}</cost>" if cost is not None else ""
    codes = f"<ReadingQuality><quality>{quality}</quality></ReadingQuality>" if quality is not None else ""
    return (
        f"<IntervalReading>{costs}{codes}<timePeriod><duration>{seconds}</duration><start>{start}</start>"
        f"</timePeriod><value>{value}</value></IntervalReading>\n"
    )


def hours(count: int, start: int = T0, value: str = "250", step: int = 3_600) -> str:
    return "".join(reading(start + at * step, str(step), value) for at in range(count))


def block(rows: str, meter: str = "M/1", number: int = 1) -> str:
    content = f'<IntervalBlock xmlns="http://naesb.org/espi">\n{rows}</IntervalBlock>'
    return entry(content, f"{meter}/IntervalBlock/{number}", up=f"{meter}/IntervalBlock")


def reading_type(inside: str | None = None, href: str = "ReadingType/1") -> str:
    inside = (
        "<currency>840</currency><powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom>"
        if inside is None
        else inside
    )
    return entry(f'<ReadingType xmlns="http://naesb.org/espi">{inside}</ReadingType>', href)


def usage_point(kind: str = "0", href: str = "UP/1", related: tuple[str, ...] = ("M",)) -> str:
    inside = f"<ServiceCategory><kind>{kind}</kind></ServiceCategory>"
    return entry(
        f'<UsagePoint xmlns="http://naesb.org/espi">{inside}</UsagePoint>', href, related, title="Home"
    )


def meter(href: str = "M/1", kind: str = "ReadingType/1", up: str = "M") -> str:
    related = (f"{href}/IntervalBlock", kind)
    return entry('<MeterReading xmlns="http://naesb.org/espi"/>', href, related, up)


def local_time(offset: int = -18_000, start_rule: str = "360E2000", end_rule: str = "B40E2000") -> str:
    return entry(
        f'<LocalTimeParameters xmlns="http://naesb.org/espi"><dstEndRule>{end_rule}</dstEndRule>'
        f"<dstOffset>3600</dstOffset><dstStartRule>{start_rule}</dstStartRule>"
        f"<tzOffset>{offset}</tzOffset></LocalTimeParameters>",
        "LocalTimeParameters/1",
    )


def feed(*entries: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> bytes:
    return f'{head}<feed xmlns="http://www.w3.org/2005/Atom">\n{"".join(entries)}</feed>\n'.encode()


def simple(rows: str, kind: str | None = None) -> bytes:
    return feed(usage_point(), local_time(), meter(), reading_type(kind), block(rows))


def readings(items) -> list[Reading]:
    return [item for item in items if isinstance(item, Reading)]


def problems(items) -> list[Problem]:
    return [item for item in items if isinstance(item, Problem)]


def codes(items) -> list[str]:
    return [problem.code for problem in problems(items)]


def tally(items) -> Tally:
    assert isinstance(items[-1], Tally)
    return items[-1]
