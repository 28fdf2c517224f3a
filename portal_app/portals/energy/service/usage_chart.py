"""Use drawn as bars: days of a bill, months of a year, hours of a day, with odd days said in words."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from portal_app.core import money, when
from portal_app.core.access import Access
from portal_app.core.clock import today, zone_of
from portal_app.portals.energy.rules import money_view, spikes
from portal_app.portals.energy.rules.rounding import plain, units
from portal_app.portals.energy.rules.usage import ESTIMATED, Interval, day_bounds, month_sums, year_before
from portal_app.portals.energy.service.insight import Insight
from portal_app.services.drawing import bar_chart
from portal_app.shapes.charts import BarChart


def written(main: Insight) -> Callable[[int], str]:
    """A figure with its unit: "20.3 kWh"."""
    return lambda amount: f"{plain(units(amount), 1)} {main.unit}"


def exact(amount: int) -> str:
    """A figure to its last known digit, and to three at least so that the points of a table stand in line."""
    figure = units(amount)
    known = -int(figure.normalize().as_tuple().exponent)
    return f"{figure:,.{max(3, known)}f}"


def this_period(access: Access, main: Insight, *, height: int = 160, beside: int | None = None) -> BarChart:
    """The days of the bill period one is in, each with the same day last year, the odd ones called out."""
    start, end = main.start, main.end
    count = (end - start).days
    values = main.amounts(start, main.done)
    if not main.read:
        return BarChart(title="Each day so far", empty="The first day of this bill is not read yet.")
    before = main.amounts(year_before(start), count)[: len(values)]
    called = main.call_outs(start, end)
    odd = [
        index
        for index in range(len(values))
        if any(start + timedelta(days=index) == s.day for c in called for s in c.spikes)
    ]
    days = [start + timedelta(days=n) for n in range(count)]
    said = [(each, main.reason_of(each)) for each in called]
    locale = access.visitor.locale
    now_index = len(values) - 1 if start + timedelta(days=len(values) - 1) == today(main.zone) else None
    last = year_before(start)
    return bar_chart(
        values,
        [when.long_day(day, locale) for day in days],
        written=written(main),
        cell=exact,
        height=height,
        places=count,
        before=before,
        odd=odd,
        now=now_index,
        level=beside,
        level_words=f"similar homes {plain(units(beside), 1)}" if beside else "",
        call_out=_spoken(start, said),
        also=tuple(spikes.say(each, reason) for each, reason in said[:-1]),
        notes=_notes(main, days[: len(values)], odd),
        axis=[_axis_word(day, index, locale) for index, day in enumerate(days)],
        end_word=when.short_day(end - timedelta(days=1), locale),
        title="Each day so far",
        total=f"{plain(units(sum(value or 0 for value in values)), 1)} {main.unit}",
        summary=_summary(main, values, said),
        key_now="this year",
        key_before=f"same days {last.year}",
        columns=("Day", f"This year, {main.unit}", f"Last year, {main.unit}"),
        whole=_whole(values, before),
        empty="The first day of this bill is not read yet.",
    )


def _whole(values: Sequence[int | None], before: Sequence[int | None]) -> tuple[str, ...]:
    known = [value for value in before if value is not None]
    return (
        "Together",
        exact(sum(value or 0 for value in values)),
        exact(sum(known)) if known else "no history yet",
    )


def _axis_word(day: date, index: int, locale: str) -> str:
    return when.short_day(day, locale) if index == 0 else when.day(day, locale).rsplit(" ", 1)[0]


def _spoken(start: date, said: list[tuple[spikes.CallOut, spikes.Reason]]) -> tuple[int, str, str] | None:
    if not said:
        return None
    called, reason = said[-1]
    index = (called.highest.day - start).days
    why = reason.text if reason.code != "unknown" else f"{reason.text} why"
    share, _, rest = called.heading.partition(" above ")
    return index, f"{share} above", f"{rest}: {why}"


def _notes(main: Insight, days: Sequence[date], odd: Sequence[int]) -> dict[int, str]:
    """What stands beside a day in the table: that it is estimated, or how far above usual it lies."""
    found = {}
    for index, day in enumerate(days):
        known = main.by_date.get(day)
        if known is not None and known.estimated:
            found[index] = "estimated"
    return found | {index: _note(main, days[index]) for index in odd}


def _note(main: Insight, day: date) -> str:
    spike = next(iter(main.spikes(day, day + timedelta(days=1))))
    return f"{spike.per_cent} above your usual {day:%A}, {plain(units(round(spike.norm)), 1)} {main.unit}"


def _summary(
    main: Insight, values: list[int | None], said: list[tuple[spikes.CallOut, spikes.Reason]]
) -> str:
    """One sentence over the chart: how the days stand against their usual weekday."""
    if said:
        called, reason = said[-1]
        why = f" Likely reason: {reason.text}." if reason.code != "unknown" else " We cannot tell why."
        name = f"{called.start:%A}" if len(called.spikes) == 1 else f"{called.start:%A} to {called.end:%A}"
        return f"{name} ran far above your usual.{why}"
    compared = _both(values, main.amounts(year_before(main.start), len(values)))
    if compared is None:
        return "No day stands out. There is no history yet to compare the whole with."
    this, last = compared
    if not last or abs(this - last) * 50 < last:
        return "No day stands out, and the whole is close to the same days last year."
    share = money.per_cent(abs(this - last), last)
    word = "more" if this > last else "less"
    return f"No day stands out. In all you used {share} {word} than in the same days last year."


def _both(one: Sequence[int | None], two: Sequence[int | None]) -> tuple[int, int] | None:
    known = [(a, b) for a, b in zip(one, two, strict=False) if a is not None and b is not None]
    return (sum(a for a, _ in known), sum(b for _, b in known)) if known else None


def this_year(access: Access, main: Insight, *, until: date) -> BarChart:
    """Twelve months up to the one a day falls in, each with the same month a year before."""
    sums = {(month.year, month.month): month for month in month_sums(main.days)}
    months = [_month_back(until, back) for back in range(11, -1, -1)]
    values = [sums[m].amount if m in sums else None for m in months]
    before = [sums[y - 1, m].amount if (y - 1, m) in sums else None for y, m in months]
    locale = access.visitor.locale
    firsts = [date(year, month, 1) for year, month in months]
    part = sums.get(months[-1])
    unfinished = (
        len(values) - 1
        if part
        and part.known_days < part.days
        and main.known_until <= today(main.zone)
        and (main.known_until.year, main.known_until.month) == months[-1]
        else None
    )
    both = _both(values, before)
    return bar_chart(
        values,
        [when.month(first, locale) for first in firsts],
        written=written(main),
        cell=exact,
        before=before,
        now=unfinished,
        now_word="so far",
        axis=[when.short_day(first, locale).split(" ")[-1] for first in firsts],
        title="Month by month",
        total=f"{plain(units(sum(value or 0 for value in values)), 1)} {main.unit}",
        summary=_year_words(both),
        key_now="these twelve months",
        key_before="the same month a year before",
        columns=("Month", f"These twelve months, {main.unit}", f"A year before, {main.unit}"),
        whole=_whole(values, before),
        empty="No month has readings yet.",
    )


def _year_words(both: tuple[int, int] | None) -> str:
    if both is None or not both[1]:
        return "There is no year before yet to compare with."
    this, last = both
    share = money.per_cent(abs(this - last), last)
    word = "more" if this >= last else "less"
    return f"Over the months known in both years you used {share} {word} than a year before."


def _month_back(day: date, back: int) -> tuple[int, int]:
    number = day.year * 12 + day.month - 1 - back
    return number // 12, number % 12 + 1


def one_day(access: Access, main: Insight, day: date) -> BarChart:
    """The hours of one local day, 23 or 25 of them when the clocks change."""
    found = main.readings(day, day + timedelta(days=1))
    place = zone_of(main.zone)
    if len(found) <= 1:
        amount = main.by_date.get(day)
        text = (
            f"This meter reports once a day: {written(main)(amount.amount)}."
            if amount and amount.amount is not None
            else "No reading came in for this day."
        )
        return BarChart(title=when.long_day(day, access.visitor.locale), empty=text)
    starts = _slots(found, *day_bounds(day, main.zone))
    by_start = {reading.start: reading for reading in found}
    values = [by_start[start].amount if start in by_start else None for start in starts]
    labels = [datetime.fromtimestamp(start, place).strftime("%H:%M") for start in starts]
    highest = max(range(len(values)), key=lambda index: values[index] or 0)
    total = sum(reading.amount for reading in found)
    return bar_chart(
        values,
        labels,
        written=written(main),
        cell=exact,
        title=when.long_day(day, access.visitor.locale),
        total=f"{plain(units(total), 1)} {main.unit}",
        summary=f"Most was used from {labels[highest]}: {written(main)(values[highest] or 0)}."
        + _missing(values),
        axis=_hours(labels),
        key_now="this day",
        columns=("From", main.unit),
        whole=("Together", exact(total)),
        notes={
            index: "estimated"
            for index, start in enumerate(starts)
            if start in by_start and by_start[start].quality == ESTIMATED
        },
        empty="No reading came in for this day.",
    )


def _hours(labels: Sequence[str]) -> list[str]:
    """Every third full hour: at the same steps on every width, also where the clocks change."""
    return [label if label[3:] == "00" and int(label[:2]) % 6 == 0 else "" for label in labels]


def _missing(values: Sequence[int | None]) -> str:
    """That a total is not the whole day, where readings of it are missing."""
    gaps = sum(value is None for value in values)
    if not gaps:
        return ""
    are = "is" if gaps == 1 else "are"
    return f" {gaps} of {len(values)} readings {are} missing, so this is not the whole day."


def _slots(found: Sequence[Interval], begin: int, end: int) -> list[int]:
    """Every moment of a day at which a reading begins or should: gaps keep their place."""
    step = found[0].seconds
    even = all(reading.seconds == step and (reading.start - begin) % step == 0 for reading in found)
    return list(range(begin, end, step)) if even else [reading.start for reading in found]


def in_money(access: Access, main: Insight) -> tuple[BarChart, str]:
    """The days of this bill in money, and what is left out of it."""

    def said(cents: int) -> str:
        return money.written(cents, access.visitor.currency, access.visitor.locale)

    if main.tariff is None:
        return BarChart(title="Each day so far", empty="There is no price for this supply yet."), ""
    view = money_view.money_by_day(
        main.tariffs,
        main.readings(main.start, main.end),
        main.start,
        main.end,
        main.zone,
        said,
        whole_bill=False,
    )
    values = [day.cents for day in view.days][: main.done]
    locale = access.visitor.locale
    days = [main.start + timedelta(days=n) for n in range((main.end - main.start).days)]
    dearest = max(
        (index for index, value in enumerate(values) if value is not None),
        key=lambda i: values[i] or 0,
        default=None,
    )
    chart = bar_chart(
        values,
        [when.long_day(day, locale) for day in days],
        written=said,
        places=len(days),
        axis=[_axis_word(day, index, locale) for index, day in enumerate(days)],
        end_word=when.short_day(days[-1], locale),
        title="Each day so far, in money",
        total=said(sum(value or 0 for value in values)),
        summary=f"The dearest day was {when.long_day(days[dearest], locale)}: {said(values[dearest] or 0)}."
        if dearest is not None
        else "",
        key_now="this bill",
        columns=("Day", "Cost"),
        whole=("Together", said(sum(value or 0 for value in values))),
        empty="The first day of this bill is not read yet.",
    )
    return chart, view.note
