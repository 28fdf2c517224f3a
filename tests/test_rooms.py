"""The house rules that import contracts cannot see. Every failure names file and line."""

import ast
import importlib
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path

import pytest
import reflex as rx

from portal_app.pages import catalogue
from portal_app.registry import ALL_KINDS
from portal_app.shapes.portal import Kind

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "portal_app"
KEYS = tuple(kind.key for kind in ALL_KINDS)
Offences = list[str]

# Who may open a transaction without being handed an `access`, and why.
WITHOUT_ACCESS = {
    "services/identity/": "asked before anybody is known",
    "services/people/": "an invitation is taken up before anybody is known",
    "services/scim/": "a directory shows a token; nobody is signed in",
    "services/tenancy/": "which company is this, before anybody is known",
    "services/privacy/leaving.py": "a mailed link keeps an account, signed in or not",
    "services/adoption/": "the choke point that hands out the access, and what it counts",
    "portals/energy/service/reporting.py": "a power cut is reported without signing in",
    "portals/energy/service/texting.py": "a text comes from a phone, not from a sign-in",
    "portals/energy/service/visits.py": "whether a half day is full is the company's to know",
    "portals/energy/service/imports.py": "a long file is stored in many transactions, none of them long",
    "portals/energy/service/export.py": "a download is read piece by piece, after its use case has ended",
    "portals/energy/service/share_door.py": "a third party shows a token; nobody is signed in",
    "portals/*/seed/": "the house loads its own demo",
    "portals/*/seed.py": "the house loads its own demo",
}
OPENS = frozenset(
    {"acting_for", "acting_for_company", "acting_as_directory", "before_sign_in", "unscoped"}
    | {"session", "engine"}
)

# Who may ask the machine for the time, and why.
OWN_CLOCK = {
    "core/clock.py": "it is the clock",
    "services/identity/throttle.py": "the counting library ends its windows by the machine's clock",
}

# Where a library that speaks to somebody outside may be imported.
DOORS = {
    "stripe": ("services/billing/stripe.py", "services/billing/gateway.py"),
    "authlib": ("services/identity/door.py", "services/identity/oidc.py"),
    "webauthn": ("services/identity/webauthn_door.py",),
    "smtplib": ("services/notifications/post.py",),
    "procrastinate": ("jobs/", "services/notifications/door.py"),
}

JARGON = frozenset(
    {"module", "management", "manager", "center", "centre", "entity", "entities", "resource", "instance"}
    | {"administration", "configuration", "workflow", "object", "record", "records", "self-service"}
    | {"crm", "erp", "asset", "assets", "utilities", "misc"}
)

# Each is sent to the browser as text and evaluated there, or opens a folder to the world.
EVALUATED = frozenset(
    {"toast", "call_script", "run_script", "set_clipboard", "console_log", "window_alert", "scroll_to"}
    | {"upload", "upload_files", "clear_selected_files", "cancel_upload", "get_upload_url", "get_upload_dir"}
    | {"dynamic"}
)


@lru_cache(maxsize=2000)
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def modules(*rooms: str, below: Path = HOUSE) -> Iterator[Path]:
    for room in rooms:
        place = below / room
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place] if place.exists() else []


def where(path: Path, node: ast.AST | None = None) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def inside(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def everything() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def nodes(paths: Iterator[Path] | list[Path], kind: type) -> Iterator[tuple[Path, ast.AST]]:
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, kind):
                yield path, node


def imports(paths: Iterator[Path] | list[Path]) -> Iterator[tuple[Path, ast.AST, str]]:
    """Every imported name in full: `from a.b import c` is a.b.c."""
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                yield from ((path, node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((path, node, f"{node.module}.{alias.name}") for alias in node.names)


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def listed(offences: Offences) -> str:
    return "\n" + "\n".join(offences)


def test_only_the_core_asks_the_database() -> None:
    asks = {"sqlmodel.select", "sqlalchemy.select", "sqlalchemy.future.select", "sqlalchemy.orm.Query"}
    outside = [path for path in everything() if not inside(path).startswith("core/")]
    found = [f"{where(path, node)} imports {name}" for path, node, name in imports(outside) if name in asks]
    for path, node in nodes(outside, ast.Call):
        assert isinstance(node, ast.Call)
        if dotted(node.func) in ("select", "sqlmodel.select", "sqlalchemy.select", "sa.select"):
            found.append(f"{where(path, node)} calls select(...)")
    assert not found, listed(found)


def test_the_street_side_never_imports_the_database() -> None:
    rooms = list(modules("state", "pages", "components", "shapes"))
    found = [
        f"{where(path, node)} imports {name}"
        for path, node, name in imports(rooms)
        if name.split(".")[0] in ("sqlmodel", "sqlalchemy", "psycopg", "sqlite3")
    ]
    assert not found, listed(found)


def _is_state(node: ast.ClassDef) -> bool:
    return any(dotted(base).split(".")[-1].endswith(("State", "Mixin", "Acting")) for base in node.bases)


def test_every_public_method_of_a_state_is_an_event_or_a_var() -> None:
    found = []
    for path, node in nodes(list(modules("state")), ast.ClassDef):
        assert isinstance(node, ast.ClassDef)
        if not _is_state(node):
            continue
        for method in node.body:
            if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or method.name.startswith("_"):
                continue
            marks = {
                dotted(mark.func if isinstance(mark, ast.Call) else mark) for mark in method.decorator_list
            }
            if not marks & {"rx.event", "rx.var"}:
                found.append(f"{where(path, method)} {node.name}.{method.name} can be called by anybody")
    assert not found, listed(found)


def test_no_kind_reaches_into_another() -> None:
    found = []
    for key in KEYS:
        own = list(modules(f"pages/{key}", f"state/{key}", f"state/{key}.py", f"portals/{key}"))
        for path, node, name in imports(own):
            parts = name.split(".")
            if parts[0] != "portal_app" or len(parts) < 3 or parts[1] not in ("pages", "state", "portals"):
                continue
            if parts[2] in KEYS and parts[2] != key:
                found.append(f"{where(path, node)} imports {name}")
    assert not found, listed(found)


@pytest.mark.parametrize("library", sorted(DOORS))
def test_who_speaks_to_somebody_outside_stands_at_a_door(library: str) -> None:
    found = [
        f"{where(path, node)} imports {name}"
        for path, node, name in imports(everything())
        if name.split(".")[0] == library and not inside(path).startswith(DOORS[library])
    ]
    assert not found, listed(found)


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


def test_every_use_case_begins_with_who_asks() -> None:
    found = []
    for path in modules("services", "portals"):
        for function in _functions(path):
            names = [
                one.arg
                for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
            ]
            if "access" in names[1:]:
                found.append(f"{where(path, function)} {function.name}(...) does not begin with access")
    assert not found, listed(found)


def test_nobody_else_opens_the_database() -> None:
    found = []
    for path, node, name in imports(list(modules("services", "portals", "state"))):
        house, _, last = name.rpartition(".")
        if not house.startswith("portal_app.core") or last not in OPENS:
            continue
        if not any(fnmatch(inside(path), f"{place}*") for place in WITHOUT_ACCESS):
            found.append(f"{where(path, node)} imports {name}; take an access instead")
    assert not found, listed(found)


def test_every_block_ends_with_its_samples() -> None:
    found = []
    for path in modules("components/blocks"):
        if path.name == "__init__.py":
            continue
        last = tree(path).body[-1]
        name = dotted(last.targets[0]) if isinstance(last, ast.Assign) else ""
        if (dotted(last.target) if isinstance(last, ast.AnnAssign) else name) != "SAMPLES":
            found.append(f"{where(path, last)} does not end with SAMPLES")
    assert not found, listed(found)


def _declared() -> dict[str, str]:
    declared: dict[str, str] = {}
    for path in modules("services", "portals"):
        if path.name == "permissions.py":
            name = inside(path).removesuffix(".py").replace("/", ".")
            declared |= importlib.import_module(f"portal_app.{name}").PERMISSIONS
    return declared


def _asked_for() -> Iterator[tuple[str, str]]:
    for path, node in nodes(everything(), ast.Call):
        assert isinstance(node, ast.Call)
        function = dotted(node.func)
        asks = function.endswith(("access.require", "access.may")) and node.args
        if asks and isinstance(node.args[0], ast.Constant):
            yield where(path, node), str(node.args[0].value)
        for word in node.keywords:
            if word.arg == "needs" and isinstance(word.value, ast.Constant) and word.value.value:
                yield where(path, node), str(word.value.value)


def test_every_permission_asked_for_is_declared_with_a_sentence() -> None:
    declared = _declared()
    found = [f"{place} asks for {name}" for place, name in _asked_for() if name not in declared]
    found += [f"{name} is declared without a sentence" for name, says in declared.items() if len(says) < 8]
    assert not found, listed(found)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=KEYS)
def test_every_role_holds_declared_permissions_only(kind: Kind) -> None:
    declared = set(_declared()) | set(kind.permissions)
    for role, held in kind.roles.items():
        unknown = sorted(held - declared)
        assert not unknown, f"{kind.key}: {role} holds {unknown}, which nobody declares"


def test_no_file_is_longer_than_700_lines() -> None:
    written = [*everything(), *modules("tests", "scripts", "bench", below=ROOT)]
    # A revision is written by a tool and never edited again.
    lengths = {path: len(path.read_text().splitlines()) for path in written if path.parent.name != "versions"}
    found = [f"{where(path)} has {lines} lines" for path, lines in lengths.items() if lines > 700]
    assert not found, listed(found)


def _titles(kind: Kind) -> dict[str, str]:
    named = {f"nav {entry.route or '/'}": entry.label for entry in (*kind.nav, *kind.staff_nav)}
    named |= {f"top task {task.key}": task.label for task in kind.top_tasks}
    return named | {f"page {page.route or '/'}": page.title for page in catalogue.pages_of(kind)}


@pytest.mark.line("X-11")
@pytest.mark.parametrize("kind", ALL_KINDS, ids=KEYS)
def test_what_is_tapped_is_named_in_the_customers_words(kind: Kind) -> None:
    found = [
        f"{kind.key}, {place}: {label!r} says {', '.join(sorted(words))}"
        for place, label in _titles(kind).items()
        if (words := JARGON & set(label.lower().split()))
    ]
    assert not found, listed(found)


@pytest.mark.line("X-11")
@pytest.mark.parametrize("kind", ALL_KINDS, ids=KEYS)
def test_navigation_has_at_most_five_entries_each_its_own(kind: Kind) -> None:
    for nav in (kind.nav, kind.staff_nav):
        assert len(nav) + 1 <= 5, "the way home is an entry too"
        assert len({entry.label for entry in nav}) == len({entry.route for entry in nav}) == len(nav)
    assert len(kind.top_tasks) == 3


def test_the_time_comes_from_the_houses_clock() -> None:
    asks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")
    found = []
    for path, node in nodes([path for path in everything() if inside(path) not in OWN_CLOCK], ast.Call):
        assert isinstance(node, ast.Call)
        if dotted(node.func).endswith(asks):
            found.append(f"{where(path, node)} calls {dotted(node.func)}()")
    assert not found, listed(found)


def _of_reflex(bad: Callable[[str], bool]) -> Offences:
    found = []
    for path, node in nodes(everything(), ast.Attribute):
        assert isinstance(node, ast.Attribute)
        name = dotted(node)
        if name.startswith("rx.") and name.count(".") == 1 and bad(node.attr):
            found.append(f"{where(path, node)} uses {name}")
    return found


def test_nothing_is_sent_to_the_browser_to_be_evaluated() -> None:
    found = _of_reflex(EVALUATED.__contains__)
    assert not found, listed(found)


def test_no_page_pulls_in_the_heavy_theme() -> None:
    def heavy(name: str) -> bool:
        return "radix" in getattr(getattr(rx, name, None), "__module__", "")

    assert heavy("link") or heavy("button"), "the rule no longer recognises the heavy components"
    found = _of_reflex(heavy)
    assert not found, listed(found)
