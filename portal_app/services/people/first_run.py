"""A company's first day: the link on which its first administrator comes in, and what they do first."""

from datetime import timedelta

from sqlmodel import col

from portal_app.core.access import Access, SystemAccess, acting_for_company, reads
from portal_app.core.accounts import Account, Company, Person
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.services.identity import links
from portal_app.services.identity.rules import clean_email
from portal_app.services.people.joining import OF_STAFF
from portal_app.services.tenancy.tables import StaffInvitation
from portal_app.shapes.companies import CompanyFacts
from portal_app.shapes.tasks import CheckRow

LASTS = timedelta(hours=72)


def check_email(email: str) -> str:
    """An administrator's e-mail as it is compared. Raises Refusal for one that is none."""
    address = clean_email(email)
    if not address:
        raise Refusal(f"{email!r} is not an email address such as name@company.example.", "admin")
    return address


def make_link(company: CompanyFacts, role: str, email: str = "") -> str:
    """The address on which a company's first administrator comes in: once, within 72 hours.

    An earlier one ends with it; left empty, `email` is that of the earlier one. Only the link's hash is
    kept. Raises Refusal without an e-mail, and once somebody is administrator: from then on people of the
    company invite each other.
    """
    with acting_for_company(
        company.id, kind=company.kind, zone=company.zone, actor="manage company"
    ) as house:
        there = house.first(Person, col(Person.staff_role) == role, col(Person.standing) == "active")
        if there is not None:
            raise Refusal(
                f"{company.name} has an administrator already: {there.email}. "
                "They invite others under Our people."
            )
        earlier = _end_earlier(house)
        if not email and not earlier:
            raise Refusal("Say whom the link is for: --admin EMAIL.", "admin")
        address = check_email(email or earlier)
        if house.first(Person, col(Person.email) == address) is not None:
            raise Refusal(f"Somebody with the email {address} is there already. Name another one.", "admin")
        made = house.add(StaffInvitation, email=address, staff_role=role, ends_at=now() + LASTS)
        link = links.make(
            house.db, "invite", company.id, email=address, about=OF_STAFF + made.id, lasts=LASTS
        )
        house.note("people.first_link_made", f"invitation:{made.id}", account_id="", role=role)
        host = house.db.get_one(Company, company.id).host
        return links.at_host(links.address("/join", link.token), host)


def _end_earlier(house: SystemAccess) -> str:
    """End the links that nobody of the company sent; gives whom the newest of them was for."""
    waiting = (col(StaffInvitation.accepted_at).is_(None), col(StaffInvitation.withdrawn_at).is_(None))
    order = col(StaffInvitation.made_at).desc()
    earlier = house.all(StaffInvitation, *waiting, col(StaffInvitation.invited_by) == "", order=order)
    for one in earlier:
        house.change(one, withdrawn_at=now())
        links.withdraw(house.db, "invite", about=OF_STAFF + one.id)
    return earlier[0].email if earlier else ""


@reads
def first_steps(access: Access, home: str) -> tuple[CheckRow, ...]:
    """What a new company's administrator does first; nothing once all of it is done, or for anybody else."""
    if not access.may("staff.run"):
        return ()
    company = access.db.get_one(Company, access.visitor.company_id)
    steps = (
        CheckRow(
            "Bring your data in",
            "Customers and what they use, from files you have",
            access.first(Account) is not None,
            link_text="Bring data in",
            link_to=f"{home}/data",
        ),
        CheckRow(
            "Set your brand",
            "Your mark and your colour, on every page and mail",
            bool(company.accent or company.mark or company.brand),
            link_text="Set the brand",
            link_to=f"{home}/brand",
        ),
        CheckRow(
            "Invite your people",
            "Each gets a mail, and a sign-in of their own",
            _somebody_else(access),
            link_text="Invite people",
            link_to=f"{home}/people",
        ),
    )
    return steps if not all(step.done for step in steps) else ()


def _somebody_else(access: Access) -> bool:
    people = access.all(Person, col(Person.staff_role) != "", limit=2)
    return len(people) > 1 or access.first(StaffInvitation, col(StaffInvitation.invited_by) != "") is not None
