"""Programs that mean harm, at the socket of a served portal: nobody else notices, and no row changes."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from sqlalchemy import text

from portal_app.core.db import session
from portal_app.core.tables import METADATA
from portal_app.portals.energy import seed
from portal_app.state.door import FRAME_BYTES
from portal_app.state.energy.billing import AutopayState
from portal_app.state.energy.choices import ChoicesState
from portal_app.state.energy.home import HomeState
from portal_app.state.energy.outages import ReportState
from portal_app.state.session import SessionState
from tests.end_to_end.serving import Served, plain, served
from tests.end_to_end.wire import HYDRATE, Tab, asked, sign_in
from tests.state.test_arguments import ANYTHING

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MAYA, OMAR = "maya@brightwater.example", "omar@brightwater.example"
NOTED_BESIDE = {"use_event", "task_run", "sign_in", "job"}


@pytest.fixture
def here(database: str, tmp_path: Path) -> Iterator[Served]:
    """One process on an SQLite file."""
    seed.load(small=True)
    environment = plain(DATABASE_URL=database, PORTAL_DATA_DIR=str(tmp_path / "var"), PORTAL_RUN_JOBS="0")
    with served(environment, tmp_path / "log") as running:
        yield running


def every_row() -> dict[str, list[str]]:
    """What is stored, but for what is noted of mere presence."""
    with session(reads_only=True) as db:
        return {
            name: sorted(str(row) for row in db.execute(text(f'select * from "{name}"')))  # noqa: S608 -- our tables
            for name in METADATA.tables
            if name not in NOTED_BESIDE
        }


async def raw(url: str, cookie: str, *frames: str | bytes) -> None:
    """Anything at all over the bare websocket, after the opening that any browser does."""
    import aiohttp

    async with aiohttp.ClientSession() as wire:
        place = f"{url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket&token={uuid4()}"
        async with wire.ws_connect(place, headers={"Cookie": cookie, "Origin": url}, max_msg_size=0) as line:
            await line.send_str("40/_event,")
            for frame in frames:
                if line.closed:
                    return
                try:
                    await (line.send_str(frame) if isinstance(frame, str) else line.send_bytes(frame))
                except ConnectionError:
                    return
            await asyncio.sleep(0.3)


def event(name: str, payload: object = None, **more: object) -> str:
    """An event as it goes over the wire."""
    return "42/_event," + json.dumps(["event", {"name": name, "payload": payload or {}, **more}])


def of(state: type, handler: str) -> str:
    """The full name of a handler."""
    return f"{state.get_full_name()}.{handler}"  # pyright: ignore[reportAttributeAccessIssue]


ROOT = "reflex___state____state"
BROKEN: tuple[str | bytes, ...] = (
    "42/_event,[", "42/_event,[]", "42/_event,{}", '42/_event,["event"]', '42/_event,["event",null]',
    '42/_event,["event","{broken"]', '42/_event,["event",{"name":3}]',
    '42/_event,["event",{"name":"x"},1,2,3]',
    '42/_event,["connect",{"asgi.scope":{}}]', '42/_event,["disconnect"]', '42/_event,["__class__"]',
    '42/_event,[["event"],{}]', '42/_event,["client_error",{"message":"secret-word-1"}]', "42/other,[]", "99",
    "", "43/_event,1[]", '451-/_event,["event",{"_placeholder":true,"num":0}]', "4", b"\x00\xff",
    "40/_event,[[[",
    "42/_event," + "[" * 3_000, "42/_event," + '["event",' + "[" * 3_900 + "]" * 3_900 + "]",
    "42/_event," + "[" * 100_000, "42/_event," + '["event",{"a":' * 30_000,
    event("secret-word-2", {"value": "secret-word-3"}),
    event(of(ChoicesState, "choose_alert"), {"kind": {"secret-word-4": 1}}),
    event(of(ChoicesState, "choose_alert"), {"kind": "usual"}, router_data={"asPath": "/x?\ud800"}),
    event(of(ChoicesState, "choose_alert"), {"kind": "usual"}, router_data={"query": [1], "pathname": 3}),
    event(of(SessionState, "setvar"), {"var_name": "over", "value": "secret-word-5"}),
    event(f"{ROOT}.setvar", {"var_name": "is_hydrated", "value": True}),
    event(f"{ROOT}.set_is_hydrated", {"value": True}),
    event(f"{ROOT}.hydrate_and_load", {"vars": {"secret-word-6.x": 1}, "hashes": [3]}),
    event(f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal", {"vars": {"a.b": 1}}),
    event(f"{ROOT}.portal_app___state___binding____bound_state._session", {}),
    event(of(SessionState, "_do"), {"use_case": "x"}), event(of(SessionState, "_say"), {"notice": "x"}),
    "42/_event," + "9" * (FRAME_BYTES + 10),
)  # fmt: skip


@pytest.mark.line("S-30", "S-31", "S-32", "S-16")
def test_broken_and_hostile_frames_change_nothing_for_anybody(here):
    cookie = sign_in(here.url, MAYA)

    async def story() -> None:
        async with Tab(here.url, sign_in(here.url, OMAR)) as omars:
            await omars.send(HYDRATE)
            await omars.send(of(HomeState, "load"))
            await omars.until(lambda: (omars.value(HomeState, "home") or {}).get("ready"))
            before = every_row()
            for frame in BROKEN:
                await raw(here.url, cookie, frame)
            await raw(here.url, "", *BROKEN)
            assert every_row() == before
            omars.holds.clear()
            await omars.send(of(HomeState, "load"))
            await omars.until(lambda: omars.value(HomeState, "home"), 10)
        async with Tab(here.url, cookie) as hers:
            await hers.send(HYDRATE)
            await hers.send(of(SessionState, "arrive"))
            # Arrived: nothing of the opening comes after what is sent now and puts it back.
            await hers.until(lambda: hers.value(SessionState, "live"))
            assert hers.value(SessionState, "over") == ""
            await hers.send(of(ChoicesState, "set_alert_at"), {"value": 'x"\ud800'})
            await hers.until(lambda: hers.value(SessionState, "problem_field") == "value")
            await hers.send(of(ChoicesState, "set_alert_at"), {"value": "12"})
            await hers.until(lambda: hers.value(ChoicesState, "alert_at") == "12")

    asyncio.run(story())
    assert asked(here.url, "/health/live")[0] == 200
    log = here.log.read_text()
    assert "secret-word" not in log
    assert "Traceback" not in log
    assert cookie.partition("=")[2] not in log


HANDLERS = (
    of(AutopayState, "set_bank"), of(AutopayState, "agree"), of(AutopayState, "ask_stop"),
    of(ReportState, "report"), of(ReportState, "choose_place"),
    of(ChoicesState, "set_channel"), of(ChoicesState, "set_medical"),
    of(HomeState, "load"), of(SessionState, "say"),
)  # fmt: skip


@pytest.mark.line("S-31", "S-32")
def test_no_made_up_arguments_bring_a_handler_down_or_move_a_row(here):
    cookie = sign_in(here.url, MAYA)
    words = some.sampled_from(["value", "on", "asked", "premise_id", "topic", "title", "kind", "form"])
    bad = ANYTHING.filter(lambda value: not isinstance(value, str | bool))
    made = some.tuples(some.sampled_from(HANDLERS[:8]), some.dictionaries(words, bad, min_size=1, max_size=3))

    @settings(
        max_examples=25, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(frames=some.lists(made, min_size=4, max_size=10))
    def hostile(frames) -> None:
        sent = [event(name, payload).encode("utf-8", "surrogatepass") for name, payload in frames]
        asyncio.run(raw(here.url, cookie, *(one.decode("utf-8", "replace") for one in sent)))

    before = every_row()
    hostile()
    assert every_row() == before
    log = here.log.read_text()
    assert "event.failed" not in log, log[-3000:]
    assert "Traceback" not in log


@pytest.fixture
def strict(database: str, tmp_path: Path) -> Iterator[Served]:
    """One process that allows very little."""
    seed.load(small=True)
    here = plain(
        DATABASE_URL=database, PORTAL_DATA_DIR=str(tmp_path / "var"), PORTAL_RUN_JOBS="0",
        PORTAL_EVENTS_A_SESSION="5", PORTAL_SOCKETS_A_SESSION="2", PORTAL_NOBODIES_AN_ADDRESS="2",
    )  # fmt: skip
    with served(here, tmp_path / "log") as running:
        yield running


@pytest.mark.line("S-34")
def test_a_flood_is_refused_with_a_sentence_and_one_line_and_nobody_else_waits(strict):
    from socketio.exceptions import ConnectionError as Shut

    cookie = sign_in(strict.url, MAYA)

    async def story() -> None:
        async with Tab(strict.url, cookie) as flood, Tab(strict.url, sign_in(strict.url, OMAR)) as calm:
            await flood.send(HYDRATE)
            await flood.until(lambda: flood.holds)
            for _ in range(120):
                await flood.send(of(ChoicesState, "set_alert_at"), {"value": "12"})
            await flood.until(
                lambda: "very much at once" in (flood.value(SessionState, "notice") or {}).get("title", "")
            )
            await calm.send(of(HomeState, "load"))
            await calm.until(lambda: (calm.value(HomeState, "home") or {}).get("ready"), 10)
            async with Tab(strict.url, cookie):
                with pytest.raises(Shut):
                    await Tab(strict.url, cookie).__aenter__()
            async with Tab(strict.url, ""), Tab(strict.url, ""):
                with pytest.raises(Shut):
                    await Tab(strict.url, "").__aenter__()

    asyncio.run(story())
    lines = [json.loads(line) for line in strict.log.read_text().splitlines() if "door." in line]
    assert [line["event"] for line in lines].count("door.events_refused") == 1
    assert "session" in [line["why"] for line in lines if line["event"] == "door.socket_refused"]
