"""The mails that were asked for, read back from the queue as their readers get them."""

import json
import re
from dataclasses import dataclass

from sqlmodel import col

from portal_app.core import vault
from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.outbox import Job
from portal_app.services.identity import sessions
from portal_app.services.identity.mailing import SEALED


@dataclass(frozen=True)
class Mailed:
    """One mail that waits to be sent."""

    to: str
    subject: str
    words: str
    link: str
    code: str

    @property
    def token(self) -> str:
        """The secret in its link."""
        found = re.search(r"[?&]token=([A-Za-z0-9_-]{43})", self.link)
        return found[1] if found else ""


def mails() -> list[Mailed]:
    """Every mail asked for so far, oldest first, those asked for beside an event included."""
    sessions.settle()
    with before_sign_in(reads_only=True) as db:
        jobs = list(
            db.exec(unscoped(Job, col(Job.kind) == "mail.send").order_by(col(Job.made_at), col(Job.id)))
        )
    return [_read(json.loads(job.payload)) for job in jobs]


def newest() -> Mailed:
    """The mail asked for last."""
    return mails()[-1]


def _read(payload: dict) -> Mailed:
    secret = json.loads(vault.unseal(payload["sealed"], SEALED)) if payload.get("sealed") else {}
    words = "\n".join([*payload.get("before", [payload.get("text", "")]), *payload.get("after", [])])
    link = secret.get("link") or payload.get("link", "")
    return Mailed(payload["to"], payload["subject"], words, link, secret.get("code", ""))
