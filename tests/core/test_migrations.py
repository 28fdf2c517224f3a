"""Revisions and tables agree, on both engines, and the audit trail is guarded either way."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from sqlmodel import text

from portal_app import all_tables, migrations
from portal_app.core.db import engine_for

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path):
    """The address of a database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with request.getfixturevalue("postgres").empty() as url:
            yield url
            engine_for(url).dispose()
            return
    engine_for(f"sqlite:///{tmp_path / 'empty.db'}").dispose()


@pytest.fixture
def revisions_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations without a revision, where a test may write one."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, folder)
    shutil.rmtree(folder / "versions")
    (folder / "versions").mkdir()
    monkeypatch.setattr(migrations, "_HERE", folder)
    return folder


def ours(url: str) -> set[str]:
    return set(inspect(engine_for(url)).get_table_names()) - {"alembic_version"}


def act_and_tamper(url: str) -> None:
    row = (
        "INSERT INTO audit_entry (company_id, seq, at, actor, on_behalf, action, about, account_id, facts,"
        " address, request, object_before, object_after, before_hash, hash)"
        " VALUES ('c', 1, '2026-01-01 00:00', 'me', '', 'a', '', '', '{}', '', '', '', '', '', '')"
    )
    with engine_for(url).begin() as connection:
        connection.execute(text(row))
    for statement in ("UPDATE audit_entry SET actor = 'you'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"), engine_for(url).begin() as connection:
            connection.execute(text(statement))


def test_a_first_revision_makes_every_table_and_guards_the_trail(empty, revisions_apart):
    path = migrations.new("first tables", empty)
    assert path.name == "0001_first_tables.py"
    assert migrations.check(empty) != []
    migrations.upgrade(empty)
    assert migrations.check(empty) == []
    assert ours(empty) == {table.name for table in all_tables.METADATA.sorted_tables}
    act_and_tamper(empty)
    migrations.downgrade(empty)
    assert ours(empty) == set()


def test_tables_made_without_revisions_are_guarded_too(empty):
    migrations.create_missing(empty)
    assert migrations.check(empty) == []
    act_and_tamper(empty)


def test_the_revisions_alone_give_todays_tables(empty):
    assert migrations.revisions()
    migrations.upgrade(empty)
    assert migrations.check(empty) == []
    act_and_tamper(empty)


def test_every_module_of_tables_is_named():
    root = Path(all_tables.__file__).parent
    on_disk = {path for place in ("services", "portals") for path in (root / place).rglob("tables.py")}
    named = {Path(str(module.__file__)) for module in all_tables.MODULES}
    assert on_disk <= named
