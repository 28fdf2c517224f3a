"""Every use case of billing in one place, for states, endpoints, jobs and the kinds' own services."""

from portal_app.services.billing.autopay import (
    Wish,
    autopay,
    autopay_authorise,
    autopay_change,
    autopay_offer,
    autopay_pause,
    autopay_resume,
    autopay_set_up,
    autopay_stop,
    collect_autopay,
    send_autopay_notices,
    stop_next_debit,
)
from portal_app.services.billing.budget import (
    budget_offer,
    budget_places,
    enrol_budget,
    leave_budget,
    settle_plan,
    settle_up,
)
from portal_app.services.billing.csv import bill_csv
from portal_app.services.billing.delivery import choose_paperless, delivery
from portal_app.services.billing.downloads import bill_file, bills_file
from portal_app.services.billing.issue import Period, issue_bill, void_bill
from portal_app.services.billing.paying import (
    asked_transfers,
    record_failure,
    record_transfer,
    record_typed_transfer,
    request_payment,
)
from portal_app.services.billing.pdf import bill_pdf
from portal_app.services.billing.reading import bill, bills, check_bill, owed, payments
from portal_app.services.billing.rules import LineDraft

__all__ = [
    "LineDraft",
    "Period",
    "Wish",
    "asked_transfers",
    "autopay",
    "autopay_authorise",
    "autopay_change",
    "autopay_offer",
    "autopay_pause",
    "autopay_resume",
    "autopay_set_up",
    "autopay_stop",
    "bill",
    "bill_csv",
    "bill_file",
    "bill_pdf",
    "bills",
    "bills_file",
    "budget_offer",
    "budget_places",
    "check_bill",
    "choose_paperless",
    "collect_autopay",
    "delivery",
    "enrol_budget",
    "issue_bill",
    "leave_budget",
    "owed",
    "payments",
    "record_failure",
    "record_transfer",
    "record_typed_transfer",
    "request_payment",
    "send_autopay_notices",
    "settle_plan",
    "settle_up",
    "stop_next_debit",
    "void_bill",
]
