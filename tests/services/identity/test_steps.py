"""The second step at sign-in, a fresh proof, and who needs what."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import col

from portal_app.core.access import Access, acting_for_company, before_sign_in
from portal_app.core.accounts import Company, Person
from portal_app.core.errors import EnrolFirst, OnlyLooking, ProveAgain, SignedOut, TooMany
from portal_app.core.trail import AuditEntry
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import factors, proofs, rules, sessions, steps, throttle
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import Authenticator, RecoveryCode, SignIn, Step
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.people import (
    ANN,
    RAE,
    app_of,
    code_of,
    enrolled,
    recovery_codes,
    stored,
    visitor_with,
)

HOME = "192.0.2.1"


def acts() -> list[str]:
    sessions.settle()
    return [entry.action for entry in stored(AuditEntry) if entry.action.startswith("identity.")]


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_somebody_with_an_app_is_in_only_after_its_code(door, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    found = identity.sign_in(ANN, PASSWORD, None, HOME, "Firefox on Linux", goes_to="/energy/billing")
    assert isinstance(found, steps.Awaits)
    assert len([row for row in stored(SignIn) if row.ended_at is None]) == 1, "no session is open for it yet"
    (step,) = stored(Step)
    assert step.id == rules.key_of(found.step)
    assert found.step not in repr(step)
    value, visitor, goes_to = steps.finish(found.step, proofs.by_code(code_of(secret)), HOME)
    assert (visitor.name, goes_to) == ("Ann Ames", "/energy/billing")
    assert visitor_with(value) == visitor
    with pytest.raises(steps.StepOver):
        steps.finish(found.step, proofs.by_code(code_of(secret, later=1)), HOME)
    assert acts()[-2:] == ["identity.second_step_asked", "identity.sign_in"]


@pytest.mark.line("S-05")
def test_a_code_that_comes_along_with_the_password_lets_in_at_once(door, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    _, visitor = identity.sign_in(
        ANN, PASSWORD, None, HOME, code=f"{code_of(secret)[:3]} {code_of(secret)[3:]}"
    )
    assert visitor.email == ANN
    clock.move(minutes=2)
    found = identity.sign_in(ANN, PASSWORD, None, HOME, code="000000")
    assert isinstance(found, steps.Awaits)
    assert found.wrong


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_code_counts_once_even_when_two_send_it_at_the_same_moment(door, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    awaited = [identity.sign_in(ANN, PASSWORD, None, HOME).step for _ in range(4)]
    code, gate = code_of(secret), threading.Barrier(4)

    def send(step: str) -> str:
        gate.wait()
        try:
            return steps.finish(step, proofs.by_code(code), HOME).visitor.name
        except steps.WrongProof:
            return "wrong"

    with ThreadPoolExecutor(4) as crowd:
        assert sorted(crowd.map(send, awaited)) == ["Ann Ames", "wrong", "wrong", "wrong"]


@pytest.mark.line("S-05")
def test_a_code_seen_over_a_shoulder_is_of_no_use(door, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    code = code_of(secret)
    identity.sign_in(ANN, PASSWORD, None, HOME, code=code)
    clock.move(seconds=20)
    assert identity.sign_in(ANN, PASSWORD, None, HOME, code=code).wrong


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_recovery_code_lets_in_once_and_is_kept_as_a_slow_hash(door, clock):
    _, value = enrolled()
    first, *rest = recovery_codes(value)
    kept = stored(RecoveryCode)
    assert len(kept) == 10
    assert first not in repr(kept)
    assert first.replace("-", "") not in repr(kept)
    step = identity.sign_in(ANN, PASSWORD, None, HOME).step
    assert steps.finish(step, proofs.by_code(first.upper()), HOME).visitor.email == ANN
    step = identity.sign_in(ANN, PASSWORD, None, HOME).step
    with pytest.raises(steps.WrongProof):
        steps.finish(step, proofs.by_code(first), HOME)
    assert steps.finish(step, proofs.by_code(rest[0]), HOME).visitor.email == ANN
    assert len([one for one in stored(RecoveryCode) if one.used_at is None]) == 8


@pytest.mark.line("S-05")
def test_new_recovery_codes_put_out_the_older_ones(door, clock):
    _, value = enrolled()
    old = recovery_codes(value)
    recovery_codes(value)
    step = identity.sign_in(ANN, PASSWORD, None, HOME).step
    with pytest.raises(steps.WrongProof):
        steps.finish(step, proofs.by_code(old[0]), HOME)


@pytest.mark.line("S-03", "S-05")
def test_a_step_is_gone_after_eight_tries_and_after_ten_minutes(door, clock):
    secret, _ = enrolled()
    step = identity.sign_in(ANN, PASSWORD, None, HOME).step
    for _ in range(8):
        throttle.start_anew()
        with pytest.raises(steps.WrongProof):
            steps.finish(step, proofs.by_code("000000"), HOME)
    throttle.start_anew()
    with pytest.raises(steps.StepOver):
        steps.finish(step, proofs.by_code(code_of(secret, later=1)), HOME)
    step = identity.sign_in(ANN, PASSWORD, None, HOME).step
    clock.move(minutes=10, seconds=1)
    assert steps.waiting(step) is None
    with pytest.raises(steps.StepOver):
        steps.finish(step, proofs.by_code(code_of(secret)), HOME)


@pytest.mark.line("S-03")
def test_codes_are_guessed_at_no_further_with_step_after_step(door, clock):
    enrolled()
    clock.move(days=91)  # no address is known any more
    for number in range(8):
        step = identity.sign_in(ANN, PASSWORD, None, f"198.51.100.{number}").step
        with pytest.raises(steps.WrongProof):
            steps.finish(step, proofs.by_code(f"{number:06}"), f"198.51.100.{number}")
    step = identity.sign_in(ANN, PASSWORD, None, "198.51.100.8").step
    with pytest.raises(TooMany, match="minutes"):
        steps.finish(step, proofs.by_code("000008"), "198.51.100.8")


@pytest.mark.line("S-03")
def test_guesses_at_codes_from_elsewhere_do_not_lock_the_owner_out_at_home(door, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    step = identity.sign_in(ANN, PASSWORD, None, "198.51.100.7").step
    for _ in range(8):
        with pytest.raises(steps.WrongProof):
            steps.finish(step, proofs.by_code("000000"), "198.51.100.7")
    assert identity.sign_in(ANN, PASSWORD, None, HOME, code=code_of(secret))[1].email == ANN


@pytest.mark.line("S-03")
def test_guesses_at_codes_from_one_network_are_stopped_whoever_is_guessed_at(door, clock):
    enrolled()
    enrolled(RAE)
    clock.move(days=91)
    for number in range(8):
        step = identity.sign_in(ANN, PASSWORD, None, f"2001:db8::{number}").step
        with pytest.raises(steps.WrongProof):
            steps.finish(step, proofs.by_code("000000"), f"2001:db8::{number}")
    step = identity.sign_in(RAE, PASSWORD, None, "2001:db8::99").step
    with pytest.raises(TooMany):
        steps.finish(step, proofs.by_code("000000"), "2001:db8::99")


@pytest.mark.line("S-05")
def test_a_secret_stands_sealed_in_the_database(door, clock, database):
    secret, _ = enrolled()
    with before_sign_in(reads_only=True) as db:
        raw = db.connection().exec_driver_sql("SELECT secret FROM authenticator").scalar_one()
    assert secret not in raw
    assert app_of(visitor_of_ann().person_id).secret == secret


def visitor_of_ann():
    (ann,) = stored(Person, col(Person.email) == ANN)
    return replace(_nobody(), person_id=ann.id, company_id=ann.company_id)


def _nobody():
    from portal_app.core.access import Visitor

    return Visitor("", "", "energy", "", "", "owner")


@pytest.mark.line("S-11", "S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_fresh_proof_lasts_five_minutes_and_changes_the_cookie(door, clock):
    value, visitor = identity.sign_in(ANN, PASSWORD, None, HOME)
    perform(visitor, Access.require_fresh)  # somebody who has just signed in has just proved it
    clock.move(minutes=5, seconds=1)
    with pytest.raises(ProveAgain):
        perform(visitor_with(value), Access.require_fresh)
    with pytest.raises(steps.WrongProof):
        steps.prove_again(visitor_with(value), proofs.by_password("not my password"), HOME)
    fresh, again = steps.prove_again(visitor_with(value), proofs.by_password(PASSWORD), HOME)
    assert fresh != value
    assert visitor_with(value) is None
    perform(again, Access.require_fresh)
    clock.move(minutes=5, seconds=1)
    with pytest.raises(ProveAgain):
        perform(visitor_with(fresh), Access.require_fresh)
    assert "identity.proved_again" in acts()


def test_nobody_proves_anything_as_somebody_they_only_look_as(door):
    value, visitor = identity.sign_in(ANN, PASSWORD, None, HOME)
    with pytest.raises(OnlyLooking):
        steps.prove_again(replace(visitor, viewed_by="x"), proofs.by_password(PASSWORD), HOME)
    assert visitor_with(value) is not None


@pytest.mark.line("S-11")
def test_the_twelve_hours_of_a_session_do_not_begin_again_with_a_fresh_proof(door, clock):
    value, visitor = identity.sign_in(ANN, PASSWORD, None, HOME)
    ends = stored(SignIn)[0].ends_at
    clock.move(minutes=20)
    fresh, _ = steps.prove_again(visitor, proofs.by_password(PASSWORD), HOME)
    assert {row.ends_at for row in stored(SignIn)} == {ends}
    with pytest.raises(SignedOut):
        steps.prove_again(visitor, proofs.by_password(PASSWORD), HOME)
    assert visitor_with(fresh) is not None


def test_whoever_looks_around_in_the_demo_has_always_just_proved_it(door, clock):
    value, _ = identity.sign_in_as_demo(ANN, HOME)
    clock.move(minutes=25)
    sessions.forget_all()
    perform(visitor_with(value), Access.require_fresh)


def require_second_step_of_everybody(company_id: str) -> None:
    with before_sign_in() as db:
        company = db.get(Company, company_id)
        company.second_factor = "everybody"
        db.add(company)


@pytest.mark.line("S-05", "S-11")
@pytest.mark.usefixtures("both_engines")
def test_who_must_have_a_second_step_can_do_nothing_before_it_is_set_up(door, clock):
    require_second_step_of_everybody(door)
    value, visitor = identity.sign_in(ANN, PASSWORD, None, HOME)
    other, _ = identity.sign_in(ANN, PASSWORD, None, "192.0.2.2")
    assert visitor.must_enrol
    with pytest.raises(EnrolFirst):
        perform(visitor, Access.require_fresh)
    secret = perform(visitor, factors.begin_app)
    fresh = perform(visitor, factors.confirm_app, code_of(secret))
    assert visitor_with(value) is None
    sessions.forget_all()
    assert [visitor_with(one).must_enrol for one in (fresh, other)] == [False, False]
    perform(visitor_with(fresh), Access.require_fresh)


@pytest.mark.line("S-05")
def test_staff_of_a_real_company_must_have_a_second_step_and_its_customers_need_none(door):
    with before_sign_in() as db:
        company = db.get(Company, door)
        company.demo = False
        db.add(company)
    assert identity.sign_in(RAE, PASSWORD)[1].must_enrol
    assert not identity.sign_in(ANN, PASSWORD)[1].must_enrol


def test_somebody_suspended_between_the_two_steps_is_not_let_in(door, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    step = identity.sign_in(ANN, PASSWORD, None, HOME).step
    from portal_app.services.tenancy import service as tenancy

    with acting_for_company(door) as house:
        tenancy.set_standing(house, app_owner(), "suspended")
    with pytest.raises(identity.WrongSignIn):
        steps.finish(step, proofs.by_code(code_of(secret)), HOME)


def app_owner() -> str:
    return stored(Authenticator)[0].person_id


def test_two_steps_in_one_ask_for_no_second(door, clock):
    enrolled()
    ann = app_owner()
    assert isinstance(steps.go_on(ann, "passkey", steps.Where(HOME), both=True), steps.LetIn)
    assert isinstance(steps.go_on(ann, "mail", steps.Where(HOME)), steps.Awaits)


@pytest.mark.parametrize("step", ["", "x", "A" * 43, "'; drop table sign_in_step; --"])
def test_a_step_that_nobody_was_given_leads_nowhere(door, step):
    assert steps.waiting(step) is None
    with pytest.raises(steps.StepOver):
        steps.finish(step, proofs.by_code("123456"), HOME)
