"""On paper or paperless: the choice, confirmed with a reference and a mail."""

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.clock import local, now
from portal_app.core.ids import reference
from portal_app.services.billing import rules
from portal_app.services.billing.company import company_of, who
from portal_app.services.billing.news import mail, tell
from portal_app.services.billing.tables import Delivery
from portal_app.shapes.billing import DeliveryView
from portal_app.shapes.status import Notice


@reads
def delivery(access: Access) -> DeliveryView:
    """Say how the account's bills arrive, and since when."""
    access.require("bill.see")
    found = access.first(Delivery, col(Delivery.account_id) == access.visitor.account_id)
    if found is None:
        return DeliveryView(words="Your bills come on paper, by post. You can also see each one here.")
    since = rules.long_day(local(found.confirmed_at, company_of(access).zone).date())
    if found.how == "paperless":
        words = f"Paperless since {since}. We mail {found.email} when a bill is ready; nothing comes by post."
    else:
        words = f"On paper, by post, since {since}. You can also see each bill here."
    return DeliveryView(found.how == "paperless", found.email, words, found.reference)


def choose_paperless(access: Access, paperless: bool, email: str = "") -> Notice:
    """Choose paperless or paper for the account, and confirm it with a reference and a mail.

    The same choice again changes nothing and gives the same reference. Refuses an address that cannot be one;
    raises ProveAgain for one that is new to us.
    """
    access.require("paperless.change")
    address = rules.read_email(email or access.visitor.email)
    how = "paperless" if paperless else "paper"
    found = access.first(Delivery, col(Delivery.account_id) == access.visitor.account_id)
    if found is not None and (found.how, found.email) == (how, address):
        return _confirmation(paperless, address, found.reference)
    if address not in (access.visitor.email, found.email if found is not None else ""):
        access.require_fresh()
    facts = {
        "how": how,
        "email": address,
        "confirmed_at": now(),
        "confirmed_by": who(access),
        "reference": reference("PPL"),
    }
    if found is None:
        found = access.add(Delivery, **facts)
    else:
        access.change(found, version=found.version + 1, **facts)
    access.note("paperless.change", f"delivery:{found.id}", how=how, reference=found.reference)
    said = _confirmation(paperless, address, found.reference)
    not_you = f"Chosen by {who(access)}. If that was not you, call us on {company_of(access).phone}."
    text = f"{said.text}\n\nReference: {found.reference}\n{not_you}"
    page = f"/{company_of(access).kind}/billing/paperless"
    key = f"paperless:{found.reference}"
    mail(access, address, said.title, text, key, link=page, button="See how your bills come")
    tell(access, found.account_id, said.title, said.text, f"paperless:{found.reference}")
    return said


def _confirmation(paperless: bool, address: str, number: str) -> Notice:
    if paperless:
        text = f"From your next bill on we mail {address} when it is ready. Nothing comes by post."
        return Notice("Your bills are paperless now", text, "good", number)
    text = f"Your next bill comes by post. A copy of this went to {address}."
    return Notice("Your bills come on paper again", text, "good", number)
