"""Delete me: asked, taken back, held, done; what went, what stayed, and who was told."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import col, select, text

from portal_app.commands.keys import IN_JOBS
from portal_app.core import sealed_files, trail, vault
from portal_app.core.access import acting_for, acting_for_company, before_sign_in
from portal_app.core.accounts import Account, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import NotAllowed, NotYours, ProveAgain, Refusal
from portal_app.core.outbox import Job
from portal_app.core.tables import METADATA
from portal_app.jobs.handlers import handlers, repeating
from portal_app.portals.energy import leaving as energy
from portal_app.portals.energy.tables import Interval, Meter, Premise, Register, SelfRead, ServiceAgreement
from portal_app.services.identity.links import StaleLink
from portal_app.services.identity.tables import SignIn
from portal_app.services.notifications.tables import Mail
from portal_app.services.privacy import ending, fates, holds, leaving
from portal_app.services.privacy.tables import Erasure, Hold
from portal_app.settings import settings
from tests.engines import past_the_wall
from tests.services.identity.mails import mails, newest
from tests.services.privacy.test_copies import fill

pytestmark = pytest.mark.line("S-74")
both = pytest.mark.usefixtures("both_engines")


@pytest.fixture(autouse=True)
def _ends_known(database):
    fates.know({"energy": energy.ENDS})
    yield
    fates.know({})


def do(visitor, use_case, *given, **named):
    with acting_for(visitor) as access:
        return use_case(access, *given, **named)


def stored(table, *where):
    with past_the_wall() as db:
        return list(db.exec(select(table).where(*where)))


def work() -> None:
    """Do what is due, mails apart."""
    known = {kind: handler for kind, handler in handlers().items() if kind.startswith("privacy.")}
    while True:
        with before_sign_in() as db:
            due = text(
                "SELECT id, company_id, kind, payload FROM job WHERE state = 'waiting' AND run_at <= :now "
                "AND kind LIKE 'privacy.%' ORDER BY run_at, id"
            ).bindparams(now=now() if "postgres" in settings().db_url else now().replace(tzinfo=None))
            found = db.execute(due).first()
            if found is None:
                return
            db.execute(text("UPDATE job SET state = 'done' WHERE id = :id"), {"id": found.id})
        with acting_for_company(found.company_id) as access:
            known[found.kind](access, json.loads(found.payload))


def night(company) -> None:
    with acting_for_company(company.id) as access:
        ending.carry_on(access, {})


def wish() -> Erasure:
    (row,) = stored(Erasure)
    return row


def hold(people, **whose) -> Hold:
    with past_the_wall() as db:
        row = Hold(company_id=people.company.id, reason="A court asks for it", **whose)
        db.add(row)
    return stored(Hold)[0]


def after(clock, **more) -> None:
    clock.move(days=14, minutes=1)
    work()


@both
def test_it_is_asked_with_a_fresh_proof_once_and_says_the_day(people, clock):
    stale = replace(people.owner, proved_at=now() - timedelta(minutes=6))
    with pytest.raises(ProveAgain):
        do(stale, leaving.ask)
    assert do(people.owner, leaving.page).state == ""
    first, second = do(people.owner, leaving.ask), do(people.owner, leaving.ask)
    assert first.reference == second.reference == wish().reference
    assert first.title == "Your account is deleted on 24 March 2026"
    page = do(people.owner, leaving.page)
    assert (page.state, page.reference) == ("asked", first.reference)
    (mail,) = mails()
    assert mail.to == people.owner.email
    assert "24 March 2026" in mail.subject
    assert "/leaving/stop?token=" in mail.link


@both
def test_somebody_of_the_demo_reads_everything_and_stays(people, clock):
    with past_the_wall() as db:
        db.execute(text("UPDATE person SET demo_says = 'Looks around' WHERE name = 'Olive'"))
    assert do(people.owner, leaving.page).goes
    stale = replace(people.owner, proved_at=now() - timedelta(minutes=6))
    for who in (people.owner, stale):
        with pytest.raises(Refusal, match="people of the demo stay"):
            do(who, leaving.ask)
    assert stored(Erasure) == []


@both
def test_a_tap_keeps_the_account_and_nothing_happens_on_the_day(people, clock):
    do(people.owner, leaving.ask)
    do(people.owner, leaving.stop)
    assert wish().state == "cancelled"
    assert "stays" in newest().subject
    with pytest.raises(Refusal):
        do(people.owner, leaving.stop)
    after(clock)
    assert stored(Person, col(Person.email) == people.owner.email)


@both
def test_the_mailed_link_keeps_the_account_once(people, clock):
    do(people.owner, leaving.ask)
    link = newest()
    leaving.stop_by_link(link.token)
    assert wish().state == "cancelled"
    with pytest.raises(StaleLink):
        leaving.stop_by_link(link.token)
    with pytest.raises(StaleLink):
        leaving.stop_by_link("x" * 43)


@both
def test_three_days_before_it_is_said_once_more_with_the_way_back(people, clock):
    do(people.owner, leaving.ask)
    clock.move(days=11, minutes=1)
    work()
    assert newest().subject.startswith("In three days")
    leaving.stop_by_link(newest().token)
    assert wish().state == "cancelled"


@both
def test_at_the_end_the_person_is_gone_their_sessions_too_and_the_trail_still_holds(people, clock):
    with past_the_wall() as db:
        db.add(
            SignIn(
                id="k" * 64, company_id=people.company.id, person_id=people.owner.person_id,
                ends_at=now() + timedelta(days=99),
            )
        )  # fmt: skip
    do(people.owner, leaving.ask)
    after(clock)
    (row,) = stored(Person, col(Person.id) == people.owner.person_id)
    assert (row.name, row.standing, row.password_hash) == ("A deleted person", "deleted", "")
    assert row.email == f"{row.id.lower()}@deleted.invalid"
    assert stored(SignIn) == []
    assert stored(Member, col(Member.person_id) == row.id) == []
    with past_the_wall() as db:
        assert trail.first_broken(db, people.company.id) is None
        entries = list(db.exec(select(trail.AuditEntry)))
    assert any(entry.actor == row.id for entry in entries)
    whole = "".join(entry.facts + entry.about + entry.actor for entry in entries)
    assert people.owner.email not in whole
    assert people.owner.name not in whole


@both
def test_the_last_mail_says_what_went_and_what_stayed_and_goes_from_the_list_a_day_later(people, clock):
    with acting_for_company(people.company.id) as access:
        row = {"subject": "x", "text": "x", "message_id": "m", "state": "sent"}
        access.add(Mail, recipient=people.owner.email, **row)
        access.add(Mail, recipient=people.stranger.email, **row)
    do(people.owner, leaving.ask)
    after(clock)
    mine = [mail for mail in mails() if mail.to == people.owner.email]
    assert [mail.subject for mail in mine] == ["Your account at First Energy is deleted"]
    assert "Erased:" in mine[0].words
    assert "At least until 24 March 2033" in mine[0].words
    assert "Tax law asks for seven years" in mine[0].words
    assert [mail.recipient for mail in stored(Mail)] == [people.stranger.email]
    clock.move(days=1, minutes=1)
    work()
    assert [mail for mail in mails() if mail.to == people.owner.email] == []


@both
def test_the_only_owner_closes_the_account_and_the_others_are_told(people, clock):
    page = do(people.owner, leaving.page)
    assert [row.title for row in page.accounts] == [
        "Account 1001 closes, for the one other person in it too."
    ]
    do(people.owner, leaving.ask)
    after(clock)
    (account,) = stored(Account, col(Account.id) == people.account.id)
    assert (account.name, account.standing) == ("A closed account", "closed")
    assert stored(Member, col(Member.account_id) == people.account.id) == []
    assert [mail.subject for mail in mails() if mail.to == people.viewer.email] == [
        "12 Elm Street is closed at First Energy"
    ]
    assert stored(Person, col(Person.email) == people.viewer.email)
    assert len(stored(Member, col(Member.account_id) == people.other_account.id)) == 1


@both
def test_with_another_owner_the_account_goes_on_without_them(people, clock):
    with past_the_wall() as db:
        whose = {"p": people.viewer.person_id}
        db.execute(text("UPDATE member SET role = 'owner' WHERE person_id = :p"), whose)
    page = do(people.owner, leaving.page)
    assert "goes on with its other owner" in page.accounts[0].title
    assert "Bills" not in str(page.stays)
    do(people.owner, leaving.ask)
    after(clock)
    (account,) = stored(Account, col(Account.id) == people.account.id)
    assert (account.name, account.standing) == ("12 Elm Street", "open")
    assert [row.person_id for row in stored(Member, col(Member.account_id) == account.id)] == [
        people.viewer.person_id
    ]
    assert wish().state == "done"


@both
def test_a_hold_on_the_person_keeps_everything_until_it_is_lifted(people, clock):
    kept = hold(people, person_id=people.owner.person_id)
    do(people.owner, leaving.ask)
    assert do(people.owner, leaving.page).state == "held"
    after(clock)
    night(people.company)
    assert wish().state == "held"
    assert stored(Person, col(Person.email) == people.owner.email)
    assert [mail.subject for mail in mails()].count("Your account at First Energy is not deleted yet") == 1
    admin = replace(people.staff, permissions=frozenset({"privacy.run"}))
    do(admin, holds.lift, kept.id)
    night(people.company)
    assert wish().state == "done" or wish().state == "partly"
    assert not stored(Person, col(Person.email) == people.owner.email)


@both
def test_a_hold_on_the_account_keeps_that_alone(people, clock):
    hold(people, account_id=people.account.id, ends_at=now() + timedelta(days=20))
    assert "a court asks for it" in do(people.owner, leaving.page).accounts[0].title.lower()
    do(people.owner, leaving.ask)
    after(clock)
    assert wish().state == "partly"
    assert not stored(Person, col(Person.email) == people.owner.email)
    assert stored(Account, col(Account.id) == people.account.id)[0].standing == "open"
    night(people.company)
    assert stored(Account, col(Account.id) == people.account.id)[0].standing == "open"
    clock.move(days=7)
    night(people.company)
    assert stored(Account, col(Account.id) == people.account.id)[0].standing == "closed"


def supplied(people, stops: date | None) -> None:
    with past_the_wall() as db:
        own = {"company_id": people.company.id, "account_id": people.account.id}
        db.add(Premise(id="p", label="Home", street="12 Elm Street", **own))
        db.flush()
        db.add(ServiceAgreement(id="s", premise_id="p", starts=date(2024, 1, 1), stops=stops, **own))
        db.flush()
        db.add(Meter(id="m", premise_id="p", agreement_id="s", number="1", **own))
        db.flush()
        db.add(Register(id="r", meter_id="m", premise_id="p", **own))
        db.flush()
        db.add(Interval(register_id="r", start=1, seconds=3600, amount=1, **own))


@both
def test_while_power_is_supplied_the_account_stays_open_without_them(people, clock):
    supplied(people, None)
    assert "power or gas is still supplied" in do(people.owner, leaving.page).accounts[0].title
    do(people.owner, leaving.ask)
    after(clock)
    assert stored(Account, col(Account.id) == people.account.id)[0].standing == "open"
    with past_the_wall() as db:
        db.execute(text("UPDATE serviceagreement SET stops = '2026-03-01'"))
    night(people.company)
    assert stored(Account, col(Account.id) == people.account.id)[0].standing == "closed"


@both
def test_readings_go_when_their_years_are_over(people, clock):
    supplied(people, date(2026, 3, 1))
    do(people.owner, leaving.ask)
    after(clock)
    assert (wish().state, len(stored(Interval))) == ("partly", 1)
    clock.move(days=1090)
    night(people.company)
    assert len(stored(Interval)) == 1
    clock.move(days=7)
    night(people.company)
    assert (wish().state, stored(Interval)) == ("done", [])
    assert len(stored(Register)) == 1


@both
def test_afterwards_the_same_address_is_somebody_new(people, clock):
    do(people.owner, leaving.ask)
    after(clock)
    with past_the_wall() as db:
        db.add(Person(company_id=people.company.id, email=people.owner.email, name="Olive"))
    work()
    (fresh,) = stored(Person, col(Person.email) == people.owner.email)
    assert fresh.id != people.owner.person_id


@both
def test_of_nobody_else_a_row_is_touched(people, clock):
    def others() -> list[tuple]:
        with past_the_wall() as db:
            return sorted(
                tuple(row)
                for table in ("person", "member", "account")
                for row in db.execute(text(f"SELECT id, company_id FROM {table}"))  # noqa: S608 -- our names
                if row[0] not in gone
            )

    gone = {people.owner.person_id, people.account.id}
    gone |= {row.id for row in stored(Member, col(Member.account_id) == people.account.id)}
    before = others()
    do(people.owner, leaving.ask)
    after(clock)
    assert others() == before


@both
def test_only_staff_with_the_right_hold_and_lift_with_a_reason(people, clock):
    admin = replace(people.staff, permissions=frozenset({"privacy.run"}))
    with pytest.raises(NotAllowed):
        do(replace(people.staff, permissions=frozenset()), holds.place, "1001", "A court asks for it")
    for whose, why, end, field in (
        ("1001", "short", "", "reason"),
        ("nobody@example.com", "A court asks for it", "", "whose"),
        ("9999", "A court asks for it", "", "whose"),
        ("", "A court asks for it", "", "whose"),
        ("1001", "A court asks for it", "2020-01-01", "ends_on"),
        ("1001", "A court asks for it", "soon", "ends_on"),
    ):
        with pytest.raises(Refusal) as no:
            do(admin, holds.place, whose, why, end)
        assert no.value.field == field
    do(admin, holds.place, "1001", "A court asks for it.", "2026-03-12")
    clock.move(minutes=1)
    do(admin, holds.place, people.owner.email, "A dispute about a meter runs")
    page = do(admin, holds.page)
    assert [(row.reason, row.until) for row in page.holds] == [
        ("A dispute about a meter runs", "Until it is lifted"),
        ("A court asks for it", "Until Thursday 12 March"),
    ]
    do(people.owner, leaving.ask)
    assert "Asked" in str(do(admin, holds.page).wishes)
    do(admin, holds.lift, page.holds[0].id)
    with pytest.raises(Refusal):
        do(admin, holds.lift, page.holds[0].id)
    other = replace(people.other_staff, permissions=frozenset({"privacy.run"}))
    with pytest.raises(NotYours):
        do(other, holds.lift, page.holds[1].id)


def test_every_table_says_what_becomes_of_a_persons_rows():
    declared = {**energy.ENDS.fates, **fates.HOUSE}
    nobodys = {**fates.NOBODY, **energy.NOBODY}
    tables = set(METADATA.tables)
    assert tables == declared.keys() | nobodys.keys()
    assert not declared.keys() & nobodys.keys()
    assert all(nobodys.values())
    for name, each in declared.items():
        columns = set(METADATA.tables[name].columns.keys())
        for fate in each:
            assert fate.words
            assert fate.person or fate.account
            assert bool(fate.why) == ("keep" in (fate.person, fate.account))
            assert bool(fate.sets) == ("unname" in (fate.person, fate.account))
            assert set(fate.sets) <= columns
            if fate.person in ("erase", "unname"):
                assert {column for column, _ in fate.by} <= columns
            assert not fate.file[0] or fate.file[0] in columns


def test_no_word_of_theirs_is_left_in_any_table_that_is_erased(people, clock):
    fill(people.owner, "MINE")
    with past_the_wall() as db:
        db.execute(text("DELETE FROM erasure"))
    photo = sealed_files.keep("photos", b"the meter", ".jpg")
    with past_the_wall() as db:
        db.execute(text("UPDATE selfread SET photo = :name"), {"name": photo})
    do(people.owner, leaving.ask)
    after(clock)
    clock.move(days=1, minutes=1)
    work()
    kept = {
        name
        for name, each in {**energy.ENDS.fates, **fates.HOUSE}.items()
        if any("keep" in (fate.person, fate.account) for fate in each)
    }
    with past_the_wall() as db:
        for name in sorted(METADATA.tables.keys() - kept - {"audit_head"}):
            whole = str(db.execute(text(f'SELECT * FROM "{name}"')).all())  # noqa: S608 -- our names
            # Which page was opened stays, without who opened it.
            assert "MINE" not in whole or name in ("job", "use_event"), name
            assert people.owner.email not in whole, name
    assert list((settings().data_dir / "photos").iterdir()) == []
    assert stored(SelfRead) == []


def test_nobody_is_deleted_by_looking_as_them_or_from_the_companys_side(people):
    for use_case in (leaving.page, leaving.ask, leaving.stop, leaving.what_goes):
        with pytest.raises(NotYours):
            do(people.staff, use_case)


def test_what_goes_can_be_taken_along_before_the_end(people, clock):
    do(people.owner, leaving.ask)
    file = do(people.owner, leaving.what_goes, erasure_id=wish().id)
    said = bytes(file.content).decode()
    assert file.name == "what-is-deleted.txt"
    for words in ("24 March 2026", "Erased:", "Kept:", "At least until 24 March 2033", "Account 1001"):
        assert words in said
    for who in (people.viewer, people.stranger, people.outsider):
        with pytest.raises(NotYours):
            do(who, leaving.what_goes, erasure_id=wish().id)
    do(people.owner, leaving.stop)
    with pytest.raises(NotYours):
        do(people.owner, leaving.what_goes, erasure_id=wish().id)


def test_the_address_in_the_last_job_is_sealed_as_the_rotation_of_keys_finds_it(people, clock):
    do(people.owner, leaving.ask)
    after(clock)
    (last,) = stored(Job, col(Job.kind) == "privacy.sweep")
    ((name, sealed),) = json.loads(last.payload).items()
    assert vault.unseal(sealed, IN_JOBS[name]) == people.owner.email
    assert people.owner.email not in last.payload


def test_the_jobs_are_known_and_one_comes_round_each_night(people):
    assert ending.JOBS.keys() <= handlers().keys()
    assert "privacy.carry_on" in {entry.kind for entry in repeating()}
