"""The fixtures themselves: a test gets a real, empty database of its own."""

import pytest
from sqlmodel import func, select

from portal_app.core.access import acting_for
from portal_app.core.accounts import Company, Member
from tests.cast import Cast
from tests.engines import past_the_wall

pytestmark = pytest.mark.usefixtures("both_engines")


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_starts_with_an_empty_database(time):
    with past_the_wall() as db:
        assert db.exec(select(func.count()).select_from(Company)).one() == 0
        db.add(Company(slug="one", kind="energy", name="One"))
        db.commit()


def test_the_database_is_the_engine_the_test_asked_for(database):
    with past_the_wall() as db:
        assert db.get_bind().dialect.name == database.split("+")[0].split(":")[0]


def test_the_cast_is_stored(people: Cast):
    with acting_for(people.owner) as access:
        assert {row.role for row in access.all(Member)} == {"owner", "viewer"}
