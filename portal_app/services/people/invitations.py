"""Invitations to an account: sent, sent again, withdrawn."""

from datetime import datetime

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, reads, unscoped
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.clock import local, now
from portal_app.core.errors import NotYours, Refusal
from portal_app.services.identity import links, mailing
from portal_app.services.identity.rules import clean_email
from portal_app.services.people import book, members, rules
from portal_app.services.tenancy.tables import Invitation
from portal_app.shapes.forms import Effect
from portal_app.shapes.people import PlaceForm, Question
from portal_app.shapes.status import Notice

ABOUT = "account:"


def invite(access: Access, form: PlaceForm) -> Notice:
    """Invite somebody to the current account by mail; a second invitation replaces the first.

    Raises Refusal, with its field, for an address that is none, for somebody who is there already, and for
    more than the visitor may do.
    """
    access.require("people.invite")
    account = members.hold(access, access.visitor.account_id)
    email = clean_email(form.email)
    if not email:
        raise Refusal("Type an email address such as name@company.example.", "email")
    gift = members.read_gift(access, form)
    _check_not_here(access, email)
    _withdraw_all(access, col(Invitation.email) == email)
    waiting = _waiting(access)
    if len(waiting) >= rules.MOST_WAITING:
        raise Refusal(f"{rules.MOST_WAITING} invitations wait already. Withdraw one first.", "email")
    made = access.add(
        Invitation,
        account_id=account.id,
        email=email,
        role=gift["role"],
        scopes=gift["scopes"],
        sees=gift["sees"],
        proxy=gift["proxy"],
        place_ends_at=gift["ends_at"],
        reason=gift["reason"],
        goes_to=_begins_at(access, form.goes_to),
        invited_by=access.visitor.person_id,
        ends_at=now() + rules.INVITATION_LASTS,
    )
    _post(access, made, account)
    access.note("people.invited", f"invitation:{made.id}", account_id=account.id, **gift)
    return Notice(
        f"Invited: {email}", f"The mail is on its way. {until_words_of(access, made.ends_at)}", "good"
    )


def _begins_at(access: Access, wanted: str) -> str:
    routes = {route for _, route in book.of(access.visitor.kind).places}
    if wanted and wanted not in routes:
        raise Refusal("Choose where they begin from the list.", "goes_to")
    return wanted


def _check_not_here(access: Access, email: str) -> None:
    people = members.persons(access, [place.person_id for place in members.here(access)])
    there = next((person for person in people.values() if person.email == email), None)
    if there is not None:
        raise Refusal(f"{there.name} has a place in this account already. Change it instead.", "email")


def _waiting(access: Access, *where: object) -> list[Invitation]:
    mine = (col(Invitation.account_id) == access.visitor.account_id, col(Invitation.accepted_at).is_(None))
    return access.all(Invitation, *mine, col(Invitation.withdrawn_at).is_(None), *where)


def _withdraw_all(access: Access, *where: object) -> None:
    for one in _waiting(access, *where):
        access.change(one, withdrawn_at=now())
        links.withdraw(access.db, "invite", about=ABOUT + one.id)


def until_words_of(access: Access, ends_at: datetime) -> str:
    """Until when a link works."""
    last = local(ends_at, access.visitor.zone)
    return f"Its link works until {when.day(last.date(), access.visitor.locale)}, {last:%H:%M}."


def _post(access: Access, one: Invitation, account: Account) -> None:
    """Send the invitation by mail, with a fresh link that ends every earlier one."""
    links.withdraw(access.db, "invite", about=ABOUT + one.id)
    made = links.make(
        access.db, "invite", one.company_id, email=one.email, about=ABOUT + one.id, goes_to=one.goes_to,
        lasts=one.ends_at - now(),
    )  # fmt: skip
    company = access.db.get_one(Company, one.company_id)
    by = one.invited_by and members.persons(access, [one.invited_by]).get(one.invited_by)
    inviter = by.name if isinstance(by, Person) and not by.staff_role else company.name
    first, second = members.place_words(access, one, ())
    mailing.send(
        access.db,
        one.company_id,
        one.email,
        f"{inviter} invites you to {company.name}",
        (
            f"{inviter} invites you to the account {account.name} at {company.name}.",
            ". ".join(part for part in (first, second) if part) + ".",
        ),
        link=links.address("/join", made.token),
        button="Join now",
        after=(
            until_words_of(access, one.ends_at),
            "If you do not know who that is, leave this mail alone; nothing happens without you.",
        ),
    )


def _mine(access: Access, invitation_id: str) -> Invitation:
    one = access.get(Invitation, invitation_id)
    elsewhere = not access.visitor.staff and one.account_id != access.visitor.account_id
    if elsewhere or one.accepted_at is not None or one.withdrawn_at is not None:
        raise NotYours
    return one


def resend(access: Access, invitation_id: str) -> Notice:
    """Send an invitation once more; its earlier link ends, the new one works for a week."""
    access.require("people.invite" if not access.visitor.staff else "people.add")
    one = _mine(access, invitation_id)
    account = access.get(Account, one.account_id)
    access.change(one, ends_at=now() + rules.INVITATION_LASTS)
    _post(access, one, account)
    access.note("people.invited_again", f"invitation:{one.id}", account_id=one.account_id)
    return Notice(
        f"Sent again to {one.email}",
        f"The earlier link has ended. {until_words_of(access, one.ends_at)}",
        "good",
    )


@reads
def ask_to_withdraw(access: Access, invitation_id: str) -> Question:
    """What withdrawing an invitation will do, before it is done."""
    access.require("people.places")
    one = _mine(access, invitation_id)
    return Question(
        f"Withdraw the invitation to {one.email}?",
        (
            Effect("mail", "The link in the mail no longer works, from this moment."),
            Effect("refresh", "You can invite them again at any time."),
        ),
        f"Withdraw the invitation to {one.email}",
        "Keep it",
    )


def withdraw(access: Access, invitation_id: str) -> Notice:
    """Take an invitation back; its link no longer works."""
    access.require("people.places")
    one = _mine(access, invitation_id)
    _withdraw_all(access, col(Invitation.id) == one.id)
    access.note("people.invitation_withdrawn", f"invitation:{one.id}", account_id=one.account_id)
    return Notice(f"Withdrawn: the invitation to {one.email}", "Its link no longer works.", "good")


def still_covered(access: Access, one: Invitation) -> bool:
    """Whether whoever invited may still give that much: a place that ended invites nobody."""
    if not one.invited_by:
        return True
    inviter = access.db.get(Person, one.invited_by)
    if inviter is None or inviter.standing != "active" or inviter.company_id != one.company_id:
        return False
    if inviter.staff_role:
        return True
    at = (col(Member.account_id) == one.account_id, col(Member.person_id) == inviter.id)
    place = access.db.exec(unscoped(Member, *at)).first()
    if place is None or members.is_over(place):
        return False
    kind = access.visitor.kind
    giver = members.held(access, place)
    given = book.holding(kind, one.role, one.scopes, "", "", one.place_ends_at)
    return (
        "people.invite" in giver.rights
        and giver.rights >= given.rights
        and (giver.ends_at is None or (given.ends_at is not None and given.ends_at <= giver.ends_at))
    )
