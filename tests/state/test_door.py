"""Which handlers a browser can name at all, and what each of them says about its arguments."""

import asyncio
import json
from types import SimpleNamespace

import pytest
import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex_base.config import get_config
from reflex_base.utils.format import json_dumps

from portal_app import portal_app
from portal_app.state import door
from portal_app.state.arguments import model_of
from portal_app.state.door import OF_THE_FRAMEWORK, Door, open_to_browsers

app = portal_app.app


@pytest.mark.line("S-30")
def test_no_setter_and_nothing_of_the_framework_is_open_but_what_a_page_needs():
    names = set(open_to_browsers())
    assert names >= OF_THE_FRAMEWORK
    assert not [name for name in names if name.endswith(".setvar")]
    # Other tests make states of their own in the same process.
    theirs = {name for name in names if ".portal_app___" not in name and "tests___" not in name}
    assert theirs == OF_THE_FRAMEWORK


@pytest.mark.line("S-30", "S-31")
@pytest.mark.parametrize("name", sorted(set(open_to_browsers()) - OF_THE_FRAMEWORK))
def test_every_handler_says_what_each_argument_is(name):
    function = open_to_browsers()[name].handler.fn
    assert model_of(function).model_fields.keys() == {
        f"given_{argument}" for argument in function.__code__.co_varnames[1 : function.__code__.co_argcount]
    }
    assert not function.__name__.startswith("_")


@pytest.mark.line("S-34")
def test_what_nobody_in_particular_had_open_is_forgotten_soon_and_never_on_the_disk(monkeypatch):
    assert get_config().state_manager_mode in ("memory", "redis")
    monkeypatch.setattr(door, "_NOBODY_KEEPS_SECONDS", 0)
    manager, sockets = StateManagerMemory(), {"still-open": object()}
    own = Door.__new__(Door)
    own.app = SimpleNamespace(state_manager=manager)
    own._namespace = SimpleNamespace(_token_manager=SimpleNamespace(token_to_socket=sockets))

    async def story() -> None:
        for token in ("closed", "still-open"):
            await manager.get_state(BaseStateToken(ident=token, cls=rx.State))
            own._forget_state_later(token)
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        await manager.close()

    asyncio.run(story())
    assert [key for key in manager.states if "closed" in key] == []
    assert len(manager.states) == 1


@pytest.mark.line("S-31", "S-32")
def test_a_stored_lone_surrogate_is_left_out_of_what_a_page_is_sent_and_the_rest_arrives():
    own = Door.__new__(Door)
    own._dumps = json_dumps
    sent = own.written(
        ["event", {"delta": {"home": {"name": "Zo\u00eb \ud800Lund", "street": "\udfff12 Elm"}}}]
    )
    assert json.loads(sent.encode("utf-8")) == [
        "event",
        {"delta": {"home": {"name": "Zo\u00eb Lund", "street": "12 Elm"}}},
    ]
    assert app.sio.packet_class.json.dumps.__func__ is Door.written
