"""A tab's state belongs to one session: another one, or none, finds it empty."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
import reflex as rx
from reflex.event import Event
from reflex.istate.data import HeaderData
from reflex.utils.format import json_dumps
from sqlmodel import col

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Member, Person
from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions
from portal_app.services.people import looking
from portal_app.settings import settings
from portal_app.state import binding
from portal_app.state.binding import NOBODY, BindToSession, BoundState
from tests.services.identity.conftest import PASSWORD, door  # noqa: F401 -- a company whose people sign in

ANN, BOB = "ann@bright.example", "bob@bright.example"


class DrawerState(rx.State):
    """Something private that a tab remembers."""

    rows: list[str] = []
    _kept: str = ""


class InnerDrawerState(DrawerState):
    """Something private one level further down."""

    figure: int = 0


class Tab:
    """One client token's state tree, and the middleware before it."""

    def __init__(self) -> None:
        self.root = rx.State(_reflex_internal_init=True)
        self.app = SimpleNamespace(event_namespace=None)

    def comes_with(self, cookie: str) -> None:
        """The socket is opened with this Cookie header."""
        self.root.rx_router_headers = HeaderData.from_router_data({"headers": {"cookie": cookie}})

    def fill(self) -> None:
        """Put something private into every part."""
        drawer = self.part(DrawerState)
        drawer.rows, drawer._kept = ["205.22"], "secret"
        self.part(InnerDrawerState).figure = 7

    def part(self, cls):
        found = self.root
        for name in cls.get_full_name().split(".")[1:]:
            found = found.substates[name]
        return found

    @property
    def holds(self) -> tuple:
        """What is private in it."""
        return self.part(DrawerState).rows, self.part(DrawerState)._kept, self.part(InnerDrawerState).figure

    def event(self, name: str = "reflex___state____state.hydrate"):
        """An event arrives; what the middleware says."""
        return asyncio.run(BindToSession().preprocess(self.app, self.root, Event(name=name)))


FULL, EMPTY = (["205.22"], "secret", 7), ([], "", 0)


def cookie_of(email: str) -> str:
    value, _ = identity.sign_in(email, PASSWORD)
    return f"portal_session={value}"


@pytest.fixture
def anns(door) -> Tab:  # noqa: F811
    """Ann's tab, filled while she was signed in."""
    tab = Tab()
    tab.cookie = cookie_of(ANN)
    tab.comes_with(tab.cookie)
    assert tab.event() is None
    tab.fill()
    return tab


@pytest.mark.line("S-14")
def test_the_same_session_keeps_what_the_tab_remembers(anns):
    assert anns.event() is None
    assert anns.holds == FULL


@pytest.mark.line("S-14")
@pytest.mark.parametrize(
    "cookie", ["", "portal_session=" + "A" * 43, "theme=dark", "portal_session=x; portal_session=y"]
)
def test_whoever_has_the_token_but_not_the_cookie_finds_nothing(anns, cookie):
    anns.comes_with(cookie)
    assert anns.event() is None
    assert anns.holds == EMPTY
    assert anns.part(BoundState)._session == NOBODY


@pytest.mark.line("S-14")
def test_another_persons_session_finds_nothing_and_nothing_comes_back_afterwards(anns):
    anns.comes_with(cookie_of(BOB))
    anns.event()
    assert anns.holds == EMPTY
    anns.comes_with(anns.cookie)
    anns.event()
    assert anns.holds == EMPTY


@pytest.mark.line("S-14", "S-13")
def test_signing_out_empties_every_open_tab_before_its_next_event_runs(anns):
    identity.sign_out(anns.cookie)
    anns.event("any.handler")
    assert anns.holds == EMPTY


@pytest.mark.line("S-14")
def test_signing_in_empties_what_was_there_for_nobody(door):  # noqa: F811
    tab = Tab()
    tab.comes_with("")
    tab.event()
    tab.fill()
    tab.event()
    assert tab.holds == FULL
    tab.comes_with(cookie_of(ANN))
    tab.event()
    assert tab.holds == EMPTY


@pytest.mark.line("S-14")
def test_a_poke_for_the_former_owner_draws_nothing_on_a_socket_of_somebody_else(anns):
    anns.root.router_data = {"token": "t"}
    record = SimpleNamespace(sid="s2", instance_id="one")
    manager = SimpleNamespace(instance_id="one", token_to_socket={"": record, "t": record})
    anns.app.event_namespace = SimpleNamespace(
        _token_manager=manager, _static_router_data={"s2": {"headers": {"cookie": "other=1"}}}
    )
    answer = anns.event("some.refresh")
    assert answer is not None
    assert not answer.delta
    assert not answer.events
    assert anns.holds == EMPTY


@pytest.mark.line("S-14")
def test_the_name_of_the_session_never_leaves_the_server(anns):
    sent = json_dumps(anns.root.dict())
    assert "205.22" in sent
    assert anns.part(BoundState)._session not in sent
    assert anns.cookie.partition("=")[2] not in sent


@pytest.mark.line("S-34")
def test_a_tab_that_holds_too_much_is_emptied_and_told(anns, monkeypatch):
    small = replace(settings(), kilobytes_a_tab=100)
    monkeypatch.setattr(binding, "settings", lambda: small)
    middleware = BindToSession()

    def events(count: int) -> list:
        return [
            asyncio.run(middleware.preprocess(anns.app, anns.root, Event(name="any.handler")))
            for _ in range(count)
        ]

    assert set(events(binding.MEASURED_EVERY)) == {None}
    assert anns.holds == FULL
    anns.part(DrawerState).rows = ["x" * 200_000]
    said = [one for one in events(binding.MEASURED_EVERY) if one is not None]
    assert [event.payload["title"] for one in said for event in one.events] == [binding.TOO_MUCH[0]]
    assert anns.holds == EMPTY


@pytest.mark.line("B-X19", "S-14")
@pytest.mark.usefixtures("door")
def test_a_look_that_ended_by_itself_wipes_the_tab_and_what_was_tapped_is_not_done(clock):
    identity.use_roles({"energy": {"owner": frozenset(), "operator": frozenset({"customer.look_as"})}})
    with before_sign_in(reads_only=True) as db:
        ann = db.exec(unscoped(Person, col(Person.email) == ANN)).one()
        place = db.exec(unscoped(Member, col(Member.person_id) == ann.id)).first()
    rae = cookie_of("rae@bright.example")
    value, _ = looking.begin(rae, ann.id, place.account_id, "Case 12: her bill")
    tab = Tab()
    tab.comes_with(f"portal_session={value}")
    assert tab.event() is None
    tab.fill()
    assert tab.event() is None
    assert tab.holds == FULL
    sessions.settle()
    clock.move(minutes=29)
    assert identity.visitor_of(f"portal_session={value}").viewed_by
    sessions.settle()
    clock.move(minutes=1)
    said = tab.event("energy.billing.pay")
    assert [event.name for event in said.events] == ["_redirect"]
    assert said.events[0].payload["path"] == "/staff/energy"
    assert tab.holds == EMPTY
    assert tab.event() is None, "from here on it is the staff's own tab"
