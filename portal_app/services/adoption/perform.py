"""The one function that runs a use case for somebody, and so the one place where use is measured."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from portal_app.core.access import Visitor, acting_for, reads_only
from portal_app.core.errors import Refusal
from portal_app.services.adoption import service

T = TypeVar("T")


def perform(visitor: Visitor, use_case: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Run one use case in one transaction in the visitor's name, and note its name, outcome and duration.

    Raises Refusal with a sentence for the person.
    """
    began = time.perf_counter()
    outcome = "error"
    try:
        with acting_for(visitor, reads_only=reads_only(use_case)) as access:
            result = use_case(access, *arguments, **named)
        outcome = "success"
        return result
    except Refusal:
        outcome = "refused"
        raise
    finally:
        name = f"{use_case.__module__.removeprefix('portal_app.')}.{use_case.__name__}"
        service.record_use(visitor, name, outcome, time.perf_counter() - began)
