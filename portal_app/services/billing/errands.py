"""What billing does by itself: work that follows a commit, and work that comes round each day."""

from typing import Any

from portal_app.core.access import SystemAccess
from portal_app.core.errands import Errand, Handler, Repeating
from portal_app.services.billing import autopay, budget, budget_reviews, pdf


def _to_file(access: SystemAccess, payload: dict[str, Any]) -> pdf.Printable | None:
    return pdf.to_file(access, payload["bill_id"])


def _file_pdf(access: SystemAccess, payload: dict[str, Any], digest: str) -> None:
    pdf.file_pdf(access, payload["bill_id"], digest)


def _settle_plan(access: SystemAccess, payload: dict[str, Any]) -> None:
    budget.settle_plan(access, payload["plan_id"])


def _tell_review(access: SystemAccess, payload: dict[str, Any]) -> None:
    budget_reviews.tell_review(access, payload)


def _announce_debits(access: SystemAccess, _payload: dict[str, Any]) -> None:
    autopay.send_autopay_notices(access)


def _collect_debits(access: SystemAccess, _payload: dict[str, Any]) -> None:
    autopay.collect_autopay(access)


def _settle_up(access: SystemAccess, _payload: dict[str, Any]) -> None:
    budget.settle_up(access)


JOBS: dict[str, Handler] = {
    "billing.file_pdf": Errand(_to_file, pdf.fingerprint, _file_pdf),
    "billing.settle_plan": _settle_plan,
    "billing.tell_review": _tell_review,
    "billing.announce_debits": _announce_debits,
    "billing.collect_debits": _collect_debits,
    "billing.settle_up": _settle_up,
}

REPEATING: tuple[Repeating, ...] = (
    Repeating("announce-debits", "10 14 * * *", "billing.announce_debits"),
    Repeating("collect-debits", "40 14 * * *", "billing.collect_debits"),
    Repeating("settle-budget-plans", "20 15 * * *", "billing.settle_up"),
)
