"""When is my power back: the band on every page, the outage page, reporting one, the map."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, SystemAccess, reads
from portal_app.core.accounts import Company
from portal_app.core.clock import local, now
from portal_app.core.errors import Refusal
from portal_app.core.ids import reference
from portal_app.portals.energy.rules import outages, restoration
from portal_app.portals.energy.service import outage_facts, outage_map, places
from portal_app.portals.energy.tables import (
    EtrChange,
    Outage,
    OutageReport,
    OutageStep,
    OutageWatch,
    PlannedWork,
    Premise,
)
from portal_app.shapes.charts import Fact
from portal_app.shapes.energy import OutagePage
from portal_app.shapes.status import Alert, Badge, Happening, Notice, Stage
from portal_app.shapes.tasks import LinkRow

EXTENTS = {"all": "All of it, the neighbours too", "us": "All of it, only us", "some": "Some rooms"}
FIRST_LOOK = timedelta(minutes=30)
_TONES = {"restored": "good", "closed": "good"}


@reads
def band(access: Access) -> Alert:
    """The band at the top: the most pressing outage at any of this account's places, or nothing."""
    access.require("outage.see")
    found = outage_facts.recent(access)
    mine = places.premises(access) if found else []
    touched = [(outage, place) for place in mine for outage in outage_facts.at_place(access, place, found)]
    if not touched:
        return Alert()
    medical = _is_medical(access)
    seen = [
        outages.AtAddress(o.id, o.state, o.started_at, o.etr, o.restored_at, medical=medical)
        for o, _ in touched
    ]
    chosen = outages.banner(seen, now(), outage_facts.clock_words(access))
    if chosen is None:
        return Alert()
    outage, place = next((o, p) for o, p in touched if o.id == chosen.outage_id)
    return (
        _restored_band(access, outage, place)
        if chosen.kind == "restored"
        else _active_band(access, outage, place, medical)
    )


_MEDICAL = " You are on our medical list: call us if you need help now."


def _is_medical(access: Access) -> bool:
    choice = places.choice_of(access)
    return bool(choice and choice.medical)


def _restored_band(access: Access, outage: Outage, place: Premise) -> Alert:
    back = outage_facts.clock_words(access)(outage.restored_at or now())
    return Alert(
        shown=True, tone="good", kind=f"Power is back at {place.street}", title=f"Restored at {back}",
        text="Still dark? Check your main switch, then report it again.",
        link_text="See what happened", link_to="/energy/outages",
    )  # fmt: skip


def _active_band(access: Access, outage: Outage, place: Premise, medical: bool) -> Alert:
    clock = outage_facts.clock_words(access)
    looked = outage_facts.outlook_of(access, outage)
    if outage.etr is not None:
        title = f"Back by {clock(outage.etr)}, most likely"
        text = f"8 of 10 like this were back by {clock(looked.p80)}." if looked else _etr_source(outage)
    else:
        title = "We do not know yet when it will be back"
        text = f"{_sentence(looked.text)}." if looked else "We write as soon as a crew has seen it."
    if medical:
        text += _MEDICAL
    history = [(step.after, step.at) for step in outage_facts.steps_of(access, outage.id)]
    stages = outages.tracker(history)
    place_now = next((number for number, stage in enumerate(stages) if stage.state == "open"), 0)
    open_stage = stages[place_now] if stages else None
    begun = open_stage.entered if open_stage and open_stage.entered else outage.state_since
    return Alert(
        shown=True, tone="urgent", kind=f"Power is out at {place.street}", title=title, text=text,
        stage=open_stage.label if open_stage else outages.WORDS[outage.state], since=f"since {clock(begun)}.",
        next=_next_words(outage, clock),
        steps=tuple(stage.state for stage in stages),
        steps_said=f"Stage {place_now + 1} of {len(stages)}: {outages.WORDS[outage.state].lower()}",
        link_text="Follow it", link_to="/energy/outages",
    )  # fmt: skip


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _etr_source(outage: Outage) -> str:
    if outage.etr_source == "rule":
        return "That is the usual time for an outage like this; a crew will say more."
    return "That is what the crew on site expects."


def _next_words(outage: Outage, clock: Any) -> str:
    by = f" by {clock(outage.next_by)}" if outage.next_by else ""
    return f"Next: {outage.next_who}, {outage.next_what}{by}."


@reads
def page(access: Access, premise_id: str = "", zoom: int = 0) -> OutagePage:
    """The outage page for one place: stages, what has happened, the map, what is planned."""
    access.require("outage.see")
    place = places.premise(access, premise_id)
    found = outage_facts.recent(access)
    here = outage_facts.at_place(access, place, found)
    on = next((outage for outage in here if outage_facts.is_on(outage)), None)
    shown = on or next(iter(here), None)
    watch = access.first(
        OutageWatch,
        col(OutageWatch.premise_id) == place.id,
        col(OutageWatch.person_id) == access.visitor.person_id,
    )
    reported = on is not None and access.first(
        OutageReport, col(OutageReport.premise_id) == place.id, col(OutageReport.outage_id) == on.id
    )
    steps = outage_facts.steps_of(access, shown.id) if shown else []
    changes = outage_facts.estimates_of(access, shown.id) if shown else []
    return OutagePage(
        ready=True,
        title=_title(shown, place),
        meaning=_meaning(access, shown, place, changes) + (_MEDICAL if on and _is_medical(access) else ""),
        active=on is not None,
        outage_id=shown.id if shown else "",
        stages=stages(access, shown, steps),
        happened=_happened(access, shown, place, steps, changes),
        facts=_facts(access, shown),
        map=outage_map.outage_map(access, found, place, zoom),
        others=tuple(_row(access, outage) for outage in found if outage not in here),
        planned=_planned(access, place),
        premises=places.as_choices(places.premises(access)),
        premise_id=place.id,
        watching=watch is not None,
        watch_words=f"We write to {watch.to or access.visitor.email}"
        if watch
        else "We write when something changes",
        promises=outage_facts.promises(access),
        reported=bool(reported),
    )


_SAID_BY_STAGE = ("Confirmed", "A crew is on the way")
"""Words of a state that its stage's name says already."""


def _title(outage: Outage | None, place: Premise) -> str:
    if outage is None:
        return f"Power is on at {place.street}"
    return (
        f"Power outage at {place.street}"
        if outage_facts.is_on(outage)
        else f"Power is back at {place.street}"
    )


def _meaning(access: Access, outage: Outage | None, place: Premise, posted: list[EtrChange]) -> str:
    clock = outage_facts.clock_words(access)
    if outage is None:
        return f"We know of no outage at {place.label.lower()}. If it is dark, tell us: it takes two taps."
    if not outage_facts.is_on(outage):
        back = clock(outage.restored_at or now())
        return f"Restored at {back}. Still dark? Check your main switch, then report it again."
    changes = [outages.EtrChange(c.at, c.after, c.because) for c in posted]
    told = outages.etr_words(changes, clock)
    now_words = (
        f"Most likely back by {clock(outage.etr)}."
        if outage.etr
        else "We do not know yet when it will be back."
    )
    moved = (
        f" The estimate {told[-1]}, at {clock(changes[-1].posted)}."
        if told and told[-1].startswith("moved")
        else ""
    )
    looked = outage_facts.outlook_of(access, outage)
    return now_words + moved + (f" Outages like this: {looked.text}." if looked else "")


def stages(access: Access, outage: Outage | None, steps: list[OutageStep]) -> tuple[Stage, ...]:
    """Where an outage stands, from the first report to power back, with times and whose turn it is."""
    if outage is None:
        return ()
    clock = outage_facts.clock_words(access)
    said = {step.after: step.words for step in steps}
    found = []
    for number, stage in enumerate(outages.tracker([(step.after, step.at) for step in steps]), start=1):
        entered = clock(stage.entered) if stage.entered else ""
        is_open = stage.state == "open"
        found.append(
            Stage(
                label=stage.label,
                state=stage.state,
                number=number,
                when=f"Since {entered}" if is_open else entered or _likely(access, outage, stage.label),
                detail=_detail(stage.label, said)
                if stage.state == "past"
                else ("" if stage.detail in _SAID_BY_STAGE or not is_open else stage.detail),
                next_who=outage.next_who if is_open else "",
                next_what=_sentence(
                    f"{outage.next_what}{f' by {clock(outage.next_by)}' if outage.next_by else ''}."
                )
                if is_open
                else "",
            )  # fmt: skip
        )
    return tuple(found)


def _detail(label: str, said: dict[str, str]) -> str:
    state = {"Reported": "reported", "Confirmed": "confirmed", "Power back": "restored"}.get(label, "")
    return said.get(state, "")


def _likely(access: Access, outage: Outage, label: str) -> str:
    if label != "Power back" or outage.etr is None:
        return "Not known yet"
    return f"Most likely by {outage_facts.clock_words(access)(outage.etr)}"


def _happened(
    access: Access,
    outage: Outage | None,
    place: Premise,
    steps: list[OutageStep],
    changes: list[EtrChange],
) -> tuple[Happening, ...]:
    if outage is None:
        return ()
    clock = outage_facts.clock_words(access)
    rows: list[tuple[datetime, Happening]] = [
        (step.at, Happening(clock(step.at), step.words or outages.WORDS.get(step.after, ""), reference=""))
        for step in steps
    ]
    told = outages.etr_words([outages.EtrChange(c.at, c.after, c.because) for c in changes], clock)
    rows += [
        (c.at, Happening(clock(c.at), f"Power back: {words}."))
        for c, words in zip(changes, told, strict=True)
    ]
    mine = access.all(
        OutageReport,
        col(OutageReport.outage_id) == outage.id,
        col(OutageReport.account_id) == place.account_id,
    )
    rows += [(r.at, Happening(clock(r.at), "You reported it.", reference=r.reference)) for r in mine]
    return tuple(row for _, row in sorted(rows, key=lambda pair: pair[0], reverse=True))


def _facts(access: Access, outage: Outage | None) -> tuple[Fact, ...]:
    """The six facts of an outage, each known or "not known yet" (B13-8)."""
    if outage is None:
        return ()
    return outage_map.six_facts(access, outage)


def _row(access: Access, outage: Outage) -> LinkRow:
    clock = outage_facts.clock_words(access)
    on = outage_facts.is_on(outage)
    end = (
        (f"Back by {clock(outage.etr)}" if outage.etr else "Time not known yet")
        if on
        else f"Back since {clock(outage.restored_at or now())}"
    )
    badge = Badge(outages.WORDS[outage.state], "attention" if on else "good")
    return LinkRow(
        title=outage.area or "Outage",
        detail=f"Since {clock(outage.started_at)}. {end}.",
        badge=badge,
        id=outage.id,
    )


def _planned(access: Access, place: Premise) -> tuple[LinkRow, ...]:
    ahead = access.all(
        PlannedWork,
        col(PlannedWork.feeder) == place.feeder,
        col(PlannedWork.ends_at) > now(),
        col(PlannedWork.state) != "called_off",
        order=col(PlannedWork.starts_at),
    )
    return tuple(_work_row(access, work) for work in ahead)


def _work_row(access: Access, work: PlannedWork) -> LinkRow:
    visitor = access.visitor
    day = when.day(local(work.starts_at, visitor.zone).date(), visitor.locale)
    begins, ends = when.hour(work.starts_at, visitor.zone), when.hour(work.ends_at, visitor.zone)
    return LinkRow(
        title=f"{day}: power off from {begins} to {ends}",
        detail=f"{_sentence(work.why)}. Reference {work.reference}.",
        link_to=f"/files/energy/planned-work?work_id={work.id}",
        icon="calendar",
        id=work.id,
    )


def report_outage(access: Access, premise_id: str, extent: str = "all", channel: str = "portal") -> Notice:
    """Say that power is out at a place; a second tap finds the first report and its reference.

    Joins the outage that is on there, or opens one with an estimate by rule and the control room's turn.
    """
    access.require("outage.report")
    if extent not in tuple(EXTENTS):
        raise Refusal("Say whether all of it or some rooms are without power.", "extent")
    place = access.get(Premise, premise_id)
    house = _house(access)
    _one_at_a_time(house, place)
    on = next(filter(outage_facts.is_on, outage_facts.at_place(access, place)), None)
    outage = on or _open(house, place)
    report = _one_report(access, place, outage, extent, channel)
    clock = outage_facts.clock_words(access)
    known = (
        f"We knew: {outages.WORDS[outage.state].lower()}."
        if on
        else f"Our control room looks at it by {clock(outage.next_by or now())}."
    )
    back = f" Most likely back by {clock(outage.etr)}." if outage.etr else ""
    return Notice(
        title=f"Reported: no power at {place.street}", text=known + back + " This page follows it by itself.",
        tone="good", reference=report.reference,
    )  # fmt: skip


def _house(access: Access) -> SystemAccess:
    """The house in the same transaction: an outage is the company's row, opened on a customer's word."""
    return SystemAccess(visitor=access.visitor, db=access.db, notes=access.notes, pokes=access.pokes)


def _one_at_a_time(house: SystemAccess, place: Premise) -> None:
    """Wait for whoever reports on the same feeder this moment, so that one fault is one outage."""
    alike = col(Premise.feeder) == place.feeder if place.feeder else col(Premise.id) == place.id
    first = house.rows(Premise, alike).order_by(col(Premise.id)).limit(1)
    house.db.exec(first.with_for_update(key_share=True)).first()


def _open(house: SystemAccess, place: Premise) -> Outage:
    company = house.db.get_one(Company, house.visitor.company_id)
    name = company.short_name or company.name
    storm = any(outage.storm for outage in outage_facts.recent(house) if outage_facts.is_on(outage))
    lat, lon = outage_facts.stands_at(house, place)
    opening = restoration.opening_estimate(now(), major_storm=storm)
    outage = house.add(
        Outage, reference=reference("OUT"), state="reported", feeder=place.feeder, area=_near(place),
        lat=lat, lon=lon, customers=1, next_what="checks the line", next_by=now() + FIRST_LOOK,
        next_who=f"the control room at {name}",
        etr=opening.etr, etr_source=opening.source, storm=storm,
    )  # fmt: skip
    house.add(
        OutageStep, outage_id=outage.id, event="report", after="reported", words="The first report came in."
    )
    house.add(
        EtrChange, outage_id=outage.id, after=opening.etr, because=opening.because, source=opening.source
    )
    house.note("outage.opened", f"outage:{outage.id}", account_id="", reference=outage.reference)
    return outage


def _near(place: Premise) -> str:
    """A name for where a place stands that everybody may read: its street, never its number."""
    street = re.sub(r"[\d#][\w/.-]*", "", place.street).strip(" ,.")
    return street[:120] or place.city or "Nearby"


def _one_report(access: Access, place: Premise, outage: Outage, extent: str, channel: str) -> OutageReport:
    # One report of a place is enough, whoever made it.
    here = (col(OutageReport.premise_id) == place.id, col(OutageReport.outage_id) == outage.id)
    known = access.db.exec(access.whole(OutageReport, *here).limit(1)).first()
    if known is not None:
        return known
    access.poke(outage_facts.topic(access.visitor.company_id))
    access.note(
        "outage.reported", f"outage:{outage.id}", account_id=place.account_id, extent=extent, channel=channel
    )
    return access.add(
        OutageReport, account_id=place.account_id, premise_id=place.id, outage_id=outage.id,
        reference=reference("REP"), key=f"{place.id}:{outage.id}", extent=extent, channel=channel,
        by=access.visitor.person_id,
    )  # fmt: skip


def watch(access: Access, premise_id: str, on: bool) -> Notice:
    """Ask for mail about outages at a place, or stop it."""
    access.require("outage.see")
    place = access.get(Premise, premise_id)
    person_id = access.visitor.person_id
    access.note("outage.watch", f"premise:{place.id}", account_id=place.account_id, on=bool(on))
    if not on:
        access.remove(
            OutageWatch, col(OutageWatch.premise_id) == place.id, col(OutageWatch.person_id) == person_id
        )
        return Notice(
            f"No more mail about outages at {place.street}", "This page still shows them.", "neutral"
        )
    row = {
        "account_id": place.account_id, "premise_id": place.id, "person_id": person_id, "channel": "mail",
        "to": access.visitor.email,
    }  # fmt: skip
    access.add_many(OutageWatch, [row], skip_known=True)
    return Notice(
        f"We will write to {access.visitor.email}",
        f"About every outage at {place.street}, as soon as something changes.",
        "good",
    )
