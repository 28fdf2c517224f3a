"""How long a session lasts: by idling, by the clock, and by what the company says."""

from datetime import timedelta

import pytest

from portal_app.core.access import acting_for_company, before_sign_in
from portal_app.core.accounts import Company, Member
from portal_app.core.clock import now
from portal_app.services.identity import rules, sessions, staying
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import SignIn
from tests.services.identity.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("both_engines")
ANN = "ann@bright.example"


@pytest.fixture
def hers(door) -> str:
    """The Cookie header of Ann's session."""
    return f"portal_session={identity.sign_in(ANN, PASSWORD)[0]}"


def key_of(cookie: str) -> str:
    return rules.key_of(cookie.partition("=")[2])


def change(cookie: str, **values) -> None:
    """What is stored of a session."""
    with before_sign_in() as db:
        signed = db.get_one(SignIn, key_of(cookie))
        for name, value in values.items():
            setattr(signed, name, value)
        db.add(signed)
    sessions.forget_all()


@pytest.mark.line("S-12")
def test_asking_makes_a_session_no_longer_and_staying_does(hers):
    change(hers, seen_at=now() - timedelta(minutes=29))
    for _ in range(2):
        found = staying.standing(hers)
        assert 50 <= found.left <= 60
        assert found.stays
    assert staying.stay(hers).left >= 29 * 60
    assert staying.standing(hers).left >= 29 * 60


@pytest.mark.line("S-12")
def test_a_company_says_how_long_a_session_may_stand_idle(hers, door):
    with acting_for_company(door) as house:
        house.change(house.db.get_one(Company, door), idle_minutes=5)
    assert 290 <= staying.standing(hers).left <= 300
    change(hers, seen_at=now() - timedelta(minutes=6))
    assert staying.standing(hers) == staying.Standing(0, False)
    assert identity.visitor_of(hers) is None


@pytest.mark.line("S-12")
def test_after_twelve_hours_no_tap_makes_it_longer(hers):
    change(hers, ends_at=now() + timedelta(seconds=90))
    found = staying.stay(hers)
    assert 80 <= found.left <= 90
    assert not found.stays
    change(hers, ends_at=now() - timedelta(seconds=1))
    assert staying.stay(hers).left == 0
    assert identity.visitor_of(hers) is None


@pytest.mark.line("S-12", "S-13")
@pytest.mark.parametrize("cookie", ["", "portal_session=" + "A" * 43, "portal_session=x; portal_session=y"])
def test_nobody_has_no_time_left(door, cookie):
    assert staying.standing(cookie) == staying.stay(cookie) == staying.Standing(0, False)


@pytest.mark.line("S-13")
def test_an_ended_session_stays_ended(hers):
    identity.sign_out(hers)
    assert staying.stay(hers).left == 0
    assert staying.look_afresh(key_of(hers)) is None


@pytest.mark.line("S-13", "S-24")
def test_a_place_that_ends_by_the_clock_is_looked_at_again_when_it_does(hers):
    visitor, due = staying.look_afresh(key_of(hers))
    ends = now() + timedelta(minutes=3)
    assert due > ends
    with before_sign_in() as db:
        place = db.exec(sessions.unscoped(Member, Member.person_id == visitor.person_id)).first()
        place.ends_at = ends
        db.add(place)
    assert staying.look_afresh(key_of(hers))[1] == ends
