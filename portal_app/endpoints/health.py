"""Whether this process lives, and whether it can serve: for a load balancer and for whoever is on call."""

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal_app.core.pulse import Pulse, pulse
from portal_app.settings import settings

_log = structlog.get_logger(__name__)

LATE_SECONDS = 300


def routes() -> list[Route]:
    """The health doors, for the assembly."""
    return [
        Route("/health/live", live, methods=["GET"]),
        Route("/health/ready", ready, methods=["GET"]),
    ]


async def live(_request: Request) -> Response:
    """Answer at once: the process runs."""
    return JSONResponse({"status": "live"})


async def ready(_request: Request) -> Response:
    """200 when the database answers, 503 when not; with the ages of what waits for a worker.

    A late worker is told ("worker": "late") but does not take this process out of service: pages still work.
    """
    try:
        found = await run_in_threadpool(pulse)
    except SQLAlchemyError:
        _log.warning("health.database_away")
        return JSONResponse({"status": "unready", "database": "away"}, 503)
    return JSONResponse({"status": "ready", "database": "ok", **_worker(found)})


def _worker(found: Pulse) -> dict[str, object]:
    state = "ok"
    if found.oldest is not None and found.oldest > LATE_SECONDS:
        state = "late"
    elif not settings().run_jobs:
        state = "elsewhere"
    return {
        "worker": state,
        "worker_last_done_seconds": found.last_done,
        "outbox_waiting": found.waiting,
        "outbox_oldest_seconds": found.oldest,
        "outbox_given_up": found.stuck,
    }
