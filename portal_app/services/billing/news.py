"""What billing tells people: on the portal's bell and by mail."""

from portal_app.core.access import Access
from portal_app.services.billing.company import company_of
from portal_app.services.notifications import service as notifications
from portal_app.services.notifications.service import mail

__all__ = ["mail", "tell"]


def tell(access: Access, account_id: str, title: str, detail: str, key: str) -> None:
    """Tell an account's people, with a way to their bills; the same key is told once."""
    link = f"/{company_of(access).kind}/billing"
    notifications.tell(access, account_id, title, detail, link, key, about="billing")
