"""Jobs that come round: asked for once in each slot, however many workers look at the calendar."""

from collections.abc import Iterable
from datetime import timedelta

from croniter import croniter
from sqlmodel import col

from portal_app.core import outbox
from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Company
from portal_app.core.clock import now
from portal_app.core.errands import Repeating


class Calendar:
    """The repeating jobs of this process; remembers which slots it has asked for."""

    def __init__(self, entries: Iterable[Repeating]) -> None:
        self._entries = tuple(entries)
        self._asked: dict[str, str] = {}

    def ask(self) -> int:
        """Ask for every job whose slot has begun; says how many were new."""
        return sum(self._ask(entry) for entry in self._entries)

    def _ask(self, entry: Repeating) -> int:
        slot = croniter(entry.schedule, now() + timedelta(seconds=1)).get_prev(ret_type=type(now()))
        key = f"cron:{entry.name}:{slot:%Y-%m-%dT%H:%M}"
        if self._asked.get(entry.name) == key:
            return 0
        new = 0
        with before_sign_in() as db:
            companies = [""]
            if entry.per_company:
                of_kind = [col(Company.kind) == entry.company_kind] if entry.company_kind else []
                found = db.exec(unscoped(Company, *of_kind).order_by(col(Company.id)))
                companies = [company.id for company in found]
            for company_id in companies:
                mine = f"{key}:{company_id}" if company_id else key
                new += outbox.enqueue(
                    db, entry.kind, {"slot": slot.isoformat()}, company_id=company_id, key=mine
                )
        self._asked[entry.name] = key
        return new
