"""One bill with every kind of line, the same to the letter each time: what printed versions are held to."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from portal_app.services.billing.tables import Bill, BillLine
from portal_app.settings import settings

MOMENT = datetime(2026, 11, 5, tzinfo=UTC)
ISSUER = {
    "name": "First Energy",
    "phone": "555-0100",
    "brand": "brightwater",
    "colour": "#025b4b",
    "bank": "First Bank",
    "bank_account": "US12 0000 4417",
    "locale": "en_US",
    "account_number": "1001",
    "account_name": "Maya Lund",
}
_LINES = (
    ("electricity.tier-1", "Electricity up to your baseline", "307.0", "kWh", "0.30", 9210),
    ("electricity.tier-2", "Electricity above 307 kWh", "24.096", "kWh", "0.38", 916),
    ("electricity.demand", "Highest demand", "42.5", "kW", "3.20", 13600),
    ("electricity.fixed", "Daily charge", "31", "day", "0.49", 1519),
    ("electricity.renewable", "Renewable surcharge", "1331.096", "kWh", "0.012", 1597),
    ("electricity.tax", "Tax", "268.42", "taxable", "0.075", 2013),
    ("electricity.climate", "Climate credit", "1", "bill", "-24", -2400),
    ("gas.flat", "Gas", "8.161", "therms", "1.62", 1322),
    ("gas.fixed-bill", "Gas: service charge", "0.4", "bill", "8.00", 320),
    ("gas.tax", "Gas: tax", "16.42", "taxable", "0.075", 123),
    ("budget", "Budget plan: difference put off", "", "", "", -5000),
)


def fixed_key() -> None:
    """Let this data folder sign check codes with a key that tests know."""
    path = settings().data_dir / "bill-check.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(range(32)))


def bill(template: int, **more: object) -> tuple[Bill, list[BillLine]]:
    """The bill and its lines, as they stand in the database; with other facts where they are given."""
    lines = [
        BillLine(
            id=f"line{place}",
            place=place,
            code=code,
            title=title,
            quantity=quantity,
            unit=unit,
            rate=rate,
            amount_cents=cents,
            from_on=None if code == "budget" else date(2026, 10, 3),
            to_on=None if code == "budget" else date(2026, 11, 2),
            why=f"Why {title[:1].lower()}{title[1:]} is on this bill, in a sentence or two.",
            facts=json.dumps(_facts(code)),
        )
        for place, (code, title, quantity, unit, rate, cents) in enumerate(_LINES, start=1)
    ]
    facts: dict[str, object] = {
        "id": "bill13",
        "company_id": "company1",
        "account_id": "account1",
        "number": 13,
        "reference": "PAY-7K2M9Q",
        "state": "issued",
        "title": "October bill",
        "site_name": "12 Elm Street",
        "period_from": date(2026, 10, 3),
        "period_to": date(2026, 11, 2),
        "issued_on": MOMENT.date(),
        "due_on": date(2026, 11, 26),
        "currency": "USD",
        "total_cents": sum(int(Decimal(line.amount_cents)) for line in lines),
        "opening_cents": -1200,
        "issuer": json.dumps(ISSUER, sort_keys=True),
        "template": template,
        **more,
    }
    return Bill(**facts), lines


def _facts(code: str) -> dict[str, str]:
    group, _, part = code.partition(".")
    return {"group": group.capitalize(), "group_note": f"Meter {group[0].upper()}-1, 31 days"} if part else {}
