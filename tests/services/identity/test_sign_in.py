"""Signing in: who gets in, who does not, and what is written down."""

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlmodel import col

from portal_app.core.access import acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Person
from portal_app.core.errors import NotYours, TooMany
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import passwords, rules, sessions, throttle
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import SignIn
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from tests.services.identity.conftest import PASSWORD

ANN = "ann@bright.example"


def header(value: str) -> str:
    return f"theme=dark; {settings().session_cookie}={value}"


def stored(table, *where):
    with before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(table, *where)))


def acts() -> list[str]:
    sessions.settle()
    return [entry.action for entry in stored(AuditEntry) if entry.action.startswith("identity.sign")]


@pytest.mark.line("S-10", "S-63")
@pytest.mark.usefixtures("both_engines")
def test_the_right_password_opens_a_session_that_only_its_hash_names(door):
    value, visitor = identity.sign_in(" ANN@bright.example", PASSWORD, None, "192.0.2.1", "Firefox on Linux")
    assert len(value) >= 43
    assert value.isascii()
    (kept,) = stored(SignIn)
    assert kept.id == visitor.session_key == rules.key_of(value)
    assert value not in repr(kept)
    assert (kept.address, kept.device, kept.how) == ("192.0.2.1", "Firefox on Linux", "password")
    assert identity.visitor_of(header(value)) == visitor
    assert (visitor.name, visitor.role, visitor.kind, visitor.zone) == (
        "Ann Ames",
        "owner",
        "energy",
        "America/Chicago",
    )
    assert visitor.permissions == {"bill.see", "bill.pay"}
    assert len(visitor.accounts) == 2
    assert acts() == ["identity.sign_in"]


@pytest.mark.line("S-04")
@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@bright.example", PASSWORD),
        (ANN, "seven quiet otter"),
        ("gone@bright.example", PASSWORD),
        (ANN, ""),
        (ANN, "\ud800" * 12),
        (ANN, "x" * 5000),
        ("", ""),
        (None, None),
        ("'; drop table person; --@x", "x"),
    ],
)
def test_unknown_wrong_and_suspended_hear_the_same(door, email, password):
    with acting_for_company(door) as house:
        gone = tenancy.add_person(house, "gone@bright.example", "Gone Girl")
        identity.set_password(house, gone.id, passwords.keep(PASSWORD))
        tenancy.set_standing(house, gone.id, "suspended")
    with pytest.raises(identity.WrongSignIn) as refused:
        identity.sign_in(email, password)
    assert refused.value.sentence == rules.WRONG
    assert stored(SignIn) == []


@pytest.mark.line("S-02")
def test_an_unknown_person_costs_the_same_time_as_a_wrong_password(door):
    def cost(email: str) -> float:
        throttle.start_anew()
        began = time.process_time()
        with pytest.raises(identity.WrongSignIn):
            identity.sign_in(email, "seven quiet otter")
        return time.process_time() - began

    cost(ANN)
    pairs = [(cost(ANN), cost("nobody@bright.example")) for _ in range(9)]
    known, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))
    assert abs(known - unknown) < 0.020


@pytest.mark.line("S-02")
def test_an_old_hash_is_made_anew_when_its_owner_comes(door):
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with before_sign_in() as db:
        ann = db.exec(unscoped(Person, col(Person.email) == ANN)).one()
        ann.password_hash = old
        db.add(ann)
    identity.sign_in(ANN, PASSWORD)
    (ann,) = stored(Person, col(Person.email) == ANN)
    assert ann.password_hash != old
    assert "m=32768,t=3" in ann.password_hash
    identity.sign_in(ANN, PASSWORD)


def wrong_tries(email: str, *addresses: str) -> int:
    """How many wrong tries get an answer before the door says that it is enough."""
    for done, address in enumerate(addresses):
        try:
            identity.sign_in(email.format(done), f"guess number {done}", None, address)
        except TooMany:
            return done
        except identity.WrongSignIn:
            continue
    return len(addresses)


@pytest.mark.line("S-03")
def test_guessing_at_one_account_is_stopped_before_the_tenth_try_wherever_it_comes_from(door):
    assert wrong_tries(ANN, *(f"198.51.100.{n}" for n in range(12))) == 8
    with pytest.raises(TooMany, match="wait 15 minutes"):
        identity.sign_in(ANN, PASSWORD, None, "198.51.100.99")


@pytest.mark.line("S-03")
def test_guessing_from_one_address_is_stopped_whoever_is_guessed_at(door):
    assert wrong_tries("person{}@bright.example", *(f"2001:db8::{n}" for n in range(12))) == 8


@pytest.mark.line("S-03")
def test_a_burst_of_guesses_gets_no_further_than_the_same_guesses_one_by_one(door):
    gate = threading.Barrier(24)

    def guess(number: int) -> str:
        gate.wait()
        try:
            identity.sign_in(ANN, f"guess number {number}", None, f"198.51.100.{number}")
        except (TooMany, identity.WrongSignIn) as refused:
            return type(refused).__name__
        return "in"

    with ThreadPoolExecutor(24) as crowd:
        outcomes = list(crowd.map(guess, range(24)))
    assert outcomes.count("WrongSignIn") < 10
    assert outcomes.count("TooMany") == 24 - outcomes.count("WrongSignIn")


@pytest.mark.line("S-03")
def test_a_strangers_guesses_do_not_lock_the_owner_out_at_home(door):
    identity.sign_in(ANN, PASSWORD, None, "192.0.2.1")
    assert wrong_tries(ANN, *["198.51.100.7"] * 12) == 8
    assert identity.sign_in(ANN, PASSWORD, None, "192.0.2.1")[1].name == "Ann Ames"


@pytest.mark.line("S-03")
def test_the_right_password_begins_the_count_again(door):
    for round_ in range(3):
        for number in range(6):
            with pytest.raises(identity.WrongSignIn):
                identity.sign_in(ANN, f"guess {number}", None, f"198.51.{round_}.{number}")
        identity.sign_in(ANN, PASSWORD, None, f"192.0.2.{round_}")


@pytest.mark.line("S-03")
def test_tries_are_counted_for_all_processes_through_redis(door, valkey):
    throttle.start_anew()
    for number in range(8):
        with pytest.raises(identity.WrongSignIn):
            identity.sign_in(ANN, f"guess {number}", None, f"198.51.100.{number}")
    throttle.start_anew()  # as another process would begin
    with pytest.raises(TooMany):
        identity.sign_in(ANN, PASSWORD, None, "198.51.100.50")
    import redis

    with redis.Redis.from_url(valkey) as client:
        assert not [key for key in client.scan_iter() if b"ann" in key]
    throttle.start_anew()


def test_guessing_goes_on_being_stopped_while_redis_is_away(door, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    throttle.start_anew()
    assert wrong_tries(ANN, *(f"198.51.100.{n}" for n in range(12))) == 8
    monkeypatch.delenv("REDIS_URL")
    settings.cache_clear()
    throttle.start_anew()


@pytest.mark.line("S-63")
def test_a_refused_try_is_written_down_about_the_person_it_was_about(door):
    with pytest.raises(identity.WrongSignIn):
        identity.sign_in(ANN, "seven quiet otter")
    with pytest.raises(identity.WrongSignIn):
        identity.sign_in("nobody@bright.example", "seven quiet otter")
    assert acts() == ["identity.sign_in_refused"]


def test_a_company_named_in_the_form_narrows_who_is_meant(door):
    other = tenancy.create_company("dim", "energy", "Dim Power")
    with acting_for_company(other.id) as house:
        twin = tenancy.add_person(house, ANN, "Ann Other")
        identity.set_password(house, twin.id, passwords.keep("nine noisy badgers"))
    assert identity.sign_in(ANN, PASSWORD)[1].company_id == door
    assert identity.sign_in(ANN, "nine noisy badgers", "dim")[1].company_id == other.id
    with pytest.raises(identity.WrongSignIn):
        identity.sign_in(ANN, PASSWORD, "dim")


@pytest.mark.line("S-08")
def test_outside_a_demo_nobody_looks_around_and_the_demos_people_do_not_exist(door, monkeypatch):
    assert [each.email for each in tenancy.people_to_look_around_as()] == ["rae@bright.example", ANN]
    monkeypatch.setenv("PORTAL_DEMO", "0")
    settings.cache_clear()
    with pytest.raises(NotYours):
        identity.sign_in_as_demo(ANN)
    with pytest.raises(identity.WrongSignIn):
        identity.sign_in(ANN, PASSWORD)
    assert tenancy.people_to_look_around_as() == []
    assert tenancy.portals_for("localhost") == []
    monkeypatch.delenv("PORTAL_DEMO")
    settings.cache_clear()


@pytest.mark.line("S-08")
def test_in_a_demo_only_the_listed_people_of_demo_companies_can_be_looked_around_as(door):
    real = tenancy.create_company("real", "energy", "Real Power")
    with acting_for_company(real.id) as house:
        tenancy.add_person(house, "eve@real.example", "Eve Real", demo_says="not a demo company")
    assert identity.sign_in_as_demo(ANN)[1].name == "Ann Ames"
    for email in ("bob@bright.example", "eve@real.example", "nobody@bright.example"):
        with pytest.raises(NotYours):
            identity.sign_in_as_demo(email)


@pytest.mark.line("S-01")
def test_a_weak_password_is_not_kept(door):
    from portal_app.core.errors import Refusal

    (ann,) = stored(Person, col(Person.email) == ANN)
    with acting_for_company(door) as house, pytest.raises(Refusal):
        identity.set_password(house, ann.id, passwords.prepared("Bright Power", ["Bright Power"]))
    assert identity.sign_in(ANN, PASSWORD)
