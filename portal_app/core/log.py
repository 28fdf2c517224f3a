"""The log: one JSON line an event on the standard error output, without anybody's values."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from portal_app.core.ids import this_request

_NEVER = ("password", "secret", "token", "cookie", "authorization", "smtp_url", "database_url")


def _without_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    hidden = [name for name in event if any(word in name.lower() for word in _NEVER)]
    return {**event, **dict.fromkeys(hidden, "***")}


def _of_request(_logger: Any, _method: str, event: EventDict) -> EventDict:
    name = this_request()
    return {**event, "request": name} if name and "request" not in event else event


def _without_values(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """What an exception says may repeat what somebody typed: its kind and its lines of code are enough."""
    for trace in _traces(event.get("exception")):
        for part in ("exc_value", "exc_notes", "syntax_error"):
            trace.pop(part, None)
    return event


def _traces(found: Any) -> Iterator[dict[str, Any]]:
    for trace in found if isinstance(found, list) else ():
        yield trace
        yield from _traces([one for group in trace.get("exceptions", ()) for one in group])


# What libraries put into their sentences: quoted values, mappings and lists, and anything as long as a token.
_VALUES = re.compile(r"'[^']*'?|\"[^\"]*\"?|[\[{(].*|[\w-]{20,}|\S+@\S+", re.DOTALL)
_TALKATIVE = ("engineio.server", "socketio.server")
_SAYS = 80


def traced(trouble: BaseException) -> dict[str, Any]:
    """What went wrong by its kind and the last lines of code, without the text, which may hold values."""
    frames = traceback.extract_tb(trouble.__traceback__)[-4:]
    return {
        "trouble": type(trouble).__name__,
        "frames": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames],
    }


class Libraries(logging.Handler):
    """What libraries say by the standard logging: who said it and where, never the values in it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        # The sentence before its values are put in, or as much of a finished one as holds none.
        says = _VALUES.sub("***", str(record.msg).partition("\n")[0])[:_SAYS]
        trouble = record.exc_info[1] if record.exc_info else None
        more = traced(trouble) if trouble is not None else {}
        where = f"{record.name}:{record.lineno}"
        structlog.get_logger("library").log(record.levelno, "library", where=where, says=says, **more)


def configure() -> None:
    """Set the log up for this process; traces name lines of code and never the values in them."""
    root = logging.getLogger()
    if not any(isinstance(handler, Libraries) for handler in root.handlers):
        root.addHandler(Libraries(logging.WARNING))
    for name in _TALKATIVE:
        # They would write to the error output on their own otherwise, values and all.
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _of_request,
            _without_values,
            _without_secrets,
            structlog.processors.JSONRenderer(default=repr),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
