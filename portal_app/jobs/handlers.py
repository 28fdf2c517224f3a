"""Which function does which kind of job, and which jobs come round: one line a kind."""

from portal_app.core.errands import Handler, Repeating
from portal_app.jobs import run

HANDLERS: dict[str, Handler] = {
    "jobs.tidy": run.tidy,
}

REPEATING: tuple[Repeating, ...] = (Repeating("tidy-jobs", "17 3 * * *", "jobs.tidy", per_company=False),)
