"""What every kind of portal owes its customers, for each kind that this installation can open."""

import asyncio
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from reflex.istate.data import HeaderData, ReflexURL, URLData
from sqlalchemy import event

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Member, Person
from portal_app.core.db import engine
from portal_app.core.errors import NotYours, Refusal, SignedOut
from portal_app.core.outbox import Job
from portal_app.core.tables import METADATA, AccountRow, CompanyRow
from portal_app.pages import catalogue
from portal_app.pages.page import Page
from portal_app.portal_app import roles_of
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions, throttle
from portal_app.services.people import book, looking
from portal_app.shapes.status import Notice
from portal_app.state import live
from portal_app.state.session import SessionState
from tests.components.drawn import nodes, props
from tests.portals.conftest import NOON, Town, do

BUDGET = Path(__file__).resolve().parent.parent / "query_budget.json"
KEYS = [kind.key for kind in KINDS]
PAGES = [
    pytest.param(kind, page, id=f"{kind.key}{page.who[0]}{page.route or '/'}")
    for kind, page in catalogue.everywhere()
]
LOADED = [param for param in PAGES if isinstance(param.values[1], Page) and param.values[1].load is not None]
BY_ROLE = [
    pytest.param(kind, page, role, id=f"{kind.key}{page.who[0]}{page.route or '/'}-{role}")
    for kind, page in catalogue.everywhere()
    if page.load is not None and page.who != "anyone"
    for role in sorted(kind.roles)
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=KEYS)


@pytest.fixture(autouse=True)
def _roles_known() -> Iterator[None]:
    identity.use_roles({kind.key: kind.roles for kind in KINDS}, {kind.key: kind.scopes for kind in KINDS})
    book.know({kind.key: roles_of(kind) for kind in KINDS})
    throttle.start_anew()
    yield
    sessions.settle()
    sessions.forget_all()
    identity.use_roles({})
    book.know({})
    live._watching.clear()


class Screen:
    """One open tab of somebody of the demo, or of nobody."""

    def __init__(self, path: str, email: str = "", cookie: str = "") -> None:
        self.root = rx.State(_reflex_internal_init=True)
        cookie = f"portal_session={identity.sign_in_as_demo(email)[0]}" if email else cookie
        self.root.rx_router_headers = HeaderData.from_router_data({"headers": {"cookie": cookie}})
        self.root.rx_router_url = URLData.from_url(ReflexURL(f"http://portal.example{path}"))

    def runs(self, handler: Any) -> Any:
        """Run one event handler as its event would."""
        owner = getattr(sys.modules[handler.fn.__module__], handler.fn.__qualname__.split(".")[0])
        state = self.root
        for name in owner.get_full_name().split(".")[1:]:
            state = state.substates[name]
        done = handler.fn(state)
        return asyncio.run(done) if inspect.isawaitable(done) else done


def customers(town: Town) -> list[str]:
    """The demo's customers by e-mail."""
    return [person.email for person in town.people() if not person.staff]


def staff(town: Town) -> str:
    return next(person.email for person in town.people() if person.staff)


def in_role(town: Town, role: str) -> str:
    """Somebody of the demo who has that role from now on."""
    if role in town.kind.staff_roles:
        email = staff(town)
        with before_sign_in() as db:
            person = db.exec(unscoped(Person, Person.email == email)).one()
            person.staff_role = role
            db.add(person)
        sessions.forget_all()
        return email
    email = customers(town)[0]
    with before_sign_in() as db:
        member = db.exec(unscoped(Member, Member.person_id == town.visitor(email).person_id)).first()
        member.role = role
        db.add(member)
    sessions.forget_all()
    return email


def needed(screen: Screen, page: Page) -> str:
    """How a page's load ends: "" when it fills the page, else the sentence that is said."""
    try:
        screen.runs(page.load)
    except NotYours:
        return "not found"
    except Refusal as no:
        return no.sentence
    return ""


@each_kind
def test_navigation_leads_to_pages_that_are_there(kind):
    for who, entries in (("customer", kind.nav), ("staff", kind.staff_nav)):
        routes = {page.route for page in catalogue.pages_of(kind) if page.who == who}
        assert {entry.route for entry in entries} <= routes
        if entries:
            assert "" in routes, "there is a home"
    assert {task.route for task in kind.top_tasks} <= {page.route for page in catalogue.pages_of(kind)}
    if kind.open_door is not None:
        openly = {page.route for page in catalogue.pages_of(kind) if page.who == "anyone"}
        assert kind.open_door.route in openly


@pytest.mark.line("X-11", "X-25")
@each_kind
def test_navigation_is_at_most_home_and_four_labelled_entries(kind):
    for entries in (kind.nav, kind.staff_nav):
        assert len(entries) <= 4
        assert all(entry.label.strip() and entry.icon for entry in entries)


@pytest.mark.line("U13-18")
def test_the_energy_portals_navigation_is_exactly_the_four_of_the_brief():
    energy = next(kind for kind in KINDS if kind.key == "energy")
    assert [entry.label for entry in energy.nav] == ["Usage", "Billing", "Outages", "Account"]


@each_kind
def test_no_two_pages_share_an_address(kind):
    addresses = [catalogue.address(kind, page) for page in catalogue.pages_of(kind)]
    assert len(set(addresses)) == len(addresses)


@each_kind
def test_pages_and_top_tasks_name_use_cases_and_permissions_that_exist(kind):
    for page in catalogue.pages_of(kind):
        assert not page.needs or any(page.needs in held for held in kind.roles.values()), page.route
    for task in kind.top_tasks:
        module, _, name = task.succeeds.rpartition(".")
        assert callable(getattr(sys.modules[f"portal_app.{module}"], name))


@pytest.mark.line("X-26")
@each_kind
def test_every_page_has_a_help_of_its_own(kind):
    pages = catalogue.pages_of(kind)
    assert not [page.route for page in pages if page.guide_var is None and not page.guide.title]
    titles = [(page.who, page.guide.title) for page in pages if page.guide_var is None]
    assert sorted(set(titles)) == sorted(titles)


@pytest.mark.parametrize(("kind", "page"), PAGES)
def test_every_page_draws(kind, page):
    assert page.view().render()


PRIMARY = ("pay", "approve", "i agree", "go paperless", "report")
DANGER = ("delete", "remove", "withdraw")


def _words(node: dict[str, Any]) -> str:
    """The words on a button, in small letters."""
    parts = [str(child.get("contents", "")).strip('"') + _words(child) for child in node.get("children", ())]
    return " ".join(part for part in parts if part).strip().lower()


@pytest.mark.line("X-13")
@pytest.mark.parametrize(("kind", "page"), PAGES)
def test_a_button_has_one_intent_and_it_is_that_of_its_words(kind, page):
    for node in nodes(page.view()):
        if node.get("name", "").strip('"') != "button":
            continue
        worn = set(props(node).get("className", "").strip('"').split()) & {"primary", "danger"}
        assert len(worn) <= 1, node
        if _words(node).startswith(PRIMARY):
            assert worn == {"primary"}, f"{page.route}: {_words(node)}"
        if _words(node).startswith(DANGER):
            assert worn == {"danger"}, f"{page.route}: {_words(node)}"


def _says_what_happened(handler: Any) -> bool:
    source = inspect.getsource(handler.fn)
    # `done` is what a page shows in its own live region, in place of its form; `checked` beside it.
    return any(
        way in source for way in ("self._say(", "return rx.redirect", "self.done = ", "self.checked = ")
    )


@pytest.mark.line("X-15")
@each_kind
def test_every_handler_that_gets_a_notice_shows_it(kind):
    found = []
    for name, module in list(sys.modules.items()):
        if not name.startswith(f"portal_app.state.{kind.key}"):
            continue
        for state in [
            cls for cls in vars(module).values() if inspect.isclass(cls) and cls.__module__ == name
        ]:
            for handler in getattr(state, "event_handlers", {}).values():
                for use_case in _done_by(handler, module):
                    if use_case.__annotations__.get("return") is Notice and not _says_what_happened(handler):
                        found.append(f"{state.__name__}.{handler.fn.__name__}")
    assert not found


def _states_in(module: Any) -> list[Any]:
    return [each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__]


def _done_by(handler: Any, module: Any) -> Iterator[Callable[..., Any]]:
    if handler.fn.__module__ != module.__name__:
        return
    source = inspect.getsource(handler.fn)
    for room, names in ((key, dir(value)) for key, value in vars(module).items() if inspect.ismodule(value)):
        for name in names:
            if f"_do({room}.{name}" in source.replace("\n", "").replace(" ", ""):
                yield getattr(getattr(module, room), name)


@pytest.mark.line("X-01")
@each_kind
def test_the_home_shows_the_three_top_tasks_as_labelled_links(kind, town_of):
    town = town_of(kind.key)
    for email in customers(town):
        seen = do(town.visitor(email), kind.home)
        assert [task.label for task in seen.tasks] == [task.label for task in kind.top_tasks]
        prefix = f"/{kind.key}"
        for shown, task in zip(seen.tasks, kind.top_tasks, strict=True):
            assert shown.link_to.startswith(prefix + task.route), "one tap from the home"
            assert shown.icon


@each_kind
def test_nothing_of_the_demos_made_up_past_counts_as_late(kind, town_of):
    town_of(kind.key)
    with before_sign_in(reads_only=True) as db:
        waiting = list(db.exec(unscoped(Job, Job.state == "waiting")))
    assert waiting
    assert min(job.run_at for job in waiting) >= NOON


@pytest.mark.line("X-03", "X-04")
@each_kind
def test_two_customers_never_get_an_equal_home(kind, town_of):
    town = town_of(kind.key)
    homes = {email: do(town.visitor(email), kind.home) for email in customers(town)}
    assert len(homes) >= 3
    seen = list(homes.values())
    for index, one in enumerate(seen):
        for other in seen[index + 1 :]:
            assert one != other
            assert one.who != other.who
            assert one.figure != other.figure
    for email, one in homes.items():
        assert town.visitor(email).name in one.who


@pytest.mark.line("X-12")
@each_kind
def test_the_home_has_at_most_seven_cards(kind):
    for page in catalogue.pages_of(kind):
        if page.headline is None:
            continue
        drawn = page.view()
        cards = [node for node in nodes(drawn) if node.get("name", "").strip('"') == "section"]
        waiting = [node for node in cards if "skeleton" in str(props(node).get("className", ""))]
        assert 0 < len(cards) - len(waiting) <= 7


@pytest.mark.parametrize(("kind", "page", "role"), BY_ROLE)
def test_every_role_is_let_in_or_refused_as_the_page_declares(kind, page, role, town_of):
    town = town_of(kind.key)
    screen = Screen(catalogue.address(kind, page), in_role(town, role))
    said = needed(screen, page)
    allowed = not page.needs or page.needs in kind.roles[role]
    assert ("does not allow" in said) != allowed, said


@pytest.mark.parametrize(("kind", "page"), LOADED)
def test_a_page_opens_for_nobody_unless_it_is_open_to_all(kind, page, town_of):
    town_of(kind.key)
    screen = Screen(catalogue.address(kind, page))
    if page.who == "anyone":
        screen.runs(page.load)
        return
    with pytest.raises(SignedOut):
        screen.runs(page.load)


def _tables() -> list[type]:
    found: list[type] = []
    waiting: list[type] = [AccountRow, CompanyRow]
    while waiting:
        table = waiting.pop()
        waiting += table.__subclasses__()
        if getattr(table, "__tablename__", "") in METADATA.tables and hasattr(table, "__table__"):
            found.append(table)
    return found


@each_kind
def test_no_file_of_one_company_comes_down_for_another(kind, town_of):
    town = town_of(kind.key)
    emails = customers(town)
    mine, theirs = town.visitor(emails[0]), town.visitor(emails[-1])
    everybody = {person.company_id for person in town.people()}
    if mine.company_id == theirs.company_id:
        theirs = next(p for p in town.people() if not p.staff and p.company_id != mine.company_id)
    assert len(everybody) == 2
    ids = [
        row.id
        for table in _tables()
        for row in town.stored(table, table.company_id == mine.company_id)[:2]  # pyright: ignore[reportAttributeAccessIssue]
    ]
    assert len(ids) > 20
    tried = 0
    for name, use_case in kind.downloads.items():
        asks = [each for each in inspect.signature(use_case).parameters if each.endswith(("_id", "ids"))]
        for row_id in ids if asks else ():
            tried += 1
            with pytest.raises(Refusal) as refused:
                do(theirs, use_case, **dict.fromkeys(asks, row_id))
            assert row_id not in refused.value.sentence, name
    assert tried or not kind.downloads


@each_kind
def test_a_download_without_a_right_to_it_is_refused(kind, town_of):
    town = town_of(kind.key)
    nobody = replace(town.visitor(customers(town)[0]), permissions=frozenset())
    for use_case in kind.downloads.values():
        with pytest.raises(Refusal):
            do(nobody, use_case, **{n: "x" for n in list(inspect.signature(use_case).parameters)[1:]})


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_c: Any, _cur: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")):
            asked.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine(), "before_cursor_execute", note)


@pytest.mark.parametrize(("kind", "page"), LOADED)
def test_no_page_asks_the_database_more_than_its_budget(kind, page, town_of):
    town = town_of(kind.key)
    budget = json.loads(BUDGET.read_text())
    key = f"{page.who}:{catalogue.address(kind, page)}"
    email = {"anyone": "", "staff": staff(town)}.get(page.who, customers(town)[0])
    path = catalogue.address(kind, page)
    if page.route == "/billing/bill":
        path += f"?id={do(town.visitor(email), kind.home).bill.id}"
    screen = Screen(path, email)
    with statements() as asked:
        needed(screen, page)
    assert key in budget, f'"{key}": {len(asked)}'
    assert len(asked) <= budget[key], "\n".join(statement[:90] for statement in asked)


def test_the_budget_names_no_page_that_is_gone():
    there = {f"{page.who}:{catalogue.address(kind, page)}" for kind, page in catalogue.everywhere()}
    assert set(json.loads(BUDGET.read_text())) <= there


@pytest.mark.line("B-X19")
@each_kind
def test_every_page_of_a_customer_opens_for_who_looks_as_them(kind, town_of):
    town = town_of(kind.key)
    email = customers(town)[0]
    them = town.visitor(email)
    rosa = f"portal_session={identity.sign_in_as_demo(staff(town)).value}"
    value, _ = looking.begin(rosa, them.person_id, them.account_id, "Case 12: they asked")
    shut = []
    for page in catalogue.pages_of(kind):
        if page.who != "customer":
            continue
        screen = Screen(catalogue.address(kind, page), cookie=f"portal_session={value}")
        assert screen.runs(SessionState.event_handlers["arrive"]) is None, page.route
        if page.load is not None and "only looking" in needed(screen, page):
            shut.append(page.route)
    # What is made by opening its page is not made by looking.
    assert set(shut) <= {"/account/move", "/account/security/app"}


@each_kind
def test_whoever_arrives_reads_their_name(kind, town_of):
    town = town_of(kind.key)
    email = customers(town)[0]
    screen = Screen(f"/{kind.key}", email)
    assert screen.runs(SessionState.event_handlers["arrive"]) is None
