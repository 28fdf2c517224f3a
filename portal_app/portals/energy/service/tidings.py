"""Telling people of outages and planned work at their place, and the jobs that do it once a change."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, SystemAccess, reads
from portal_app.core.accounts import Company, Member, Person
from portal_app.core.clock import local, now
from portal_app.portals.energy.rules import outages
from portal_app.portals.energy.rules.calendar_file import Work, calendar_file
from portal_app.portals.energy.service import operator, outage_facts
from portal_app.portals.energy.tables import EnergyChoice, Outage, OutageWatch, PlannedWork, Premise
from portal_app.services.billing.company import company_of
from portal_app.services.notifications import service as notifications
from portal_app.shapes.files import Download

_LINK = "/energy/outages"
_BUTTON = "See how it stands"
_SMALL = "You get this because you asked to be told by mail. Change that under Account on the portal."
_DAY_BEFORE = timedelta(hours=24)


def tell_outage(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: put the newest standing of an outage on every touched account's news, once a change.

    Those who watch a place are mailed at once; accounts on the medical list get a mail of their own with the
    number to call.
    """
    found = access.get(Outage, payload["outage_id"])
    company = company_of(access)
    change = _change_of(access, found)
    touched: dict[str, list[Premise]] = defaultdict(list)
    for place in operator.premises_in(access, found):
        touched[place.account_id].append(place)
    medical = _medical(access, touched)
    for account_id, mine in touched.items():
        street = mine[0].street if len(mine) == 1 else f"{len(mine)} of your places"
        title, detail = _outage_words(found, company, street)
        if not notifications.tell(access, account_id, title, detail, _LINK, f"{change}", about="outages"):
            continue
        for watch in _watchers(access, mine):
            text = f"Hello,\n\n{detail}"
            key = f"mail:{change}:{watch.id}"
            notifications.mail(access, watch.to, title, text, key, link=_LINK, button=_BUTTON, small=_SMALL)
        if account_id in medical:
            _mail_medical(access, company, account_id, title, detail, change)


def _change_of(access: Access, found: Outage) -> str:
    """The name of the newest change: two jobs about the same change tell it once."""
    steps, moved = outage_facts.steps_of(access, found.id), outage_facts.estimates_of(access, found.id)
    return f"outage:{found.id}:{len(steps)}:{len(moved)}"


def _outage_words(found: Outage, company: Company, street: str) -> tuple[str, str]:
    def clock(moment: datetime) -> str:
        return when.moment(moment, now(), company.zone, company.locale)

    if found.state in ("restored", "closed"):
        back = f"Restored at {clock(found.restored_at)}." if found.restored_at else "It is over."
        return (
            f"Power is back at {street}",
            f"{back} Still dark? Check your main switch, then report it again.",
        )
    if found.state in ("cancelled", "merged"):
        return (
            f"Outage at {street}: {outages.WORDS[found.state].lower()}",
            "This page says how it stands now.",
        )
    back = (
        f"Most likely back by {clock(found.etr)}."
        if found.etr
        else "We do not know yet when it will be back."
    )
    by = f" by {clock(found.next_by)}" if found.next_by else ""
    upcoming = f" Next: {found.next_who}, {found.next_what}{by}." if found.next_who else ""
    return f"Power is out at {street}: {outages.WORDS[found.state].lower()}", f"{back}{upcoming}"


def _watchers(access: Access, mine: list[Premise]) -> list[OutageWatch]:
    found = access.all(
        OutageWatch,
        col(OutageWatch.premise_id).in_([place.id for place in mine]),
        col(OutageWatch.channel) == "mail",
    )
    # Somebody who watches three places of one account reads one mail.
    return list({watch.to: watch for watch in found if watch.to}.values())


def _medical(access: Access, accounts: Iterable[str]) -> set[str]:
    found = access.all(
        EnergyChoice, col(EnergyChoice.account_id).in_(list(accounts)), col(EnergyChoice.medical).is_(True)
    )
    return {choice.account_id for choice in found}


def _mail_medical(
    access: SystemAccess,
    company: Company,
    account_id: str,
    title: str,
    detail: str,
    change: str,
    extra: str = "",
) -> None:
    text = (
        f"{detail}\n\nYou are on our medical list. If somebody at your place needs power for their health, "
        f"call us now: {company.phone or 'the number on your bill'}. In danger, call emergency first."
        f"{extra}"
    )
    for person in _people_of(access, account_id):
        key = f"medical:{change}:{person.id}"
        letter = f"Hello,\n\n{text}"
        notifications.mail(
            access, person.email, f"Medical list: {title}", letter, key, link=_LINK, button=_BUTTON
        )


def _people_of(access: SystemAccess, account_id: str) -> list[Person]:
    members = access.all(Member, col(Member.account_id) == account_id)
    ids = [member.person_id for member in members]
    return access.all(Person, col(Person.id).in_(ids), col(Person.standing) == "active")


def tell_work(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: tell everybody on a feeder of planned work, with a calendar entry; the medical list twice."""
    work = access.get(PlannedWork, payload["work_id"])
    if work.ends_at <= now() or (payload.get("again") and work.state == "called_off"):
        return
    company, again = company_of(access), bool(payload.get("again"))
    touched: dict[str, list[Premise]] = defaultdict(list)
    for place in access.all(Premise, col(Premise.feeder) == work.feeder):
        touched[place.account_id].append(place)
    medical = _medical(access, touched)
    silent = {
        choice.account_id
        for choice in access.all(EnergyChoice, col(EnergyChoice.planned_notice).is_(False))
        if not choice.medical
    }
    for account_id, mine in touched.items():
        if account_id in silent or (again and account_id not in medical):
            continue
        _tell_work(access, company, work, account_id, mine, medical=account_id in medical, again=again)
    if medical and not again and work.starts_at - _DAY_BEFORE > now():
        access.later(
            "energy.work.tell", {"work_id": work.id, "again": True},
            key=f"work-tell:{work.id}:{work.sequence}:again", run_at=work.starts_at - _DAY_BEFORE,
        )  # fmt: skip


def _tell_work(
    access: SystemAccess, company: Company, work: PlannedWork, account_id: str, mine: list[Premise], *,
    medical: bool, again: bool,
) -> None:  # fmt: skip
    street = mine[0].street if len(mine) == 1 else f"{len(mine)} of your places"
    title, detail = work_words(work, company, street)
    change = f"work:{work.id}:{work.sequence}{':again' if again else ''}"
    if not notifications.tell(access, account_id, title, detail, _LINK, change, about="work"):
        return
    if medical:
        extra = "\nPlan ahead: charge what runs on a battery, or stay somewhere with power for these hours."
        _mail_medical(access, company, account_id, title, detail, change, extra)
        return
    entry = calendar_of(work, company, street)
    for person in _people_of(access, account_id):
        notifications.mail(
            access,
            person.email,
            title,
            f"Hello,\n\n{detail}",
            f"mail:{change}:{person.id}",
            link=_LINK,
            button="See the planned work",
            small=_SMALL,
            calendar=entry,
        )


def work_words(work: PlannedWork, company: Company, street: str) -> tuple[str, str]:
    """Planned work as a title and a sentence, on the company's wall clock."""
    begins, ends = local(work.starts_at, company.zone), local(work.ends_at, company.zone)
    day = when.day(begins.date(), company.locale)
    until = (
        f"{ends:%H:%M}"
        if ends.date() == begins.date()
        else when.moment(work.ends_at, work.starts_at, company.zone)
    )
    if work.state == "called_off":
        return f"Called off: planned work at {street} on {day}", "Your power stays on. Nothing else changes."
    why = work.why[:1].upper() + work.why[1:].rstrip(".")
    return (
        f"Planned work: no power at {street} on {day}, {begins:%H:%M} to {until}",
        f"{why}. Reference {work.reference}.",
    )


def calendar_of(work: PlannedWork, company: Company, street: str = "") -> str:
    """Planned work as an iCalendar file."""
    title, detail = work_words(work, company, street or "your place")
    about = Work(
        uid=f"{work.reference}@{company.slug}.portal", sequence=work.sequence, starts_at=work.starts_at,
        ends_at=work.ends_at, title=title, text=detail, where=street, called_off=work.state == "called_off",
    )  # fmt: skip
    return calendar_file(about, work.made_at)


@reads
def planned_work(access: Access, work_id: str) -> Download:
    """Planned work for one's own calendar."""
    access.require("outage.see")
    work = access.get(PlannedWork, work_id)
    mine = (
        access.all(Premise, col(Premise.feeder) == work.feeder, limit=2) if access.visitor.account_id else []
    )
    street = mine[0].street if len(mine) == 1 else ""
    text = calendar_of(work, company_of(access), street)
    return Download(
        f"planned-work-{work.reference}.ics", "text/calendar; charset=utf-8; method=PUBLISH", text.encode()
    )
