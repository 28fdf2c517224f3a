"""Why is it high: the usage page of a home and of shops, on a loaded demo."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col

from portal_app.core.access import SystemAccess, acting_for_company
from portal_app.core.errors import NotYours, Refusal
from portal_app.portals.energy.rules.tariffs import Period, Tariff, Tier
from portal_app.portals.energy.service import choices, neighbourhood, places, rollup, tariff_book, usage
from portal_app.portals.energy.service import insight as insights
from portal_app.portals.energy.tables import (
    DayUse,
    DayWeather,
    Interval,
    Meter,
    NeighbourGroup,
    Premise,
    Register,
    ServiceAgreement,
)
from portal_app.shapes.charts import TableRow
from portal_app.shapes.energy import UsagePage
from tests.portals.conftest import Town, do

LA = ZoneInfo("America/Los_Angeles")
MAYA, OMAR, OTHER, ROSA = (
    "maya@brightwater.example",
    "omar@brightwater.example",
    "other@brightwater-two.example",
    "rosa@brightwater.example",
)


def page(town: Town, who: str = MAYA, **asked: str) -> UsagePage:
    return do(town.visitor(who), usage.usage_page, **asked)


def house(town: Town, who: str = MAYA):
    """The house itself at work in somebody's company."""
    return acting_for_company(town.visitor(who).company_id, kind="energy", zone="America/Los_Angeles")


def register_of(access: SystemAccess, account_id: str, commodity: str = "electricity") -> Register:
    return access.all(Register, col(Register.account_id) == account_id, col(Register.commodity) == commodity)[
        0
    ]


def rows_of(seen: UsagePage) -> list[TableRow]:
    """The rows behind the chart, without the sum under them."""
    return [row for row in seen.chart.rows if not row.marked]


def noon(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=LA).timestamp())


def keep_hours(
    access: SystemAccess, register: Register, hours: list[tuple[int, int]], quality: str = "actual"
):
    """Store hours (start, thousandths) and the days they make."""
    owner = {"company_id": register.company_id, "account_id": register.account_id, "register_id": register.id}
    access.add_many(
        Interval,
        [{**owner, "start": s, "seconds": 3600, "amount": a, "quality": quality} for s, a in hours],
    )
    rollup.roll_up(access, register, hours[0][0], hours[-1][0] + 3600, register.zone)


def hours_of(day: date, wh: int) -> list[tuple[int, int]]:
    """Every hour of a local day at so many Wh."""
    begin = int(datetime(day.year, day.month, day.day, tzinfo=LA).timestamp())
    after = day + timedelta(days=1)
    end = int(datetime(after.year, after.month, after.day, tzinfo=LA).timestamp())
    return [(second, wh * 1000) for second in range(begin, end, 3600)]


def new_supply(access: SystemAccess, premise: Premise, tariff: str = "", **more: object) -> Register:
    """Another meter at a place."""
    owner = {"account_id": premise.account_id, "premise_id": premise.id}
    agreement = access.add(
        ServiceAgreement, **owner, starts=date(2009, 1, 1), tariff_code=tariff, cycle_day=1, **more
    )
    meter = access.add(Meter, **owner, agreement_id=agreement.id, number=f"M{premise.id[-6:]}")
    return access.add(
        Register, **owner, meter_id=meter.id, ref=f"new:{premise.id}", zone="America/Los_Angeles"
    )


def new_place(access: SystemAccess, account_id: str, **more: object) -> Premise:
    values = {
        "label": "Cabin",
        "street": "5 Lake Lane",
        "zone": "America/Los_Angeles",
        "region": "CA",
        **more,
    }
    return access.add(Premise, account_id=account_id, place=9, **values)


@pytest.mark.line("U13-01", "U13-02")
def test_the_days_of_a_bill_stand_beside_the_same_days_last_year(brightwater):
    seen = page(brightwater)
    with house(brightwater) as access:
        register = register_of(access, brightwater.visitor(MAYA).account_id)
        days = rollup.day_rows(access, register.id, date(2026, 11, 3), date(2026, 11, 16))
        before = rollup.day_rows(access, register.id, date(2025, 11, 3), date(2025, 11, 16))
    assert len(days) == len(before) == 14
    for column, kept in ((1, days), (2, before)):
        cells = [row.cells[column] for row in rows_of(seen)]
        assert [Decimal(cell) for cell in cells] == [Decimal(d.amount) / 1_000_000 for d in kept]
        assert {len(cell.partition(".")[2]) for cell in cells} == {3}
    assert all(bar.notch_y >= 0 for bar in seen.chart.bars)
    assert "than the same days last year" in seen.meaning


@pytest.mark.line("U13-01")
@pytest.mark.parametrize(
    ("who", "commodity", "unit"), [(MAYA, "gas", "therms"), (OMAR, "electricity", "kWh")]
)
def test_gas_and_shops_have_their_own_days_and_months(brightwater, who, commodity, unit):
    days, year = (page(brightwater, who, commodity=commodity, span=span) for span in ("bill", "year"))
    assert days.unit_word == year.unit_word == unit
    assert len(rows_of(year)) == 12
    assert unit in days.chart.total
    assert days.chart.title == ("Gas" if commodity == "gas" else "Electricity") + ", day by day"


@pytest.mark.line("U13-01")
def test_the_months_of_a_year_stand_beside_the_months_before(brightwater):
    seen = page(brightwater, span="year")
    assert rows_of(seen)[-1].cells[0].startswith("November")
    assert rows_of(seen)[-1].cells[2] != ""
    assert "so far" in rows_of(seen)[-1].note


@pytest.mark.line("U13-03", "U13-19")
def test_the_cold_day_is_called_out_with_its_share_and_reason(brightwater):
    seen = page(brightwater)
    assert seen.odd.shown
    assert "% above your usual" in seen.odd.reason
    assert "heating" in seen.odd.reason
    assert " F, heating" in seen.meaning
    marked = [bar for bar in seen.chart.bars if bar.kind == "odd"]
    assert [bar.label for bar in marked] == ["Friday 13 November"]


@pytest.mark.line("U13-16", "U13-03")
def test_who_reads_celsius_reads_the_reason_in_celsius(brightwater):
    before = page(brightwater).odd
    do(brightwater.visitor(MAYA), choices.choose, {"temperature": "C"})
    after = page(brightwater).odd
    assert " F, heating" in before.reason
    assert " °C, heating" in after.reason
    assert [line.amount for line in after.lines] == [line.amount for line in before.lines]


@pytest.mark.line("U13-03")
def test_the_parts_of_an_odd_day_add_up_to_the_day(brightwater):
    odd = page(brightwater).odd
    *parts, whole = [Decimal(line.amount) for line in odd.lines]
    assert len(parts) >= 2
    assert sum(parts) == whole
    assert odd.total == f"{odd.lines[-1].amount} kWh"


@pytest.mark.line("U13-03")
def test_an_estimated_day_is_marked_and_never_called_out(brightwater):
    day = date(2026, 11, 13)
    assert page(brightwater).odd.shown
    with house(brightwater) as access:
        register = register_of(access, brightwater.visitor(MAYA).account_id)
        begin = noon(day) - 12 * 3600
        where = (col(Interval.register_id) == register.id, col(Interval.start) >= begin)
        access.update(Interval, *where, col(Interval.start) < begin + 86_400, quality="estimated")
        rollup.roll_up(access, register, begin, begin + 86_400, register.zone)
    seen = page(brightwater)
    assert not seen.odd.shown
    assert not [bar for bar in seen.chart.bars if bar.kind == "odd"]
    assert [row.note for row in rows_of(seen) if row.note] == ["estimated"]
    one = page(brightwater, span="day", on=day.isoformat())
    assert {row.note for row in rows_of(one)} == {"estimated"}


@pytest.mark.line("U13-04", "B13-3")
def test_similar_homes_are_shown_as_figures_without_a_name(brightwater):
    seen = page(brightwater)
    labels = [bar.label for bar in seen.compare]
    assert labels[0] == "You, this year"
    assert any(label.endswith("similar homes nearby") for label in labels)
    assert seen.compare_badge.text in ("Great", "Good", "More than average")
    said = json.dumps([seen.compare_note, labels, seen.compare_title, seen.foot])
    assert "Household" not in said
    assert "4411" not in said
    with house(brightwater) as access:
        group = access.all(NeighbourGroup, col(NeighbourGroup.premise_id) == seen.premise)[0]
        homes = json.loads(group.totals)["2026-11-03"]["homes"]
    assert seen.premise not in json.loads(group.members), "a home is never compared with itself"
    assert f"{len(homes)} similar homes nearby" in labels


@pytest.mark.line("S-75", "B13-3")
def test_who_says_no_is_compared_no_more_at_once_and_counted_no_more_by_the_next_look(brightwater):
    mine = page(brightwater).premise
    with house(brightwater) as access:
        groups = access.all(NeighbourGroup)
    assert any(mine in json.loads(group.members) for group in groups)
    do(brightwater.visitor(MAYA), choices.choose, {"neighbours": False})
    seen = page(brightwater)
    assert [bar.label for bar in seen.compare] == ["You, this year", "You, last year"]
    assert not seen.compare_badge.text
    with house(brightwater) as access:
        before = {group.premise_id: len(_homes(group)) for group in access.all(NeighbourGroup)}
        neighbourhood.renew(access)
        after = {group.premise_id: len(_homes(group)) for group in access.all(NeighbourGroup)}
    assert mine not in after
    counted = {group.premise_id for group in groups if mine in json.loads(group.members)}
    assert all(after[home] == before[home] - 1 for home in counted if before[home])
    assert any(before[home] for home in counted)


def _homes(group: NeighbourGroup) -> list[int]:
    return json.loads(group.totals).get("2026-11-03", {}).get("homes", [])


@pytest.mark.line("B13-3")
def test_below_twenty_homes_nothing_of_them_is_shown(brightwater):
    with house(brightwater) as access:
        group = access.all(NeighbourGroup, col(NeighbourGroup.premise_id) == page(brightwater).premise)[0]
        totals = json.loads(group.totals)
        totals["2026-11-03"]["homes"] = totals["2026-11-03"]["homes"][:19]
        access.change(group, totals=json.dumps(totals))
    seen = page(brightwater)
    assert [bar.label for bar in seen.compare] == ["You, this year", "You, last year"]
    assert seen.compare_note.startswith("Fewer than 20 similar homes")
    assert not seen.compare_badge.text
    assert not any(line.dashed for line in seen.chart.grid)


def _pay_by_the_clock(access: SystemAccess, premise_id: str) -> None:
    for agreement in access.all(
        ServiceAgreement,
        col(ServiceAgreement.premise_id) == premise_id,
        col(ServiceAgreement.commodity) == "electricity",
    ):
        access.change(agreement, tariff_code="E-TIME")


@pytest.mark.line("B13-4")
@pytest.mark.parametrize("homes", [20, 19])
def test_who_pays_by_the_clock_sees_the_dear_hours_beside_twenty_homes(brightwater, homes):
    place = page(brightwater).premise
    with house(brightwater) as access:
        _pay_by_the_clock(access, place)
        group = access.all(NeighbourGroup, col(NeighbourGroup.premise_id) == place)[0]
        totals = json.loads(group.totals)
        totals["2026-11-03"]["peaks"] = [[10_000, 100_000]] * homes
        access.change(group, totals=json.dumps(totals))
        register = register_of(access, brightwater.visitor(MAYA).account_id)
        rows = rollup.day_rows(access, register.id, date(2026, 11, 3), date(2026, 11, 16))
    share = Decimal(sum(row.peak for row in rows)) * 100 / sum(row.amount for row in rows)
    said = page(brightwater).compare_note
    if homes == 20:
        assert f"{round(share)} % of your use is in the dear hours, 10 % nearby" in said
    else:
        assert "Fewer than 20 similar homes near you have dear hours" in said
    assert "dear hours" not in page(brightwater, OMAR).compare_note, "Omar's bakery has one price"


@pytest.mark.line("B13-4")
def test_homes_read_once_a_day_do_not_count_for_the_dear_hours(brightwater):
    with house(brightwater) as access:
        neighbourhood.renew(access)
        group = access.all(NeighbourGroup, col(NeighbourGroup.premise_id) == page(brightwater).premise)[0]
    assert json.loads(group.totals)["2026-11-03"]["peaks"] == []


@pytest.mark.line("B13-1")
def test_a_bill_in_the_making_says_where_it_is_heading(brightwater):
    seen = page(brightwater)
    assert seen.forecast_words.startswith("Likely $")
    assert "by the weather usual for the days left" in seen.forecast_words
    assert seen.forecast.middle == "day 14 of 30"


@pytest.mark.line("B13-1")
def test_below_three_quarters_of_its_readings_a_bill_has_no_forecast(brightwater):
    with house(brightwater) as access:
        register = register_of(access, brightwater.visitor(MAYA).account_id)
        begin = noon(date(2026, 11, 8)) - 12 * 3600
        access.remove(
            Interval,
            col(Interval.register_id) == register.id,
            col(Interval.start) >= begin,
            col(Interval.start) < begin + 5 * 86_400,
        )
        rollup.roll_up(access, register, begin, begin + 5 * 86_400, register.zone)
    seen = page(brightwater)
    assert seen.forecast_words == "Where this bill is heading: not enough readings yet (64 %)."
    assert not seen.forecast.middle
    assert "in the 9 days of 14 that were read" in seen.meaning
    assert [row.cells[1] for row in rows_of(seen)].count("no reading") == 5


@pytest.mark.line("B13-5")
def test_money_says_what_it_leaves_out_and_its_days_add_up(brightwater):
    seen = page(brightwater, unit="money", on="2026-10-20")
    assert seen.money_note == "Without the daily charge of $0.49, 7.5 % tax and credits."
    days = [Decimal(row.cells[1].lstrip("$")) for row in rows_of(seen)]
    assert f"${sum(days)}" == seen.chart.total
    with house(brightwater) as access:
        supply = places.supply(access, access.get(Premise, seen.premise))
        assert supply is not None
        main = insights.insight(access, supply, on=date(2026, 10, 20))
        priced = main.priced(main.start, main.end)
    assert priced is not None
    energy = priced.total - priced.of("fixed") - priced.of("tax")
    assert abs(int(sum(days) * 100) - energy) <= len(days), "the days are the energy and its riders"


@pytest.mark.line("B13-6")
def test_other_tariffs_are_priced_on_the_homes_own_year(brightwater):
    rows, note = do(brightwater.visitor(MAYA), usage.other_tariffs)
    assert {row.id for row in rows} == {"E-HOME", "E-TIME", "E-FLAT"}
    assert next(row for row in rows if row.id == "E-HOME").badge.text == "Yours"
    assert note.startswith("If you do not change your habits.")
    yearly = [int(row.end.split(" ")[0].replace("$", "").replace(",", "")) for row in rows]
    assert yearly == sorted(yearly)
    shops, _ = do(brightwater.visitor(OMAR), usage.other_tariffs)
    assert {row.id for row in shops} == {"E-SHOP", "E-SHOP-TIME"}, "a shop is not offered a home's tariff"


@pytest.mark.line("U13-13")
def test_tips_come_from_the_homes_own_year_with_a_saving_and_its_basis(brightwater):
    seen = page(brightwater)
    assert seen.tips
    assert all(tip.saving.startswith("about $") and tip.basis for tip in seen.tips)
    assert "% of your year" in " ".join(tip.basis for tip in seen.tips) or "in a year" in seen.tips[0].basis
    assert [tip.title for tip in seen.tips] != [tip.title for tip in page(brightwater, OMAR).tips]


@pytest.mark.line("U13-13", "U13-17")
@pytest.mark.parametrize("lat", [38.5, -33.9])
def test_the_season_is_the_weathers_own_on_either_side_of_the_equator(brightwater, lat):
    """The same November: frost in the north brings heating tips, heat in the south brings cooling tips."""
    with house(brightwater) as access:
        place = access.get(Premise, page(brightwater).premise)
        access.change(place, lat=lat, station="south" if lat < 0 else place.station)
        if lat < 0:
            station = col(DayWeather.station) == "mill-valley"
            rows = list(access.db.exec(access.rows(DayWeather, station).order_by(col(DayWeather.day))))
            shifted = [
                {
                    **{
                        n: getattr(rows[max(index - 182, 0)], n)
                        for n in ("mean", "high", "low", "hdd", "cdd", "hours")
                    },
                    "company_id": row.company_id,
                    "station": "south",
                    "day": row.day,
                }
                for index, row in enumerate(rows)
            ]
            access.add_many(DayWeather, shifted)
    title = page(brightwater).tips_title
    assert title == ("Keeping cool for less" if lat < 0 else "Keeping warm for less")


@pytest.mark.line("U13-02")
def test_a_new_meter_has_no_history_and_no_nought(brightwater):
    account = brightwater.visitor(MAYA).account_id
    with house(brightwater) as access:
        place = new_place(access, account)
        register = new_supply(access, place, "E-HOME")
    silent = page(brightwater, premise_id=place.id)
    assert silent.title == "No readings yet"
    with house(brightwater) as access:
        for day in (15, 16):
            keep_hours(access, register, hours_of(date(2026, 11, day), 500))
    seen = page(brightwater, premise_id=place.id)
    assert (
        seen.meaning
        == "You used 24 kWh in the 2 days of 16 that were read. There is no history yet to compare with."
    )
    assert [bar.label for bar in seen.compare] == ["You, this year"]
    assert seen.chart.rows[-1].cells[-1] == "no history yet"
    assert not seen.tips


@pytest.mark.line("U13-01")
@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_a_day_on_which_the_clocks_change_has_its_own_hours(brightwater, day, hours):
    seen = page(brightwater, span="day", on=day.isoformat())
    assert len(rows_of(seen)) == hours
    with house(brightwater) as access:
        register = register_of(access, brightwater.visitor(MAYA).account_id)
        row = rollup.day_rows(access, register.id, day, day)[0]
    assert (row.due, row.seconds) == (hours * 3600, hours * 3600)


@pytest.mark.line("U13-01")
def test_a_missing_hour_keeps_its_place_in_the_day(brightwater):
    with house(brightwater) as access:
        register = register_of(access, brightwater.visitor(MAYA).account_id)
        gone = noon(date(2026, 11, 10))
        access.remove(Interval, col(Interval.register_id) == register.id, col(Interval.start) == gone)
    seen = page(brightwater, span="day", on="2026-11-10")
    rows = rows_of(seen)
    assert len(rows) == 24
    assert rows[12].cells == ("12:00", "no reading")
    assert seen.chart.summary.endswith("1 of 24 readings is missing, so this is not the whole day.")
    assert "missing" not in page(brightwater, span="day", on="2026-11-11").chart.summary


@pytest.mark.line("U13-01", "U13-02")
def test_readings_of_2011_show_their_newest_bill(brightwater):
    account = brightwater.visitor(MAYA).account_id
    with house(brightwater) as access:
        place = new_place(access, account, station="")
        register = new_supply(access, place, "E-HOME")
        for n in range(45):
            keep_hours(access, register, hours_of(date(2011, 6, 1) + timedelta(days=n), 1000))
    seen = page(brightwater, premise_id=place.id)
    assert seen.meaning == "You used 360 kWh in 15 days. There is no history yet to compare with."
    assert len(rows_of(seen)) == 15
    assert seen.title == "July so far"
    assert seen.earlier == "2011-06-30"
    june = page(brightwater, premise_id=place.id, on=seen.earlier)
    assert june.meaning.startswith("You used 720 kWh in 30 days.")
    assert "720 kWh" in june.chart.total
    assert do(brightwater.visitor(MAYA), usage.other_tariffs, place.id) == ((), ""), "no price held then"


@pytest.mark.parametrize("on", ["1900-01-01", "2040-12-31"])
def test_a_day_past_either_end_means_the_nearest_day_that_was_read(brightwater, on):
    seen = page(brightwater, span="day", on=on)
    assert "0 kWh" not in (seen.chart.total,)
    assert len(rows_of(seen)) >= 23


@pytest.mark.line("B13-1")
def test_a_bill_that_is_over_is_counted_alone_and_not_forecast(brightwater):
    seen = page(brightwater, on="2026-10-20")
    with house(brightwater) as access:
        register = register_of(access, brightwater.visitor(MAYA).account_id)
        rows = rollup.day_rows(access, register.id, date(2026, 10, 3), date(2026, 11, 2))
    used = Decimal(sum(row.amount for row in rows)) / 1_000_000
    assert f"You used {used.quantize(Decimal('0.1'))} kWh in 31 days" in seen.meaning
    assert seen.forecast_words.startswith("All days of this bill are read. It came to about $")


@pytest.mark.parametrize("asked", [{"span": "week"}, {"unit": "carbon"}, {"on": "yesterday"}])
def test_what_the_page_does_not_offer_is_refused_with_a_sentence(brightwater, asked):
    with pytest.raises(Refusal, match="Choose"):
        page(brightwater, **asked)


@pytest.mark.parametrize("who", [OMAR, OTHER])
@pytest.mark.parametrize("use_case", [usage.usage_page, usage.other_tariffs])
def test_a_strangers_place_is_not_found(brightwater, who, use_case):
    place = page(brightwater).premise
    with pytest.raises(NotYours):
        do(brightwater.visitor(who), use_case, place)


def test_the_tariff_of_a_register_in_tenths_of_a_watt_hour_is_rounded_once(brightwater):
    """I13-2: what is billed is the sum of the readings, not the sum of rounded days."""
    account = brightwater.visitor(MAYA).account_id
    with house(brightwater) as access:
        place = new_place(access, account)
        register = new_supply(access, place, "E-FLAT")
        owner = {"company_id": register.company_id, "account_id": account, "register_id": register.id}
        days = [date(2026, 9, 1) + timedelta(days=n) for n in range(30)]
        access.add_many(
            Interval,
            [{**owner, "start": noon(day), "seconds": 3600, "amount": 10_000_400} for day in days],
        )
        rollup.roll_up(access, register, noon(days[0]), noon(days[-1]) + 3600, register.zone)
        supply = places.supply(access, place)
        assert supply is not None
        main = insights.insight(access, supply)
        priced = main.priced(days[0], days[-1] + timedelta(days=1))
        read = sum(
            row.amount for row in access.db.exec(access.rows(DayUse, col(DayUse.register_id) == register.id))
        )
    assert priced is not None
    assert read == 30 * 10_000_400
    assert priced.use == round(read / 1000) == 300_012


def test_a_tariff_comes_back_from_the_book_as_it_went_in(brightwater):
    tariff = Tariff(
        code="X", version="1", name="Two prices", effective_from=date(2026, 1, 1),
        tiers=(Tier(Decimal("0.30")),), periods=(Period("p", "Peak", Decimal("0.5"), frozenset({16, 17})),),
        tax_rate=Decimal("0.07"),
    )  # fmt: skip
    assert tariff_book.from_json(tariff_book.to_json(tariff)) == tariff
