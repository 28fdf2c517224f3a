"""Whose rows: nobody reads, adds, changes or removes what is not theirs, on either engine."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, func, select

from portal_app.core import live
from portal_app.core.access import acting_for, acting_for_company, reads, reads_only
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.ids import new_id
from portal_app.core.outbox import Job
from portal_app.core.trail import AuditEntry
from portal_app.services.adoption.tables import TaskSetting
from portal_app.services.notifications.tables import Mail, News, Preference
from tests.cast import Cast, allowed
from tests.engines import past_the_wall

pytestmark = pytest.mark.usefixtures("both_engines")


@pytest.fixture
def news(people: Cast) -> News:
    """One piece of news of the owner's account."""
    with acting_for(people.owner) as access:
        return access.add(News, title="Bill ready", key="bill-1")


@pytest.fixture
def secret(people: Cast) -> Preference:
    """Something that belongs to the owner alone."""
    with acting_for(people.owner) as access:
        return access.add(Preference, topic="bills", channel="none")


def total(table: type) -> int:
    with past_the_wall() as db:
        return db.exec(select(func.count()).select_from(table)).one()


def test_both_people_of_an_account_see_its_rows(people, news):
    for visitor in (people.owner, people.viewer, people.staff):
        with acting_for(visitor) as access:
            assert access.get(News, news.id).title == "Bill ready"


@pytest.mark.parametrize("who", ["stranger", "outsider", "other_staff"])
def test_another_account_another_company_and_an_unknown_id_are_all_not_yours(people, news, who):
    with acting_for(getattr(people, who)) as access:
        said = set()
        for claim in (news.id, new_id(), "", "x" * 65, "\0", "\ud800", "é", None, 7, ["a"], {"id": news.id}):
            with pytest.raises(NotYours) as refusal:
                access.get(News, claim)
            said.add(refusal.value.sentence)
        assert len(said) == 1
        assert access.all(News) == []
        assert access.first(News) is None
        assert access.db.exec(access.columns(News, func.count(col(News.id)))).one() == 0


def test_what_is_one_persons_alone_nobody_else_sees(people, secret):
    for visitor in (people.viewer, people.stranger, people.outsider, people.staff, people.other_staff):
        with acting_for(visitor) as access, pytest.raises(NotYours):
            access.get(Preference, secret.id)
    with acting_for(people.owner) as access:
        assert access.get(Preference, secret.id).channel == "none"


@pytest.mark.parametrize("table", [Account, Person])
def test_a_customer_sees_only_their_own_account_and_person(people, table):
    with acting_for(people.owner) as access:
        mine = people.account.id if table is Account else people.owner.person_id
        assert [row.id for row in access.all(table)] == [mine]
    with acting_for(people.staff) as access:
        assert {row.company_id for row in access.all(table)} == {people.company.id}


def test_staff_rows_are_for_staff_and_company_rows_for_all_of_the_company(people):
    with acting_for(people.staff) as access:
        mail = access.add(Mail, recipient="a@b.example", subject="s", text="t", message_id="m", state="sent")
        setting = access.add(TaskSetting, task="pay", phone_seconds=300)
    with acting_for(people.owner) as access:
        assert access.all(Mail) == []
        with pytest.raises(NotYours):
            access.get(Mail, mail.id)
        assert access.get(TaskSetting, setting.id).phone_seconds == 300
    for visitor in (people.outsider, people.other_staff):
        with acting_for(visitor) as access:
            assert access.all(Mail) == []
            assert access.all(TaskSetting) == []


def test_a_row_is_added_under_the_current_account_only(people):
    elsewhere = (people.other_account.id, people.outside_account.id, "", new_id())
    for visitor in (people.owner, people.staff):
        for account_id in elsewhere[1:] if visitor.staff else elsewhere:
            with acting_for(visitor) as access, pytest.raises(NotYours):
                access.add(News, account_id=account_id, title="t", key="k")
            with acting_for(visitor) as access, pytest.raises(NotYours):
                access.add_many(News, [{"account_id": account_id, "title": "t", "key": "k"}])
    with acting_for(people.owner) as access, pytest.raises(NotYours):
        access.add(News, company_id=people.other_company.id, title="t", key="k")
    assert total(News) == 0


def test_a_person_row_is_added_for_oneself_only(people):
    with acting_for(people.owner) as access, pytest.raises(NotYours):
        access.add(Preference, person_id=people.viewer.person_id, topic="bills")
    with acting_for_company(people.company.id) as access, pytest.raises(NotYours):
        access.add(Preference, person_id=people.outsider.person_id, topic="bills")
    with acting_for_company(people.company.id) as access:
        access.add(Preference, person_id=people.viewer.person_id, topic="bills")
    assert total(Preference) == 1


def test_a_customer_writes_nothing_that_belongs_to_the_company(people):
    with acting_for(people.staff) as access:
        setting = access.add(TaskSetting, task="pay")
    with acting_for(people.owner) as access:
        mine = access.get(TaskSetting, setting.id)
        account = access.first(Account)
        writes = (
            lambda: access.add(TaskSetting, task="why"),
            lambda: access.add_many(TaskSetting, [{"task": "why"}]),
            lambda: access.change(mine, phone_seconds=1),
            lambda: access.update(TaskSetting, phone_seconds=1),
            lambda: access.remove(TaskSetting),
            lambda: access.add(Mail, recipient="a", subject="s", text="t", message_id="m", state="sent"),
            lambda: access.add(Account, number="9", name="Mine"),
            lambda: access.add(Person, email="x@y.example", name="X"),
            lambda: access.remove(Account),
        )
        for write in writes:
            with pytest.raises(Refusal):
                write()
        access.change(account, name="Home")
    assert (total(TaskSetting), total(Mail), total(Account)) == (1, 0, 3)


def test_a_row_never_changes_hands(people, news):
    with acting_for(people.owner) as access:
        row = access.get(News, news.id)
        for other in ({"account_id": people.other_account.id}, {"company_id": people.other_company.id}):
            with pytest.raises(NotYours):
                access.change(row, **other)
            with pytest.raises(TypeError):
                access.update(News, **other)
        assert row.account_id == people.account.id
    with acting_for(people.stranger) as access, pytest.raises(NotYours):
        access.change(row, title="mine now")


def test_updates_and_removals_reach_only_ones_own_rows(people, news):
    with acting_for(people.stranger) as access:
        own = access.add(News, title="Other", key="bill-1")
    for visitor in (people.outsider, people.other_staff):
        with acting_for(visitor) as access:
            assert access.update(News, title="x") == 0
            assert access.remove(News) == 0
    with acting_for(people.stranger) as access:
        assert access.update(News, col(News.id) == news.id, title="x") == 0
        assert access.update(News, title="changed") == 1
        assert access.remove(News, col(News.id) == news.id) == 0
    with acting_for(people.staff) as access:
        assert {row.id: row.title for row in access.all(News)} == {own.id: "changed", news.id: "Bill ready"}
        assert access.remove(News) == 2


def test_many_rows_are_added_once_and_known_keys_are_passed_over(people):
    rows = [{"title": f"n{number}", "key": f"k{number}"} for number in range(2_500)]
    with acting_for(people.owner) as access:
        assert access.add_many(News, rows[:1_000]) == 1_000
        assert access.add_many(News, rows, skip_known=True) == 1_500
        assert access.add_many(News, rows, skip_known=True) == 0
        assert access.add_many(News, [], skip_known=True) == 0
    assert total(News) == 2_500
    with past_the_wall() as db:
        row = db.exec(select(News).where(col(News.key) == "k2499")).one()
    assert (row.account_id, row.detail, row.at.tzinfo is not None) == (people.account.id, "", True)


def test_a_row_with_an_unknown_column_is_refused(people):
    with acting_for(people.owner) as access, pytest.raises(TypeError, match="titel"):
        access.add(News, titel="typo", key="k")


def test_a_table_that_belongs_to_no_company_cannot_be_asked_for(people):
    with acting_for(people.owner) as access, pytest.raises(TypeError):
        access.rows(Company)


def test_a_use_case_that_only_reads_cannot_write(people, news):
    with acting_for(people.owner, reads_only=True) as access:
        row = access.get(News, news.id)
        for write in (
            lambda: access.add(News, title="t", key="k"),
            lambda: access.add_many(News, [{"title": "t", "key": "k"}]),
            lambda: access.change(row, title="x"),
            lambda: access.update(News, title="x"),
            lambda: access.remove(News),
            lambda: access.later("job", {}),
        ):
            with pytest.raises(TypeError):
                write()
    with pytest.raises(DBAPIError), acting_for(people.owner, reads_only=True) as access:  # noqa: PT012 -- the flush or the commit
        access.db.add(News(company_id=people.company.id, account_id=people.account.id, title="t", key="k"))
        access.db.flush()
    with acting_for(people.owner) as access:
        access.add(News, title="a writer after a reader may write", key="k")
    assert (total(News), total(Job)) == (2, 0)


def test_readers_are_marked():
    @reads
    def look(_access):
        return None

    assert reads_only(look)
    assert not reads_only(lambda _access: None)


def test_what_staff_look_at_is_written_down_even_when_they_only_read(people, news):
    with acting_for(people.staff, reads_only=True) as access:
        access.get(News, news.id)
        access.all(News)
    with past_the_wall() as db:
        entries = list(db.exec(select(AuditEntry).order_by(col(AuditEntry.seq))))
    assert [(entry.action, entry.about, entry.account_id) for entry in entries] == [
        ("staff.read", "News", ""),
        ("staff.read", f"News:{news.id}", people.account.id),
    ]
    assert {entry.actor for entry in entries} == {people.staff.person_id}


def test_a_customers_look_at_their_own_leaves_no_note(people, news):
    with acting_for(people.owner) as access:
        access.get(News, news.id)
    assert total(AuditEntry) == 0


def test_a_refused_act_leaves_no_row_no_note_no_job_and_no_poke(people):
    heard = []
    stop = live.listen(heard.append)
    try:
        with pytest.raises(Refusal), acting_for(people.owner) as access:  # noqa: PT012 -- one act
            access.add(News, title="t", key="k")
            access.note("bill.paid", "b1")
            access.later("mail.send", {})
            access.poke("bills")
            raise Refusal("no")
    finally:
        stop()
    assert (total(News), total(AuditEntry), total(Job), heard) == (0, 0, 0, [])


def test_a_kept_act_leaves_all_of_them(people):
    heard = []
    stop = live.listen(heard.append)
    try:
        with acting_for(people.owner) as access:
            access.note("bill.paid", "b1", cents=500)
            assert access.later("mail.send", {}, key="m1")
            assert not access.later("mail.send", {}, key="m1")
            access.poke("bills")
            assert heard == []
    finally:
        stop()
    with past_the_wall() as db:
        entry = db.exec(select(AuditEntry)).one()
        job = db.exec(select(Job)).one()
    assert (entry.action, entry.about, entry.account_id, entry.facts, entry.address) == (
        "bill.paid",
        "b1",
        people.account.id,
        '{"cents": 500}',
        "127.0.0.1",
    )
    assert (job.company_id, job.kind, job.state) == (people.company.id, "mail.send", "waiting")
    assert heard == ["jobs", "bills"]


def test_somebody_without_the_permission_is_refused(people):
    with acting_for(people.viewer) as access:
        assert not access.may("test.do")
        with pytest.raises(Refusal):
            access.require("test.do")
    with acting_for(allowed(people.viewer, "test.do")) as access:
        access.require("test.do")
    with acting_for_company(people.company.id) as access:
        assert access.may("test.do")
        access.require("test.do")


def test_somebody_with_several_accounts_sees_all_and_adds_to_any_of_them(people):
    broker = replace(people.owner, accounts=frozenset({people.account.id, people.other_account.id}))
    with acting_for(broker) as access:
        access.add(News, title="here", key="k")
        access.add(News, account_id=people.other_account.id, title="there", key="k")
        assert {row.title for row in access.all(News)} == {"here", "there"}
    with acting_for(people.owner) as access:
        assert [row.title for row in access.all(News)] == ["here"]


def test_only_my_own_inside_an_account(people):
    with acting_for(people.viewer) as access:
        assert [row.role for row in access.db.exec(access.mine(Member))] == ["viewer"]
