"""The people of one customer's account, for the company's own: seen, signed out, suspended, invited again."""

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import NotYours
from portal_app.services.people import invitations, members
from portal_app.services.people.staff import (
    last_seen,
    question_of_standing,
    seen_words,
    set_standing,
    sign_out,
)
from portal_app.services.tenancy.rules import initials
from portal_app.services.tenancy.tables import Invitation
from portal_app.shapes.people import CustomerPeoplePage, PersonRow, Question
from portal_app.shapes.status import Badge, Notice


@reads
def of_account(access: Access, account_id: str) -> CustomerPeoplePage:
    """Everybody of one account: what they may do, when they were last here; and who is invited."""
    access.require("customer.look_as")
    account = access.get(Account, account_id)
    places = access.all(
        Member, col(Member.account_id) == account.id, order=(col(Member.made_at), col(Member.id))
    )
    known = members.persons(access, [place.person_id for place in places])
    seen = last_seen(access, list(known))
    open_ones = (col(Invitation.accepted_at).is_(None), col(Invitation.withdrawn_at).is_(None))
    of_this = col(Invitation.account_id) == account.id
    invited = access.all(Invitation, of_this, *open_ones, order=col(Invitation.made_at).desc(), limit=60)
    rows = tuple(
        _row(access, place, known[place.person_id], known, seen_words(access, seen.get(place.person_id)))
        for place in places
        if place.person_id in known
    )
    return CustomerPeoplePage(
        ready=True,
        account_id=account.id,
        title=account.name,
        meaning="Nobody can sign in to this account yet." if not rows else f"Account {account.number}",
        people=rows,
        invited=tuple(_invited(access, one) for one in invited),
    )


def _row(access: Access, place: Member, person: Person, known: dict[str, Person], seen: str) -> PersonRow:
    chosen = [known[one].name for one in place.sees.split(",") if one in known]
    first, second = members.place_words(access, place, chosen)
    active = person.standing == "active"
    over = members.is_over(place)
    badge = Badge("Ended", "neutral") if over else Badge()
    return PersonRow(
        id=person.id,
        name=person.name,
        initials=initials(person.name),
        email=person.email,
        detail=first,
        more=". ".join(part for part in (second, seen) if part),
        badge=badge if active else Badge("Suspended", "attention"),
        can_change=access.may("customer.look_as") and active and not over,
        can_end=access.may("people.standing"),
        can_resend=access.may("people.sign_out"),
        act="Suspend" if active else "Let in again",
    )


def _invited(access: Access, one: Invitation) -> PersonRow:
    first, second = members.place_words(access, one, ())
    over = one.ends_at <= now()
    return PersonRow(
        id=one.id,
        name=one.email,
        email=one.email,
        detail=first,
        more=second,
        badge=Badge("Link is over", "attention") if over else Badge("Invited", "info"),
        can_resend=access.may("people.add"),
    )


def _customer(access: Access, person_id: str) -> Person:
    """A customer of the company; its own people are none. Raises NotYours."""
    person = access.get(Person, person_id)
    if person.staff_role or not access.visitor.staff:
        raise NotYours
    return person


@reads
def ask_standing(access: Access, person_id: str) -> Question:
    """What suspending a customer's person will do, before it is done."""
    access.require("people.standing")
    return question_of_standing(_customer(access, person_id))


def toggle_standing(access: Access, person_id: str) -> Notice:
    """Suspend a customer's person, or let one in again who is suspended."""
    access.require("people.standing")
    return set_standing(access, _customer(access, person_id))


def end_sessions(access: Access, person_id: str) -> Notice:
    """Sign a customer's person out everywhere."""
    access.require("people.sign_out")
    return sign_out(access, _customer(access, person_id))


def resend(access: Access, invitation_id: str) -> Notice:
    """Send a customer's invitation once more."""
    access.require("people.add")
    return invitations.resend(access, invitation_id)
