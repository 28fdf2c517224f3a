"""The commands, as an operator types them."""

import io
import subprocess
import sys

import pytest
import structlog
from sqlmodel import text

from portal_app import manage
from portal_app.core.access import acting_for, before_sign_in, unscoped
from portal_app.core.accounts import Account, Company, Person
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from tests.engines import past_the_wall


@pytest.fixture(autouse=True)
def _log_as_before():
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_company_is_created_once(database, capsys):
    words = [
        "company",
        "create",
        "acme",
        "--kind",
        "energy",
        "--name",
        "Acme Power",
        "--zone",
        "America/Chicago",
    ]
    assert manage.main(words) == 0
    assert manage.main(words) == 1
    assert "already" in capsys.readouterr().err
    with before_sign_in() as db:
        assert [(row.slug, row.zone) for row in db.exec(unscoped(Company))] == [("acme", "America/Chicago")]


@pytest.mark.usefixtures("both_engines")
def test_a_trail_changed_by_hand_is_found_and_named(people, capsys):
    for word in ("one", "two", "three"):
        with acting_for(people.owner) as access:
            access.note(word)
    assert manage.main(["audit", "verify"]) == 0
    with past_the_wall() as db:
        drop = "DROP TRIGGER audit_entry_keeps"
        db.execute(text(drop + (" ON audit_entry" if db.get_bind().dialect.name == "postgresql" else "")))
        db.execute(text("UPDATE audit_entry SET action = 'nothing' WHERE seq = 2"))
        db.commit()
    assert manage.main(["audit", "verify", "--company", people.company.slug]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == f"{people.company.slug}: broken at entry 2"
    assert manage.main(["audit", "verify", "--company", "nobody"]) == 1


@pytest.mark.usefixtures("both_engines")
def test_tables_and_database_agree_after_migrating(database, capsys):
    assert manage.main(["migrate"]) == 0
    assert manage.main(["migrate", "--check"]) == 0, capsys.readouterr().out


def test_a_table_that_the_database_lacks_fails_the_check(database, capsys):
    with past_the_wall() as db:
        db.execute(text("DROP TABLE job"))
        db.commit()
    assert manage.main(["migrate", "--check"]) == 1
    assert "add_table" in capsys.readouterr().out


def test_what_is_due_is_run_once(people, capsys):
    with acting_for(people.owner) as access:
        access.later("jobs.tidy", {})
    assert manage.main(["jobs", "--once"]) == 0
    with past_the_wall() as db:
        assert (
            db.execute(text("SELECT state FROM job WHERE kind = 'jobs.tidy' AND key IS NULL")).scalar()
            == "done"
        )


def test_no_demo_is_loaded_where_there_is_none(database, monkeypatch, capsys):
    from portal_app.settings import settings

    monkeypatch.setenv("PORTAL_DEMO", "0")
    settings.cache_clear()
    assert manage.main(["seed"]) == 1
    assert "PORTAL_DEMO" in capsys.readouterr().err


@pytest.mark.usefixtures("both_engines")
def test_a_database_without_tables_is_answered_with_what_to_do(database, capsys):
    with past_the_wall() as db:
        db.execute(text("DROP TABLE audit_head"))
        db.execute(text("DROP TABLE audit_entry"))
        db.commit()
    with before_sign_in() as db:
        db.add(Company(slug="one", kind="energy", name="One"))
    assert manage.main(["audit", "verify"]) == 1
    assert "manage migrate" in capsys.readouterr().err


def _typed(monkeypatch, words: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(words + "\n"))


@pytest.mark.usefixtures("both_engines")
@pytest.mark.parametrize(
    ("place", "staff"), [(["--account", "77-1"], False), (["--staff", "operator"], True)]
)
def test_the_first_people_of_a_company_are_let_in_from_the_command_line(
    database, capsys, monkeypatch, place, staff
):
    identity.use_roles({kind.key: kind.roles for kind in KINDS})
    assert manage.main(["company", "create", "acme", "--kind", "energy", "--name", "Acme Power"]) == 0
    words = ["person", "add", "Ida@acme.example", "--company", "acme", "--name", "Ida Holm", *place]
    _typed(monkeypatch, "four quiet herons")
    assert manage.main(words) == 0
    assert "Ida Holm can sign in as ida@acme.example." in capsys.readouterr().out
    _, visitor = identity.sign_in("ida@acme.example", "four quiet herons")
    assert (visitor.name, visitor.staff, bool(visitor.account_id)) == ("Ida Holm", staff, not staff)
    _typed(monkeypatch, "four quiet herons")
    assert manage.main(words) == 1
    assert "already" in capsys.readouterr().err
    identity.use_roles({})


@pytest.mark.parametrize(
    ("place", "password", "said"),
    [
        (["--account", "77-1"], "acme", "12"),
        ([], "four quiet herons", "--account NUMBER"),
        (["--staff", "king"], "four quiet herons", "There are: administrator, operator."),
        (
            ["--account", "77-1", "--role", "operator"],
            "four quiet herons",
            "There are: member, owner, viewer.",
        ),
    ],
)
def test_nobody_is_made_known_where_something_is_wrong(database, capsys, monkeypatch, place, password, said):
    assert manage.main(["company", "create", "acme", "--kind", "energy", "--name", "Acme Power"]) == 0
    _typed(monkeypatch, password)
    words = ["person", "add", "ida@acme.example", "--company", "acme", "--name", "Ida Holm", *place]
    assert manage.main(words) == 1
    assert said in capsys.readouterr().err
    with before_sign_in(reads_only=True) as db:
        assert db.exec(unscoped(Person)).all() == db.exec(unscoped(Account)).all() == []


def test_every_table_that_forgets_is_known_to_the_command_line_by_itself():
    looks = (
        "import portal_app.manage; from portal_app.core import own_rows; "
        "from portal_app.services.privacy.keeping import RULES; "
        "print(*sorted(RULES.keys() - own_rows.tables().keys()))"
    )
    done = subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True, check=True)  # noqa: S603 -- our own words
    assert done.stdout.split() == []
