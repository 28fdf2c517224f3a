"""A small town of each kind: the demo loaded once at a fixed hour, copied for every test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal_app.core import clock as house_clock
from portal_app.core.access import Visitor, acting_for, before_sign_in, reads_only, unscoped
from portal_app.core.accounts import Company, Member, Person
from portal_app.registry import KINDS
from portal_app.shapes.portal import Kind
from tests import engines
from tests.cast import JUST_NOW

NOON = datetime(2026, 11, 17, 20, 0, tzinfo=UTC)
"""A Tuesday, noon in the demo's zone."""
SMALL: dict[str, dict[str, int]] = {"energy": {"neighbours": 24, "days": 430}}
"""What makes a kind's demo small enough for a test."""


@dataclass
class Town:
    """The demo of one kind in a database of its own, at a clock that stands still."""

    kind: Kind
    _clock: ExitStack

    def set(self, moment: datetime) -> datetime:
        """Hold the clock at that moment."""
        self._clock.enter_context(house_clock.at(moment, everywhere=True))
        return moment

    def move(self, **by: float) -> datetime:
        """Move the clock by days, hours, minutes."""
        return self.set(house_clock.now() + timedelta(**by))

    def visitor(self, email: str, role: str = "") -> Visitor:
        """Somebody of the demo as their session would name them; in another role where one is given."""
        with before_sign_in(reads_only=True) as db:
            person = db.exec(unscoped(Person, Person.email == email)).one()
            company = db.get_one(Company, person.company_id)
            members = list(db.exec(unscoped(Member, Member.person_id == person.id)))
        role = role or person.staff_role or members[0].role
        accounts = [member.account_id for member in members]
        return Visitor(
            person_id=person.id,
            company_id=person.company_id,
            kind=self.kind.key,
            name=person.name,
            email=email,
            role=role,
            account_id=accounts[0] if accounts else "",
            accounts=frozenset(accounts),
            permissions=self.kind.roles[role],
            staff=bool(person.staff_role),
            session_key=f"session-of-{person.id}",
            zone=company.zone,
            currency=company.currency,
            locale=company.locale,
            proved_at=JUST_NOW,
        )

    def people(self) -> list[Visitor]:
        """Everybody of the demo, customers and staff of every company."""
        with before_sign_in(reads_only=True) as db:
            emails = sorted(person.email for person in db.exec(unscoped(Person)))
        return [self.visitor(email) for email in emails]

    def stored(self, table: Any, *where: Any) -> list[Any]:
        """Every stored row of a table, of any company."""
        with engines.past_the_wall() as db:
            return list(db.exec(unscoped(table, *where)))


def do(visitor: Visitor, use_case: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Run one use case in one transaction, as the house does."""
    with acting_for(visitor, reads_only=reads_only(use_case)) as access:
        return use_case(access, *arguments, **named)


def _load(key: str, url: str, folder: Path) -> None:
    """Load a kind's demo into a database that has its tables."""
    kind = next(kind for kind in KINDS if kind.key == key)
    with engines.pointed_at(url, folder / "var"), house_clock.at(NOON, everywhere=True):
        kind.seed(**SMALL.get(key, {}))  # pyright: ignore[reportCallIssue]


@pytest.fixture(scope="session")
def _towns(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def of(key: str) -> Path:
        if key not in made:
            folder = tmp_path_factory.mktemp(f"town-{key}")
            file = folder / "town.db"
            engines.fill(f"sqlite:///{file}")
            _load(key, f"sqlite:///{file}", folder)
            made[key] = file
        return made[key]

    return of


@pytest.fixture
def town_of(_towns: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[[str], Town]]:
    """Opens a copy of a kind's demo: `town_of("energy")`."""
    with ExitStack() as stack:

        def opened(key: str) -> Town:
            file = tmp_path / f"{key}.db"
            shutil.copyfile(_towns(key), file)
            stack.enter_context(engines.pointed_at(f"sqlite:///{file}", tmp_path / "var"))
            town = Town(next(kind for kind in KINDS if kind.key == key), stack)
            town.set(NOON)
            return town

        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def brightwater(
    request: pytest.FixtureRequest, town_of: Callable[[str], Town], tmp_path: Path
) -> Iterator[Town]:
    """The small Brightwater on both engines: Maya, Omar's three shops, 24 neighbours, Rosa who runs it."""
    if request.param == "sqlite":
        yield town_of("energy")
        return
    server: engines.PostgresTemplate = request.getfixturevalue("postgres")
    with ExitStack() as stack:
        url = stack.enter_context(server.filled("energy", lambda url: _load("energy", url, tmp_path)))
        stack.enter_context(engines.pointed_at(url, tmp_path / "var"))
        town = Town(next(kind for kind in KINDS if kind.key == "energy"), stack)
        town.set(NOON)
        yield town
