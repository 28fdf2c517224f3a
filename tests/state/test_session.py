"""From a tap to a use case: who asks is looked up each time, a no becomes a sentence, a fault a reference."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx
import structlog
from reflex.istate.data import HeaderData, ReflexURL, URLData
from sqlmodel import col

from portal_app.core import live as pokes
from portal_app.core.access import Access, before_sign_in, unscoped
from portal_app.core.accounts import Member, Person
from portal_app.core.errors import NotYours, Refusal, SignedOut
from portal_app.core.trail import AuditEntry
from portal_app.services.adoption import service as adoption
from portal_app.services.adoption.tables import UseEvent
from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions
from portal_app.state import live
from portal_app.state.session import Acting, SessionState, tell_visitor, use_needs
from tests.services.identity.conftest import PASSWORD, door  # noqa: F401 -- a company whose people sign in

ANN, BOB, RAE = "ann@bright.example", "bob@bright.example", "rae@bright.example"


@pytest.fixture(autouse=True)
def _no_page_needs_anything():
    """The assembly tells which permission opens which address; these tests say it themselves."""
    use_needs({})
    yield
    use_needs({})


class DeskState(Acting, rx.State):
    """A page of this test's own."""

    seen: str = ""


def who_asks(access: Access, *more: str) -> str:
    """A use case that says for whom it ran."""
    return " ".join([access.visitor.name, access.visitor.account_id, *more])


class Tab:
    """One tab's state tree with a socket that was opened with a cookie."""

    def __init__(self, cookie: str = "", url: str = "http://x.example/energy") -> None:
        self.root = rx.State(_reflex_internal_init=True)
        self.comes_with(cookie)
        self.at(url)

    def comes_with(self, cookie: str) -> None:
        """The Cookie header of the socket."""
        self.root.rx_router_headers = HeaderData.from_router_data({"headers": {"cookie": cookie}})

    def at(self, url: str) -> None:
        """The address that is open."""
        self.root.rx_router_url = URLData.from_url(ReflexURL(url))

    def part(self, cls: Any) -> Any:
        """One state of the tree."""
        found = self.root
        for name in cls.get_full_name().split(".")[1:]:
            found = found.substates[name]
        return found


def signed_in(email: str, **more: str) -> Tab:
    value, _ = identity.sign_in(email, PASSWORD)
    return Tab(f"portal_session={value}", **more)


def does(tab: Tab, use_case: Any, *arguments: Any) -> Any:
    return asyncio.run(tab.part(DeskState)._do(use_case, *arguments))


def arrives(tab: Tab) -> Any:
    return asyncio.run(tab.part(SessionState).arrive())


def where_to(event: Any) -> str:
    """The address a redirect leads to."""
    return str(dict((str(name), value) for name, value in event.args)["path"]).strip('"')


def notes_twice(access: Access) -> None:
    """A use case that writes two things down."""
    access.note("test.one")
    access.note("test.two")


@pytest.mark.line("S-63")
def test_what_a_tap_writes_down_carries_its_name_and_the_next_tap_has_another(door):  # noqa: F811
    tab = signed_in(ANN)
    does(tab, notes_twice)
    does(tab, notes_twice)
    with before_sign_in(reads_only=True) as db:
        found = unscoped(AuditEntry, col(AuditEntry.action).like("test.%")).order_by(col(AuditEntry.seq))
        named = [entry.request for entry in db.exec(found)]
    assert all(named)
    assert (named[0] == named[1], named[1] == named[2], named[2] == named[3]) == (True, False, True)


@pytest.mark.line("S-13")
def test_each_event_looks_up_who_is_behind_its_cookie(door):  # noqa: F811
    tab = signed_in(ANN)
    first = does(tab, who_asks, "said")
    assert first.startswith("Ann Ames")
    assert first.endswith("said")
    tab.comes_with(signed_in(BOB).root.rx_router_headers.cookie)
    assert does(tab, who_asks).startswith("Bob Byrd")


@pytest.mark.line("S-13")
@pytest.mark.parametrize("cookie", ["", "portal_session=" + "A" * 43, "portal_session=\x00", "theme=dark"])
def test_nobody_is_behind_a_cookie_that_is_not_ours(door, cookie):  # noqa: F811
    with pytest.raises(SignedOut):
        does(Tab(cookie), who_asks)


@pytest.mark.line("S-13")
def test_after_signing_out_the_very_next_event_is_refused(door):  # noqa: F811
    tab = signed_in(ANN)
    assert does(tab, who_asks)
    identity.sign_out(tab.root.rx_router_headers.cookie)
    with pytest.raises(SignedOut):
        does(tab, who_asks)


def test_a_wrong_address_knows_whoever_is_signed_in_and_turns_nobody_away(door):  # noqa: F811
    def look(tab: Tab) -> tuple[str, int]:
        session = tab.part(SessionState)
        assert asyncio.run(session.arrive_anyhow()) is None
        assert session.live
        return session.who.first_name, len(session.accounts)

    tab = signed_in(ANN)
    assert look(tab) == ("Ann", 2)
    identity.sign_out(tab.root.rx_router_headers.cookie)
    assert look(tab) == ("", 0)
    assert look(Tab("")) == ("", 0)


def test_what_was_done_is_noted_for_adoption_with_its_outcome(door):  # noqa: F811
    tab = signed_in(BOB)
    does(tab, who_asks)
    with pytest.raises(Refusal):
        asyncio.run(tab.part(DeskState)._do(_refused))
    adoption.flush()
    with before_sign_in(reads_only=True) as db:
        kept = [(use.name.rpartition(".")[2], use.outcome) for use in db.exec(unscoped(UseEvent))]
    assert sorted(kept) == [("_refused", "refused"), ("who_asks", "success")]


def _refused(access: Access) -> None:
    raise Refusal("Not today.", "day")


@pytest.mark.line("X-16")
def test_a_refusal_becomes_its_sentence_beside_its_field(door):  # noqa: F811
    tab = signed_in(ANN)
    with pytest.raises(Refusal) as no:
        does(tab, _refused)
    assert says(tab, no.value) == ("Not today.", "attention", "day", "Not today.", "")


def say(tab: Tab, *values: Any) -> None:
    """The event that the browser would send back."""
    type(tab.part(SessionState)).event_handlers["say"].fn(tab.part(SessionState), *values)


def says(tab: Tab, trouble: Exception) -> tuple[str, ...]:
    """What stands on the page after something went wrong."""
    event: Any = tell_visitor(trouble)
    say(tab, *(value._var_value for _, value in event.args))
    session = tab.part(SessionState)
    notice = session.notice
    return notice.title, notice.tone, session.problem_field, session.problem_text, notice.reference


def test_what_is_not_theirs_is_only_not_found(door):  # noqa: F811
    title, tone, field, beside, ref = says(signed_in(ANN), NotYours())
    assert title.startswith("We could not find that")
    assert (tone, field, beside, ref) == ("attention", "", "", "")


@pytest.mark.line("X-16")
def test_a_fault_is_logged_with_a_reference_and_shown_without_its_text(door):  # noqa: F811
    with structlog.testing.capture_logs() as logged:
        title, tone, field, beside, ref = says(signed_in(ANN), ZeroDivisionError("secret figure 205.22"))
    assert title == "Something went wrong on our side"
    assert (tone, field, beside) == ("urgent", "", "")
    assert ref.startswith("ERR-")
    assert [(entry["event"], entry["reference"]) for entry in logged] == [("event.failed", ref)]
    assert "205.22" not in title


def test_somebody_signed_out_is_led_to_the_sign_in_which_says_why_and_leads_back(door):  # noqa: F811
    assert where_to(tell_visitor(SignedOut())) == "/sign-in?problem=ended"
    back = "next=%2Fenergy%2Fbilling%3Fid%3Db1"
    for cookie, told in (("portal_session=" + "A" * 43, f"problem=ended&{back}"), ("", back)):
        with pytest.raises(SignedOut) as out:
            does(Tab(cookie, url="http://x.example/energy/billing?id=b1"), who_asks)
        assert where_to(tell_visitor(out.value)) == f"/sign-in?{told}"


@pytest.mark.line("X-30")
def test_a_stranger_is_led_to_the_sign_in_and_back_to_the_very_page(door):  # noqa: F811
    tab = Tab(url="http://x.example/energy/billing/bill?id=b1")
    assert where_to(arrives(tab)) == "/sign-in?next=%2Fenergy%2Fbilling%2Fbill%3Fid%3Db1"
    assert not tab.part(SessionState).live
    assert tab.part(SessionState).who.name == ""


def test_a_customer_who_arrives_is_greeted_and_stays(door):  # noqa: F811
    tab = signed_in(ANN)
    assert arrives(tab) is None
    session = tab.part(SessionState)
    assert session.live
    assert session.who.name == "Ann Ames"
    assert len(session.accounts) == 2


@pytest.mark.parametrize(
    ("email", "path", "home"),
    [(ANN, "/staff/energy/outages", "/energy"), (RAE, "/energy/usage", "/staff/energy")],
)
def test_customers_and_staff_each_stay_on_their_side(door, email, path, home):  # noqa: F811
    assert where_to(arrives(signed_in(email, url=f"http://x.example{path}"))) == home


def test_a_page_that_ones_role_does_not_open_says_so_on_the_home(door):  # noqa: F811
    use_needs({"/energy/billing/autopay": "autopay.change"})
    try:
        tab = signed_in(BOB, url="http://x.example/energy/billing/autopay")
        assert where_to(arrives(tab)) == "/energy"
        assert tab.part(SessionState).notice.title == "Your sign-in does not open that page"
    finally:
        use_needs({})


@pytest.mark.line("S-24")
def test_whoever_has_no_place_any_more_reads_so_and_is_led_round_in_no_circle(door):  # noqa: F811
    use_needs({"/energy": "bill.see", "/energy/billing": "bill.see"})
    try:
        tab = signed_in(BOB, url="http://x.example/energy")
        with before_sign_in() as db:
            bob = db.exec(unscoped(Person, col(Person.email) == BOB)).one()
            for place in db.exec(unscoped(Member, col(Member.person_id) == bob.id)):
                db.delete(place)
        sessions.forget_all()
        assert where_to(arrives(tab)) == "/no-place"
        told = tab.part(SessionState)
        assert asyncio.run(told.arrive_without_a_place()) is None
        assert told.who.email == BOB
        with_one = signed_in(ANN, url="http://x.example/no-place").part(SessionState)
        assert where_to(asyncio.run(with_one.arrive_without_a_place())) == "/energy"
        nobody = Tab("", url="http://x.example/no-place").part(SessionState)
        assert where_to(asyncio.run(nobody.arrive_without_a_place())) == "/sign-in?next=%2Fno-place"
        elsewhere = signed_in(BOB, url="http://x.example/energy/billing")
        assert where_to(arrives(elsewhere)) == "/no-place"
    finally:
        use_needs({})


def test_a_sentence_made_up_by_the_browser_is_dropped_where_it_is_no_sentence(door):  # noqa: F811
    tab = signed_in(ANN)
    say(tab, "x" * 601)
    say(tab, {"title": "no"})
    assert tab.part(SessionState).notice.title == ""
    say(tab, "Seen", "", "purple")
    assert tab.part(SessionState).notice.tone == "info"


class Events:
    """The framework's two ends that a poke goes through, with what was sent kept."""

    def __init__(self, *tokens: str) -> None:
        sockets = {token: SimpleNamespace(sid=token, instance_id="one") for token in tokens}
        manager = SimpleNamespace(instance_id="one", token_to_socket=sockets)
        self.event_namespace = SimpleNamespace(_token_manager=manager)
        self.event_processor = self
        self.sent: list[tuple[str, str]] = []

    async def enqueue(self, token: str, event: Any) -> None:
        """Keep what a tab is sent."""
        self.sent.append((token, event.name.rpartition(".")[2]))


@pytest.fixture
def _no_watchers():
    live._watching.clear()
    yield
    live._watching.clear()


def watching(token: str, topic: str) -> None:
    tab = SimpleNamespace(router=SimpleNamespace(session=SimpleNamespace(client_token=token)))
    live.watch(tab, topic, SessionState.dismiss)  # pyright: ignore[reportArgumentType]


@pytest.mark.line("X-06")
@pytest.mark.usefixtures("_no_watchers")
def test_a_poke_reaches_every_open_tab_that_watches_and_no_other():
    watching("t1", "outages:c1")
    watching("t2", "outages:c1")
    watching("t3", "outages:c2")
    app = Events("t1", "t2", "t3")
    asyncio.run(live._fan_out(app, "outages:c1"))  # pyright: ignore[reportArgumentType]
    assert sorted(app.sent) == [("t1", "dismiss"), ("t2", "dismiss")]


@pytest.mark.usefixtures("_no_watchers")
def test_a_tab_that_is_closed_is_forgotten():
    watching("t1", "outages:c1")
    app = Events()
    asyncio.run(live._fan_out(app, "outages:c1"))  # pyright: ignore[reportArgumentType]
    assert app.sent == []
    assert not live._watching


@pytest.mark.usefixtures("_no_watchers")
def test_watching_twice_is_told_once_and_a_tab_watches_so_many_topics_only():
    for _ in range(2):
        watching("t1", "outages:c1")
    app = Events("t1")
    asyncio.run(live._fan_out(app, "outages:c1"))  # pyright: ignore[reportArgumentType]
    assert len(app.sent) == 1
    for n in range(60):
        watching("t1", f"made-up:{n}")
    assert len(live._watching) == live._MOST_TOPICS_A_TAB
    live.forget("t1")
    assert not live._watching


@pytest.mark.line("X-06")
@pytest.mark.usefixtures("_no_watchers")
def test_a_poke_after_a_commit_arrives_in_the_tab():
    """The whole way in one process: tell, the carrier, the tab; well within five seconds."""
    watching("t1", "outages:c1")
    app = Events("t1")

    async def one_poke() -> None:
        carrier = asyncio.create_task(live.lifespan(app)())  # pyright: ignore[reportArgumentType]
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            while not app.sent:
                await asyncio.to_thread(pokes.tell, ["outages:c1"])
                await asyncio.sleep(0)
        carrier.cancel()

    asyncio.run(one_poke())
    assert app.sent[0] == ("t1", "dismiss")
