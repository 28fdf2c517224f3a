"""The trail in words: found, checked, taken along; and that what must be noted is noted."""

import ast
import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, select, text

import portal_app
from portal_app.core import trail
from portal_app.core.access import acting_for, acting_for_company, reads
from portal_app.core.accounts import Account, Member
from portal_app.core.db import is_postgres
from portal_app.core.errors import NotAllowed, NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.services.adoption.perform import perform
from portal_app.services.audit import reading, service, words
from portal_app.services.identity.tables import Passkey
from portal_app.shapes.audit import TrailAsked
from tests.engines import past_the_wall

both = pytest.mark.usefixtures("both_engines")


def do(visitor, use_case, *given, **named):
    with acting_for(visitor) as access:
        return use_case(access, *given, **named)


def lines(visitor, **asked):
    return [row.text for row in do(visitor, reading.page, TrailAsked(**asked)).rows]


@pytest.fixture
def acts(people, clock) -> None:
    """What four people of two companies did, a minute apart."""
    for visitor, action, facts in (
        (people.owner, "bill.pay", {"cents": 500}),
        (people.stranger, "identity.sign_in", {"how": "passkey"}),
        (people.owner, "data.share", {"with": "=HYPERLINK(1)\n<b>x</b>"}),
        (people.outsider, "bill.pay", {"cents": 77}),
    ):
        clock.move(minutes=1)
        with acting_for(visitor) as access:
            access.note(action, "thing", **facts)


@both
@pytest.mark.line("S-65")
def test_staff_read_their_own_companys_trail_in_words_newest_first(people, acts):
    assert lines(people.staff) == [
        "Olive shared readings.",
        "Stella signed in.",
        "Olive began to pay a bill.",
    ]
    assert lines(people.other_staff) == ["Otto began to pay a bill."]


@both
@pytest.mark.line("S-65", "S-74")
def test_a_passkey_and_for_whom_a_proxy_acts_are_kept_by_number_and_read_by_todays_name(people, clock):
    carer = replace(people.viewer, on_behalf="Olive", on_behalf_ids=people.owner.person_id)
    with acting_for(carer) as access:
        key = {"credential_id": "c", "public_key": "k", "name": "Her old phone"}
        passkey = access.add(Passkey, **key)
        access.note("identity.passkey_added", access.visitor.person_id, passkey=passkey.id)
    helper = replace(people.viewer, on_behalf="12 Elm Street", on_behalf_ids=people.account.id)
    clock.move(minutes=1)
    with acting_for(helper) as access:
        access.note("bill.pay")
    house, own = do(people.staff, reading.page, TrailAsked()).rows
    assert house.text == "Vic, for account 1001, began to pay a bill."
    assert own.text == "Vic, for Olive, added a passkey."
    assert "passkey Her old phone" in own.more
    with past_the_wall() as db:
        kept = str([entry.model_dump() for entry in db.exec(select(AuditEntry))])
        for name in ("Olive", "Her old phone", "12 Elm Street"):
            assert name not in kept
        db.execute(text("DELETE FROM passkey"))
        db.execute(text("UPDATE person SET name = 'A deleted person'"))
    _, own = do(people.staff, reading.page, TrailAsked()).rows
    assert own.text == "A deleted person, for A deleted person, added a passkey."
    assert "phone" not in own.more


@both
@pytest.mark.line("S-65")
def test_older_entries_that_hold_a_name_still_say_it(people):
    with acting_for(replace(people.viewer, on_behalf="Olive")) as access:
        access.note("identity.passkey_added", access.visitor.person_id, passkey="My phone")
    (row,) = do(people.staff, reading.page, TrailAsked()).rows
    assert row.text.endswith(", for Olive, added a passkey.")
    assert "My phone" in row.more


@both
@pytest.mark.line("S-65")
def test_the_trail_is_found_by_words_action_person_account_and_days(people, acts, clock):
    staff = people.staff
    assert lines(staff, words="PASSKEY") == ["Stella signed in."]
    assert lines(staff, action="identity.") == ["Stella signed in."]
    assert lines(staff, person="stel") == ["Stella signed in."]
    assert lines(staff, person=people.owner.email) == ["Olive shared readings.", "Olive began to pay a bill."]
    assert lines(staff, person="Otto") == []
    assert lines(staff, account="1002") == ["Stella signed in."]
    assert lines(staff, account="9999") == []
    assert len(lines(staff, first_day="2026-03-10", last_day="2026-03-10")) == 3
    assert lines(staff, first_day="2026-03-11") == []
    assert lines(staff, last_day="2026-03-09") == []


@both
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"first_day": "yesterday"}, "first_day"),
        ({"last_day": "2026-13-01"}, "last_day"),
        ({"first_day": "2026-03-10", "last_day": "2026-03-09"}, "last_day"),
    ],
)
def test_a_day_that_is_none_is_said_beside_its_field(people, asked, field):
    with pytest.raises(Refusal) as no:
        lines(people.staff, **asked)
    assert no.value.field == field


@both
def test_more_than_a_page_goes_on_where_it_stopped(people, monkeypatch):
    monkeypatch.setattr(service, "PAGE", 4)
    with acting_for(people.owner) as access:
        for number in range(9):
            access.note("bill.pay", f"bill {number}")
    page, seen = do(people.staff, reading.page, TrailAsked()), list[str]()
    while True:
        seen += [row.reference for row in page.rows]
        if not page.older:
            break
        page = do(people.staff, reading.page, TrailAsked(), page.older)
    assert seen == [str(number) for number in range(9, 0, -1)]


@both
@pytest.mark.line("S-63")
def test_who_acts_for_somebody_else_is_named_with_whom(people):
    with past_the_wall() as db:
        place = db.exec(select(Member).where(col(Member.person_id) == people.viewer.person_id)).one()
        account = db.get(Account, place.account_id)
    with acting_for_company(people.company.id) as access:
        access.notes.append(trail.Note("bill.pay", "bill", account.id, "Olive Owner", {"cents": 5}))
    [row] = do(people.staff, reading.page, TrailAsked()).rows
    assert row.text == "The portal, for Olive Owner, began to pay a bill."
    assert row.more == "Account 1001, $0.05."


@both
@pytest.mark.line("S-64")
def test_a_whole_trail_is_said_so_and_a_broken_one_names_where(people, acts):
    assert do(people.staff, reading.check).title == "The trail is whole"
    with past_the_wall() as db:
        for statement in trail.unguards("postgresql" if is_postgres(db) else "sqlite"):
            db.execute(text(statement))
        db.execute(text("UPDATE audit_entry SET actor = 'nobody' WHERE seq = 2"))
    assert do(people.staff, reading.check).title == "The trail is broken at number 2"
    assert do(people.other_staff, reading.check).title == "The trail is whole"


@both
@pytest.mark.line("S-65")
def test_the_file_holds_what_was_found_no_formula_and_nothing_of_another_company(people, acts):
    file = do(people.staff, reading.trail_file, person="Olive", action="data.")
    [row] = csv.DictReader(io.StringIO(file.content.decode()))
    assert row["action"] == "data.share"
    assert row["facts"].startswith("{")
    whole = list(csv.DictReader(io.StringIO(do(people.staff, reading.trail_file).content.decode())))
    assert len(whole) == 4
    assert not [cell for one in whole for cell in one.values() if cell[:1] in "=+-@" and cell]
    assert people.other_company.id not in str(whole)
    assert [one["action"] for one in whole][-1] == "audit.exported"


@both
def test_a_customer_and_a_role_without_the_right_see_no_trail(people, acts):
    for use_case in (reading.check, reading.trail_file):
        with pytest.raises(NotAllowed):
            do(people.owner, use_case)
    with pytest.raises(NotAllowed):
        lines(people.viewer)


@both
@pytest.mark.line("S-63")
def test_what_somebody_may_not_do_is_written_down(people):
    @reads
    def forbidden(access):
        access.require("staff.run")

    def foreign(access):
        access.get(Account, people.outside_account.id)

    for use_case, trouble in ((forbidden, NotAllowed), (foreign, NotYours)):
        with pytest.raises(trouble):
            perform(people.viewer, use_case)
    with past_the_wall() as db:
        found = list(db.exec(select(AuditEntry).order_by(col(AuditEntry.seq))))
    assert [(entry.action, entry.actor, entry.address) for entry in found] == [
        ("access.refused", people.viewer.person_id, "127.0.0.1")
    ] * 2
    assert "not allowed" in found[0].facts
    assert "not theirs" in found[1].facts
    assert people.outside_account.id not in found[1].facts


def _actions() -> set[str]:
    """Every action that the code writes down by a name of its own."""
    found = set[str]()
    for path in Path(portal_app.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("note", "Note"):
                named = [*node.args[:3], *(word.value for word in node.keywords if word.arg == "action")]
                found |= {
                    part.value
                    for part in named
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value
                }
    return {action for action in found if " " not in action}


def test_every_act_that_is_written_down_has_words():
    actions = _actions()
    assert len(actions) > 60
    assert not sorted(actions - set(words.SENTENCES))


@pytest.mark.parametrize("event", ["set_up", "authorise", "pause", "resume", "stop"])
def test_each_step_of_an_automatic_payment_has_words(event):
    assert f"autopay.{event}" in words.SENTENCES


def test_an_act_without_words_is_named_by_its_own():
    assert words.said("meter.moved_twice") == "did “meter: moved twice”"


@pytest.mark.parametrize(
    ("about", "called"),
    [
        ("ServiceRequest:01m8", "request"),
        ("payment:01m8", "payment"),
        ("delivery:01m8", "how bills come"),
        ("SignOn:01m8", "company sign-in"),
        ("PaymentPlan", "payment plan"),
    ],
)
def test_a_thing_is_called_by_its_name_and_not_by_its_table(about, called):
    assert words.thing(about) == called


@both
def test_no_line_shows_an_id_or_a_fact_that_is_not_so(people):
    with acting_for(people.owner) as access:
        site = people.outside_account.id
        access.note("people.invited", f"invitation:{site}", proxy=False, new=True, role="member", site=site)
        access.note("file.taken", site, file="Bill 13.pdf")
    taken, invited = (row.more for row in do(people.staff, reading.page, TrailAsked()).rows)
    assert taken == "Account 1001, file Bill 13.pdf, from 127.0.0.1."
    assert invited == "About invitation, account 1001, new here, as member, from 127.0.0.1."
