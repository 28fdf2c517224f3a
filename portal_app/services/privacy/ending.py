"""The end of somebody's fourteen days: their rows are erased or unnamed, class by class, and they are told.

What an account must keep open for (an open bill, a supply that runs, a hold) keeps that account alone; a hold
on the person keeps everything. Both are looked at again every night.
"""

import json
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete
from sqlmodel import col

from portal_app.core import own_rows, sealed_files, vault
from portal_app.core.access import SystemAccess, Visitor
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.clock import now, today
from portal_app.core.outbox import Job
from portal_app.services.identity import mailing
from portal_app.services.identity.tables import Ceremony, SignIn
from portal_app.services.notifications.tables import Mail
from portal_app.services.privacy import fates, leaving, plans
from portal_app.services.privacy.tables import Erasure
from portal_app.shapes.leaving import Fate

SWEPT = "privacy.swept"
"""What the address in the last job of a deletion is sealed for."""
_LATER = timedelta(days=1)


def _as_house(access: SystemAccess) -> tuple[SystemAccess, Company]:
    """The house at work for a company, knowing its kind, zone and language."""
    company = access.db.get_one(Company, access.visitor.company_id)
    facts = {**vars(access.visitor), "kind": company.kind, "zone": company.zone, "locale": company.locale}
    access.visitor = Visitor(**facts)
    return access, company


def _wish(access: SystemAccess, payload: dict[str, Any]) -> Erasure | None:
    mine = (col(Erasure.id) == str(payload.get("erasure", "")), col(Erasure.state).in_(leaving.OPEN))
    return access.db.exec(_locked(access, *mine)).first()


def _locked(access: SystemAccess, *where: ColumnElement[bool]) -> Any:
    return access.rows(Erasure, *where).with_for_update()


def remind(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: three days before the end, say so once more."""
    wish = _wish(access, payload)
    if wish is None:
        return
    _, company = _as_house(access)
    person = access.db.get_one(Person, wish.person_id)
    day = leaving.written(leaving.day_of(wish.due_at, company.zone), person.locale or company.locale)
    says = f"we delete your account on {day}, as you asked. Reference {wish.reference}."
    leaving.mail_before(access, company, person, wish, f"In three days: your account at {company.name}", says)


def erase(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: the fourteen days are over. A second run finds nothing to do."""
    wish = _wish(access, payload)
    if wish is not None and wish.due_at <= now():
        _as_house(access)
        _end(access, wish)


def carry_on(access: SystemAccess, _payload: dict[str, Any]) -> None:
    """Job: look again at what a hold kept, and remove what has been kept long enough."""
    _as_house(access)
    due = (col(Erasure.state).in_(("held", "partly")), col(Erasure.due_at) <= now())
    for wish in list(access.db.exec(_locked(access, *due))):
        if wish.state == "held":
            _end(access, wish)
        else:
            _go_on(access, wish)


def _end(access: SystemAccess, wish: Erasure) -> None:
    person = access.db.get_one(Person, wish.person_id)
    company = access.db.get_one(Company, wish.company_id)
    locale, day = person.locale or company.locale, today(company.zone)
    found = plans.plan(access, person.id, day)
    if found.held:
        _wait(access, wish, person, company, found.held)
        return
    email = person.email
    places = [account.id for account in found.accounts]
    _erase_person(access, person, places)
    left = _close(access, [account.id for account in found.accounts if account.closes], day, company)
    left += [{"account": account.id} for account in found.accounts if account.why]
    kept = [
        {"words": one.words, "why": one.why, "until": str(one.until or "")}
        for one in found.stays
        if not any(account.name in one.words for account in found.accounts)
    ]
    report = json.dumps({"erased": found.goes, "kept": kept, "left": left})
    access.change(wish, state="partly" if left else "done", done_at=now(), report=report)
    access.note("privacy.erased", wish.reference, account_id="", classes=len(found.goes), kept=len(kept))
    lines = plans.report(found, locale)
    mailing.send(
        access.db,
        company.id,
        email,
        f"Your account at {company.name} is deleted",
        (
            "Hello,",
            f"your account is deleted, as you asked. Reference {wish.reference}. This is what went and what "
            "stayed. This mail itself goes from our list within a day.",
            *(line for line in lines if line),
        ),
        after=("You are welcome again at any time: with a new invitation you begin anew.",),
        key=f"erased:{wish.id}",
    )
    _sweep_later(access, email, f"swept:{wish.id}")


def _wait(
    access: SystemAccess, wish: Erasure, person: Person, company: Company, why: Collection[str]
) -> None:
    if wish.state != "held":
        access.change(wish, state="held")
        access.note("privacy.erasure_held", wish.reference, account_id="")
    says = f"you asked us to delete your account ({wish.reference}). It has to wait: {' and '.join(why)}."
    mailing.send(
        access.db,
        company.id,
        person.email,
        f"Your account at {company.name} is not deleted yet",
        (f"Hello {person.name},", says, "We look every night, and do it as soon as that is over."),
        key=f"erasure-held:{wish.id}",
    )


def _erase_person(access: SystemAccess, person: Person, places: Collection[str]) -> None:
    """Everything of one person, table by table as declared."""
    keys = access.columns(SignIn, col(SignIn.id)).where(col(SignIn.person_id) == person.id)
    for key in access.db.execute(keys).scalars():
        access.poke(f"session:{key}")
    access.poke(f"person:{person.id}")
    for account_id in places:
        access.poke(f"people:{account_id}")
    values = {"id": person.id, "email": person.email, "name": person.name}
    _sweep_now(access, person.email)
    access.db.execute(delete(Ceremony).where(col(Ceremony.person_id) == person.id))
    for name, each in fates.of(access.visitor.kind).items():
        for fate in each:
            for column, holds in fate.by if fate.person in ("erase", "unname") else ():
                table = own_rows.tables()[name]
                where = [col(getattr(table, column)) == values[holds]]
                if holds == "name":
                    where.append(col(table.account_id).in_(places))
                _apply(access, table, fate.person, fate, where)
    access.update(Person, col(Person.id) == values["id"], email=f"{values['id'].lower()}@deleted.invalid")


def _apply(access: SystemAccess, table: Any, act: str, fate: Fate, where: list[ColumnElement[bool]]) -> None:
    if act == "unname":
        access.update(table, *where, **fate.sets)
        return
    if fate.file[0]:
        column, folder = fate.file
        named = access.columns(table, col(getattr(table, column))).where(*where)
        names = [name for name in access.db.execute(named).scalars() if name]
        if names:
            access.later("privacy.drop_files", {"folder": folder, "names": names})
    access.remove(table, *where)


def _close(
    access: SystemAccess, accounts: Collection[str], day: date, company: Company
) -> list[dict[str, str]]:
    """Close accounts that nobody owns any more; gives what of them is removed later, and when."""
    left: list[dict[str, str]] = []
    for account_id in accounts:
        _tell_others(access, account_id, company)
        for name, each in fates.of(access.visitor.kind).items():
            table = own_rows.tables()[name]
            for fate in each:
                of_it = Account.id if table is Account else getattr(table, "account_id", None)
                if fate.account in ("erase", "unname") and of_it is not None:
                    _apply(access, table, fate.account, fate, [col(of_it) == account_id])
                elif fate.lapses and fate.account == "keep":
                    until = str(day + timedelta(days=fate.days))
                    left.append({"account": account_id, "table": name, "until": until})
        access.note("privacy.account_closed", account_id, account_id=account_id)
    return left


def _tell_others(access: SystemAccess, account_id: str, company: Company) -> None:
    account = access.get(Account, account_id)
    places = access.all(Member, col(Member.account_id) == account_id)
    for place in places:
        other = access.get(Person, place.person_id)
        access.poke(f"person:{other.id}")
        mailing.send(
            access.db,
            company.id,
            other.email,
            f"{account.name} is closed at {company.name}",
            (
                f"Hello {other.name},",
                f"the only owner of {account.name} had their account deleted, so it is closed for everybody. "
                "Your own sign-in stays as it is.",
            ),
            key=f"account-closed:{account_id}:{other.id}",
        )


def _go_on(access: SystemAccess, wish: Erasure) -> None:
    """Close what can close by now, and remove what lapsed; until nothing is left."""
    company = access.db.get_one(Company, wish.company_id)
    day, report = today(company.zone), json.loads(wish.report)
    left: list[dict[str, str]] = []
    for item in report["left"]:
        if "table" in item:
            if date.fromisoformat(item["until"]) > day:
                left.append(item)
            else:
                table = own_rows.tables()[item["table"]]
                access.remove(table, col(table.account_id) == item["account"])
            continue
        found = plans.of_account(access, access.get(Account, item["account"]))
        if found.closes:
            left += _close(access, [found.id], day, company)
        elif not found.goes_on:
            left.append(item)
    if left != report["left"]:
        access.change(wish, state="partly" if left else "done", report=json.dumps({**report, "left": left}))


def _to(email: str) -> list[ColumnElement[bool]]:
    """The mails in the queue that go to an address."""
    said = json.dumps({"to": email})[1:-1]
    return [
        col(Job.kind) == "mail.send",
        col(Job.state) != "running",
        col(Job.payload).contains(said, autoescape=True),
    ]


def _sweep_now(access: SystemAccess, email: str) -> None:
    access.db.execute(delete(Job).where(col(Job.company_id) == access.visitor.company_id, *_to(email)))
    access.remove(Mail, col(Mail.recipient) == email)


def _sweep_later(access: SystemAccess, email: str, key: str) -> None:
    sealed = vault.seal(email, SWEPT)
    access.later("privacy.sweep", {"swept": sealed}, key=key, run_at=now() + _LATER)


def sweep(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: a day after the end, the last mail to somebody goes from the queue and the list of mails."""
    email = vault.unseal(payload["swept"], SWEPT)
    mine = (col(Person.company_id) == access.visitor.company_id, col(Person.email) == email)
    if access.first(Person, *mine) is None:
        _sweep_now(access, email)


def drop_files(_access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: remove private files whose rows are gone."""
    for name in payload["names"]:
        sealed_files.drop(payload["folder"], name)


JOBS = {
    "privacy.remind": remind,
    "privacy.erase": erase,
    "privacy.carry_on": carry_on,
    "privacy.sweep": sweep,
    "privacy.drop_files": drop_files,
}
