"""Every fact of the trail reads as a person says it: no field names, raw cents, ids, true or false."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import portal_app
from portal_app.core.access import acting_for, acting_for_company
from portal_app.services.audit import facts, reading
from portal_app.services.audit.facts import OF_AN_ACT, Reader, said
from portal_app.shapes.audit import TrailAsked

READER = Reader("USD", "en_US", "America/Chicago", {"01m834phffn88jbaa4zhsbv3kc": "Maya Lund"})
NOT_FACTS = {"action", "about", "account_id", "on_behalf", "facts"}
EXPANDED = {
    "gift": ("role", "scopes", "sees", "proxy", "ends_at", "reason"),
    "days": ("from", "to"),
    "asked": ("bill_id", "ids"),
}
"""What stands in a mapping that is noted as a whole and is made elsewhere."""


def _notes() -> Iterator[tuple[Path, ast.Module, ast.Call]]:
    for path in Path(portal_app.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or path.name == "money_view.py":
                continue
            if ast.unparse(node.func).rpartition(".")[2] in ("note", "Note"):
                yield path, tree, node


def _keys(value: ast.expr, tree: ast.Module) -> set[str] | None:
    """The names in a mapping: written there, or kept under a name in the same file; None for unknown ones."""
    if isinstance(value, ast.Dict):
        return {key.value for key in value.keys if isinstance(key, ast.Constant)}
    if isinstance(value, ast.BinOp):
        return (_keys(value.left, tree) or set()) | (_keys(value.right, tree) or set())
    if isinstance(value, ast.IfExp):
        return (_keys(value.body, tree) or set()) | (_keys(value.orelse, tree) or set())
    if not isinstance(value, ast.Name):
        return None
    if value.id in EXPANDED:
        return set(EXPANDED[value.id])
    kept = [
        _keys(node.value, tree)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AugAssign)
        and any(
            isinstance(target, ast.Name) and target.id == value.id
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        )
        and isinstance(node.value, ast.Dict | ast.BinOp | ast.IfExp)
    ]
    return set().union(*(found for found in kept if found)) if kept else None


def _names() -> tuple[set[str], list[str]]:
    """Every name of a fact that the code writes down, and the notes whose facts cannot be told."""
    names, unknown = set[str](), list[str]()
    for path, tree, node in _notes():
        for word in node.keywords:
            if word.arg not in (None, *NOT_FACTS):
                names.add(str(word.arg))
                continue
            if (
                word.arg not in (None, "facts")
                or ast.unparse(word.value) == "facts"
                and path.name == "by_mail.py"
            ):
                continue
            found = _keys(word.value, tree)
            names |= found or set()
            unknown += [] if found else [f"{path.name}:{node.lineno} {ast.unparse(word.value)}"]
    return names, unknown


@pytest.mark.line("S-65")
def test_every_fact_that_is_written_down_has_words():
    names, unknown = _names()
    assert not unknown
    assert len(names) > 60
    assert not sorted(name for name in names - set(facts.FACTS) if not name.endswith(("_id", "ids")))


@pytest.mark.line("S-65")
@pytest.mark.parametrize(
    ("action", "name", "value", "words"),
    [
        ("bill.issue", "cents", 11950, "$119.50"),
        ("bill.issue", "number", 13, "bill number 13"),
        ("payment.record", "credit", 0, ""),
        ("payment.record", "left", 0, "left to pay: $0.00"),
        ("budget.join", "cents", 11950, "$119.50 a month"),
        ("people.invited", "scopes", "money", "only for money"),
        (
            "people.invited",
            "scopes",
            "money,documents,work",
            "only for money, documents and service and reports",
        ),
        ("people.invited", "scopes", "", ""),
        ("people.invited", "sees", "01m834phffn88jbaa4zhsbv3kc", "sees only what is of Maya Lund"),
        ("people.invited", "sees", "own", "sees only their own"),
        ("people.invited", "proxy", True, "acts for the account's owner"),
        ("people.invited", "proxy", False, ""),
        ("people.invited", "ends_at", None, ""),
        ("people.invited", "ends_at", "2026-12-01 17:00:00+00:00", "until Tue 1 Dec, 11:00"),
        ("people.joined", "invited_by", "01m834phffn88jbaa4zhsbv3kc", "invited by Maya Lund"),
        ("tenancy.simple_chosen", "on", True, "on"),
        ("tenancy.simple_chosen", "on", False, "off"),
        ("directory.person_added", "active", False, "may not sign in"),
        ("identity.sign_in", "how", "passkey", "by a passkey"),
        ("identity.link_mailed", "purpose", "reset", "to choose a new password"),
        ("bill.pay", "channel", "portal", "on the portal"),
        ("outage.moved", "after", "crew_assigned", "now crew assigned"),
        ("outage.estimate", "etr", "None", "no time given"),
        ("tariff.keep", "effective", "2022-01-01", "from Sat 1 Jan 2022"),
        ("choices.changed", "changed", ["alert_kind", "phone"], "changed: alert kind, phone"),
        ("data.export", "format", "espi", "as Green Button XML"),
        ("file.taken", "bill_id", "01m834phffn88jbaa4zhsbv3kc", ""),
        ("identity.sessions_ended", "count", 1, "1 device"),
        ("privacy.copy_made", "octets", 120_400, "120 kB"),
        ("a.kind_of_later", "made_up", "value_of_it", "made up value of it"),
    ],
)
def test_a_fact_reads_as_a_person_says_it(clock, action, name, value, words):
    assert said(action, name, value, READER) == words


def test_facts_of_an_act_belong_to_facts_that_are_known():
    assert {name.rpartition(".")[2] for name in OF_AN_ACT} <= set(facts.FACTS)


@pytest.mark.line("S-65")
def test_the_trail_of_a_company_shows_no_raw_fact(people, clock):
    with acting_for_company(people.company.id, actor="our office") as access:
        access.note("bill.issue", "bill:01m834ptaptxajrh12wh52cm87", cents=11950, number=4, paid=False)
    with acting_for(people.owner) as access:
        access.note("people.invited", scopes="money", proxy=True, role="member")
    with acting_for(people.staff) as access:
        rows = reading.page(access, TrailAsked()).rows
    assert [row.text for row in rows] == ["Olive invited somebody.", "Our office issued a bill."]
    assert rows[0].more.startswith("Account 1001, acts for the account's owner, as member, only for money")
    assert rows[1].more == "$119.50, bill number 4."
    assert not re.search(r"cents|scopes|true|false|[0-9a-z]{26}", " ".join(row.more for row in rows).lower())
