"""A home next to similar homes nearby and next to itself a year ago; nobody is ever named."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.portals.energy.rules import neighbours
from portal_app.portals.energy.rules.neighbours import PeakStanding, Standing
from portal_app.portals.energy.rules.usage import year_before
from portal_app.portals.energy.service import usage_chart
from portal_app.portals.energy.service.insight import Insight
from portal_app.portals.energy.service.places import choice_of
from portal_app.portals.energy.service.rollup import PEAK_HOURS
from portal_app.portals.energy.tables import NeighbourGroup
from portal_app.services.drawing import compare_bars
from portal_app.shapes.charts import CompareBar
from portal_app.shapes.status import Badge


@dataclass(frozen=True)
class Others:
    """How a home stands among its group from the first day of its bill up to (not including) `until`."""

    standing: Standing | None
    peak: PeakStanding | None
    until: date

    @property
    def shown(self) -> bool:
        """Whether there are homes enough to show anything of them."""
        return self.standing is not None and self.standing.average is not None


def others(access: Access, main: Insight) -> Others:
    """Where this home stands among its frozen group; nothing without a group or for anything but power.

    Nothing either for an account that said no to being compared.
    """
    choice = choice_of(access)
    if choice is not None and not choice.neighbours:
        return Others(None, None, main.until)
    group = access.first(NeighbourGroup, col(NeighbourGroup.premise_id) == main.supply.premise.id)
    known = json.loads(group.totals).get(main.start.isoformat()) if group is not None else None
    if known is None or main.supply.register.commodity != "electricity":
        return Others(None, None, main.until)
    until = date.fromisoformat(known["until"])
    you = main.use(main.start, until) if main.whole(main.start, until) else None
    standing = neighbours.standing(you, known["homes"])
    return Others(standing, _peak(main, until, you, known["peaks"]), until)


def _peak(main: Insight, until: date, you: int | None, pairs: list[list[int]]) -> PeakStanding | None:
    """The share in the dear hours beside nearby homes, for a tariff whose dear hours are those counted."""
    if not _counts_the_dear_hours(main):
        return None
    evening = sum(main.peaks.get(day, 0) for day in main.dates(main.start, until))
    mine = (evening, you) if you is not None and evening else None
    return neighbours.on_peak_standing(mine, [(peak, total) for peak, total in pairs])


def _counts_the_dear_hours(main: Insight) -> bool:
    tariff = main.tariff
    if tariff is None or len({period.rate for period in tariff.periods}) < 2:
        return False
    dearest = max(tariff.periods, key=lambda period: period.rate)
    return dearest.weekday_hours == frozenset(PEAK_HOURS) and not dearest.weekend_hours


def both_years(main: Insight, until: date) -> tuple[int, int, bool]:
    """This bill's use and the same days last year, over days known in both, and whether those are all."""
    count = (until - main.start).days
    pairs = zip(main.amounts(main.start, count), main.amounts(year_before(main.start), count), strict=True)
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return sum(a for a, _ in known), sum(b for _, b in known), len(known) == count


def bars(main: Insight, homes: Others) -> tuple[CompareBar, ...]:
    """You, you a year ago, similar homes and the thriftiest fifth of them, over the same days."""
    until = homes.until if homes.shown else main.until
    _, last, all_known = both_years(main, until)
    rows: list[tuple[str, int, bool]] = [("You, this year", main.use(main.start, until), True)]
    if last and all_known:
        rows.append(("You, last year", last, False))
    seen = homes.standing
    if seen is not None and seen.average is not None and seen.efficient is not None:
        rows.append((f"{seen.homes} similar homes nearby", round(seen.average), False))
        rows.append(("The thriftiest fifth of them", round(seen.efficient), False))
    return compare_bars(rows, written=usage_chart.written(main)) if main.read else ()


def days_compared(main: Insight, homes: Others) -> int:
    """How many days the bars are about."""
    return ((homes.until if homes.shown else main.until) - main.start).days


def a_day(homes: Others, main: Insight) -> int | None:
    """What similar homes used on an average day, in thousandths."""
    days = (homes.until - main.start).days
    if homes.standing is None or homes.standing.average is None or days <= 0:
        return None
    return round(Decimal(homes.standing.average) / days)


def badge(homes: Others) -> Badge:
    """Great, good or more than average; nothing where too few homes are alike."""
    level = homes.standing.level if homes.standing is not None else "hidden"
    return {
        "great": Badge("Great", "good"),
        "good": Badge("Good", "good"),
        "more": Badge("More than average", "attention"),
    }.get(level, Badge())


def note(homes: Others) -> str:
    """What the badge rests on, and the dear hours for who pays by the clock."""
    said = " ".join(each.text for each in (homes.standing, homes.peak) if each is not None)
    said = said.removeprefix(f"{badge(homes).text}: ")
    return said[:1].upper() + said[1:]
