"""How the portal is used: noted at the one place where use cases run, folded into attempts at tasks."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, distinct, func

from portal_app.core.access import Access, SystemAccess, Visitor, acting_for_company, reads
from portal_app.core.accounts import Account, Company
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.services.adoption import rules
from portal_app.services.adoption.recorder import Recorder, Use
from portal_app.services.adoption.tables import TaskRun, TaskSetting, UseEvent
from portal_app.services.consents import service as consents
from portal_app.shapes.portal import TopTask

GIVEN_UP_AFTER = timedelta(seconds=1800)
_tasks: dict[str, tuple[TopTask, ...]] = {}


@dataclass(frozen=True)
class TaskFigures:
    """How one top task fares: attempts, the share that ended well, how long it took, beside the phone."""

    task: str
    label: str
    begun: int
    completion: str
    p50: str
    p90: str
    given_up: str
    phone_seconds: int
    slower_than_calling: bool


@dataclass(frozen=True)
class Board:
    """What the operator sees of adoption, with the definition of each figure."""

    login_rate: str
    mau: str
    adoption_problem: bool
    sessions: int
    tasks: tuple[TaskFigures, ...]
    definitions: dict[str, str]


def know_tasks(tasks: Mapping[str, tuple[TopTask, ...]]) -> None:
    """Learn the top tasks of each kind; the assembly calls it once."""
    _tasks.clear()
    _tasks.update(tasks)


def record_use(visitor: Visitor, name: str, outcome: str, seconds: float, path: str = "") -> None:
    """Note that somebody ran a use case; returns at once and never fails."""
    _note(visitor, name, outcome, seconds, path)


def record_page(visitor: Visitor, path: str) -> None:
    """Note that somebody saw a page; returns at once and never fails."""
    path = path.split("?")[0]
    prefix = f"/{visitor.kind}"
    inside = path == prefix or path.startswith(prefix + "/")
    _note(visitor, f"page:{(path.removeprefix(prefix) if inside else path) or '/'}", "success", 0.0, path)


def flush() -> int:
    """Write down all that was noted so far; says how many notes."""
    return recorder.flush()


def _note(visitor: Visitor, name: str, outcome: str, seconds: float, path: str) -> None:
    # Somebody who looks as a customer is none: their visit must not count as one.
    if not visitor.company_id or visitor.viewed_by:
        return
    session = hashlib.sha256(visitor.session_key.encode(errors="replace")).hexdigest()[:32]
    recorder.note(
        Use(
            company_id=visitor.company_id,
            kind=visitor.kind,
            at=now(),
            name=_plain(name)[:120],
            outcome=outcome,
            milliseconds=round(seconds * 1000),
            path=_plain(path.split("?")[0])[:200],
            session=session if visitor.session_key else "",
            person_id=visitor.person_id,
            account_id=visitor.account_id,
            staff=visitor.staff,
        )
    )


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _write(company_id: str, uses: list[Use]) -> None:
    with acting_for_company(company_id, kind=uses[0].kind) as access:
        customers = {use.person_id for use in uses if not use.staff}
        refused = consents.said_no(access, consents.USE, customers) if customers else set[str]()
        uses = [use for use in uses if use.person_id not in refused]
        rows = [{name: value for name, value in vars(use).items() if name != "kind"} for use in uses]
        access.add_many(UseEvent, rows)
        for use in uses:
            if use.session and not use.staff:
                _follow(access, use)


recorder = Recorder(_write)


def _follow(access: SystemAccess, use: Use) -> None:
    """Begin, carry on or finish the attempts at tasks that one event belongs to."""
    for task in _tasks.get(use.kind, ()):
        opens, succeeds = use.name == f"page:{task.route}", use.name == task.succeeds
        if not opens and not succeeds:
            continue
        run = _open_run(access, task.key, use.session)
        if run is None:
            started = _started(access, task.key, use)
            run = access.add(
                TaskRun, task=task.key, session=use.session, account_id=use.account_id, started=started
            )
        done = succeeds and use.outcome == "success"
        access.change(
            run,
            touched=use.at,
            steps=run.steps + 1,
            errors=run.errors + (use.outcome != "success"),
            finished=use.at if done else None,
            outcome="success" if done else "open",
        )


def _open_run(access: SystemAccess, task: str, session: str) -> TaskRun | None:
    return access.first(
        TaskRun, col(TaskRun.task) == task, col(TaskRun.session) == session, col(TaskRun.outcome) == "open"
    )


def _started(access: SystemAccess, task: str, use: Use) -> datetime:
    """When the visit began, in which this is the first attempt; for a later attempt, now."""
    earlier = access.first(
        UseEvent,
        col(UseEvent.session) == use.session,
        col(UseEvent.at) <= use.at,
        col(UseEvent.at) > use.at - GIVEN_UP_AFTER,
        order=(col(UseEvent.at), col(UseEvent.id)),
    )
    landed = earlier.at if earlier else use.at
    again = access.first(
        TaskRun,
        col(TaskRun.task) == task,
        col(TaskRun.session) == use.session,
        col(TaskRun.touched) >= landed,
    )
    return use.at if again else landed


def give_up_idle(access: SystemAccess, _payload: dict[str, object] | None = None) -> int:
    """Close attempts that nobody touched for half an hour; says how many."""
    idle = (col(TaskRun.outcome) == "open", col(TaskRun.touched) < now() - GIVEN_UP_AFTER)
    return access.update(TaskRun, *idle, outcome="abandoned", finished=now())


def set_phone_time(access: Access, task: str, seconds: int) -> None:
    """Set how long a task takes on the phone, to compare with. Raises Refusal for an impossible time."""
    access.require("adoption.set")
    if not isinstance(seconds, int) or not 0 < seconds <= 7200:
        raise Refusal("A call takes between one second and two hours.", "seconds")
    setting = access.first(TaskSetting, col(TaskSetting.task) == task)
    if setting is None:
        access.add(TaskSetting, task=task, phone_seconds=seconds)
    else:
        access.change(setting, phone_seconds=seconds)
    access.note("adoption.phone_time_set", task, seconds=seconds)


@reads
def board(access: Access) -> Board:
    """The adoption figures of a company: who came, which tasks ended well, how long they took."""
    access.require("adoption.see")
    company = access.db.get_one(Company, access.visitor.company_id)
    ended = min(now(), company.launched_at + timedelta(days=90))
    customers = (col(UseEvent.staff).is_(False), col(UseEvent.account_id) != "")
    invited = _count(access, Account, func.count(col(Account.id)))
    accounts = func.count(distinct(col(UseEvent.account_id)))
    signed_in = _count(access, UseEvent, accounts, *customers, col(UseEvent.at) <= ended)
    month = col(UseEvent.at) > now() - timedelta(days=30)
    active = _count(access, UseEvent, accounts, *customers, month)
    still_open = _count(access, Account, func.count(col(Account.id)), col(Account.standing) == "open")
    sessions = _count(access, UseEvent, func.count(distinct(col(UseEvent.session))), *customers)
    return Board(
        login_rate=rules.per_cent(rules.share(signed_in, invited)),
        mau=rules.per_cent(rules.share(active, still_open)),
        adoption_problem=rules.adoption_problem(signed_in, invited, (now() - company.launched_at).days),
        sessions=sessions,
        tasks=tuple(_figures(access, task) for task in _tasks.get(access.visitor.kind, ())),
        definitions=rules.DEFINITIONS,
    )


def _count(access: Access, table: type, what: object, *where: object) -> int:
    return access.db.exec(access.columns(table, what).where(*where)).one() or 0  # pyright: ignore[reportArgumentType, reportCallIssue]


def _figures(access: Access, task: TopTask) -> TaskFigures:
    runs = access.all(TaskRun, col(TaskRun.task) == task.key)
    times = [_seconds(runs_of) for runs_of in runs if runs_of.outcome == "success"]
    times_said = rules.time_to_task(times, sum(run.outcome == "abandoned" for run in runs))
    setting = access.first(TaskSetting, col(TaskSetting.task) == task.key)
    phone = setting.phone_seconds if setting else task.phone_seconds
    return TaskFigures(
        task=task.key,
        label=task.label,
        begun=len(runs),
        completion=rules.per_cent(rules.share(len(times), len(runs))),
        p50="" if times_said.p50 is None else f"{times_said.p50:f} s",
        p90="" if times_said.p90 is None else f"{times_said.p90} s",
        given_up=rules.per_cent(times_said.given_up),
        phone_seconds=phone,
        slower_than_calling=rules.slower_than_calling(times_said.p50, phone),
    )


def _seconds(run: TaskRun) -> int:
    return round(((run.finished or run.touched) - run.started).total_seconds())


def tasks_of(kind: str) -> Iterable[TopTask]:
    """The top tasks of a kind, as they were learned."""
    return _tasks.get(kind, ())
