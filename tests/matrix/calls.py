"""How the matrix finds every handler, route and job of the assembled app, and calls each."""

import asyncio
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlencode

import reflex as rx
from reflex.istate.data import HeaderData, ReflexURL, URLData
from reflex_base.registry import RegistrationContext
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from portal_app import portal_app
from portal_app.core.errors import Refusal
from portal_app.endpoints import edge
from portal_app.registry import KINDS
from portal_app.services.identity import throttle
from portal_app.state.arguments import checked
from portal_app.state.door import OF_THE_FRAMEWORK
from tests.endpoints.browser import TestClient
from tests.matrix.entry import Entry
from tests.matrix.world import Caller, World

ORIGIN = "http://localhost:3000"
HOSTILE: tuple[Any, ...] = (
    "",
    "' OR 1=1 --",
    "../../../etc/passwd",
    "<script>alert(1)</script>{{7*7}}",
    "\u202egnp.exe",
    "A" * 2000,
    "A" * 30_000,
    "\0",
    "\ud800",
    -1,
    2**63,
    float("nan"),
    float("inf"),
    True,
    None,
    [],
    ["x"] * 500,
    {},
    {"id": {"$ne": ""}},
    {"__class__": "x", "company_id": "x", "account_id": "x", "role": "administrator"},
)


@lru_cache(maxsize=1)
def handlers() -> dict[str, Any]:
    """Every function of ours that a socket can name, inherited ones too, by state and name."""
    found: dict[str, Any] = {}
    for name, known in RegistrationContext.get().event_handlers.items():
        owner = known.states[0] if known.states else None
        if name in OF_THE_FRAMEWORK or owner is None or not owner.__module__.startswith("portal_app."):
            continue
        place = owner.__module__.removeprefix("portal_app.state.")
        found[f"{place}.{owner.__name__}.{name.rpartition('.')[2]}"] = (owner, known.handler.fn)
    return found


@dataclass(frozen=True)
class Door:
    """One address and method of the assembled app, with each kind's own downloads and uploads spelled out."""

    method: str
    path: str


@lru_cache(maxsize=1)
def doors() -> dict[str, Door]:
    """Every HTTP route of the assembled app, the framework's own too, as "GET /files/energy/bill"."""
    found: list[Door] = []
    framework = portal_app.app._api.routes if portal_app.app._api else []
    for route in [*portal_app._served(Starlette()).routes, *framework]:
        if isinstance(route, Route):
            methods = sorted((route.methods or set()) - {"HEAD"})
            found += [Door(method, path) for method in methods for path in _spelled(route.path, method)]
        elif isinstance(route, Mount) and route.path:
            found.append(Door("MOUNT", route.path))
    return {f"{door.method} {door.path}": door for door in found}


def _spelled(path: str, method: str) -> Iterator[str]:
    if "{what}" in path:
        for kind in KINDS:
            for what in kind.downloads if method == "GET" else kind.uploads:
                yield path.replace("{kind}", kind.key).replace("{what}", what)
    elif path == "/files/share/{kind}":
        yield from (path.replace("{kind}", kind.key) for kind in KINDS if kind.shared is not None)
    else:
        yield path


@dataclass
class Outcome:
    """What came of a call: refused or not, what it shows, and an exception that nobody meant."""

    refused: bool
    shown: str = ""
    fault: BaseException | None = None


class Socket:
    """A tab of a caller, in which handlers run as the framework runs them behind our door."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """Put the loop away."""
        self._loop.close()

    def call(self, key: str, caller: Caller, entry: Entry, world: World, args: dict[str, Any]) -> Outcome:
        """Run one handler in a fresh tab; a page that is named by its address is opened first."""
        throttle.start_anew()
        owner, function = handlers()[key]
        root = rx.State(_reflex_internal_init=True)
        root.rx_router_headers = HeaderData.from_router_data({"headers": {"cookie": caller.header}})
        query = urlencode(world.resolved(entry.query))
        root.rx_router_url = URLData.from_url(ReflexURL(f"{ORIGIN}/energy?{query}"))
        part = root
        for name in owner.get_full_name().split(".")[1:]:
            part = part.substates[name]
        if query and function.__name__ != "load" and "load" in owner.event_handlers:
            self._run(owner.event_handlers["load"].fn, part, {})
        try:
            fit = checked(function, args)
        except Refusal:
            return Outcome(True)
        outcome = self._run(function, part, fit)
        outcome.shown = repr(root.dict())
        return outcome

    def _run(self, function: Any, part: Any, args: dict[str, Any]) -> Outcome:
        try:
            given = function(part, **args)
            if inspect.isasyncgen(given):
                given = self._loop.run_until_complete(_last_of(given))
            elif inspect.isawaitable(given):
                given = self._loop.run_until_complete(given)
            elif inspect.isgenerator(given):
                given = list(given)
        except Refusal:
            return Outcome(True)
        except Exception as fault:  # noqa: BLE001 -- what nobody meant is what is looked for
            return Outcome(False, fault=fault)
        return Outcome("redirect" in repr(given))


async def _last_of(events: Any) -> list[Any]:
    return [event async for event in events]


def fits(key: str, args: dict[str, Any]) -> bool:
    """Whether the door of the socket lets these arguments through to the handler."""
    try:
        checked(handlers()[key][1], args)
    except Refusal:
        return False
    return True


def is_refusal(answer: Any) -> bool:
    """Whether an answer says no: a 4xx, or the way to the sign-in or back with a reason."""
    if answer.status_code in (303, 302, 307):
        where = answer.headers.get("location", "")
        led = ("/sign-in", "/prove", "/second-step", "/join", "/welcome")
        return where.startswith(led) or "trouble=" in where or "problem=" in where
    return 400 <= answer.status_code < 500


def example(function: Any) -> dict[str, Any]:
    """Arguments of the right shape for a handler whose line names none."""
    hints = get_type_hints(function, include_extras=True)
    names = function.__code__.co_varnames[1 : function.__code__.co_argcount]
    return {name: _sample(hints[name]) for name in names if name in hints}


def _sample(hint: Any) -> Any:
    while get_origin(hint) is not None and hasattr(hint, "__metadata__"):
        hint = get_args(hint)[0]
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    plain = {str: "x", int: 1, float: 1.0, bool: True, dict: {}}
    return plain.get(hint, plain.get(get_origin(hint), [] if get_origin(hint) is list else "x"))


def browser() -> TestClient:
    """Our own doors behind the outer wall, without the built pages."""
    wall = edge.Edge(portal_app._served(Starlette()), Path("nothing-is-built-here"))
    return TestClient(wall, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)


def knock(client: TestClient, door: Door, caller: Caller, entry: Entry, query: Any, form: Any) -> Any:
    """Ask one address as one caller, in the way of its line."""
    throttle.start_anew()
    sent: dict[str, Any] = {"headers": {"cookie": caller.header} if caller.header else {}}
    client.cookies.clear()
    path = door.path.replace("{", "").replace("}", "")
    if door.method == "GET":
        return client.get(path, params=query, **sent)
    if entry.as_json:
        return client.request(door.method, path, params=query, json=form, **sent)
    if entry.file is not None:
        sent["files"] = {"file": entry.file}
    return client.request(door.method, path, params=query, data=form, **sent)
