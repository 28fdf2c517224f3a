"""Use is noted without getting in the way, and folded into attempts at tasks."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.db import Busy
from portal_app.core.errors import Refusal
from portal_app.services.adoption import service
from portal_app.services.adoption.recorder import Recorder, Use
from portal_app.services.adoption.tables import TaskRun, UseEvent
from portal_app.shapes.portal import TopTask
from tests.cast import allowed
from tests.engines import past_the_wall

PAY = TopTask("pay", "Pay my bill", "/billing", "bill", "services.billing.service.request_payment", 60)
WHY = TopTask("why", "See why", "/usage", "usage", "page:/usage", 600)


@pytest.fixture(autouse=True)
def _tasks():
    before = {kind: service.tasks_of(kind) for kind in ("energy",)}
    service.know_tasks({"energy": (PAY, WHY)})
    yield
    service.know_tasks({kind: tuple(tasks) for kind, tasks in before.items()})


def runs() -> list[tuple[str, str, int, int]]:
    with past_the_wall() as db:
        found = db.exec(select(TaskRun).order_by(col(TaskRun.started), col(TaskRun.id)))
        return [(run.task, run.outcome, run.steps, run.errors) for run in found]


@pytest.mark.usefixtures("both_engines")
def test_what_people_do_is_kept_without_anything_they_typed(people, clock):
    service.record_page(people.owner, "/energy/billing?q=maya@example.com")
    service.record_use(people.owner, PAY.succeeds, "success", 0.1234)
    service.record_page(people.staff, "/staff/energy")
    assert service.flush() == 3
    assert service.flush() == 0
    with past_the_wall() as db:
        found = [
            (event.name, event.path, event.milliseconds, event.staff)
            for event in db.exec(select(UseEvent).order_by(col(UseEvent.staff), col(UseEvent.id)))
        ]
        assert people.owner.session_key not in {event.session for event in db.exec(select(UseEvent))}
    assert sorted(found) == [
        ("page:/billing", "/energy/billing", 0, False),
        ("page:/staff/energy", "/staff/energy", 0, True),
        (PAY.succeeds, "", 123, False),
    ]


@pytest.mark.line("X-28")
@pytest.mark.usefixtures("both_engines")
def test_an_attempt_runs_from_landing_to_the_use_case_that_ends_it(people, clock):
    service.record_page(people.owner, "/energy")
    clock.move(seconds=12)
    service.record_page(people.owner, "/energy/billing")
    clock.move(seconds=5)
    service.record_use(people.owner, PAY.succeeds, "refused", 0.1)
    service.flush()
    assert runs() == [("pay", "open", 2, 1)]
    clock.move(seconds=20)
    service.record_use(people.owner, PAY.succeeds, "success", 0.1)
    service.flush()
    assert runs() == [("pay", "success", 3, 1)]
    with past_the_wall() as db:
        run = db.exec(select(TaskRun)).one()
        assert run.finished - run.started == timedelta(seconds=37)


def test_a_second_attempt_in_a_visit_counts_from_its_own_beginning(people, clock):
    service.record_page(people.owner, "/energy/billing")
    service.record_use(people.owner, PAY.succeeds, "success", 0.1)
    clock.move(seconds=100)
    service.record_page(people.owner, "/energy/billing")
    clock.move(seconds=7)
    service.record_use(people.owner, PAY.succeeds, "success", 0.1)
    service.flush()
    with past_the_wall() as db:
        took = [
            run.finished - run.started for run in db.exec(select(TaskRun).order_by(col(TaskRun.finished)))
        ]
    assert took == [timedelta(0), timedelta(seconds=7)]


def test_an_attempt_left_for_half_an_hour_was_given_up(people, clock):
    service.record_page(people.owner, "/energy/billing")
    service.flush()
    clock.move(minutes=31)
    with acting_for_company(people.company.id) as access:
        assert service.give_up_idle(access) == 1
    assert runs() == [("pay", "abandoned", 1, 0)]


def test_staff_make_no_attempts_and_companies_do_not_mix(people, clock):
    service.record_page(people.staff, "/energy/billing")
    service.record_page(people.outsider, "/energy/billing")
    service.flush()
    with acting_for(allowed(people.staff, "adoption.see")) as access:
        assert access.all(TaskRun) == []


@pytest.mark.line("X-28", "X-08")
@pytest.mark.usefixtures("both_engines")
def test_the_board_shows_shares_times_and_the_phone_beside_them(people, clock):
    boss = allowed(people.staff, "adoption.see", "adoption.set")
    service.record_page(people.owner, "/energy")
    clock.move(seconds=90)
    service.record_use(people.owner, PAY.succeeds, "success", 0.1)
    service.record_page(people.viewer, "/energy/billing")
    service.record_page(people.staff, "/staff/energy")
    service.flush()
    clock.move(hours=1)
    with acting_for_company(people.company.id) as access:
        service.give_up_idle(access)
    with acting_for(boss, reads_only=True) as access:
        board = service.board(access)
    assert (board.login_rate, board.mau, board.sessions, board.adoption_problem) == (
        "50.0 %",
        "50.0 %",
        2,
        False,
    )
    pay, why = board.tasks
    assert (pay.begun, pay.completion, pay.p50, pay.p90, pay.given_up) == (
        2,
        "50.0 %",
        "90 s",
        "90 s",
        "50.0 %",
    )
    assert (pay.phone_seconds, pay.slower_than_calling) == (60, True)
    assert (why.begun, why.completion, why.p50) == (0, "", "")
    assert set(board.definitions) >= {"login_rate", "mau", "completion", "time_to_task"}
    with acting_for(boss) as access:
        service.set_phone_time(access, "pay", 120)
    with acting_for(boss, reads_only=True) as access:
        assert not service.board(access).tasks[0].slower_than_calling
    for wrong in (0, 7201, "9"):
        with acting_for(boss) as access, pytest.raises(Refusal):
            service.set_phone_time(access, "pay", wrong)


def test_customers_do_not_see_the_board(people):
    with acting_for(people.owner) as access, pytest.raises(Refusal):
        service.board(access)


def _use(number: int) -> Use:
    from portal_app.core.clock import now

    return Use("c", "energy", now(), f"n{number}", "success", 0, "", "", "", "", False)


def test_a_full_buffer_leaves_out_and_counts_instead_of_waiting():
    written = []
    recorder = Recorder(lambda _company, uses: written.extend(uses), most=3)
    recorder.by_itself = False
    for number in range(5):
        recorder.note(_use(number))
    assert recorder.left_out == 2
    assert recorder.flush() == 3
    assert [use.name for use in written] == ["n0", "n1", "n2"]


def test_notes_wait_while_the_database_is_busy_and_no_other_trouble_reaches_people():
    troubles = [Busy(), ValueError("broken")]

    def write(_company, _uses):
        if troubles:
            raise troubles.pop(0)

    recorder = Recorder(write)
    recorder.by_itself = False
    recorder.note(_use(1))
    assert recorder.flush() == 0
    assert recorder.flush() == 0
    recorder.note(_use(2))
    assert recorder.flush() == 1


def test_the_buffer_empties_by_itself_within_seconds():
    import threading

    came = threading.Event()
    recorder = Recorder(lambda _company, _uses: came.set())
    recorder.note(_use(1))
    assert came.wait(5)
