"""What a printed bill of version 2 says: grouped by supply, each line in the customer's words and figures.

Issued bills keep it: another wording or another fact is a version 3, with its own template beside it.
"""

import json
from collections.abc import Callable
from itertools import groupby
from typing import Any

from portal_app.core.money import written
from portal_app.services.billing import rules
from portal_app.services.billing.checkcode import check_code
from portal_app.services.billing.paper_1 import note, paper_of, to_pay, ways
from portal_app.services.billing.tables import Bill, BillLine
from portal_app.services.billing.wording import parts_of
from portal_app.shapes.palette import DRAWN

Money = Callable[[int], str]

_HEIGHT = {"us-letter": 241.0, "a4": 259.0}
"""Millimetres between the margins of a page."""
_HEAD_AND_SLIP, _ROW, _GROUP, _TEXT, _GAP = 152.0, 5.6, 7.4, 4.0, 2.6
_LETTERS_A_LINE = 50


def document(bill: Bill, lines: list[BillLine]) -> dict[str, Any]:
    """Everything a printed bill says, from the rows alone: nothing that changes after it was issued."""
    issuer: dict[str, str] = json.loads(bill.issuer)
    locale = issuer["locale"]

    def money(cents: int) -> str:
        return written(cents, bill.currency, locale)

    groups = _groups(bill, lines, money, locale)
    return {
        "heading": bill.title,
        "issuer": issuer["name"],
        "call": f"Questions? Call {issuer['phone']}" if issuer["phone"] else "",
        "colour": issuer.get("colour") or DRAWN.get(issuer["brand"], "#16212b"),
        "paper": paper_of(locale),
        "lang": locale.partition("_")[0],
        "customer": issuer["account_name"],
        "site": bill.site_name,
        "currency": bill.currency,
        "facts": [
            ["Account", issuer["account_number"]],
            ["Bill number", str(bill.number)],
            ["Issued", rules.long_day(bill.issued_on)],
            ["For", rules.period_text(bill.period_from, bill.period_to)],
            ["", _days(bill)],
        ],
        "due": _due(bill, money),
        "groups": groups,
        "sums": _sums(bill, money),
        "note": _note(bill, money),
        "slip": _slip(bill, issuer, money),
        "check": f"Check code {check_code(bill)}. Type it on the portal, under Billing, to see it is ours.",
        "meanings": [[line.title, line.why] for line in lines],
        "overleaf": not _fits(paper_of(locale), groups, [line.why for line in lines]),
        "footer": f"{issuer['name']}, bill {bill.number}",
    }


def _fits(paper: str, groups: list[dict[str, Any]], meanings: list[str]) -> bool:
    """Whether the explanations have room above the slip; else they go overleaf. Estimated in millimetres."""
    rows = sum(len(group["lines"]) + bool(group["sum"]) for group in groups)
    two_lined = sum(bool(line["days"]) for group in groups for line in group["lines"])
    table = rows * _ROW + two_lined * _TEXT + sum(bool(group["title"]) for group in groups) * _GROUP
    beside = [meanings[place : place + 2] for place in range(0, len(meanings), 2)]
    told = sum(_TEXT * (2 + max(len(why) for why in pair) // _LETTERS_A_LINE) + _GAP for pair in beside)
    return _HEAD_AND_SLIP + table + told <= _HEIGHT[paper]


def _days(bill: Bill) -> str:
    count = (bill.period_to - bill.period_from).days + 1
    return f"{count} day{'' if count == 1 else 's'}"


def _due(bill: Bill, money: Money) -> dict[str, str]:
    """The one figure that stands large, and what it asks for."""
    if bill.total_cents < 0:
        return {"label": "Your credit", "amount": money(-bill.total_cents), "by": "It pays your next bills"}
    left = to_pay(bill)
    by = f"Due by {rules.long_day(bill.due_on)}" if left else "There is nothing to pay"
    return {"label": "To pay", "amount": money(left), "by": by}


def _groups(bill: Bill, lines: list[BillLine], money: Money, locale: str) -> list[dict[str, Any]]:
    """The lines under their supply, each with what it comes to; the sums are left out for only one."""
    found = [(facts, list(rows)) for facts, rows in groupby(lines, _group_of)]
    return [
        {
            "title": title,
            "note": said,
            "lines": [_printed(line, bill, money, locale) for line in rows],
            "sum": money(sum(line.amount_cents for line in rows)) if title and len(found) > 1 else "",
        }
        for (title, said), rows in found
    ]


def _group_of(line: BillLine) -> tuple[str, str]:
    facts = json.loads(line.facts)
    return facts.get("group", ""), facts.get("group_note", "")


def _printed(line: BillLine, bill: Bill, money: Money, locale: str) -> dict[str, str]:
    amount, price = parts_of(line, bill.currency, locale)
    own_days = (line.from_on, line.to_on) != (bill.period_from, bill.period_to)
    named = rules.period_text(line.from_on, line.to_on) if line.from_on and line.to_on and own_days else ""
    return {
        "title": line.title,
        "days": named,
        "amount": amount,
        "price": price,
        "cost": money(line.amount_cents),
    }


def _sums(bill: Bill, money: Money) -> list[list[str]]:
    """The bill's total; where credit went to it at once, that and what is left."""
    sums = [["This bill", money(bill.total_cents)]]
    used = bill.total_cents - to_pay(bill)
    if used:
        sums += [["Paid with your credit", money(-used)], ["To pay", money(to_pay(bill))]]
    return sums


def _note(bill: Bill, money: Money) -> str:
    """What stood between account and company before this bill, where its sums do not show it already."""
    used = bill.total_cents - to_pay(bill)
    if bill.opening_cents < 0 and used in (0, -bill.opening_cents):
        return "" if used else f"You had a credit of {money(-bill.opening_cents)} before this bill."
    return note(bill, money(abs(bill.opening_cents)), money(used))


def _slip(bill: Bill, issuer: dict[str, str], money: Money) -> dict[str, Any]:
    """The part to tear off, or to have beside the keyboard: everything a transfer asks for."""
    if to_pay(bill) <= 0:
        return {"heading": "There is nothing to pay on this bill", "rows": []}
    rows = [
        *ways(bill, issuer),
        ["Amount", money(to_pay(bill))],
        ["Due by", rules.long_day(bill.due_on)],
        ["From", issuer["account_name"]],
        ["Your account", issuer["account_number"]],
    ]
    return {"heading": "Pay by bank transfer", "rows": rows}
