"""What a company asks of everybody who signs in: what it says before, and that it holds at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal_app.core import live
from portal_app.core.access import acting_for_company, before_sign_in
from portal_app.core.accounts import Company
from portal_app.core.clock import now
from portal_app.core.errors import EnrolFirst, NotAllowed, ProveAgain, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import devices, house_rules, rules, sessions, staying
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import SignIn
from tests.engines import past_the_wall
from tests.services.identity.conftest import PASSWORD, ROLES
from tests.services.identity.people import ANN, RAE, enrolled, visitor_with

pytestmark = pytest.mark.usefixtures("both_engines")
HOME = "192.0.2.1"


@pytest.fixture
def rae(door):
    """The operator, who may set the rules here and has just signed in."""
    may = {**ROLES["energy"], "operator": ROLES["energy"]["operator"] | {house_rules.SETS}}
    identity.use_roles({"energy": may})
    return identity.sign_in(RAE, PASSWORD, None, HOME)[1]


def said(question) -> str:
    return " ".join(effect.text for effect in question.effects)


@pytest.mark.line("S-05")
def test_before_it_is_asked_of_everybody_it_is_said_of_how_many(rae):
    enrolled(ANN)
    page = perform(rae, house_rules.page)
    assert page.form.who == "kind"
    assert page.meaning == (
        "Nobody is asked for a second step; whoever is away for 30 minutes is signed out. "
        "2 people have no second step."
    )
    asked = said(perform(rae, house_rules.weigh, "everybody", "30"))
    assert "2 people have no second step; they are asked to set one up at their next tap." in asked
    assert "You have none yourself" in asked
    assert "signed out" not in asked


@pytest.mark.line("S-05")
def test_outside_a_demo_only_customers_are_asked_anew(rae, door):
    with acting_for_company(door) as house:
        house.change(house.db.get_one(Company, door), demo=False)
    assert "2 people have" in said(perform(rae, house_rules.weigh, "everybody", "30"))
    enrolled(ANN)
    one = said(perform(rae, house_rules.weigh, "everybody", "30"))
    assert "1 person has no second step; that person is asked to set one up at the next tap." in one


@pytest.mark.line("S-05", "S-13")
def test_open_sessions_without_a_second_step_are_shut_at_once_and_free_again_at_once(rae):
    _, with_app = enrolled(ANN)
    value, bob = identity.sign_in("bob@bright.example", PASSWORD, None, HOME)
    heard: list[str] = []
    stop = live.listen(heard.append)
    perform(rae, house_rules.save, "everybody", "30")
    stop()
    assert f"company:{rae.company_id}" in heard
    assert [visitor_with(one).must_enrol for one in (with_app, value)] == [False, True]
    with pytest.raises(EnrolFirst):
        perform(visitor_with(value), devices.security)
    perform(rae, house_rules.save, "kind", "30")
    assert not visitor_with(value).must_enrol
    perform(visitor_with(value), devices.security)
    assert bob.person_id == visitor_with(value).person_id


@pytest.mark.line("S-05")
def test_who_only_looks_around_in_the_demo_is_asked_for_none(rae):
    with before_sign_in() as db:
        value, _ = sessions.begin(db, db.get_one(sessions.Person, rae.person_id), how="demo")
    perform(rae, house_rules.save, "everybody", "30")
    assert not visitor_with(value).must_enrol


def seen(value: str, minutes: float) -> None:
    with before_sign_in() as db:
        db.get_one(SignIn, rules.key_of(value)).seen_at = now() - timedelta(minutes=minutes)


@pytest.mark.line("S-12")
def test_a_shorter_limit_holds_for_open_sessions_and_is_said_before_to_sign_out_so_many(rae):
    away, _ = identity.sign_in(ANN, PASSWORD, None, HOME)
    here, _ = identity.sign_in("bob@bright.example", PASSWORD, None, HOME)
    seen(away, 12)
    assert visitor_with(away) is not None
    asked = said(perform(rae, house_rules.weigh, "kind", "10"))
    assert "Whoever does nothing for 10 minutes is signed out" in asked
    assert "1 person has been away for longer and is signed out at once." in asked
    assert "second step" not in asked
    perform(rae, house_rules.save, "kind", "10")
    assert visitor_with(away) is None
    assert 590 <= staying.standing(f"portal_session={here}").left <= 600
    perform(rae, house_rules.save, "kind", "30")
    assert 1790 <= staying.standing(f"portal_session={here}").left <= 1800


@pytest.mark.line("S-05", "S-12")
def test_it_asks_for_the_right_and_for_a_fresh_proof_and_is_written_down(rae, clock):
    viewer = replace(rae, permissions=frozenset({"outage.post"}))
    for use_case in (house_rules.weigh, house_rules.save):
        with pytest.raises(NotAllowed):
            perform(viewer, use_case, "everybody", "5")
        with pytest.raises(ProveAgain):
            perform(replace(rae, proved_at=now() - timedelta(minutes=6)), use_case, "everybody", "5")
    perform(rae, house_rules.save, "everybody", "5")
    with past_the_wall() as db:
        (entry,) = db.exec(sessions.unscoped(AuditEntry, AuditEntry.action == "identity.rules_changed")).all()
    assert entry.actor == rae.person_id
    for fact in ('"everybody"', '"idle_minutes"', "5", "30"):
        assert fact in entry.facts


@pytest.mark.parametrize(
    ("who", "minutes", "field"),
    [
        ("nobody", "30", "who"), ("", "30", "who"), ("everybody", "31", "minutes"),
        ("everybody", "", "minutes"), ("everybody", "-5", "minutes"), ("kind", "120", "minutes"),
        ("kind", "30", "who"),
    ],
)  # fmt: skip
def test_what_cannot_be_chosen_or_is_so_already_is_said_beside_its_field(rae, who, minutes, field):
    with pytest.raises(Refusal) as no:
        perform(rae, house_rules.weigh, who, minutes)
    assert no.value.field == field


@pytest.mark.line("S-05", "S-12")
def test_a_kind_that_asks_everybody_leaves_no_choice_and_no_longer_time(rae, door):
    with acting_for_company(door) as house:
        house.change(house.db.get_one(Company, door), kind="patient", demo=False)
    page = perform(replace(rae, kind="patient"), house_rules.page)
    assert page.who == ()
    assert [one.value for one in page.minutes] == ["5", "10", "15"]
    assert (page.form.who, page.form.minutes) == ("everybody", "15")
