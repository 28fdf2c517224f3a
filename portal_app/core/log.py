"""The log: one JSON line an event on the standard error output, without anybody's values."""

import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

_NEVER = ("password", "secret", "token", "cookie", "authorization", "smtp_url", "database_url")


def _without_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    hidden = [name for name in event if any(word in name.lower() for word in _NEVER)]
    return {**event, **dict.fromkeys(hidden, "***")}


def configure() -> None:
    """Set the log up for this process; traces name lines of code and never the values in them."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _without_secrets,
            structlog.processors.JSONRenderer(default=repr),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
