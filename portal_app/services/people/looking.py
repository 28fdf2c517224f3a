"""View as: one of the company's people sees the portal as a customer does, for a while, and only looks."""

from datetime import timedelta

from sqlmodel import col

from portal_app.core.access import Access, Visitor, acting_for, acting_for_company, reads
from portal_app.core.accounts import Account, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import EnrolFirst, NotYours, OnlyLooking, Refusal, SignedOut
from portal_app.services.identity import rules, sessions, steps
from portal_app.services.identity import service as identity
from portal_app.services.people import members

LASTS = timedelta(minutes=30)
_NOBODY = {"viewing_person_id": "", "viewing_account_id": "", "viewing_why": "", "viewing_ends_at": None}


def begin(cookie_header: str, person_id: str, account_id: str, why: str) -> tuple[str, Visitor]:
    """Begin to look as a customer: a fresh cookie value, and who one sees as from now on.

    Raises SignedOut for nobody, NotYours for somebody who is no customer with a place in that account,
    OnlyLooking while looking already, and Refusal without a reason.
    """
    visitor = identity.visitor_of(cookie_header)
    if visitor is None:
        raise SignedOut
    if visitor.viewed_by:
        raise OnlyLooking("You are looking as somebody already. Stop looking first.")
    if visitor.must_enrol:
        raise EnrolFirst
    with acting_for(visitor) as access:
        value = _begun(access, person_id, account_id, why)
    return value, _now_seen(value)


def _begun(access: Access, person_id: str, account_id: str, why: str) -> str:
    access.require("customer.look_as")
    reason = " ".join(str(why).split())[:200]
    person, account = access.get(Person, person_id), access.get(Account, account_id)
    at = (col(Member.account_id) == account.id, col(Member.person_id) == person.id)
    place = access.first(Member, *at)
    if not access.visitor.staff or person.staff_role or place is None or members.is_over(place):
        raise NotYours
    if person.standing != "active":
        raise Refusal(f"{person.name} is suspended and sees nothing. Let them in again first.", "person")
    if len(reason) < 4:
        raise Refusal(
            "Say why you look, such as a case number or what they asked. They can ask for it.", "why"
        )
    until = now() + LASTS
    viewing = {
        "viewing_person_id": person.id,
        "viewing_account_id": account.id,
        "viewing_why": reason,
        "viewing_ends_at": until,
    }
    access.note("staff.look_began", person.id, account_id=account.id, why=reason, until=until.isoformat())
    return steps.renewed(access, **viewing)


def _now_seen(value: str) -> Visitor:
    found = sessions.visitor_of_key(rules.key_of(value))
    if found is None:
        raise SignedOut
    return found


def stop(cookie_header: str) -> tuple[str, Visitor, str]:
    """Stop looking: a fresh cookie value, oneself again, and the account that was looked at.

    Somebody who does not look (any more) gets an empty value. Raises SignedOut for nobody.
    """
    visitor = identity.visitor_of(cookie_header)
    if visitor is None:
        raise SignedOut
    if not visitor.viewed_by:
        return "", visitor, ""
    with acting_for_company(visitor.company_id, kind=visitor.kind, actor=visitor.viewed_by) as house:
        value, _ = sessions.renew(house.db, visitor.session_key, **_NOBODY)
        house.poke(f"session:{visitor.session_key}")
        house.note("staff.look_ended", visitor.person_id, account_id=visitor.account_id)
    return value, _now_seen(value), visitor.account_id


@reads
def page_seen(access: Access, path: str) -> None:
    """Write down that one of the company's people looked at a page as a customer, and why."""
    visitor = access.visitor
    if visitor.viewed_by:
        access.note("staff.looked_at", visitor.person_id, path=str(path)[:200], why=visitor.viewing_why)
