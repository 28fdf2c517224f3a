"""Forgetting what signing in left behind: sessions, second steps and mailed links that ended long ago."""

from typing import Any

from portal_app.core.access import SystemAccess
from portal_app.core.errands import Errand
from portal_app.services.identity import links, service, steps


def _prepare(_access: SystemAccess, _payload: dict[str, Any]) -> str:
    return "everybody's"


def forget(_whose: str) -> int:
    """Remove what ended long ago, each kind of it in a transaction of its own; says how many rows."""
    return service.forget_old() + steps.forget_old() + links.forget_old()


def _settle(_access: SystemAccess, _payload: dict[str, Any], _answer: int) -> None:
    """Nothing is left to write down."""


JOBS = {"identity.forget_old": Errand(prepare=_prepare, go=forget, settle=_settle)}
