"""Typed settings, read once from the environment."""

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").strip().lower() in ("1", "true", "yes", "on")


def _list(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in os.environ.get(name, "").split(",") if part.strip())


@dataclass(frozen=True)
class Settings:
    """Everything that differs between one installation and another."""

    root: Path = _ROOT
    data_dir: Path = field(default_factory=lambda: Path(os.environ.get("PORTAL_DATA_DIR", str(_ROOT / "var"))))
    database_url: str = ""
    redis_url: str = field(default_factory=lambda: os.environ.get("REDIS_URL", ""))
    kinds: tuple[str, ...] = field(default_factory=lambda: _list("PORTAL_KINDS"))
    demo: bool = field(default_factory=lambda: _flag("PORTAL_DEMO", True))
    public_url: str = field(default_factory=lambda: os.environ.get("PORTAL_URL", "http://localhost:3000"))
    origins: tuple[str, ...] = field(default_factory=lambda: _list("PORTAL_ORIGINS"))
    proxy_hops: int = field(default_factory=lambda: int(os.environ.get("PORTAL_PROXY_HOPS", "0")))
    job_engine: str = field(default_factory=lambda: os.environ.get("PORTAL_JOBS", "own"))
    run_jobs: bool = field(default_factory=lambda: _flag("PORTAL_RUN_JOBS", True))
    smtp_url: str = field(default_factory=lambda: os.environ.get("SMTP_URL", ""))
    mail_from: str = field(default_factory=lambda: os.environ.get("PORTAL_MAIL_FROM", "portal@localhost"))
    sms_secret: str = field(default_factory=lambda: os.environ.get("PORTAL_SMS_SECRET", ""))
    """What a text gateway must know to hand texts in; empty shuts that door."""
    db_pool: int = field(default_factory=lambda: int(os.environ.get("PORTAL_DB_POOL", "8")))

    @property
    def db_url(self) -> str:
        """Where the rows are: DATABASE_URL, or an SQLite file under the data folder."""
        url = self.database_url or os.environ.get("DATABASE_URL", "")
        for old in ("postgres://", "postgresql://"):
            if url.startswith(old):
                url = "postgresql+psycopg://" + url.removeprefix(old)
        return url or f"sqlite:///{self.data_dir / 'portal.db'}"

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
    """The settings of this process."""
    return Settings()
