"""The one function that runs a use case for somebody, and so the one place where use is measured."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from portal_app.core.access import Visitor, acting_for, check_open, reads_only
from portal_app.core.db import Busy
from portal_app.core.errors import NotAllowed, NotYours, OnlyLooking, Refusal
from portal_app.services.adoption import service

T = TypeVar("T")


def perform(visitor: Visitor, use_case: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Run one use case in one transaction in the visitor's name, and note its name, outcome and duration.

    Raises Refusal with a sentence for the person. What somebody of the company looks at as a customer is
    written down by its name.
    """
    began = time.perf_counter()
    outcome = "error"
    name = f"{use_case.__module__.removeprefix('portal_app.')}.{use_case.__name__}"
    try:
        check_open(visitor, use_case)
        with acting_for(visitor, reads_only=reads_only(use_case)) as access:
            if visitor.viewed_by:
                access.note("staff.looked_as", visitor.person_id, use_case=name, why=visitor.viewing_why)
            result = use_case(access, *arguments, **named)
        outcome = "success"
        return result
    except Refusal as no:
        outcome = "refused"
        if isinstance(no, NotAllowed | NotYours | OnlyLooking):
            _note_refusal(visitor, name, no)
        raise
    finally:
        service.record_use(visitor, name, outcome, time.perf_counter() - began)


def _note_refusal(visitor: Visitor, name: str, no: Refusal) -> None:
    """Write down that somebody asked for what is not theirs; the refused transaction itself left nothing."""
    why = {NotYours: "not theirs", OnlyLooking: "only looking"}.get(type(no), "not allowed")
    with suppress(Busy), acting_for(visitor) as access:
        access.note("access.refused", use_case=name, why=why)
