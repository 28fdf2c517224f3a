"""What billing tells people: on the portal's bell and by mail."""

from importlib import import_module

from portal_app.core.access import Access


def tell(access: Access, account_id: str, title: str, detail: str, link: str, key: str) -> None:
    """Tell an account's people; the same key is told once."""
    import_module("portal_app.services.notifications.service").tell(
        access, account_id, title, detail, link, key
    )


def mail(access: Access, to: str, subject: str, text: str, key: str) -> None:
    """Send one mail after the commit; the same key is sent once."""
    access.later("mail.send", {"to": to, "subject": subject, "text": text}, key=key)
