"""Mails about signing in: asked for in the caller's transaction, written and sent by the job of the post.

What a mail lets somebody do (its link, its code) stands sealed in the queue and nowhere else: the list of
sent mails, which the company's people may read, shows the words without it.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from portal_app.core import outbox, vault

SEALED = "mail.secret"


def send(
    db: Session,
    company_id: str,
    to: str,
    subject: str,
    before: Sequence[str],
    *,
    link: str = "",
    button: str = "Open",
    code: str = "",
    after: Sequence[str] = (),
    key: str | None = None,
) -> bool:
    """Send one mail after the commit: paragraphs, a button or a code, paragraphs.

    False when the same key was asked for before. `link` is a whole address; it and `code` are secrets.
    """
    secret = {name: value for name, value in (("link", link), ("code", code)) if value}
    payload: dict[str, Any] = {
        "to": to,
        "subject": subject,
        "before": list(before),
        "button": button if link else "",
        "after": list(after),
        "sealed": vault.seal(json.dumps(secret), SEALED) if secret else "",
    }
    return outbox.enqueue(db, "mail.send", payload, company_id=company_id, key=key)
