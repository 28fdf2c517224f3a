"""Holds: what must not be deleted for now, said by the company's people with a reason, and lifted again."""

from datetime import date, datetime, time, timedelta

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account, Person
from portal_app.core.clock import now, today, zone_of
from portal_app.core.errors import Refusal
from portal_app.services.identity.rules import clean_email
from portal_app.services.privacy import agreed, plans
from portal_app.services.privacy.tables import Erasure, Hold
from portal_app.shapes.leaving import HoldRow, HoldsPage
from portal_app.shapes.status import Badge, Notice
from portal_app.shapes.tasks import LinkRow

_STATES = {
    "asked": Badge("Asked", "info"),
    "held": Badge("Waits for a hold", "attention"),
    "partly": Badge("Deleted, some kept", "good"),
    "done": Badge("Deleted", "good"),
    "cancelled": Badge("Taken back", "info"),
}


@reads
def page(access: Access) -> HoldsPage:
    """The holds that count, and who asked to be deleted, newest first."""
    access.require("privacy.run")
    holds = [hold for hold in access.all(Hold, order=col(Hold.made_at).desc()) if plans.counts(hold)]
    wishes = plans.house(access).all(Erasure, order=col(Erasure.made_at).desc(), limit=100)
    ids = {wish.person_id for wish in wishes} | {hold.person_id for hold in holds}
    ids |= {hold.set_by for hold in holds}
    people = {person.id: person for person in access.all(Person, col(Person.id).in_(ids))}
    numbers = {hold.account_id for hold in holds if hold.account_id}
    accounts = {row.id: row for row in access.all(Account, col(Account.id).in_(numbers))} if numbers else {}
    return HoldsPage(
        ready=True,
        holds=tuple(_row(access, hold, people, accounts) for hold in holds),
        wishes=tuple(_wish(access, wish, people[wish.person_id]) for wish in wishes),
        agreed=agreed.counts(access),
        agreed_to=f"/files/{access.visitor.kind}/agreed",
    )


def _row(access: Access, hold: Hold, people: dict[str, Person], accounts: dict[str, Account]) -> HoldRow:
    visitor, person, by = access.visitor, people.get(hold.person_id), people.get(hold.set_by)
    account = accounts.get(hold.account_id)
    whose = (
        f"{person.name}, {person.email}" if person else f"{account.number} {account.name}" if account else ""
    )
    last = hold.ends_at - timedelta(seconds=1) if hold.ends_at else None
    until = (
        f"Until {when.long_day(last.astimezone(zone_of(visitor.zone)).date(), visitor.locale)}"
        if last
        else ""
    )
    since = when.since(hold.made_at, now(), visitor.zone, visitor.locale)
    return HoldRow(
        hold.id, whose, hold.reason, until or "Until it is lifted", f"{by.name if by else ''}, {since}"
    )


def _wish(access: Access, wish: Erasure, person: Person) -> LinkRow:
    visitor = access.visitor
    day = when.long_day(wish.due_at.astimezone(zone_of(visitor.zone)).date(), visitor.locale)
    who = person.name if wish.done_at else f"{person.name}, {person.email}"
    return LinkRow(who, f"{wish.reference}, due {day}", badge=_STATES[wish.state])


def place(access: Access, whose: object, reason: object, ends_on: object = "") -> Notice:
    """Keep the rows of a person (by e-mail) or an account (by number) from being deleted.

    `ends_on` is the last day as "2027-03-31"; without one it counts until it is lifted. Raises Refusal.
    """
    access.require("privacy.run")
    why = " ".join(reason.split()) if isinstance(reason, str) else ""
    if not 10 <= len(why) <= 300:
        raise Refusal("Say in a sentence why this must be kept. The person reads it.", "reason")
    ends_at = _end(access, ends_on)
    person_id, account_id, named = _whose(access, whose)
    access.add(
        Hold,
        person_id=person_id,
        account_id=account_id,
        reason=why.rstrip("."),
        set_by=access.visitor.person_id,
        ends_at=ends_at,
    )
    access.note("privacy.hold_set", person_id or account_id, account_id=account_id)
    return Notice(f"Kept for now: {named}", "Nothing of it is deleted before the hold is over.", "good")


def _end(access: Access, ends_on: object) -> datetime | None:
    if not ends_on:
        return None
    try:
        last = date.fromisoformat(ends_on) if isinstance(ends_on, str) else None
    except ValueError:
        last = None
    if last is None or not today(access.visitor.zone) <= last <= date(9000, 1, 1):
        raise Refusal("Give the last day as a day from today on, or leave it empty.", "ends_on")
    return datetime.combine(last + timedelta(days=1), time(), zone_of(access.visitor.zone))


def _whose(access: Access, whose: object) -> tuple[str, str, str]:
    typed = " ".join(whose.split())[:254] if isinstance(whose, str) and "\0" not in whose else ""
    email = clean_email(typed)
    if email:
        person = access.first(Person, col(Person.email) == email, col(Person.staff_role) == "")
        if person is not None:
            return person.id, "", person.name
    elif typed:
        account = access.first(Account, col(Account.number) == typed)
        if account is not None:
            return "", account.id, f"{account.number} {account.name}"
    raise Refusal("We know no customer with that email and no account with that number.", "whose")


def lift(access: Access, hold_id: str) -> Notice:
    """End a hold; what waited for it is done in the coming night. Raises NotYours."""
    access.require("privacy.run")
    hold = access.get(Hold, hold_id)
    if access.update(Hold, col(Hold.id) == hold.id, col(Hold.lifted_at).is_(None), lifted_at=now()) != 1:
        raise Refusal("This hold was lifted already.")
    access.note("privacy.hold_lifted", hold.person_id or hold.account_id, account_id=hold.account_id)
    return Notice("The hold is lifted", "What waited for it is done in the coming night.", "good")
