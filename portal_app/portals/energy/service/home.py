"""Home: where the bill stands, what made it so, what to do, what moved."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlmodel import col

from portal_app.core import money, when
from portal_app.core.access import Access, reads
from portal_app.core.clock import local, now, today
from portal_app.portals.energy.rules.rounding import plain, units
from portal_app.portals.energy.rules.tariffs import next_unit_rate
from portal_app.portals.energy.rules.usage import year_before
from portal_app.portals.energy.service import insight as insights
from portal_app.portals.energy.service import outages, places, top_tasks, usage_chart, worth_doing
from portal_app.portals.energy.service.insight import Insight
from portal_app.portals.energy.tables import Premise
from portal_app.services.billing import service as billing
from portal_app.services.billing.tables import BillLine
from portal_app.services.drawing import rule
from portal_app.services.notifications import service as notifications
from portal_app.shapes.billing import BillView, Owed
from portal_app.shapes.charts import Rule
from portal_app.shapes.energy import BillCard, EnergyHome
from portal_app.shapes.money import BigNumber, SumLine
from portal_app.shapes.status import Badge, Change
from portal_app.shapes.tasks import LinkRow, NewsRow

_SUPPLIES = {"electricity": "Electricity", "gas": "Gas"}
_BY_NOW = " on your usual by now"
_PLACES = 5
"""How many of many places stand open; a single one more is not put away."""


@dataclass(frozen=True)
class _Bill:
    """The bill in the making over all supplies of a place, in cents; None where it cannot be told."""

    cost: int | None
    usual_now: int | None
    usual_whole: int | None
    low: int | None
    high: int | None
    message: str


@reads
def home(access: Access) -> EnergyHome:
    """The energy home of one account: its place's bill so far, or how to begin where there is none yet."""
    access.require("usage.see")
    places.of_a_customer(access)
    mine = places.premises(access)
    owed = billing.owed(access)
    news = tuple(NewsRow(row.title, row.detail, row.link_to) for row in notifications.since(access, limit=4))
    common = {
        "ready": True,
        "who": _who(access, mine),
        "standing": _standing(owed),
        "alert": outages.band(access),
        "tasks": top_tasks.usual(access, owed),
        **_last_here(access),
        "news": news,
        "bill": _bill_card(access, owed, several=len(mine) > 1),
        "foot": _now_words(access),
    }
    if not mine:
        meaning = "There is no address on this account yet. Start service at one: its bill shows here."
        begun = {**common, "tasks": top_tasks.begin(access, owed, top_tasks.START)}
        return EnergyHome(title="Welcome to your account", meaning=meaning, **begun)
    if len(mine) > 1:
        return _several(access, mine, common)
    return _one(access, mine[0], owed, common)


def _one(access: Access, place: Premise, owed: Owed, common: dict) -> EnergyHome:
    looked = [insights.insight(access, supply) for supply in places.supplies(access, place)]
    main = next((each for each in looked if each.read), None)
    if main is None:
        meaning = (
            "No readings have come in yet. Your first figures show here the day after your meter reports."
        )
        begun = {**common, "tasks": top_tasks.begin(access, owed, top_tasks.READ)}
        return EnergyHome(title="Your use so far", meaning=meaning, **begun)
    bill = _so_far(looked)
    if bill.cost is None:
        return _by_use(access, main, common)
    return EnergyHome(
        title=f"Your bill so far, {_span(access, main)}",
        figure=_figure(access, bill),
        rule=_rule(access, bill, main),
        meaning=_meaning(access, bill, main),
        days=usage_chart.this_period(access, main, height=120),
        tips_title=worth_doing.heading(main),
        tips=worth_doing.rows(access, main)[:2],
        **{**common, "foot": f"{common['foot']} {_fresh(access, main)}"},
    )


def _span(access: Access, main: Insight) -> str:
    """The days of this bill that are known, in words."""
    return when.span(main.start, main.until - timedelta(days=1), access.visitor.locale)


def _by_use(access: Access, main: Insight, common: dict) -> EnergyHome:
    """A home without a price yet: what was used, never a cost of nought."""
    used = plain(units(main.use(main.start, main.until)), 1)
    return EnergyHome(
        title=f"Your use, {_span(access, main)}",
        figure=BigNumber(whole=used, unit=main.unit, said=f"{used} {main.unit}"),
        meaning="There is no price for this supply yet, so this is what was used, not what it costs.",
        days=usage_chart.this_period(access, main, height=120),
        **{**common, "foot": f"{common['foot']} {_fresh(access, main)}"},
    )


def _several(access: Access, mine: list[Premise], common: dict) -> EnergyHome:
    """Several places: the sum on top, then a row a place, the dearest first."""
    costs: list[tuple[Premise, _Bill, Insight]] = []
    silent: list[Premise] = []
    for place in mine:
        looked = [insights.insight(access, supply) for supply in places.supplies(access, place)]
        main = next((each for each in looked if each.read), None)
        if main is None:
            silent.append(place)
        else:
            costs.append((place, _so_far(looked), main))
    if not costs:
        meaning = "No readings have come in yet."
        return EnergyHome(title="Your places", meaning=meaning, premises=_plain_rows(mine), **common)
    ordered = sorted(costs, key=lambda each: -(each[1].cost or 0))
    rows = tuple(_place_row(access, place, bill, each) for place, bill, each in ordered)
    first = ordered[0][2]
    total = _added([bill for _, bill, _ in costs if bill.cost is not None])
    shown = {"title": "Your places"} if total.cost is None else _sum_of_places(access, ordered, total)
    every = (*rows, *_plain_rows(silent))
    first_rows = len(every) if len(every) <= _PLACES + 1 else _PLACES
    return EnergyHome(
        **shown,
        premises=every[:first_rows],
        more_premises=every[first_rows:],
        more_premises_words=f"Show the other {len(every) - first_rows} places",
        tips_title=worth_doing.heading(first),
        tips=worth_doing.rows(access, first)[:2],
        **{**common, "foot": f"{common['foot']} {_fresh(access, first)}"},
    )


def _sum_of_places(access: Access, ordered: list[tuple[Premise, _Bill, Insight]], total: _Bill) -> dict:
    """Headline over the places that have a price: their sum, its rule, what it means."""
    count, main = len(ordered), ordered[0][2]
    return {
        "title": f"Your bills so far, {count} place{'' if count == 1 else 's'}, {_span(access, main)}",
        "figure": _figure(access, total),
        "rule": _rule(access, total, main),
        "meaning": _several_meaning(access, ordered, total),
    }


def _place_row(access: Access, place: Premise, bill: _Bill, main: Insight) -> LinkRow:
    changed = _change(bill)
    used = plain(units(main.use(main.start, main.until)), 0)
    return LinkRow(
        title=place.label,
        detail=", ".join((*_street(place), f"{used} {main.unit}")),
        end=_written(access, bill.cost) if bill.cost is not None else "no price yet",
        badge=Badge(changed.text.removesuffix(_BY_NOW), changed.tone)
        if changed.text
        else Badge("no history yet", "neutral"),
        link_to=f"/energy/usage?place={place.id}",
        id=place.id,
    )


def _street(place: Premise) -> tuple[str, ...]:
    """The street, where the place is not called by it."""
    return () if place.street == place.label else (place.street,)


def _plain_rows(mine: list[Premise]) -> tuple[LinkRow, ...]:
    return tuple(
        LinkRow(title=p.label, detail="".join(_street(p)), link_to=f"/energy/usage?place={p.id}", id=p.id)
        for p in mine
    )


def _several_meaning(access: Access, ordered: list[tuple[Premise, _Bill, Insight]], total: _Bill) -> str:
    place, bill, _ = ordered[0]
    unpriced = [place.label for place, bill, _ in ordered if bill.cost is None]
    most = f"{place.label} is the largest part, {_written(access, bill.cost or 0)}."
    if unpriced:
        most += f" {' and '.join(unpriced)} {'has' if len(unpriced) == 1 else 'have'} no price yet."
    if total.cost is None or total.usual_now is None:
        return most
    off = total.cost - total.usual_now
    word = "more" if off > 0 else "less"
    return f"That is {_written(access, abs(off))} {word} than in the same days last year. {most}"


def _so_far(looked: list[Insight]) -> _Bill:
    found = []
    for each in looked:
        if not each.read:
            continue
        priced = each.priced(each.start, each.until)
        now_then = each.last_year(each.start, each.until)
        whole_then = each.last_year(each.start, each.end)
        seen = each.outlook(priced, whole_then.total if whole_then else None)
        found.append(
            _Bill(
                cost=priced.total if priced else None,
                usual_now=now_then.total if now_then else None,
                usual_whole=whole_then.total if whole_then else None,
                low=seen.cost.low if seen.cost else None,
                high=seen.cost.high if seen.cost else None,
                message=seen.message if seen.cost is None else "",
            )
        )
    return _added(found)


def _added(found: list[_Bill]) -> _Bill:
    def sum_of(values: list[int | None]) -> int | None:
        return (
            None
            if not values or any(value is None for value in values)
            else sum(value or 0 for value in values)
        )

    return _Bill(
        sum_of([bill.cost for bill in found]),
        sum_of([bill.usual_now for bill in found]),
        sum_of([bill.usual_whole for bill in found]),
        sum_of([bill.low for bill in found]),
        sum_of([bill.high for bill in found]),
        next((bill.message for bill in found if bill.message), ""),
    )


def _written(access: Access, cents: int) -> str:
    return money.written(cents, access.visitor.currency, access.visitor.locale)


def _round(access: Access, cents: int) -> str:
    """An amount without cents, for a scale."""
    return money.written(
        round(cents / 100) * 100, access.visitor.currency, access.visitor.locale
    ).removesuffix(".00")


def _change(bill: _Bill) -> Change:
    if bill.cost is None or not bill.usual_now:
        return Change("no history yet", "same", "neutral") if bill.cost is not None else Change()
    off = bill.cost - bill.usual_now
    share = money.per_cent(abs(off), bill.usual_now)
    if share in ("0 %", ""):
        return Change("as usual by now", "same", "neutral")
    return Change(f"{'up' if off > 0 else 'down'} {share}{_BY_NOW}", "up" if off > 0 else "down",
                  "attention" if off > 0 else "good")  # fmt: skip


def _figure(access: Access, bill: _Bill) -> BigNumber:
    before, whole, cents = money.pieces(bill.cost or 0, access.visitor.currency, access.visitor.locale)
    return BigNumber(
        before=before, whole=whole, cents=cents, said=_written(access, bill.cost or 0), change=_change(bill)
    )


def _rule(access: Access, bill: _Bill, main: Insight) -> Rule:
    return rule(
        bill.cost or 0,
        written=lambda cents: _round(access, cents),
        usual=bill.usual_whole,
        likely_low=bill.low,
        likely_high=bill.high,
        middle=f"day {main.done} of {(main.end - main.start).days}",
    )


def _meaning(access: Access, bill: _Bill, main: Insight) -> str:
    if bill.message:
        return f"Where this bill is heading: {bill.message}."
    if bill.cost is None or bill.usual_now is None:
        return "No history yet to compare with: a year from now this line says how it compares."
    off = bill.cost - bill.usual_now
    word = "more" if off > 0 else "less"
    first = f"That is {_written(access, abs(off))} {word} than usual by now."
    return f"{first} {_weather_words(access, main, off)}".strip()


def _weather_words(access: Access, main: Insight, off: int) -> str:
    """How much of the difference is the weather's, by the home's own model; or that we cannot tell."""
    model = main.model
    days = main.dates(main.start, main.until)
    then = [year_before(day) for day in days]
    known = [
        (main.weather[a], main.weather[b])
        for a, b in zip(days, then, strict=True)
        if a in main.weather and b in main.weather
    ]
    if model is None or len(known) < len(days) or main.tariff is None or off == 0:
        return "" if off == 0 else "We cannot tell why yet."
    heat = model.heating * sum(a.heating - b.heating for a, b in known)
    cool = model.cooling * sum(a.cooling - b.cooling for a, b in known)
    name, part = ("cooling", cool) if abs(cool) > abs(heat) else ("heating", heat)
    cents = round(units(round(part)) * _rate(main) * 100)
    if cents * off <= 0 or abs(cents) < 100:
        return "The weather does not explain it: look at the days."
    about = _round(access, min(abs(cents), abs(off)))
    weather = {
        ("cooling", True): "hotter",
        ("cooling", False): "cooler",
        ("heating", True): "colder",
        ("heating", False): "milder",
    }
    return f"About {about} of it is {name}: these days were {weather[name, part > 0]} than last year's."


def _rate(main: Insight) -> Decimal:
    """What one more unit costs now, tax and riders in; nought where no price is known."""
    tariff = main.tariff
    if tariff is None:
        return Decimal(0)
    if tariff.periods:
        base = sum((period.rate for period in tariff.periods), Decimal(0)) / len(tariff.periods)
        base += sum((rider.rate for rider in tariff.riders), Decimal(0))
    else:
        used = units(main.use(main.start, main.until))
        base = next_unit_rate(tariff, used, main.dates(main.start, main.end))
    return base * (1 + tariff.tax_rate)


def _who(access: Access, mine: list[Premise]) -> str:
    if len(mine) == 1:
        return f"{access.visitor.name}, {mine[0].street}"
    name, account = access.visitor.name, places.account(access).name
    return name if name == account else f"{name}, {account}"


def _standing(owed: Owed) -> Badge:
    return owed.badge if owed.badge.tone == "urgent" else Badge("Account up to date", "good")


def _last_here(access: Access) -> dict[str, str]:
    """What the news is headed with; on a first visit there is no "then" to speak of."""
    seen = access.visitor.last_seen
    if seen is None:
        nothing = "Nothing yet. Your bills and our answers show here as they come."
        return {"news_title": "What is new", "no_news": nothing}
    since = when.since(seen, now(), access.visitor.zone, access.visitor.locale)
    return {
        "news_title": "Since you were last here",
        "since": since,
        "no_news": "Nothing has moved since then.",
    }


def _bill_card(access: Access, owed: Owed, *, several: bool = False) -> BillCard:
    bill_id = owed.bill_id or next((each.id for each in billing.bills(access)), "")
    if not bill_id:
        return BillCard()
    view: BillView = billing.bill(access, bill_id)
    cents = view.left_cents or 0
    before, whole, decimals = _pieces_of(view)
    return BillCard(
        shown=True,
        id=view.id,
        title=f"{view.title}, {view.site}" if several and view.site else view.title,
        badge=view.badge,
        figure=BigNumber(before=before, whole=whole, cents=decimals, said=view.left if cents else view.total),
        lines=_by_commodity(access, view.id),
        link_to=f"/energy/billing/bill?id={view.id}",
        pdf=f"/files/energy/bill-pdf?bill_id={view.id}",
    )


def _by_commodity(access: Access, bill_id: str) -> tuple[SumLine, ...]:
    """A bill in three or four lines: each supply with what was used, tax, the rest."""
    sums: dict[str, int] = {}
    used: dict[str, tuple[Decimal, str]] = {}
    for line in access.all(BillLine, col(BillLine.bill_id) == bill_id, order=col(BillLine.place)):
        supply, _, _ = line.code.partition(".")
        name = "Tax" if line.explain_key == "tax" else supply if supply in _SUPPLIES else "Other"
        sums[name] = sums.get(name, 0) + line.amount_cents
        if line.explain_key in ("tier", "flat", "period", "difference") and line.quantity:
            before = used.get(name, (Decimal(0), line.unit))[0]
            used[name] = (before + Decimal(line.quantity), line.unit)
    labels = {
        name: f"{word}, {plain(used[name][0], 1)} {used[name][1]}" if name in used else word
        for name, word in _SUPPLIES.items()
    }
    ordered = sorted(sums.items(), key=lambda each: each[0] == "Tax")
    return tuple(SumLine(labels.get(name, name), _written(access, cents)) for name, cents in ordered)


def _pieces_of(view: BillView) -> tuple[str, str, str]:
    text = view.left if view.left_cents else view.total
    digits = [place for place, letter in enumerate(text) if letter.isdigit()]
    first, last = digits[0], digits[-1] + 1
    cut = last - 3 if last >= 3 and text[last - 3 : last - 2] in ".," else last
    return text[:first], text[first:cut], text[cut:last]


def _now_words(access: Access) -> str:
    here = local(now(), access.visitor.zone)
    return f"{when.long_day(here.date(), access.visitor.locale)} {here.year}, {here:%H:%M}."


def _fresh(access: Access, main: Insight) -> str:
    last = main.known_until - timedelta(days=1)
    if (today(main.zone) - last).days <= 1:
        return "Readings up to midnight."
    return f"Readings up to {when.day(last, access.visitor.locale)}."
