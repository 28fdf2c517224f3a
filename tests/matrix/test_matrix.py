"""Who may call what: every handler, route and job of the assembled app, tried by everybody who must not.

A handler, route or job without a line in tests/matrix/lines/ fails here. How one line reads is said there.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from portal_app.core import clock as house_clock
from portal_app.core.access import acting_for_company
from portal_app.core.errands import Errand
from portal_app.jobs.handlers import handlers as job_handlers
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions, throttle
from portal_app.state import live
from tests import engines
from tests.matrix import calls, lines
from tests.matrix.entry import Entry
from tests.matrix.world import NOWHERE, Caller, World, world_of
from tests.portals.conftest import NOON

HANDLERS = lines.gathered("HANDLERS", calls.handlers())
ROUTES = lines.gathered("ROUTES", calls.doors())
JOBS = lines.gathered("JOBS", job_handlers())
pytestmark = [pytest.mark.line("S-20", "B-X12"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The small demo with everybody in it."""
    folder = tmp_path_factory.mktemp("matrix")
    file = folder / "town.db"
    engines.fill(f"sqlite:///{file}")
    with ExitStack() as stack:
        stack.enter_context(engines.pointed_at(f"sqlite:///{file}", folder / "var"))
        stack.enter_context(house_clock.at(NOON, everywhere=True))
        for kind in KINDS:
            kind.seed(neighbours=1, days=62)  # pyright: ignore[reportCallIssue]
        identity.use_roles(
            {kind.key: kind.roles for kind in KINDS}, {kind.key: kind.scopes for kind in KINDS}
        )
        yield stack.enter_context(world_of(file))
        sessions.settle()
        sessions.forget_all()
        throttle.start_anew()
        identity.use_roles({})
        live._watching.clear()


@pytest.fixture(scope="module")
def socket() -> Iterator[calls.Socket]:
    """A browser's socket, without the wire."""
    made = calls.Socket()
    yield made
    made.close()


def _is_narrowed(entry: Entry) -> bool:
    """Whether the line names something of the victim's, so that somebody else is refused for that alone."""
    return "Of(" in repr((entry.args, entry.query, entry.form))


def _told(troubles: list[str]) -> str:
    return f"{len(troubles)}:\n" + "\n".join(troubles[:40])


def test_every_handler_route_and_job_has_its_line():
    assert HANDLERS.keys() == calls.handlers().keys()
    assert ROUTES.keys() == calls.doors().keys()
    assert JOBS.keys() == job_handlers().keys()
    known = {permission for kind in KINDS for permission in kind.permissions}
    rights = {entry.right for entry in (*HANDLERS.values(), *ROUTES.values())} - {"", "session"}
    assert rights <= known


def test_every_line_names_the_arguments_as_its_handler_does(judge):
    assert [key for key in HANDLERS if not calls.fits(key, judge.args(key))] == []


class Judge:
    """Calls, looks at what came of it, and remembers what should not have."""

    def __init__(self, world: World, socket: calls.Socket) -> None:
        self.world, self.socket = world, socket
        self.troubles: list[str] = []
        self._secrets = world.secrets()

    def called(self, key: str, caller: Caller, args: dict, *, refused: bool, own: bool, blind: bool) -> None:
        """Call one handler: whether it must refuse, may change what is the caller's, must show no secret."""
        entry = HANDLERS[key]
        outcome = self.socket.call(key, caller, entry, self.world, args)
        if outcome.fault is not None:
            self.troubles.append(f"{key} by {caller.name} failed: {outcome.fault!r}"[:300])
        if refused and not outcome.refused:
            self.troubles.append(f"{key} by {caller.name} was not refused")
        seen = [word for word in self._secrets if blind and word in outcome.shown]
        if seen and not self._brought(seen, args, entry):
            self.troubles.append(f"{key} by {caller.name} shows {seen[0]}")
        self.changed(f"{key} by {caller.name}", caller, own=own)

    def _brought(self, seen: list[str], args: dict, entry: Entry) -> bool:
        said = repr((args, self.world.resolved(entry.query)))
        return all(word in said for word in seen)

    def changed(self, what: str, caller: Caller, *, own: bool, left: frozenset[str] = frozenset()) -> None:
        """Note rows that changed and are neither the caller's own nor such as the line says are left."""
        sessions.settle()
        changed = ((table, row) for table, row in self.world.changed() if table not in left)
        rows = [table for table, row in changed if not (own and caller.owns(table, row))]
        if rows:
            self.troubles.append(f"{what} changed {', '.join(sorted(set(rows)))}")

    def args(self, key: str) -> dict:
        """What the line gives, and something of the right shape for the rest."""
        return {**calls.example(calls.handlers()[key][1]), **self.world.resolved(HANDLERS[key].args)}


@pytest.fixture
def judge(world: World, socket: calls.Socket) -> Judge:
    """Who looks at what came of each call."""
    world.changed()
    return Judge(world, socket)


def test_nobody_and_whoever_has_no_session_gets_nothing_and_changes_nothing(judge, world):
    before = world.digest()
    for key, entry in HANDLERS.items():
        refused, blind = bool(entry.right) and not entry.quiet, bool(entry.right) or not entry.quiet
        for caller in world.nobodies if entry.right else world.nobodies[:1]:
            judge.called(key, caller, judge.args(key), refused=refused, own=False, blind=blind)
    assert not judge.troubles, _told(judge.troubles)
    assert world.digest() == before


def test_a_lower_role_of_the_same_account_is_refused(judge, world):
    for key, entry in HANDLERS.items():
        if entry.right in ("", "session"):
            continue
        for caller in world.lower_than(entry.right):
            judge.called(key, caller, judge.args(key), refused=not entry.quiet, own=False, blind=caller.staff)
    assert not judge.troubles, _told(judge.troubles)


def test_another_account_and_another_company_see_and_change_nothing_of_it(judge, world):
    for key, entry in HANDLERS.items():
        if not entry.right:
            continue
        for caller in world.foreigners:
            own = not _is_narrowed(entry)
            judge.called(key, caller, judge.args(key), refused=False, own=own, blind=True)
    assert not judge.troubles, _told(judge.troubles)


def test_hostile_arguments_end_in_a_refusal_and_never_in_a_fault(judge, world):
    stranger = world.foreigners[0]
    for key in HANDLERS:
        args = judge.args(key)
        for name in args:
            for value in calls.HOSTILE:
                if calls.fits(key, {**args, name: value}):
                    judge.called(key, stranger, {**args, name: value}, refused=False, own=True, blind=True)
        assert not calls.fits(key, {**args, "company_id": "x"})
    assert not judge.troubles, _told(judge.troubles)


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[object]:
    """A browser before the assembled doors."""
    with calls.browser() as made:
        yield made


def _knocks(judge: Judge, client, key: str, caller: Caller, *, refused: bool, own: bool, blind: bool) -> None:
    entry, door = ROUTES[key], calls.doors()[key]
    query, form = judge.world.resolved(entry.query), judge.world.resolved(entry.form)
    answer = calls.knock(client, door, caller, entry, query, form)
    what = f"{key} by {caller.name}"
    if answer.status_code >= 500 and not key.startswith("GET /health"):
        judge.troubles.append(f"{what} answered {answer.status_code}")
    if refused and not calls.is_refusal(answer):
        judge.troubles.append(
            f"{what} was answered {answer.status_code} {answer.headers.get('location', '')}"
        )
    seen = [word for word in judge._secrets if blind and word in answer.text]
    if seen and answer.status_code != 303:
        judge.troubles.append(f"{what} shows {seen[0]}")
    judge.changed(what, caller, own=own, left=entry.left)


def _own_doors() -> list[str]:
    return [key for key in ROUTES if not key.startswith(("MOUNT", "GET /ping", "GET /_health"))]


def test_every_route_refuses_nobody_lower_roles_and_strangers(judge, world, client):
    for key in _own_doors():
        entry = ROUTES[key]
        for caller in world.nobodies if entry.right else world.nobodies[:1]:
            _knocks(judge, client, key, caller, refused=bool(entry.right), own=False, blind=True)
        lower = [] if entry.right in ("", "session") else world.lower_than(entry.right)
        for caller in lower:
            _knocks(judge, client, key, caller, refused=not entry.quiet, own=False, blind=False)
        for caller in world.foreigners if entry.right else ():
            theirs_too = entry.company_wide and caller.company == world.victim.company_id
            refused = _is_narrowed(entry) and not entry.quiet and not theirs_too
            _knocks(judge, client, key, caller, refused=refused, own=True, blind=True)
    assert not judge.troubles, _told(judge.troubles)


def test_hostile_requests_end_in_a_refusal_and_never_in_a_fault(judge, world, client):
    nobody, stranger = world.nobodies[0], world.foreigners[0]
    for key in _own_doors():
        entry, door = ROUTES[key], calls.doors()[key]
        names = list((entry.form if door.method == "POST" else entry.query) or {"id": ""})
        for value in (word for word in calls.HOSTILE if isinstance(word, str) and word.isprintable()):
            sent = dict.fromkeys(names, value)
            for caller in (nobody, *([stranger] if door.method == "GET" else [])):
                get = door.method == "GET"
                answer = calls.knock(client, door, caller, entry, sent if get else {}, {} if get else sent)
                if answer.status_code >= 500 and not key.startswith("GET /health"):
                    judge.troubles.append(f"{key} by {caller.name} with {value[:20]!r}: {answer.status_code}")
                judge.changed(f"{key} with {value[:20]!r}", caller, own=True, left=entry.left)
    assert not judge.troubles, _told(judge.troubles)


def test_every_file_opens_for_whom_it_is_there(world, client):
    """Or the refusals above would prove nothing."""
    for key in (key for key in _own_doors() if key.startswith("GET /files/") and ROUTES[key].right):
        entry, door = ROUTES[key], calls.doors()[key]
        query = world.resolved(entry.query)
        if NOWHERE in query.values():
            continue
        able = [who for who in world.by_role.values() if who not in world.lower_than(entry.right)]
        answers = [calls.knock(client, door, who, entry, query, {}) for who in able]
        assert 200 in {answer.status_code for answer in answers}, key


@pytest.mark.line("S-39")
def test_no_get_changes_anything_for_whoever_is_signed_in(judge, world, client):
    for key in (key for key in _own_doors() if key.startswith("GET ")):
        entry, door = ROUTES[key], calls.doors()[key]
        for caller in world.by_role.values():
            calls.knock(client, door, caller, entry, world.resolved(entry.query), {})
            judge.changed(f"{key} by {caller.name}", caller, own=False, left=entry.left)
    assert not judge.troubles, _told(judge.troubles)


def test_every_post_from_another_site_is_refused(world, client):
    for key in _own_doors():
        door = calls.doors()[key]
        if door.method == "POST":
            elsewhere = {"origin": "https://evil.example", "cookie": world.by_role["owner"].header}
            client.cookies.clear()
            answer = client.post(door.path, data={"x": "y"}, headers=elsewhere)
            assert answer.status_code == (303 if ROUTES[key].elsewhere else 403), key
    assert world.changed() == []


def test_a_job_of_one_company_never_touches_another(judge, world):
    other = world.foreigners[1]
    for kind, handler in job_handlers().items():
        payload = {**world.resolved(JOBS[kind].args), "job": "01J", "slot": "2026-11-17T00:00:00+00:00"}
        for given in (payload, {}, {name: "' OR 1=1 --" for name in payload}):
            work = handler.prepare if isinstance(handler, Errand) else handler
            try:
                with acting_for_company(other.company, kind="energy", actor=f"job:{kind}") as access:
                    found = work(access, dict(given))
            except Exception:  # noqa: BLE001 -- a job may fail as it likes, as long as it touches nothing
                found = None
            shown = [word for word in judge._secrets if word in repr(found) and word not in repr(given)]
            if shown:
                judge.troubles.append(f"{kind} takes {shown[0]} along")
            rows = [table for table, row in world.changed() if row["company_id"] != other.company]
            if rows:
                judge.troubles.append(f"{kind} changed {sorted(set(rows))}")
    assert not judge.troubles, _told(judge.troubles)
