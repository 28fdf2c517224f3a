"""How long what is kept is kept: each class by its own rule, removed by a nightly job."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from portal_app.core import own_rows
from portal_app.core.access import SystemAccess
from portal_app.core.clock import now
from portal_app.services.identity.tables import Ceremony


@dataclass(frozen=True)
class Kept:
    """Rows of a table stay for so many days after the moment in that column; `why` says why so long."""

    since: str
    days: int
    why: str


RULES: dict[str, Kept] = {
    "sign_in": Kept("ends_at", 90, "who finds a strange session can see when and where it was"),
    "sign_in_step": Kept("ends_at", 1, "half a sign-in is worth nothing once it is over"),
    "mailed_link": Kept("ends_at", 30, "who asks why a link does not work can be told"),
    "sign_on_try": Kept("ends_at", 1, "nobody comes back from another house later than that"),
    "mail": Kept("at", 730, "what was said to a customer is asked about for two years"),
    "draft": Kept("changed_at", 30, "what was typed and not sent is looked for within weeks, if at all"),
    "consent": Kept("withdrawn_at", 1096, "what was agreed to can be shown for three years after it ended"),
    "erasure": Kept("done_at", 1096, "that somebody was deleted on their word can be shown for three years"),
    "own_copy": Kept("made_at", 365, "the file goes after a day; that it was asked for stays a year"),
}
"""Classes that no law keeps and nobody needs for good. Finished jobs have a job of their own.

Bills lose name and address by a rule of their own (`services/billing/past.py`), since their figures stay.
Readings and the trail stay.
"""


def forget_old(access: SystemAccess, _payload: dict[str, Any]) -> dict[str, int]:
    """Remove a company's rows whose time is over; says how many of each table."""
    tables, gone = own_rows.tables(), dict[str, int]()
    for name, kept in RULES.items():
        over = col(getattr(tables[name], kept.since)) < now() - timedelta(days=kept.days)
        count = access.remove(tables[name], over)
        if count:
            gone[name] = count
    if gone:
        told = ", ".join(f"{count} {name}" for name, count in sorted(gone.items()))
        access.note("privacy.forgotten", account_id="", removed=told)
    return gone


def forget_ceremonies(access: SystemAccess, _payload: dict[str, Any]) -> None:
    """Remove the challenges of passkeys that nobody answered; they belong to no company."""
    access.db.execute(delete(Ceremony).where(col(Ceremony.ends_at) <= now()))
