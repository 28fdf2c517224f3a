"""One's own second steps: adding and removing an app, recovery codes, and the mails about it."""

import json

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for_company, before_sign_in
from portal_app.core.accounts import Company, Person
from portal_app.core.errors import EnrolFirst, NotYours, OnlyLooking, ProveAgain, Refusal
from portal_app.core.outbox import Job
from portal_app.core.trail import AuditEntry
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import factors, own_password, sessions, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.passwords import WeakPassword
from portal_app.services.identity.tables import Authenticator, RecoveryCode, SignIn
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.people import (
    ANN,
    RAE,
    code_of,
    enrolled,
    recovery_codes,
    stored,
    visitor_with,
)

BOB = "bob@bright.example"
NEW = "nine noisy badgers dig"


def mails() -> list[dict]:
    return [json.loads(job.payload) for job in stored(Job) if job.kind == "mail.send"]


def ask_for_a_second_step(company_id: str) -> None:
    with before_sign_in() as db:
        company = db.get(Company, company_id)
        company.second_factor = "everybody"
        db.add(company)


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_an_app_counts_only_after_its_first_code(door, clock):
    _, visitor = identity.sign_in(ANN, PASSWORD)
    secret = perform(visitor, factors.begin_app)
    assert perform(visitor, factors.begin_app) == secret, "a page loaded twice shows one picture"
    for wrong in ("000000", "", "12345", None):
        with pytest.raises(steps.WrongProof):
            perform(visitor, factors.confirm_app, wrong)
    assert not isinstance(identity.sign_in(ANN, PASSWORD), steps.Awaits)
    value = perform(visitor, factors.confirm_app, code_of(secret))
    assert isinstance(identity.sign_in(ANN, PASSWORD), steps.Awaits)
    assert perform(visitor_with(value), factors.codes_left) == 0
    (mail,) = mails()
    assert mail["to"] == ANN
    assert "authenticator app was added" in " ".join(mail["before"])
    assert "If it was not you" in " ".join(mail["after"])


@pytest.mark.line("S-05")
def test_a_picture_that_was_left_lying_for_a_quarter_of_an_hour_is_of_no_use(door, clock):
    _, visitor = identity.sign_in(ANN, PASSWORD)
    secret = perform(visitor, factors.begin_app)
    clock.move(minutes=15, seconds=1)
    with pytest.raises(NotYours):
        perform(visitor, factors.confirm_app, code_of(secret))
    with pytest.raises(NotYours):
        perform(visitor, factors.qr_of_app)


@pytest.mark.line("S-05")
def test_the_picture_holds_the_secret_and_is_its_owners_alone(door, clock):
    _, visitor = identity.sign_in(ANN, PASSWORD)
    perform(visitor, factors.begin_app)
    assert perform(visitor, factors.qr_of_app).startswith("<svg")
    _, bob = identity.sign_in(BOB, PASSWORD)
    with pytest.raises(NotYours):
        perform(bob, factors.qr_of_app)


@pytest.mark.line("S-05")
@pytest.mark.parametrize(
    "asks",
    [
        lambda visitor: perform(visitor, factors.begin_app),
        lambda visitor: perform(visitor, factors.remove_app, "x"),
        lambda visitor: perform(visitor, factors.keep_codes, ["x"]),
        lambda visitor: perform(visitor, factors.check_codes),
    ],
)
def test_second_steps_change_only_after_a_fresh_proof(door, clock, asks):
    _, value = enrolled()
    clock.move(minutes=6)
    with pytest.raises(ProveAgain):
        asks(visitor_with(value))
    assert len(stored(Authenticator)) == 1


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_removing_the_last_second_step_takes_the_recovery_codes_along(door, clock):
    _, value = enrolled()
    recovery_codes(value)
    (app,) = stored(Authenticator)
    perform(visitor_with(value), factors.remove_app, app.id)
    assert stored(Authenticator) == []
    assert stored(RecoveryCode) == []
    assert not isinstance(identity.sign_in(ANN, PASSWORD), steps.Awaits)
    assert [mail["subject"] for mail in mails()][-1] == "A second step was removed from your sign-in"


@pytest.mark.line("S-05")
def test_nobody_removes_somebody_elses_app(door, clock):
    _, bob = identity.sign_in(BOB, PASSWORD)
    enrolled()
    (app,) = stored(Authenticator)
    with pytest.raises(NotYours):
        perform(bob, factors.remove_app, app.id)
    _, rae = identity.sign_in(RAE, PASSWORD)
    with pytest.raises(NotYours):
        perform(rae, factors.remove_app, app.id)
    assert len(stored(Authenticator)) == 1


@pytest.mark.line("S-05")
def test_where_a_second_step_is_required_the_last_one_stays(door, clock):
    _, value = enrolled()
    ask_for_a_second_step(door)
    (app,) = stored(Authenticator)
    with pytest.raises(Refusal, match="needs a second step"):
        perform(visitor_with(value), factors.remove_app, app.id)
    assert len(stored(Authenticator)) == 1


def test_recovery_codes_are_of_no_use_to_somebody_without_a_second_step(door):
    _, visitor = identity.sign_in(ANN, PASSWORD)
    with pytest.raises(Refusal, match="Set one up first"):
        perform(visitor, factors.keep_codes, ["x"])
    assert stored(RecoveryCode) == []


def test_there_is_an_end_to_how_many_apps_somebody_has(door, clock):
    _, visitor = identity.sign_in(ANN, PASSWORD)
    value = ""
    for _ in range(5):
        secret = perform(visitor, factors.begin_app)
        value = perform(visitor, factors.confirm_app, code_of(secret))
        visitor = visitor_with(value)
    with pytest.raises(Refusal, match="5 apps"):
        perform(visitor, factors.begin_app)


@pytest.mark.line("S-05")
def test_before_a_required_second_step_only_setting_one_up_is_open(door, clock):
    ask_for_a_second_step(door)
    _, visitor = identity.sign_in(ANN, PASSWORD)
    with pytest.raises(EnrolFirst):
        perform(visitor, own_password.change, "x")
    with pytest.raises(EnrolFirst):
        perform(visitor, factors.remove_app, "x")
    assert perform(visitor, factors.begin_app)


@pytest.mark.line("S-13", "S-11", "S-01")
@pytest.mark.usefixtures("both_engines")
def test_a_new_password_ends_every_other_session_and_renews_this_one(door, clock):
    here, visitor = identity.sign_in(ANN, PASSWORD, None, "192.0.2.1")
    there, _ = identity.sign_in(ANN, PASSWORD, None, "192.0.2.2")
    bobs, _ = identity.sign_in(BOB, PASSWORD, None, "192.0.2.3")
    kept = own_password.prepare(visitor, PASSWORD, NEW, "192.0.2.1")
    fresh = perform(visitor, own_password.change, kept)
    sessions.forget_all()
    assert [visitor_with(value) is not None for value in (here, there, bobs, fresh)] == [
        False,
        False,
        True,
        True,
    ]
    with pytest.raises(identity.WrongSignIn):
        identity.sign_in(ANN, PASSWORD, None, "192.0.2.1")
    assert identity.sign_in(ANN, NEW, None, "192.0.2.1")[1].email == ANN
    assert mails()[-1]["subject"] == "Your password was changed"
    assert NEW not in json.dumps(mails()) + repr(stored(AuditEntry)) + repr(stored(Person))
    assert len([row for row in stored(SignIn, col(SignIn.ended_at).is_(None))]) == 3


@pytest.mark.line("S-01", "S-03")
def test_the_current_password_comes_first_and_is_not_guessed_at_here_either(door):
    _, visitor = identity.sign_in(ANN, PASSWORD, None, "192.0.2.1")
    for number in range(8):
        with pytest.raises(steps.WrongProof):
            own_password.prepare(visitor, f"guess {number}", NEW, "192.0.2.1")
    with pytest.raises(steps.TooMany):
        own_password.prepare(visitor, PASSWORD, NEW, "192.0.2.1")


@pytest.mark.line("S-01")
@pytest.mark.parametrize(
    ("new", "why"),
    [("short", "short"), ("x" * 129, "long"), ("password1234", "common"), ("Ann Ames Bright", "name")],
)
def test_a_weak_new_password_is_refused_with_its_reason(door, new, why):
    _, visitor = identity.sign_in(ANN, PASSWORD, None, "192.0.2.1")
    with pytest.raises(WeakPassword) as refused:
        own_password.prepare(visitor, PASSWORD, new, "192.0.2.1")
    assert refused.value.kind == why


@pytest.mark.line("S-05")
def test_with_a_second_step_a_password_changes_only_after_a_fresh_proof(door, clock):
    _, value = enrolled()
    clock.move(minutes=6)
    visitor = visitor_with(value)
    kept = own_password.prepare(visitor, PASSWORD, NEW, "192.0.2.1")
    with pytest.raises(ProveAgain):
        perform(visitor, own_password.change, kept)
    assert isinstance(identity.sign_in(ANN, PASSWORD, None, "192.0.2.1"), steps.Awaits)


def test_whoever_only_looks_as_somebody_changes_no_password_of_theirs(door):
    from dataclasses import replace

    _, visitor = identity.sign_in(ANN, PASSWORD)
    looking = replace(visitor, viewed_by="somebody-of-the-company")
    with pytest.raises(OnlyLooking):
        own_password.prepare(looking, PASSWORD, NEW)


@pytest.mark.line("S-05")
def test_the_company_can_clear_the_second_steps_of_its_own_people_only(door, clock):
    enrolled()
    from portal_app.services.tenancy import service as tenancy

    other = tenancy.create_company("dim", "energy", "Dim Power")
    (ann,) = stored(Person, col(Person.email) == ANN)
    with acting_for_company(other.id) as house, pytest.raises(NotYours):
        factors.clear_of(house, ann)
    assert len(stored(Authenticator)) == 1
    with acting_for_company(door) as house:
        factors.clear_of(house, ann)
    assert stored(Authenticator) == []
