"""Setting up a company sign-in, when a fresh proof is asked for in the midst of it."""

import asyncio

import pytest

from portal_app.core.errors import ProveAgain, SignedOut
from portal_app.services.adoption.perform import perform
from portal_app.services.drafts import service as drafts
from portal_app.services.identity import service as identity
from portal_app.state.shared.sign_on import SignOnState
from tests.services.identity.conftest import ROLES, door
from tests.services.identity.people import RAE
from tests.state.shared.test_security import Tab, signed_in

__all__ = ["door"]
PAGE = "/staff/energy/sign-on"
FORM = {
    "name": "Bright Works", "issuer": "https://login.works.example", "client_id": "portal-1",
    "domains": "works.example", "role_claim": "groups", "roles": "crew = viewer",
    "whom": "account", "account": "1",
}  # fmt: skip


def runs(tab: Tab, handler, *given):
    done = handler.fn(tab.state(SignOnState), *given)
    return asyncio.run(done) if asyncio.iscoroutine(done) else done


@pytest.fixture
def raes(door) -> str:
    may = {**ROLES["energy"], "operator": ROLES["energy"]["operator"] | {"sign_on.run"}}
    identity.use_roles({"energy": may})
    return signed_in(RAE)


@pytest.mark.line("S-12")
def test_the_form_that_a_proof_was_asked_for_in_the_midst_of_is_open_again(clock, raes):
    tab = Tab(raes, f"{PAGE}?problem=busy")
    runs(tab, SignOnState.open_new)
    clock.move(minutes=6)
    with pytest.raises(ProveAgain) as again:
        runs(tab, SignOnState.send, FORM)
    assert again.value.back == f"{PAGE}?problem=busy&open=edit"
    stale = Tab(raes, again.value.back)
    runs(stale, SignOnState.load)
    assert stale.state(SignOnState).opened == ""
    fresh = Tab(signed_in(RAE), again.value.back)
    runs(fresh, SignOnState.load)
    assert (fresh.state(SignOnState).opened, fresh.state(SignOnState).about) == ("edit", "")


@pytest.mark.line("S-12")
def test_a_page_on_which_nothing_is_open_any_more_is_come_back_to_as_it_is(raes):
    tab = Tab("portal_session=" + "A" * 43, f"{PAGE}?open=edit&about=x&token=t")
    with pytest.raises(SignedOut) as out:
        runs(tab, SignOnState.load)
    assert out.value.back == f"{PAGE}?token=t"


def test_a_form_that_is_closed_is_forgotten_and_nobody_is_refused_to_close_it(raes):
    visitor = identity.visitor_of(raes)
    perform(visitor, drafts.keep, "sign-on:", {"name": "Bright Works"})
    tab = Tab(raes, PAGE)
    runs(tab, SignOnState.open_new)
    runs(tab, SignOnState.close)
    assert tab.state(SignOnState).opened == ""
    assert perform(visitor, drafts.kept, ["sign-on:"]) == {}
    runs(Tab("", PAGE), SignOnState.close)
