"""Typed settings, read once from the environment."""

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

_ROOT = Path(__file__).resolve().parent.parent


class WrongSetting(SystemExit):
    """A setting nobody can work with: the process ends with a sentence that says how to mend it."""


_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _flag(name: str, default: bool) -> bool:
    said = os.environ.get(name, "").strip().lower()
    if said and said not in (*_YES, *_NO):
        raise WrongSetting(f"{name}={said} is neither yes nor no. Give 1 or 0.")
    return said in _YES if said else default


def _number(name: str, default: int, least: int, most: int) -> int:
    said = os.environ.get(name, "").strip()
    if not said:
        return default
    if not (said.isascii() and said.isdecimal()) or not least <= int(said[:9]) <= most:
        raise WrongSetting(f"{name}={said} does not fit. Give a whole number from {least} to {most}.")
    return int(said)


def _one_of(name: str, *words: str) -> str:
    said = os.environ.get(name, "").strip().lower() or words[0]
    if said not in words:
        raise WrongSetting(f"{name}={said} is not known here. Give one of: {', '.join(words)}.")
    return said


def _list(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in os.environ.get(name, "").split(",") if part.strip())


def _address(name: str, *schemes: str) -> str:
    """An address of one of these schemes; it is never repeated in words, since it may hold a password."""
    said = os.environ.get(name, "").strip()
    if said and not said.startswith(tuple(f"{scheme}:" for scheme in schemes)):
        raise WrongSetting(f"{name} is not an address we can use. It begins with one of: {_named(schemes)}.")
    return said


def _named(schemes: tuple[str, ...]) -> str:
    return ", ".join(f"{scheme}:" for scheme in schemes)


def _place(name: str, usual: int) -> str:
    """A program on the network as host:port, or the path of its socket on this machine."""
    said = os.environ.get(name, "").strip()
    if not said or said.startswith("/"):
        return said
    host, _, port = said.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port[:6]) < 65536 or "/" in said:
        raise WrongSetting(f"{name}={said} is no place to ask. Give host:{usual}, or the path of a socket.")
    return said


def _origin(name: str, said: str) -> str:
    try:
        parts = urlsplit(said)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path in ("", "/")
        whole = whole and not parts.query and not parts.fragment and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise WrongSetting(
            f"{name}={said} is not where people find a portal. Give it as https://portal.example.com"
        )
    return said


def _folder(name: str, default: Path) -> Path:
    path = Path(os.environ.get(name, "").strip() or default)
    if path.exists() and not path.is_dir():
        raise WrongSetting(f"{name}={path} is a file. Name a folder, or none for {default}.")
    return path


def _sender(name: str) -> str:
    said = os.environ.get(name, "").strip() or "portal@localhost"
    if said.count("@") != 1 or any(sign in said for sign in "<> ,\r\n"):
        raise WrongSetting(f"{name}={said} is not an e-mail address. Give it plain, as portal@example.com")
    return said


def _by_psycopg(url: str) -> str:
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            return "postgresql+psycopg://" + url.removeprefix(old)
    return url


_DATABASES = ("postgresql", "postgresql+psycopg", "postgres", "sqlite")


@dataclass(frozen=True)
class Settings:
    """Everything that differs between one installation and another. Raises WrongSetting."""

    root: Path = _ROOT
    data_dir: Path = field(default_factory=lambda: _folder("PORTAL_DATA_DIR", _ROOT / "var"))
    database_url: str = field(default_factory=lambda: _address("DATABASE_URL", *_DATABASES))
    migrate_database_url: str = field(default_factory=lambda: _address("MIGRATE_DATABASE_URL", *_DATABASES))
    """The same database as the role that owns the tables, for `manage migrate` alone; empty: DATABASE_URL."""
    redis_url: str = field(default_factory=lambda: _address("REDIS_URL", "redis", "rediss", "unix"))
    kinds: tuple[str, ...] = field(default_factory=lambda: _list("PORTAL_KINDS"))
    demo: bool = field(default_factory=lambda: _flag("PORTAL_DEMO", True))
    port: int = field(default_factory=lambda: _number("PORT", 3000, 1, 65535))
    public_url: str = field(
        default_factory=lambda: _origin("PORTAL_URL", os.environ.get("PORTAL_URL") or "http://localhost:3000")
    )
    origins: tuple[str, ...] = field(
        default_factory=lambda: tuple(_origin("PORTAL_ORIGINS", one) for one in _list("PORTAL_ORIGINS"))
    )
    proxy_hops: int = field(default_factory=lambda: _number("PORTAL_PROXY_HOPS", 0, 0, 9))
    job_engine: str = field(default_factory=lambda: _one_of("PORTAL_JOBS", "own", "procrastinate"))
    run_jobs: bool = field(default_factory=lambda: _flag("PORTAL_RUN_JOBS", True))
    smtp_url: str = field(default_factory=lambda: _address("SMTP_URL", "smtp", "smtps"))
    mail_from: str = field(default_factory=lambda: _sender("PORTAL_MAIL_FROM"))
    clamd: str = field(default_factory=lambda: _place("CLAMD", 3310))
    """Where ClamAV's daemon looks at files that are sent here: "host:3310" or the path of its socket."""
    sms_secret: str = field(default_factory=lambda: os.environ.get("PORTAL_SMS_SECRET", ""))
    """What a text gateway must know to hand texts in; empty shuts that door."""
    security_contact: str = field(
        default_factory=lambda: _address("PORTAL_SECURITY_CONTACT", "mailto", "https")
    )
    """Where somebody who found a hole writes to, told by /.well-known/security.txt; empty: no such file."""
    keys: str = field(default_factory=lambda: os.environ.get("PORTAL_KEYS", ""), repr=False)
    """The ring of keys that seal private columns and files, "name:base64,..."; empty: a file of our own."""
    db_pool: int = field(default_factory=lambda: _number("PORTAL_DB_POOL", 8, 1, 200))
    company_megabytes: int = field(
        default_factory=lambda: _number("PORTAL_COMPANY_MEGABYTES", 10_000, 1, 10_000_000)
    )
    """Room for the files that one company's people send; a file beyond it is refused."""
    events_a_session: int = field(default_factory=lambda: _number("PORTAL_EVENTS_A_SESSION", 30, 1, 10_000))
    """Taps and keystrokes a second of one session, with four seconds' worth at once."""
    events_an_address: int = field(
        default_factory=lambda: _number("PORTAL_EVENTS_AN_ADDRESS", 600, 1, 100_000)
    )
    """The same of everybody behind one address, an office of a hundred customers among them."""
    sockets_a_session: int = field(default_factory=lambda: _number("PORTAL_SOCKETS_A_SESSION", 40, 1, 1000))
    sockets_an_address: int = field(
        default_factory=lambda: _number("PORTAL_SOCKETS_AN_ADDRESS", 1000, 1, 100_000)
    )
    nobodies_an_address: int = field(
        default_factory=lambda: _number("PORTAL_NOBODIES_AN_ADDRESS", 200, 1, 100_000)
    )
    """Open pages of people behind one address who are not signed in."""
    kilobytes_a_tab: int = field(default_factory=lambda: _number("PORTAL_KILOBYTES_A_TAB", 2000, 100, 64_000))
    """What an open page may make the server remember; a page that holds more begins anew."""

    def __post_init__(self) -> None:
        if self.job_engine == "procrastinate" and not self.db_url.startswith("postgresql"):
            raise WrongSetting(
                "PORTAL_JOBS=procrastinate needs PostgreSQL. Name one with DATABASE_URL, or leave it out."
            )

    @property
    def db_url(self) -> str:
        """Where the rows are: DATABASE_URL, or an SQLite file under the data folder."""
        return _by_psycopg(self.database_url) or f"sqlite:///{self.data_dir / 'portal.db'}"

    @property
    def owner_url(self) -> str:
        """The same database as the role that owns its tables, which changes their shape."""
        return _by_psycopg(self.migrate_database_url) or self.db_url

    @property
    def secure_cookies(self) -> bool:
        """Whether people come over TLS, so that cookies carry Secure and the __Host- prefix."""
        return self.public_url.startswith("https://")

    @property
    def session_cookie(self) -> str:
        """The name of the session cookie."""
        return "__Host-portal_session" if self.secure_cookies else "portal_session"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises WrongSetting with a sentence for one that cannot be."""
    return Settings()
