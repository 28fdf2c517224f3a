"""`manage check --deploy`: each unsafe setting is said, with how to mend it, and fails."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from sqlalchemy import make_url, text

from portal_app import manage, migrations
from portal_app.commands import unsafe
from portal_app.core.db import engine_for
from portal_app.migrations import wall
from portal_app.settings import Settings, WrongSetting, settings
from tests.engines import as_owner

pytestmark = pytest.mark.line("S-42")

SAFE = {
    "PORTAL_DEMO": "0",
    "PORTAL_URL": "https://portal.example.com",
    "PORTAL_ORIGINS": "https://power.example.com",
    "PORTAL_PROXY_HOPS": "1",
    "PORTAL_KEYS": "k1:" + "A" * 43 + "=",
    "PORTAL_SMS_SECRET": "a-long-and-random-secret-indeed",
    "PORTAL_SECURITY_CONTACT": "mailto:security@example.com",
    "SMTP_URL": "smtps://mail.example.com",
    "PORTAL_MAIL_FROM": "portal@example.com",
    "REDIS_URL": "rediss://:password@redis.example.com/0",
}
UNSAFE = [
    ("PORTAL_DEMO", "1", "demo is on"),
    ("PORTAL_URL", "http://portal.example.com", "without TLS"),
    ("PORTAL_URL", "https://localhost", "this machine alone"),
    ("PORTAL_ORIGINS", "http://power.example.com", "without TLS"),
    ("PORTAL_ORIGINS", "https://127.0.0.1:3000", "this machine alone"),
    ("PORTAL_PROXY_HOPS", "0", "number of your proxies"),
    ("PORTAL_KEYS", "", "beside the rows"),
    ("PORTAL_SMS_SECRET", "hush", "can be guessed"),
    ("SMTP_URL", "", "No mail goes out"),
    ("SMTP_URL", "smtp://mail.example.com:25", "unencrypted"),
    ("PORTAL_MAIL_FROM", "portal@localhost", "thrown away"),
    ("REDIS_URL", "rediss://redis.example.com/0", "no password"),
    ("REDIS_URL", "redis://:password@redis.example.com/0", "unencrypted"),
    ("REFLEX_TELEMETRY_ENABLED", "true", "reports use"),
    ("REFLEX_CORS_ALLOWED_ORIGINS", "*", "list of origins"),
    ("REFLEX_ENV_MODE", "dev", "exceptions"),
    ("PYTHONDEVMODE", "1", "Debugging"),
    ("PYTHONASYNCIODEBUG", "1", "Debugging"),
]

Set = Callable[..., Settings]


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch, database: str, tmp_path: Path) -> Set:
    """The settings of a safe installation, but for what is given."""
    (tmp_path / "var").mkdir(mode=0o750, exist_ok=True)
    for name in ("REFLEX_TELEMETRY_ENABLED", "REFLEX_ENV_MODE", "PORTAL_HOST", "MIGRATE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def given(**values: str) -> Settings:
        for name, value in {**SAFE, **values}.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        return settings()

    yield given
    monkeypatch.undo()
    settings.cache_clear()


def said(found: list[unsafe.Finding]) -> list[str]:
    return [f"{finding.setting}: {finding.says}" for finding in found if finding.unsafe]


def test_a_safe_installation_passes_and_is_told_what_to_mind(set_to, capsys):
    assert said(unsafe.found(set_to())) == []
    assert manage.main(["check", "--deploy"]) == 0
    told = capsys.readouterr().out
    assert "mind  DATABASE_URL: SQLite" in told
    assert "Nothing unsafe" in told


@pytest.mark.parametrize(("name", "value", "words"), UNSAFE)
def test_each_unsafe_setting_is_said_alone_and_fails(set_to, capsys, name, value, words):
    (only,) = said(unsafe.found(set_to(**{name: value})))
    assert only.startswith(f"{name}: ")
    assert words in only
    assert manage.main(["check", "--deploy"]) == 1
    told = capsys.readouterr().out
    assert f"UNSAFE  {only}" in told
    assert "1 unsafe" in told


def test_a_folder_that_everybody_may_look_into_is_unsafe(set_to, tmp_path):
    here = set_to()
    (tmp_path / "var").chmod(0o755)
    (only,) = said(unsafe.found(here))
    assert "chmod 750" in only


def test_an_old_database_is_unsafe(set_to, database):
    migrations.downgrade(database, "0001")
    (only,) = said(unsafe.found(set_to()))
    assert "manage migrate" in only


def test_no_secret_is_repeated(set_to, capsys):
    set_to(PORTAL_SMS_SECRET="hush-hush", REDIS_URL="redis://:very-secret@redis.example.com/0")
    assert manage.main(["check", "--deploy"]) == 1
    told = capsys.readouterr().out
    assert "hush-hush" not in told
    assert "very-secret" not in told


def test_what_deserves_a_thought_does_not_fail(set_to):
    here = set_to()
    minded = [f.setting for f in unsafe.found(here, {**SAFE, "PORTAL_HOST": "0.0.0.0"}) if not f.unsafe]  # noqa: S104 -- told about, not bound
    assert minded == ["PORTAL_HOST", "DATABASE_URL"]


def test_any_origin_at_all_is_refused_at_every_start(set_to):
    with pytest.raises(WrongSetting, match="PORTAL_ORIGINS"):
        set_to(PORTAL_ORIGINS="*")


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_on_postgresql_the_role_must_own_nothing_and_be_held(set_to, database):
    assert said(unsafe.found(set_to())) == []
    owner = said(unsafe.found(set_to(DATABASE_URL=as_owner(database))))
    assert len(owner) == 2
    assert "no row-level security holds" in owner[0]
    assert "owns the tables" in owner[1]
    minded = unsafe.found(set_to(MIGRATE_DATABASE_URL=as_owner(database), DATABASE_URL=database))
    assert [finding.setting for finding in minded] == ["MIGRATE_DATABASE_URL"]


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_on_postgresql_a_table_without_its_wall_is_unsafe(set_to, database):
    with engine_for(as_owner(database)).begin() as connection:
        connection.execute(text(f"DROP POLICY {wall.POLICY} ON bill"))
    engine_for(as_owner(database)).dispose()
    (only,) = said(unsafe.found(set_to(DATABASE_URL=database)))
    assert "bill" in only


@pytest.mark.line("S-72")
def test_a_database_over_the_network_is_asked_to_be_encrypted(set_to):
    here = set_to(DATABASE_URL="postgresql://portal:secret@10.0.0.9/portal")
    assert "sslmode" in " ".join(finding.says for finding in unsafe._database(here, {}))
    here = set_to(DATABASE_URL="postgresql://portal:secret@10.0.0.9/portal?sslmode=verify-full")
    assert list(unsafe._database(here, {})) == []


@pytest.mark.line("S-72")
@pytest.mark.parametrize(
    ("url", "asked"), [("redis://:word@10.0.0.9/0", True), ("rediss://:word@10.0.0.9/0", False)]
)
def test_redis_over_the_network_is_asked_to_be_encrypted(set_to, url, asked):
    here = set_to(REDIS_URL=url)
    assert any("rediss://" in finding.says for finding in unsafe._redis(here, {})) is asked


@pytest.mark.line("S-72")
def test_the_addresses_of_the_handbook_say_what_they_promise_to_the_programs_that_read_them(set_to):
    said = redis.Redis.from_url("rediss://:word@10.0.0.9:6379/0?ssl_ca_certs=/etc/portal/ca.pem")
    line = said.connection_pool.make_connection()
    assert isinstance(line, redis.SSLConnection)
    assert (line.ca_certs, line.cert_reqs, line.check_hostname) == (
        "/etc/portal/ca.pem",
        ssl.CERT_REQUIRED,
        True,
    )
    here = set_to(
        DATABASE_URL="postgresql://portal@10.0.0.9/portal?sslmode=verify-full&sslrootcert=/etc/portal/ca.pem"
    )
    _, told = engine_for(here.db_url).dialect.create_connect_args(make_url(here.db_url))
    assert (told["sslmode"], told["sslrootcert"]) == ("verify-full", "/etc/portal/ca.pem")
    engine_for.cache_clear()


def test_a_database_that_is_away_is_said(set_to):
    here = set_to(DATABASE_URL="postgresql://portal@127.0.0.1:1/portal")
    assert any("could not be asked" in line for line in said(unsafe.found(here)))
    engine_for.cache_clear()
