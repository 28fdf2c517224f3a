"""What a job is made of: work in one transaction, or something slow between two of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal_app.core.access import SystemAccess

Work = Callable[[SystemAccess, dict[str, Any]], Any]


@dataclass(frozen=True)
class Errand:
    """A job that speaks to a mail server or a gateway, or draws a file, with no transaction open meanwhile.

    `prepare(access, payload)` gives what to take along, or None when there is nothing to do;
    `go(what)` does the slow part; `settle(access, payload, answer)` writes down what came of it.
    The payload holds the job's id as `job`: the same at every attempt, for whoever can tell repeats apart.
    """

    prepare: Callable[[SystemAccess, dict[str, Any]], Any]
    go: Callable[[Any], Any]
    settle: Callable[[SystemAccess, dict[str, Any], Any], None]


@dataclass(frozen=True)
class Repeating:
    """A job that comes round: `schedule` in cron's five fields, UTC, for each company (of a kind) or once."""

    name: str
    schedule: str
    kind: str
    per_company: bool = True
    company_kind: str = ""


Handler = Work | Errand
