"""The second wall: PostgreSQL itself keeps the rows of one company from every other."""

import pytest
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlmodel import Field, SQLModel, col, select, text, update

from portal_app import migrations
from portal_app.all_tables import METADATA
from portal_app.core import wall
from portal_app.core.access import Visitor, acting_for, acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.db import engine_for, session
from portal_app.migrations import wall as built
from portal_app.services.identity.tables import Ceremony
from portal_app.services.notifications.tables import News, Preference
from portal_app.settings import settings
from tests.engines import SERVES, past_the_wall

on_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)
pytestmark = [pytest.mark.line("S-21")]


def refused():
    return pytest.raises(DBAPIError, match="row-level security")


def a_news(house, number: str) -> None:
    for company, account in ((house.company, house.account), (house.other_company, house.outside_account)):
        with acting_for_company(company.id) as access:
            values = {"title": f"for {company.slug}", "key": f"{number}-{company.slug}"}
            access.add(News, account_id=account.id, **values)


@on_postgres
@pytest.mark.postgres
def test_every_table_has_its_wall_and_its_owner_is_held_by_it_too(database):
    with past_the_wall() as db:
        found = db.execute(text("SELECT tablename, policyname, cmd, permissive FROM pg_policies")).all()
        held = set(
            db.execute(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            ).scalars()
        )
    assert {(table, name, cmd) for table, name, cmd, _ in found} == {
        (table, built.POLICY, "ALL") for table in METADATA.tables if table not in wall.FREE
    }
    assert held == METADATA.tables.keys() - wall.FREE.keys()
    assert wall.BEFORE_SIGN_IN.keys() <= METADATA.tables.keys()


def test_a_table_that_does_not_say_whose_its_rows_are_is_refused():
    class Homeless(SQLModel, table=True):
        """A table that somebody forgot to give a company."""

        id: str = Field(primary_key=True)

    try:
        with pytest.raises(TypeError, match="homeless"):
            wall.rule_of("homeless")
    finally:
        METADATA.remove(METADATA.tables["homeless"])
        SQLModel._sa_registry._dispose_cls(Homeless)


@on_postgres
@pytest.mark.postgres
def test_the_tests_serve_as_a_role_that_owns_nothing_and_may_change_no_wall(database):
    with before_sign_in(reads_only=True) as db:
        role = db.execute(
            text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).one()
        owned = db.execute(
            text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        ).scalar_one()
    assert tuple(role) == (SERVES, False, False)
    assert owned == 0
    for statement in (
        "ALTER TABLE bill DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY {built.POLICY} ON bill",
        "TRUNCATE bill",
        "UPDATE audit_entry SET actor = 'you'",
        "DELETE FROM audit_entry",
        "UPDATE alembic_version SET version_num = 'x'",
    ):
        with pytest.raises(ProgrammingError), before_sign_in() as db:
            db.execute(text(statement))


@on_postgres
@pytest.mark.postgres
def test_a_statement_without_a_filter_still_shows_one_company(people):
    a_news(people, "n1")
    with acting_for(people.owner) as access:
        assert access.db.execute(text("SELECT title FROM news")).scalars().all() == ["for energy-one"]
        assert access.db.execute(text("SELECT slug FROM company")).scalars().all() == ["energy-one"]
        assert access.db.get(Person, people.outsider.person_id) is None
    with acting_for_company(people.other_company.id) as access:
        assert [row.title for row in access.db.exec(select(News))] == ["for energy-two"]


@on_postgres
@pytest.mark.postgres
def test_who_forgets_to_say_for_which_company_sees_nothing_at_all(people):
    a_news(people, "n1")
    with acting_for(people.owner) as access:
        assert access.db.execute(text("SELECT count(*) FROM news")).scalar_one() == 1
    with session() as db:
        seen = {
            table: db.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()  # noqa: S608 -- our tables
            for table in METADATA.tables
        }
    assert set(seen.values()) == {0}
    with refused(), session() as db:
        db.add(Company(slug="x", kind="energy", name="X"))
        db.flush()


@on_postgres
@pytest.mark.postgres
def test_before_a_sign_in_only_the_listed_tables_are_open(people):
    a_news(people, "n1")
    with before_sign_in(reads_only=True) as db:
        assert len(db.exec(unscoped(Company)).all()) == 2
        assert db.exec(unscoped(News)).all() == []
    with refused(), before_sign_in() as db:
        db.add(Preference(company_id=people.company.id, person_id=people.owner.person_id, topic="bills"))
        db.flush()


@on_postgres
@pytest.mark.postgres
def test_nothing_is_written_into_another_company(people):
    a_news(people, "n1")
    theirs = people.other_company.id
    for table, values in (
        (News, {"account_id": people.outside_account.id, "title": "x", "key": "k"}),
        (Member, {"account_id": people.outside_account.id, "person_id": people.owner.person_id}),
        (Account, {"number": "9", "name": "x"}),
    ):
        with refused(), acting_for(people.owner) as access:
            access.db.add(table(company_id=theirs, **values))
            access.db.flush()
    with acting_for(people.owner) as access:
        assert access.db.execute(update(News).values(title="hers")).rowcount == 1
    with acting_for(people.owner) as access:
        of_theirs = update(Account).where(col(Account.id) == people.outside_account.id)
        assert access.db.execute(of_theirs.values(name="hers")).rowcount == 0
        assert (
            access.db.execute(text("DELETE FROM member WHERE company_id = :id"), {"id": theirs}).rowcount == 0
        )
    with refused(), acting_for(people.owner) as access:
        access.db.execute(update(News).values(company_id=theirs))
    with past_the_wall() as db:
        assert sorted(db.exec(select(News.title))) == ["for energy-two", "hers"]


@on_postgres
@pytest.mark.postgres
def test_a_challenge_of_somebody_elsewhere_is_not_there(people):
    with before_sign_in() as db:
        for who in (people.owner, people.outsider):
            db.add(Ceremony(id=f"c-{who.name}", purpose="add", challenge="x", person_id=who.person_id))
    with acting_for(people.owner) as access:
        assert [row.id for row in access.db.exec(select(Ceremony))] == ["c-Olive"]


@on_postgres
@pytest.mark.postgres
def test_what_was_said_ends_with_its_transaction(people):
    with acting_for(people.owner):
        pass
    with before_sign_in():
        pass
    with session() as db:
        said = "SELECT current_setting('portal.company', true), current_setting('portal.door', true)"
        assert set(db.execute(text(said)).one()) <= {None, ""}


@on_postgres
@pytest.mark.postgres
def test_putting_it_up_again_changes_nothing_and_mends_what_is_missing(database):
    with engine_for(settings().owner_url).begin() as connection:
        assert built.put_up(connection) == []
        connection.execute(text("ALTER TABLE bill NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text(f"DROP POLICY {built.POLICY} ON person"))
        assert built.put_up(connection) == ["bill", "person"]
        built.lower(connection)
        assert connection.execute(text("SELECT count(*) FROM pg_policies")).scalar_one() == 0
        assert built.put_up(connection) == built.walled()
    migrations.upgrade()
    with engine_for(settings().owner_url).begin() as connection:
        assert built.put_up(connection) == []


@pytest.mark.usefixtures("both_engines")
def test_nobody_acts_for_no_company(people):
    nobody = Visitor("", "", "energy", "", "", "owner")
    with pytest.raises(TypeError, match="no company"), acting_for(nobody):
        pass


@pytest.mark.usefixtures("both_engines")
def test_the_query_layer_refuses_a_table_that_is_no_companys(people):
    for who in (people.owner, people.staff):
        with acting_for(who) as access, pytest.raises((TypeError, AttributeError)):
            access.rows(Ceremony)
    with acting_for(people.owner) as access, pytest.raises(TypeError, match="Company"):
        access.rows(Company)
