"""What about an installation is not fit for customers yet: one sentence each, and how to mend it.

`found` looks at the settings and at the database that they name. What is unsafe fails the check; what only
deserves a thought is said.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal_app import migrations
from portal_app.core.db import engine_for
from portal_app.migrations import wall
from portal_app.settings import Settings

_LEAST_SECRET = 20
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_YES = ("1", "true", "yes", "on")


@dataclass(frozen=True)
class Finding:
    """One thing about the installation: which setting, what is wrong with it and how to mend it."""

    setting: str
    says: str
    unsafe: bool = True


Look = Callable[[Settings, Mapping[str, str]], Iterator[Finding]]


def found(settings: Settings, environ: Mapping[str, str] | None = None) -> list[Finding]:
    """Everything that the settings and the database give cause to say, the unsafe first."""
    here = os.environ if environ is None else environ
    said = [finding for look in _LOOKS for finding in look(settings, here)]
    return sorted(said, key=lambda finding: not finding.unsafe)


def _demo(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    if settings.demo:
        yield Finding("PORTAL_DEMO", "The demo is on: anybody signs in as its people. Set PORTAL_DEMO=0.")


def _addresses(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    if not settings.secure_cookies:
        yield Finding(
            "PORTAL_URL",
            f"People come without TLS ({settings.public_url}), and sessions can be read on the way. "
            "Give an address that begins with https://",
        )
    for name, origins in (("PORTAL_URL", (settings.public_url,)), ("PORTAL_ORIGINS", settings.origins)):
        for origin in origins:
            if urlsplit(origin).hostname in _LOOPBACK:
                yield Finding(name, f"{origin} is this machine alone. Name where people find the portal.")
            elif name == "PORTAL_ORIGINS" and not origin.startswith("https://"):
                yield Finding(name, f"{origin} is without TLS. Take it out, or give it with https://")
    if environ.get("REFLEX_CORS_ALLOWED_ORIGINS"):
        yield Finding(
            "REFLEX_CORS_ALLOWED_ORIGINS",
            "It stands above the portal's own list of origins. Take it out; PORTAL_ORIGINS is the list.",
        )


def _proxy(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    if settings.secure_cookies and not settings.proxy_hops:
        yield Finding(
            "PORTAL_PROXY_HOPS",
            "TLS ends at a proxy, and without this everybody seems to come from its address: one person's "
            "wrong tries would shut out all. Set it to the number of your proxies, mostly 1.",
        )
    if environ.get("PORTAL_HOST", "127.0.0.1") not in _LOOPBACK:
        yield Finding(
            "PORTAL_HOST",
            "The server listens on more than this machine. See that only your proxy reaches it: whoever does "
            "so directly can name any address as theirs.",
            unsafe=False,
        )


def _secrets(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    if not settings.keys:
        yield Finding(
            "PORTAL_KEYS",
            "The keys stand in a file beside the rows that they seal, and in every copy of that folder. "
            "`manage keys new` writes one; give it as PORTAL_KEYS and keep a copy apart from the backups.",
        )
    if 0 < len(settings.sms_secret) < _LEAST_SECRET:
        yield Finding(
            "PORTAL_SMS_SECRET",
            f"It can be guessed. Give at least {_LEAST_SECRET} random characters, or none to shut that door.",
        )


def _mail(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    if not settings.smtp_url:
        yield Finding(
            "SMTP_URL",
            "No mail goes out: nobody can be invited, set a new password or be warned. Name a mail server.",
        )
    else:
        url = urlsplit(settings.smtp_url)
        plain = url.scheme == "smtp" and url.port != 587 and "starttls" not in url.query
        if plain and url.hostname not in _LOOPBACK:
            yield Finding(
                "SMTP_URL",
                "Mail with sign-in links leaves here unencrypted. Use smtps://, port 587 or ?starttls",
            )
    if settings.mail_from.rpartition("@")[2] in (*_LOOPBACK, "localhost.localdomain"):
        yield Finding(
            "PORTAL_MAIL_FROM", "Mail from this machine's own name is thrown away. Give your address."
        )


def _framework(_settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    if environ.get("REFLEX_TELEMETRY_ENABLED", "").lower() in _YES:
        yield Finding("REFLEX_TELEMETRY_ENABLED", "The framework reports use to its makers. Take it out.")
    if environ.get("REFLEX_ENV_MODE", "prod").lower() != "prod":
        yield Finding(
            "REFLEX_ENV_MODE", "Outside prod people are shown the words of exceptions. Take it out."
        )
    for name in ("PYTHONDEVMODE", "PYTHONASYNCIODEBUG"):
        if environ.get(name, "0") not in ("", "0"):
            yield Finding(name, "Debugging is on: it is slow, and its log says too much. Take it out.")


def _folder(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    folder: Path = settings.data_dir
    if folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) & 0o007:
        yield Finding(
            "PORTAL_DATA_DIR", f"Everybody on this machine can look into {folder}: chmod 750 {folder}"
        )


def _redis(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    if not settings.redis_url or settings.redis_url.startswith("unix:"):
        return
    url = urlsplit(settings.redis_url)
    if not url.password:
        yield Finding(
            "REDIS_URL", "Redis asks for no password: whoever can write to it can run code here. Give it one."
        )
    if url.scheme == "redis" and url.hostname not in _LOOPBACK:
        yield Finding("REDIS_URL", "What open pages hold goes to Redis unencrypted. Use rediss://")


def _database(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    if not settings.db_url.startswith("postgresql"):
        yield Finding(
            "DATABASE_URL",
            "SQLite keeps companies apart by the portal's own filter alone, and serves one process. "
            "PostgreSQL has row-level security besides.",
            unsafe=False,
        )
        return
    if settings.migrate_database_url:
        yield Finding(
            "MIGRATE_DATABASE_URL",
            "The server can sign in as the role that owns the tables. Give this to `manage migrate` alone.",
            unsafe=False,
        )
    url = urlsplit(settings.db_url)
    mode = parse_qs(url.query).get("sslmode", [""])[0]
    host = url.hostname or parse_qs(url.query).get("host", ["/"])[0]
    if (
        host not in _LOOPBACK
        and not host.startswith("/")
        and mode not in ("require", "verify-ca", "verify-full")
    ):
        yield Finding("DATABASE_URL", "Rows cross the network unencrypted. Add ?sslmode=verify-full")


def _role(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    if not settings.db_url.startswith("postgresql"):
        return
    try:
        with engine_for(settings.db_url).connect() as connection:
            role = connection.execute(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            ).scalar_one()
            owned = connection.execute(
                text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
            ).scalar_one()
            open_ones = wall.missing(connection)
    except SQLAlchemyError:
        yield Finding(
            "DATABASE_URL", "The database could not be asked. See that it runs and lets the portal in."
        )
        return
    if role:
        yield Finding(
            "DATABASE_URL",
            "The portal signs in as a role that no row-level security holds. See docs/deploy.md.",
        )
    if owned:
        yield Finding(
            "DATABASE_URL",
            "The portal signs in as the role that owns the tables, and could take their wall down. "
            "Serve as another one; see docs/deploy.md.",
        )
    if open_ones:
        yield Finding(
            "DATABASE_URL", f"Without row-level security: {', '.join(open_ones[:5])}. Run `manage migrate`."
        )


def _tables(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        behind = migrations.behind(settings.db_url)
    except SQLAlchemyError:
        return
    if behind:
        yield Finding("DATABASE_URL", "The tables are not those of this version. Run `manage migrate`.")


def _words(settings: Settings, _environ: Mapping[str, str]) -> Iterator[Finding]:
    if not settings.security_contact:
        yield Finding(
            "PORTAL_SECURITY_CONTACT",
            "Nobody is told where to report a hole. Give an address, mailto: or https:",
            unsafe=False,
        )


_LOOKS: tuple[Look, ...] = (
    _demo,
    _addresses,
    _proxy,
    _secrets,
    _mail,
    _framework,
    _folder,
    _redis,
    _database,
    _role,
    _tables,
    _words,
)
