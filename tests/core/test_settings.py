"""Settings: what is set counts, what is left out has a value, and what cannot be is said in words."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from portal_app import registry
from portal_app.settings import Settings, WrongSetting, settings


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """The settings of a process whose environment says only this."""

    def read(**environment: str) -> Settings:
        for name in ("DATABASE_URL", "PORTAL_RUN_JOBS", "PORTAL_DATA_DIR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return Settings()

    return read


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch):
    """Lets this test's environment count, and nothing of it afterwards."""
    settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORTAL_DB_POOL", "abc", "PORTAL_DB_POOL=abc does not fit. Give a whole number from 1 to 200."),
        ("PORTAL_DB_POOL", "0", "from 1 to 200"),
        ("PORTAL_DB_POOL", "8.5", "from 1 to 200"),
        ("PORTAL_DB_POOL", "\u0668", "from 1 to 200"),
        ("PORTAL_PROXY_HOPS", "-1", "Give a whole number from 0 to 9."),
        ("PORT", "http", "PORT=http does not fit. Give a whole number from 1 to 65535."),
        ("PORT", "65536", "from 1 to 65535"),
        ("PORTAL_DEMO", "maybe", "PORTAL_DEMO=maybe is neither yes nor no. Give 1 or 0."),
        ("PORTAL_RUN_JOBS", "2", "Give 1 or 0."),
        ("PORTAL_JOBS", "celery", "PORTAL_JOBS=celery is not known here. Give one of: own, procrastinate."),
        ("PORTAL_JOBS", "procrastinate", "needs PostgreSQL"),
        ("PORTAL_URL", "portal.example.com", "https://portal.example.com"),
        ("PORTAL_URL", "https://portal.example.com/energy", "is not where people find a portal"),
        ("PORTAL_URL", "https://portal.example.com:port", "is not where people find a portal"),
        ("PORTAL_ORIGINS", "https://one.example, two.example", "PORTAL_ORIGINS=two.example"),
        (
            "REDIS_URL",
            "localhost:6379",
            "REDIS_URL is not an address we can use. It begins with one of: redis:",
        ),
        ("SMTP_URL", "mail.example.com", "smtp:, smtps:"),
        ("CLAMD", "127.0.0.1", "Give host:3310, or the path of a socket."),
        ("CLAMD", "tcp://scanner:3310", "CLAMD=tcp://scanner:3310 is no place to ask."),
        ("PORTAL_MAIL_FROM", "The portal <portal@example.com>", "Give it plain, as portal@example.com"),
        ("PORTAL_DATA_DIR", __file__, "is a file. Name a folder"),
    ],
)
def test_a_value_that_cannot_be_is_answered_with_what_would_do(given, name, value, words):
    with pytest.raises(WrongSetting) as said:
        given(**{name: value})
    assert name in str(said.value)
    assert words in str(said.value)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SMTP_URL"])
def test_a_password_in_a_wrong_address_is_not_repeated(given, name):
    with pytest.raises(WrongSetting) as said:
        given(**{name: "mysql://portal:otters@db.example/portal"})
    assert "otters" not in str(said.value)


def test_what_is_left_out_or_left_empty_has_its_usual_value(given):
    names = (
        "PORTAL_DB_POOL",
        "PORTAL_DEMO",
        "PORTAL_JOBS",
        "PORTAL_URL",
        "PORT",
        "PORTAL_MAIL_FROM",
        "REDIS_URL",
    )
    empty, none = given(**dict.fromkeys(names, "")), given()
    assert empty == none
    assert (none.db_pool, none.demo, none.job_engine, none.port, none.run_jobs) == (
        8,
        True,
        "own",
        3000,
        True,
    )
    assert none.db_url == f"sqlite:///{none.root / 'var' / 'portal.db'}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_name_a_postgresql_is_understood(given, scheme):
    assert (
        given(DATABASE_URL=f"{scheme}://portal@db/portal").db_url == "postgresql+psycopg://portal@db/portal"
    )


def test_only_the_chosen_kinds_are_served(anew):
    anew.setenv("PORTAL_KINDS", " energy ,")
    assert [kind.key for kind in registry.kinds()] == ["energy"]


def test_a_kind_that_does_not_exist_is_answered_with_those_that_do(anew):
    anew.setenv("PORTAL_KINDS", "energy,telephone,abacus")
    with pytest.raises(
        WrongSetting, match="names abacus, telephone; no kind is called that. There are: energy"
    ):
        registry.kinds()


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORTAL_DB_POOL", "abc"), ("PORTAL_KINDS", "telephone"), ("DATABASE_URL", "mysql://db")],
)
def test_a_command_says_it_in_one_line_and_does_nothing(tmp_path, anew, name, value):
    anew.setenv("PORTAL_DATA_DIR", str(tmp_path / "var"))
    anew.setenv(name, value)
    command = [sys.executable, "-m", "portal_app.manage", "migrate"]
    done = subprocess.run(command, cwd=Settings.root, capture_output=True, text=True, check=False)  # noqa: S603 -- our own
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr
    assert not (tmp_path / "var").exists()
