"""The pages of one's own sign-in: what they show, where they lead, and what never stands in a var."""

import asyncio
import json

import pytest
import reflex as rx
from reflex.istate.data import HeaderData, ReflexURL, URLData

from portal_app.core.access import before_sign_in
from portal_app.core.accounts import Company
from portal_app.core.errors import EnrolFirst, ProveAgain, SignedOut
from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions
from portal_app.services.identity.tables import Authenticator, RecoveryCode
from portal_app.state.session import SessionState, tell_visitor
from portal_app.state.shared.security import (
    CodesState,
    EnrolState,
    NewAppState,
    PasswordState,
    ProveState,
    SecondState,
    SecurityState,
)
from tests.services.identity.conftest import PASSWORD, door
from tests.services.identity.people import ANN, code_of, enrolled, recovery_codes, stored

__all__ = ["door"]


class Tab:
    """One open tab with a cookie of somebody."""

    def __init__(self, cookie: str = "", path: str = "/energy/account/security") -> None:
        self.root = rx.State(_reflex_internal_init=True)
        self.root.rx_router_headers = HeaderData.from_router_data({"headers": {"cookie": cookie}})
        self.root.rx_router_url = URLData.from_url(ReflexURL(f"http://portal.example{path}"))

    def state(self, cls):
        found = self.root
        for name in cls.get_full_name().split(".")[1:]:
            found = found.substates[name]
        return found

    def runs(self, handler, *given):
        cls = next(c for c in STATES if handler in c.event_handlers.values())
        done = handler.fn(self.state(cls), *given)
        return asyncio.run(done) if asyncio.iscoroutine(done) else done

    def private(self) -> str:
        """Everything that this tab's vars hold, public and not."""
        held = {str(cls): {name: repr(getattr(self.state(cls), name)) for name in cls.vars} for cls in STATES}
        return json.dumps(held)


STATES = (
    SessionState,
    SecurityState,
    NewAppState,
    CodesState,
    PasswordState,
    ProveState,
    SecondState,
    EnrolState,
)


def signed_in(email: str = ANN) -> str:
    return f"portal_session={identity.sign_in(email, PASSWORD, None, '192.0.2.1')[0]}"


def put_in(event) -> str:
    """What an event writes into a field of the page."""
    (text,) = [str(value) for name, value in event.args if str(name) == "value"]
    return json.loads(text)


@pytest.mark.line("S-05", "S-71")
def test_a_secret_goes_straight_into_its_place_and_into_no_var(door, clock):
    tab = Tab(signed_in())
    secret = put_in(tab.runs(NewAppState.load))
    (app,) = stored(Authenticator)
    assert secret.replace(" ", "") == app.secret
    assert tab.state(NewAppState).picture.startswith("/auth/authenticator/picture?v=")
    held = tab.private()
    assert app.secret not in held
    assert secret not in held


@pytest.mark.line("S-05", "S-71")
def test_recovery_codes_are_shown_once_and_stand_in_no_var(door, clock):
    _, value = enrolled()
    tab = Tab(f"portal_session={value}", "/energy/account/security/codes?new=1")
    assert tab.runs(CodesState.load) is not None, "whoever has none yet gets theirs at once"
    codes = put_in(tab.runs(CodesState.make)).split("\n")
    assert len(codes) == len(stored(RecoveryCode)) == 10
    assert tab.state(CodesState).left_words == "10 of 10 left"
    held = tab.private()
    assert not [code for code in codes if code in held]
    assert tab.runs(CodesState.load) is None, "a second look makes no new ones"
    assert len(stored(RecoveryCode)) == 10


def test_the_page_shows_apps_codes_left_and_devices(door, clock):
    _, value = enrolled()
    recovery_codes(value)
    tab = Tab(f"portal_session={value}")
    tab.runs(SecurityState.load)
    page = tab.state(SecurityState).page
    assert [app.name for app in page.apps] == ["Authenticator app"]
    assert (page.codes, page.has_second_step, page.base) == (
        "10 of 10 left",
        True,
        "/energy/account/security",
    )
    assert [row.here for row in page.devices] == [True]


@pytest.mark.line("S-15")
def test_signing_out_there_says_which_device_it_was(door):
    identity.sign_in(ANN, PASSWORD, None, "8.8.8.8", "Firefox on Windows")
    tab = Tab(signed_in())
    tab.runs(SecurityState.load)
    other = next(row for row in tab.state(SecurityState).page.devices if not row.here)
    tab.runs(SecurityState.end_one, other.id)
    assert tab.state(SessionState).notice.title == "Signed out on Firefox on Windows"
    assert len(tab.state(SecurityState).page.devices) == 1


def test_an_app_is_removed_after_one_question(door, clock):
    _, value = enrolled()
    tab = Tab(f"portal_session={value}")
    tab.runs(SecurityState.load)
    tab.runs(SecurityState.ask_remove, tab.state(SecurityState).page.apps[0].id)
    assert len(stored(Authenticator)) == 1
    tab.runs(SecurityState.remove)
    assert stored(Authenticator) == []
    assert not tab.state(SecurityState).page.has_second_step


@pytest.mark.line("S-05")
def test_a_refused_task_is_found_again_after_the_proof(door, clock):
    _, value = enrolled()
    clock.move(minutes=6)
    tab = Tab(f"portal_session={value}", "/energy/account/security?from=menu")
    with pytest.raises(ProveAgain) as again:
        tab.runs(CodesState.ask)
    led = tell_visitor(again.value)
    assert "/prove?next=%2Fenergy%2Faccount%2Fsecurity%3Ffrom%3Dmenu" in str(led)


@pytest.mark.parametrize(
    ("with_app", "asks"), [(False, ("password",)), (True, ("code",))], ids=["a password", "an app"]
)
def test_a_fresh_proof_is_asked_for_by_what_the_person_has(door, clock, with_app, asks):
    cookie = f"portal_session={enrolled()[1]}" if with_app else signed_in()
    tab = Tab(cookie, "/prove?next=/energy/billing&problem=wrong")
    tab.runs(ProveState.load)
    ways = tab.state(ProveState).ways
    assert tuple(way for way in ("code", "password") if getattr(ways, way)) == asks
    assert tab.state(ProveState).next_place == "/energy/billing"
    assert tab.state(ProveState).problem


def test_nobody_is_asked_for_a_proof_before_signing_in(door):
    led = Tab("", "/prove?next=/energy/billing").runs(ProveState.load)
    assert "/sign-in?next=%2Fenergy%2Fbilling" in str(led)


def test_the_second_step_wears_the_companys_mark_and_names_nobodys_address(door, clock):
    enrolled()
    step = identity.sign_in(ANN, PASSWORD).step
    tab = Tab(f"portal_step={step}", "/sign-in/second?problem=wrong")
    assert tab.runs(SecondState.load) is None
    state = tab.state(SecondState)
    assert (state.who.company, state.ways.code) == ("Bright Power", True)
    assert "does not fit" in state.problem
    assert ANN not in tab.private()
    assert "/sign-in?problem=over" in str(Tab("", "/sign-in/second").runs(SecondState.load))


@pytest.mark.line("S-05")
def test_whoever_must_have_a_second_step_arrives_nowhere_else(door, clock):
    with before_sign_in() as db:
        company = db.get(Company, door)
        company.second_factor = "everybody"
        db.add(company)
    cookie = signed_in()
    led = Tab(cookie, "/energy/billing?id=1").runs(SessionState.arrive)
    assert "/second-step?next=%2Fenergy%2Fbilling%3Fid%3D1" in str(led)
    tab = Tab(cookie, "/second-step?next=/energy/billing")
    tab.runs(EnrolState.load)
    assert (tab.state(EnrolState).must, tab.state(EnrolState).go_to) == (True, "/energy/billing")
    with pytest.raises(EnrolFirst) as first:
        tab.runs(SecurityState.load)
    assert "/second-step" in str(tell_visitor(first.value))
    with pytest.raises(EnrolFirst) as elsewhere:
        Tab(cookie, "/energy/account/security?x=1").runs(SecurityState.load)
    assert "/second-step?next=%2Fenergy%2Faccount%2Fsecurity%3Fx%3D1" in str(tell_visitor(elsewhere.value))
    secret = put_in(tab.runs(NewAppState.load))
    from portal_app.services.adoption.perform import perform
    from portal_app.services.identity import factors

    fresh = perform(identity.visitor_of(cookie), factors.confirm_app, code_of(secret))
    sessions.forget_all()
    done = Tab(f"portal_session={fresh}", "/second-step?new=1&next=/energy/billing")
    done.runs(EnrolState.load)
    assert done.state(EnrolState).done
    assert "/energy/billing" in str(
        Tab(f"portal_session={fresh}", "/second-step?next=/energy/billing").runs(EnrolState.load)
    )


def test_the_password_page_says_what_to_mend(door):
    tab = Tab(signed_in(), "/energy/account/security/password?problem=common")
    tab.runs(PasswordState.load)
    assert "first that others would try" in tab.state(PasswordState).new_problem
    assert tab.state(PasswordState).has_password


def test_nobody_signed_out_is_shown_anything(door):
    for load in (SecurityState.load, NewAppState.load, CodesState.load, PasswordState.load, EnrolState.load):
        with pytest.raises(SignedOut):
            Tab().runs(load)
