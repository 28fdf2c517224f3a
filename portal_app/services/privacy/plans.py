"""What will become of somebody who is deleted: which accounts close, what goes, what stays and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from sqlmodel import col

from portal_app.core.access import Access, SystemAccess
from portal_app.core.accounts import Account, Member, Person
from portal_app.core.clock import now
from portal_app.services.privacy import fates
from portal_app.services.privacy.tables import Hold


@dataclass(frozen=True)
class OfAccount:
    """One account of somebody who is to be deleted, and what becomes of it.

    `others` have a place besides; with an owner among them it goes on. `why` says what keeps it open.
    """

    id: str
    name: str
    others: int = 0
    goes_on: bool = False
    why: tuple[str, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether it closes with this person."""
        return not self.goes_on and not self.why


@dataclass(frozen=True)
class Stays:
    """A class of rows that stays: what, why, and until when at least (None: for as long as `why` says)."""

    words: str
    why: str
    until: date | None = None
    lapses: bool = False


@dataclass(frozen=True)
class Plan:
    """What will become of one person's rows."""

    accounts: tuple[OfAccount, ...]
    goes: tuple[str, ...]
    stays: tuple[Stays, ...]
    held: tuple[str, ...]


def house(access: Access) -> SystemAccess:
    """The house's own look, in the same transaction: who else has a place and what is held is not theirs."""
    return SystemAccess(access.visitor, access.db, only_reads=True)


def counts(hold: Hold) -> bool:
    """Whether a hold still counts."""
    return hold.lifted_at is None and (hold.ends_at is None or hold.ends_at > now())


def holds_on(access: Access, *, person_id: str = "", account_id: str = "") -> tuple[str, ...]:
    """Why rows of a person, or of an account, must be kept for now, in the words of who said so."""
    whose = col(Hold.person_id) == person_id if person_id else col(Hold.account_id) == account_id
    found = house(access).all(Hold, whose, order=col(Hold.made_at))
    return tuple(hold.reason for hold in found if counts(hold))


def held_accounts(access: SystemAccess) -> set[str]:
    """The accounts of which nothing may go for now: held themselves, or with a place of somebody held."""
    holds = [hold for hold in access.all(Hold) if counts(hold)]
    people = [hold.person_id for hold in holds if hold.person_id]
    places = access.all(Member, col(Member.person_id).in_(people)) if people else []
    return {hold.account_id for hold in holds if hold.account_id} | {place.account_id for place in places}


def why_open(access: Access, account_id: str) -> tuple[str, ...]:
    """Why an account cannot close yet."""
    return (*holds_on(access, account_id=account_id), *fates.why_open(house(access), account_id))


def of_account(access: Access, account: Account, leaver: str = "") -> OfAccount:
    """What becomes of an account when somebody leaves it."""
    looks = house(access)
    others = (col(Member.account_id) == account.id, col(Member.person_id) != leaver)
    places = looks.all(Member, *others)
    ids = [place.person_id for place in places]
    active = (col(Person.id).in_(ids), col(Person.standing) == "active")
    known = {row.id for row in looks.all(Person, *active)}
    goes_on = any(_owns(place, access.visitor.kind) for place in places if place.person_id in known)
    why = () if goes_on else why_open(access, account.id)
    return OfAccount(account.id, f"Account {account.number}", len(set(ids)), goes_on, why)


def _owns(place: Member, kind: str) -> bool:
    bounded = place.scopes or place.sees or place.proxy or place.ends_at is not None
    return place.role == fates.owner_of(kind) and not bounded


def plan(access: Access, person_id: str, end: date) -> Plan:
    """What will become of somebody's rows on that day, as things stand now."""
    looks = house(access)
    ids = {place.account_id for place in looks.all(Member, col(Member.person_id) == person_id)}
    found = looks.all(Account, col(Account.id).in_(ids), order=col(Account.number))
    accounts = tuple(of_account(access, account, person_id) for account in found)
    closing = any(account.closes for account in accounts)
    held = holds_on(access, person_id=person_id)
    kind = access.visitor.kind
    return Plan(accounts, _goes(kind, closing), stays(kind, end, accounts), held)


def _goes(kind: str, closing: bool) -> tuple[str, ...]:
    acts = ("erase", "unname")
    words = [
        fate.words
        for each in fates.of(kind).values()
        for fate in each
        if fate.person == "erase"
        # What is an account's stays with it and only loses the name.
        or (fate.person == "unname" and not any(one.account for one in each))
        or (closing and fate.account in acts)
    ]
    return tuple(sorted(set(words)))


def stays(kind: str, end: date, accounts: Iterable[OfAccount]) -> tuple[Stays, ...]:
    """What stays after that day, why and until when: each class once."""
    some = any(not account.goes_on for account in accounts)
    closing = any(account.closes for account in accounts)
    found = [
        Stays(fate.words, fate.why, _until(fate, end, closing), fate.lapses)
        for each in fates.of(kind).values()
        for fate in each
        if fate.person == "keep" or (some and fate.account == "keep")
    ]
    waiting = [
        Stays(f"{account.name}, without your place", " and ".join(account.why).capitalize())
        for account in accounts
        if account.why
    ]
    return tuple(dict.fromkeys([*waiting, *found]))


def _until(fate: fates.Fate, end: date, closing: bool) -> date | None:
    """When the years of a class are over; those of an account begin when it closes."""
    counts_now = fate.days and (closing or fate.person == "keep")
    return end + timedelta(days=fate.days) if counts_now else None


def until_words(one: Stays, locale: str) -> str:
    """Until when a class stays: "Until 22 November 2028"; "At least until" where law may ask longer."""
    if one.until is None:
        return ""
    written = format_date(one.until, "d MMMM y", locale=locale)
    return f"Until {written}" if one.lapses else f"At least until {written}"


def report(found: Plan, locale: str) -> list[str]:
    """What goes and what stays, in lines for a mail or a file."""
    gone = [f"- {words}" for words in found.goes]
    kept = []
    for one in found.stays:
        until = until_words(one, locale)
        kept.append(f"- {one.words}. {one.why}.{f' {until}.' if until else ''}")
    accounts = [f"- {account_words(account)}" for account in found.accounts]
    return ["Erased:", *gone, "", "Kept:", *kept, *(["", "Your accounts:", *accounts] if accounts else [])]


def account_words(account: OfAccount) -> str:
    """What becomes of one account, in a sentence."""
    if account.goes_on:
        return f"{account.name} goes on with its other owner; your place in it ends."
    if account.why:
        why = " and ".join(account.why)
        return f"{account.name} stays open with us for now, because {why}. It closes when that is over."
    with_them = f", for the {account.others} others in it too" if account.others > 1 else ""
    one = ", for the one other person in it too" if account.others == 1 else ""
    return f"{account.name} closes{with_them}{one}."
