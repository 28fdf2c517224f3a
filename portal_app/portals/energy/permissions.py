"""What may be allowed to somebody of an energy portal, each with the sentence an owner reads."""

PERMISSIONS: dict[str, str] = {
    "usage.see": "See energy use",
    "outage.see": "See outages",
    "outage.report": "Report an outage",
    "service.request": "Start, stop or move service",
    "reading.send": "Send a meter reading",
    "energy.choose": "Change alerts and choices",
    "data.export": "Download meter data",
    "data.share": "Let somebody else read meter data",
    "outage.run": "Post and update outages",
    "request.handle": "Handle service requests",
    "customer.see": "See customers and what they are connected to",
    "reading.import": "Bring meter and weather data in",
}

SCOPES = {
    "money": frozenset({"bill.see", "bill.pay", "autopay.change", "paperless.change", "budget.change"}),
    "documents": frozenset({"data.export", "data.share"}),
    "work": frozenset({"service.request", "reading.send", "energy.choose", "outage.report"}),
    "people": frozenset({"people.invite", "people.places", "directory.own"}),
}
"""Which rights belong to which scope of a place; the rest goes with every place."""

ROLE_WORDS = {
    "owner": ("Owner", "Everything: pay, ask, choose, and say who may do what"),
    "member": ("Member", "See everything, pay bills, send readings, report outages"),
    "viewer": ("Viewer", "See everything, change nothing"),
    "operator": ("Operator", "Outages, requests, customers and data"),
    "administrator": ("Administrator", "Everything an operator may, and who works here"),
}

SEES = frozenset({"usage.see", "outage.see", "outage.report", "bill.see"})
OWNS = SEES | {
    "service.request",
    "reading.send",
    "energy.choose",
    "data.export",
    "data.share",
    "bill.pay",
    "autopay.change",
    "paperless.change",
    "budget.change",
}
RUNS = frozenset(
    {
        "outage.see",
        "outage.run",
        "request.handle",
        "customer.see",
        "reading.import",
        "payment.record",
        "bill.see",
        "usage.see",
        "audit.see",
        "adoption.see",
        "adoption.set",
        "mail.see",
    }
)
