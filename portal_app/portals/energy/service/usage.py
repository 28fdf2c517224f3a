"""Why is it high: the days with last year and similar homes on one axis, the odd day taken apart."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from portal_app.core import money, when
from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account
from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules import compare_tariffs, spikes
from portal_app.portals.energy.rules.rounding import plain, units, whole
from portal_app.portals.energy.rules.tariffs import in_force
from portal_app.portals.energy.service import insight as insights
from portal_app.portals.energy.service import next_to_others, places, tariff_book, usage_chart, worth_doing
from portal_app.portals.energy.service.insight import Insight
from portal_app.portals.energy.service.next_to_others import Others
from portal_app.services.drawing import rule
from portal_app.shapes.charts import BarChart, Rule
from portal_app.shapes.energy import OddDay, UsagePage
from portal_app.shapes.forms import Choice
from portal_app.shapes.money import SumLine
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import LinkRow

SPANS = ("day", "bill", "year")
UNITS = ("energy", "money")
MOST_ODD = 6


@reads
def usage_page(  # what a person can choose on the page
    access: Access,
    premise_id: str = "",
    commodity: str = "",
    span: str = "bill",
    unit: str = "energy",
    on: str = "",
) -> UsagePage:
    """The usage page of one supply: a day's hours, a bill's days or a year's months."""
    access.require("usage.see")
    if span not in SPANS or unit not in UNITS:
        raise Refusal("Choose day, bill or year, and energy or money.")
    place = places.premise(access, premise_id)
    supplied = places.every_supply(access, place)
    chosen = next((s for s in supplied if commodity in (s.register.commodity, s.register.id)), None) or next(
        iter(supplied), None
    )
    if chosen is None:
        return UsagePage(
            ready=True,
            title="No meter yet",
            meaning="No meter is connected at this address yet.",
            premise=place.id,
        )
    main = insights.insight(access, chosen, on=_day(on))
    if not main.rows:
        return UsagePage(
            ready=True,
            title="No readings yet",
            meaning="Your first figures show here the day after your meter reports.",
            premise=place.id,
        )
    return _page(access, main, supplied, span, unit, _day(on))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as trouble:
        raise Refusal("That is not a day we know. Choose one from the page.") from trouble


def _page(
    access: Access, main: Insight, supplied: list[places.Supply], span: str, unit: str, on: date | None
) -> UsagePage:
    day = min(
        max(on or main.until - timedelta(days=1), main.days[0].date), main.known_until - timedelta(days=1)
    )
    homes = next_to_others.others(access, main)
    chart, note = _chart(access, main, span, unit, day, homes)
    earlier, later = _steps(access, main, span, day)
    called = main.call_outs(main.start, main.end)
    odd_rows = _odd_rows(access, main)
    drawn, heading = _forecast(access, main)
    return UsagePage(
        ready=True,
        title=_title(access, main),
        meaning=_meaning(main, called),
        premise=main.supply.premise.id,
        premises=places.as_choices(places.premises(access)),
        commodity=_choice_of(main.supply, supplied),
        commodities=_commodities(supplied),
        span=span,
        unit=unit,
        unit_word=main.unit,
        money_note=note,
        chart=chart,
        odd=_odd_day(access, main, called),
        odd_days=odd_rows[:MOST_ODD],
        odd_days_words=_odd_words(len(odd_rows)),
        compare_title=f"Next to others, these {next_to_others.days_compared(main, homes)} days",
        compare=next_to_others.bars(main, homes),
        compare_badge=next_to_others.badge(homes),
        compare_note=next_to_others.note(homes),
        forecast=drawn,
        forecast_words=heading,
        tips_title=worth_doing.heading(main),
        tips=worth_doing.rows(access, main),
        tariffs=(),
        weather_note=_weather_note(main),
        earlier=earlier,
        later=later,
        foot=_foot(access, main),
    )


def _chart(
    access: Access, main: Insight, span: str, unit: str, day: date, homes: Others
) -> tuple[BarChart, str]:
    if span == "day":
        return usage_chart.one_day(access, main, day), ""
    if span == "year":
        return usage_chart.this_year(access, main, until=day), ""
    if unit == "money":
        return usage_chart.in_money(access, main)
    drawn = usage_chart.this_period(access, main, beside=next_to_others.a_day(homes, main))
    return replace(drawn, title=f"{_name(main)}, day by day"), ""


def _name(main: Insight) -> str:
    return "Electricity" if main.supply.register.commodity == "electricity" else "Gas"


def _steps(access: Access, main: Insight, span: str, day: date) -> tuple[str, str]:
    """The days to ask for to go one step back or on, over any gap; nothing where no reading lies there."""
    if span == "day":
        before, after = day, day + timedelta(days=1)
    elif span == "year":
        before, after = (
            date(day.year - 1, day.month, 1) + timedelta(days=31),
            day.replace(day=1) + timedelta(days=31),
        )
        before, after = before.replace(day=1), after.replace(day=1)
    else:
        before, after = main.start, main.end
    back, on = insights.nearest_days(access, main.supply, before=before, after=after)
    if span == "year" and on is not None:
        on = max(
            on, min(date(day.year + 1, day.month, min(day.day, 28)), main.known_until - timedelta(days=1))
        )
    return back.isoformat() if back else "", on.isoformat() if on else ""


def _title(access: Access, main: Insight) -> str:
    month = when.month(main.start, access.visitor.locale).split(" ")[0]
    this, last, _ = next_to_others.both_years(main, main.until)
    if last and this > last:
        return f"Why {month} is higher"
    return f"{month} so far" if main.known_until < main.end else f"Your use in {month}"


def _meaning(main: Insight, called: list[spikes.CallOut]) -> str:
    if not main.read:
        return "No readings came in for these days."
    used = plain(units(main.use(main.start, main.until)), 1)
    this, last, _ = next_to_others.both_years(main, main.until)
    first = f"You used {used} {main.unit} in {_days_read(main)}"
    if not last:
        return f"{first}. There is no history yet to compare with."
    share = money.per_cent(abs(this - last), last, digits=1)
    compared = f"{first}, {share} {'more' if this > last else 'less'} than the same days last year."
    if not called:
        return f"{compared} No single day stands out."
    latest = called[-1]
    reason = main.reason_of(latest)
    days = f"{latest.start:%A}" if len(latest.spikes) == 1 else f"{latest.start:%A} to {latest.end:%A}"
    why = f"likely {reason.text}" if reason.code != "unknown" else "we cannot tell why"
    return f"{compared} {days} stood out: {why}."


def _days_read(main: Insight) -> str:
    read = sum(amount is not None for amount in main.amounts(main.start, main.done))
    days = f"{read} day{'' if read == 1 else 's'}"
    return days if read == main.done else f"the {days} of {main.done} that were read"


def _commodities(supplied: list[places.Supply]) -> tuple[Choice, ...]:
    """What there is to look at: each commodity, and each further meter of one by its number."""
    names = {"electricity": "Electricity", "gas": "Gas"}
    found = []
    for supply in supplied:
        value = _choice_of(supply, supplied)
        name = names.get(supply.register.commodity, supply.register.commodity.capitalize())
        found.append(
            Choice(value, name if value == supply.register.commodity else f"{name}, {supply.meter.number}")
        )
    return tuple(found) if len(found) > 1 else ()


def _choice_of(supply: places.Supply, supplied: list[places.Supply]) -> str:
    """How a supply is asked for: by commodity where it is the first of its kind, else by its register."""
    first = next(each for each in supplied if each.register.commodity == supply.register.commodity)
    return supply.register.commodity if first.register.id == supply.register.id else supply.register.id


def _odd_day(access: Access, main: Insight, called: list[spikes.CallOut]) -> OddDay:
    if not called:
        return OddDay()
    spike = called[-1].highest
    parts = main.parts_of(spike)
    facts = main.facts_of(spike.day)
    named = [
        (f"Your usual {spike.day:%A}", parts.usual),
        (_weather_label("Cooling", main.degrees(facts.high)), parts.cooling),
        (_weather_label("Heating", main.degrees(facts.low)), parts.heating),
        ("More running at night", parts.night),
        ("We cannot tell", parts.remainder),
    ]
    rows = _tenths(
        [(label, amount) for label, amount in named if amount or label.startswith("Your usual")], spike.amount
    )
    return OddDay(
        shown=True,
        title=f"What made {when.long_day(spike.day, access.visitor.locale)}",
        total=f"{plain(units(spike.amount), 1)} {main.unit}",
        reason=spikes.say(called[-1], main.reason_of(called[-1])),
        lines=(*rows, SumLine("That day", plain(units(spike.amount), 1), whole=True)),
        basis=f"Usual is the middle of your last eight {spike.day:%A}s. Only real readings count.",
    )


def _tenths(parts: list[tuple[str, int]], total: int) -> list[SumLine]:
    """Parts rounded to tenths so that the rounded ones still add up to the rounded total."""
    target = whole(units(total) * 10)
    scaled = [(label, units(amount) * 10) for label, amount in parts]
    floors = [int(value // 1) for _, value in scaled]
    order = sorted(range(len(parts)), key=lambda place: -(scaled[place][1] - floors[place]))
    for place in order[: max(target - sum(floors), 0)]:
        floors[place] += 1
    return [SumLine(label, f"{tenth / 10:.1f}") for (label, _), tenth in zip(parts, floors, strict=True)]


def _weather_label(name: str, degrees: str) -> str:
    return f"{name}: {degrees}" if degrees else name


def _odd_rows(access: Access, main: Insight) -> tuple[LinkRow, ...]:
    """Every call-out of the last twelve months, newest first."""
    found = main.call_outs(main.known_until - timedelta(days=365), main.known_until)
    rows = []
    for called in reversed(found):
        span = (
            when.day(called.start, access.visitor.locale)
            if called.start == called.end
            else when.span(called.start, called.end, access.visitor.locale)
        )
        amount = plain(units(called.highest.amount), 1)
        usual = plain(units(round(called.highest.norm)), 1)
        highest = "" if called.start == called.end else " on the highest day"
        rows.append(
            LinkRow(
                title=f"{span}: {called.heading.partition(' above ')[0]} above your usual",
                detail=f"{_why(main.reason_of(called))}. {amount} {main.unit}{highest}, usually {usual}.",
                link_to=f"/energy/usage?place={main.supply.premise.id}&on={called.highest.day.isoformat()}&span=day",
                id=called.start.isoformat(),
            )
        )
    return tuple(rows)


def _why(reason: spikes.Reason) -> str:
    return f"{reason.text} why" if reason.code == "unknown" else reason.text


def _odd_words(count: int) -> str:
    return f"newest {MOST_ODD} of {count} in twelve months" if count > MOST_ODD else "last twelve months"


def _rounded(access: Access) -> Callable[[int], str]:
    """Writes an amount without its cents."""

    def said(cents: int) -> str:
        text = money.written(round(cents / 100) * 100, access.visitor.currency, access.visitor.locale)
        return text.removesuffix(".00")

    return said


def _forecast(access: Access, main: Insight) -> tuple[Rule, str]:
    """Where this bill is heading, drawn and in words; for a bill that is over, what it came to."""
    said = _rounded(access)
    priced = main.priced(main.start, main.until)
    if main.known_until >= main.end and main.whole(main.start, main.end):
        came_to = f" It came to about {said(priced.total)}." if priced else ""
        return Rule(), f"All days of this bill are read.{came_to}"
    then = main.last_year(main.start, main.end)
    seen = main.outlook(priced, then.total if then else None)
    if seen.cost is None or priced is None:
        return Rule(), f"Where this bill is heading: {seen.message}."
    words = f"Likely {said(seen.cost.low)} to {said(seen.cost.high)} for this bill, {seen.message}."
    if seen.typical is None:
        words += " There is no history yet for a usual bill."
    drawn = rule(
        priced.total,
        written=said,
        usual=seen.typical,
        likely_low=seen.cost.low,
        likely_high=seen.cost.high,
        middle=f"day {main.done} of {(main.end - main.start).days}",
    )
    return drawn, words


def _weather_note(main: Insight) -> str:
    known = next((d for d in reversed(main.weather.values()) if d), None)
    if known is None:
        return "No weather is known here yet, so no day is explained by it."
    how = (
        "from every hour" if known.method == "hourly" else "from each day's average, which says a little less"
    )
    low, high = main.degrees(Decimal(60)), main.degrees(Decimal(65))
    return f"Heating counts degrees below {low}, cooling degrees above {high}, {how}."


def _foot(access: Access, main: Insight) -> str:
    last = when.day(main.known_until - timedelta(days=1), access.visitor.locale)
    return f"{_name(main)} meter {main.supply.meter.number}, readings up to {last}, 24:00."


@reads
def other_tariffs(
    access: Access, premise_id: str = "", commodity: str = "electricity"
) -> tuple[tuple[LinkRow, ...], str]:
    """This home's last twelve months on every tariff it may choose, cheapest first, and the note beside."""
    access.require("usage.see")
    place = places.premise(access, premise_id)
    supply = places.supply(access, place, commodity)
    if supply is None or not supply.agreement.tariff_code:
        return (), ""
    main = insights.insight(access, supply)
    now_on = main.tariff
    if not main.rows or now_on is None:
        return (), ""
    segment = access.get(Account, place.account_id).segment
    found = compare_tariffs.compare_tariffs(
        now_on,
        _offers(access, commodity, segment, main),
        main.readings(main.known_until - timedelta(days=365), main.known_until),
        compare_tariffs.Home(kind=segment),
        today=main.known_until,
        zone=supply.zone,
    )
    said = _rounded(access)
    rows = tuple(
        LinkRow(
            title=row.name,
            detail="What you are on"
            if row.current
            else f"{said(abs(row.saves))} a year {'less' if row.saves > 0 else 'more'}",
            end=f"{said(row.cents)} a year",
            badge=Badge("Yours", "info")
            if row.current
            else Badge("Cheapest", "good")
            if row is found.rows[0]
            else Badge(),
            id=row.code,
        )
        for row in found.rows
    )
    return rows, found.note


def _offers(access: Access, commodity: str, segment: str, main: Insight) -> list[compare_tariffs.Offer]:
    """What is on offer and in force; a tariff that has not begun is none."""
    found = []
    for versions in tariff_book.on_offer(access, commodity, segment).values():
        begun = [version for version in versions if version.effective_from <= main.known_until]
        if begun:
            found.append(compare_tariffs.Offer(in_force(begun, main.known_until), frozenset({segment})))
    return found
