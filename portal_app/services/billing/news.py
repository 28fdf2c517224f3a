"""What billing tells people: on the portal's bell and by mail."""

from importlib import import_module
from importlib.util import find_spec

from portal_app.core.access import Access
from portal_app.services.billing.company import company_of

_BELL = "portal_app.services.notifications"


def tell(access: Access, account_id: str, title: str, detail: str, key: str) -> None:
    """Tell an account's people, with a way to their bills; the same key is told once."""
    if find_spec(_BELL) and find_spec(f"{_BELL}.service"):
        link = f"/{company_of(access).kind}/billing"
        import_module(f"{_BELL}.service").tell(access, account_id, title, detail, link, key)


def mail(access: Access, to: str, subject: str, text: str, key: str) -> None:
    """Send one mail after the commit; the same key is sent once."""
    access.later("mail.send", {"to": to, "subject": subject, "text": text}, key=key)
