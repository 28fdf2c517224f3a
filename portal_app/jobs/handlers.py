"""Which function does which kind of job, and which jobs come round: the house's, then each kind's own."""

from functools import partial
from typing import Any

from portal_app.core.access import SystemAccess
from portal_app.core.errands import Errand, Handler, Repeating
from portal_app.jobs import run
from portal_app.registry import KINDS
from portal_app.services.adoption import service as adoption
from portal_app.services.billing import errands as billing
from portal_app.services.billing import past
from portal_app.services.identity import way_back
from portal_app.services.notifications import service as notifications
from portal_app.services.privacy import copies, ending, fates, keeping, plans
from portal_app.services.scim import ends as directory_ends


def _unname_old_bills(access: SystemAccess, _payload: dict[str, Any]) -> None:
    past.unname(access, held=plans.held_accounts(access))


HANDLERS: dict[str, Handler] = {
    "jobs.tidy": run.tidy,
    "adoption.give_up_idle": adoption.give_up_idle,
    **notifications.JOBS,
    **billing.JOBS,
    **way_back.JOBS,
    **directory_ends.JOBS,
    "privacy.make_copy": Errand(
        partial(copies.gather, of_kinds={kind.key: kind.own_data for kind in KINDS}),
        copies.seal,
        copies.hand_over,
    ),
    "privacy.drop_copy": copies.drop,
    "privacy.forget_old": keeping.forget_old,
    "privacy.forget_ceremonies": keeping.forget_ceremonies,
    "privacy.unname_old_bills": _unname_old_bills,
    **ending.JOBS,
}

REPEATING: tuple[Repeating, ...] = (
    Repeating("tidy-jobs", "17 3 * * *", "jobs.tidy", per_company=False),
    Repeating("give-up-idle", "*/10 * * * *", "adoption.give_up_idle"),
    Repeating("forget-old-rows", "11 4 * * *", "privacy.forget_old"),
    Repeating("unname-old-bills", "22 4 * * *", "privacy.unname_old_bills"),
    Repeating("carry-on-erasing", "34 4 * * *", "privacy.carry_on"),
    Repeating("forget-ceremonies", "26 * * * *", "privacy.forget_ceremonies", per_company=False),
    *directory_ends.REPEATING,
    *billing.REPEATING,
)


def handlers() -> dict[str, Handler]:
    """Every handler by the kind of its job. Raises ValueError when two claim the same."""
    fates.know({kind.key: kind.ends for kind in KINDS})
    found = dict(HANDLERS)
    for kind in KINDS:
        twice = found.keys() & kind.jobs.keys()
        if twice:
            raise ValueError(f"two handlers for {', '.join(sorted(twice))}")
        found.update(kind.jobs)
    return found


def repeating() -> tuple[Repeating, ...]:
    """Every job that comes round; those of a kind for the companies of that kind."""
    own = (
        Repeating(f"{kind.key}:{job}", schedule, job, company_kind=kind.key)
        for kind in KINDS
        for job, schedule in kind.crons.items()
    )
    return (*REPEATING, *own)
