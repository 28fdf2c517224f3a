"""The host names of companies: beside the installation's own, the only ones that are answered.

Remembered for a while, so that no request waits for the database; a name that is not known is looked up at
most every few seconds, however often strangers ask for one.
"""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from portal_app.core.db import Busy
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings

_log = structlog.get_logger(__name__)

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SECONDS = 10.0


@dataclass
class _Known:
    companies: dict[str, str] = field(default_factory=dict)
    read_at: float = float("-inf")


_known = _Known()


@lru_cache(maxsize=4)
def own_places(public_url: str, origins: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The origins that are the installation's own, and the host names among them."""
    listed = {origin.rstrip("/").lower() for origin in (public_url, *origins) if origin}
    hosts = {host_name(urlsplit(origin).netloc) for origin in listed}
    if hosts & set(_LOOPBACK):
        hosts |= set(_LOOPBACK)
    return frozenset(listed), frozenset(hosts)


def host_name(netloc: str) -> str:
    """A host without its port, in small letters."""
    netloc = netloc.rpartition("@")[2].lower()
    return netloc.partition("]")[0] + "]" if netloc.startswith("[") else netloc.partition(":")[0]


def _is_own(name: str) -> bool:
    return name in own_places(settings().public_url, settings().origins)[1]


async def look_up(header: str) -> None:
    """Read the companies' host names, unless this is the installation's own or they were read just now."""
    if _is_own(host_name(header)) or time.monotonic() - _known.read_at < _SECONDS:
        return
    _known.read_at = time.monotonic()
    try:
        _known.companies = await run_in_threadpool(tenancy.hosts)
    except (SQLAlchemyError, Busy):
        # Better those of before than nobody at all.
        _log.warning("hosts.not_read")


def is_ours(header: str) -> bool:
    """Whether a Host header names the installation itself or a company's own host."""
    name = host_name(header)
    return _is_own(name) or name in _known.companies


def company_at(header: str) -> str:
    """The short name of the company whose own host this is; "" at the installation's own."""
    name = host_name(header)
    return "" if _is_own(name) else _known.companies.get(name, "")


def origin_of(header: str) -> str:
    """The origin of a company's own host, as its browsers write it."""
    return f"{urlsplit(settings().public_url).scheme}://{header.lower()}"


def may_connect(origin: str | None, environ: dict[str, str]) -> bool:
    """Whether a page of that origin may open the socket: one of ours, at the very host that it asks."""
    listed, _ = own_places(settings().public_url, settings().origins)
    said, host = (origin or "").lower(), environ.get("HTTP_HOST", "")
    return said in listed or (is_ours(host) and urlsplit(said).netloc == host.lower())


def forget() -> None:
    """Forget what was read; for a process that goes on with another database."""
    _known.companies, _known.read_at = {}, float("-inf")
