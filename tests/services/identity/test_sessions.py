"""The session behind a cookie: how long it counts and what ends it."""

import pytest
from sqlmodel import col

from portal_app.core import live
from portal_app.core.access import acting_for, acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Account, Person
from portal_app.core.errors import NotYours, Refusal, SignedOut
from portal_app.services.identity import passwords, rules, sessions
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import SignIn
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from tests.services.identity.conftest import PASSWORD

ANN, BOB, RAE = "ann@bright.example", "bob@bright.example", "rae@bright.example"


def header(value: str) -> str:
    return f"{settings().session_cookie}={value}"


def stored(table, *where):
    with before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(table, *where)))


@pytest.mark.line("S-12")
def test_half_an_hour_of_rest_ends_a_session_even_when_it_was_just_remembered(door, clock):
    value, _ = identity.sign_in(ANN, PASSWORD)
    clock.move(minutes=29, seconds=59)
    assert identity.visitor_of(header(value), active=False) is not None
    clock.move(seconds=1)
    assert identity.visitor_of(header(value)) is None


@pytest.mark.line("S-12")
def test_each_act_keeps_a_session_open_but_not_past_twelve_hours(door, clock):
    value, _ = identity.sign_in(ANN, PASSWORD)
    for _ in range(35):
        clock.move(minutes=20)
        sessions.forget_all()
        assert identity.visitor_of(header(value)) is not None
        sessions.settle()
    clock.move(minutes=20)
    sessions.forget_all()
    assert identity.visitor_of(header(value)) is None


@pytest.mark.line("S-12")
def test_what_a_page_does_by_itself_keeps_no_session_open(door, clock):
    value, _ = identity.sign_in(ANN, PASSWORD)
    clock.move(minutes=20)
    sessions.forget_all()
    assert identity.visitor_of(header(value), active=False) is not None
    sessions.settle()
    clock.move(minutes=11)
    sessions.forget_all()
    assert identity.visitor_of(header(value)) is None


def test_being_seen_is_written_at_most_once_a_minute(door, clock):
    value, _ = identity.sign_in(ANN, PASSWORD)
    (first,) = stored(SignIn)
    clock.move(seconds=59)
    sessions.forget_all()
    identity.visitor_of(header(value))
    sessions.settle()
    assert stored(SignIn)[0].seen_at == first.seen_at
    moment = clock.move(seconds=1)
    sessions.forget_all()
    identity.visitor_of(header(value))
    sessions.settle()
    assert stored(SignIn)[0].seen_at == moment


@pytest.mark.line("S-13")
def test_after_signing_out_the_very_next_question_finds_nobody(door):
    value, _ = identity.sign_in(ANN, PASSWORD)
    assert identity.visitor_of(header(value)) is not None
    identity.sign_out(header(value))
    assert identity.visitor_of(header(value)) is None
    identity.sign_out(header(value))
    identity.sign_out("")


@pytest.mark.line("S-13")
def test_another_process_forgets_a_session_when_it_is_told(door):
    value, visitor = identity.sign_in(ANN, PASSWORD)
    assert identity.visitor_of(header(value)) is not None
    with before_sign_in() as db:  # as another process would end it, without this one's memory
        signed = db.get(SignIn, visitor.session_key)
        signed.ended_at = signed.made_at
        db.add(signed)
    live.tell([f"session:{visitor.session_key}"])
    assert identity.visitor_of(header(value)) is None


@pytest.mark.line("S-24", "S-13")
def test_a_changed_role_and_a_suspension_count_from_the_next_question(door):
    value, visitor = identity.sign_in(ANN, PASSWORD)
    (ann,) = stored(Person, col(Person.email) == ANN)
    accounts = stored(Account, col(Account.id).in_(visitor.accounts))
    with acting_for_company(door) as house:
        for account in accounts:
            tenancy.give_place(house, account, ann, "viewer")
    assert identity.visitor_of(header(value)).permissions == {"bill.see"}
    with acting_for_company(door) as house:
        tenancy.take_place(house, accounts[1], ann)
    assert identity.visitor_of(header(value)).accounts == {accounts[0].id}
    with acting_for_company(door) as house:
        tenancy.set_standing(house, ann.id, "suspended")
    assert identity.visitor_of(header(value)) is None


@pytest.mark.line("S-10")
@pytest.mark.parametrize("value", ["", "x", "A" * 43, "A" * 44, "\0" * 43, "é" * 43])
def test_a_made_up_cookie_is_nobodys(door, value):
    identity.sign_in(ANN, PASSWORD)
    assert identity.visitor_of(header(value)) is None


@pytest.mark.line("S-10")
def test_the_name_a_session_is_kept_under_opens_nothing(door):
    _, visitor = identity.sign_in(ANN, PASSWORD)
    assert identity.visitor_of(header(visitor.session_key)) is None
    assert identity.visitor_of_key(visitor.session_key).person_id == visitor.person_id


@pytest.mark.line("S-11")
def test_two_sign_ins_never_share_a_value_and_the_second_knows_when_the_first_was_last_seen(door, clock):
    first, visitor = identity.sign_in(ANN, PASSWORD)
    assert visitor.last_seen is None
    began = stored(SignIn)[0].seen_at
    clock.move(days=2)
    second, visitor = identity.sign_in(ANN, PASSWORD)
    assert first != second
    assert visitor.last_seen == began


@pytest.mark.line("S-07")
def test_a_new_password_ends_every_session_of_its_owner_and_of_nobody_else(door):
    mine, visitor = identity.sign_in(ANN, PASSWORD)
    his, _ = identity.sign_in(BOB, PASSWORD)
    with acting_for_company(door) as house:
        identity.set_password(house, visitor.person_id, passwords.keep("nine noisy badgers"))
    assert identity.visitor_of(header(mine)) is None
    assert identity.visitor_of(header(his)) is not None


def test_all_sessions_of_a_person_can_be_ended_but_the_one_that_asks(door):
    values = [identity.sign_in(ANN, PASSWORD)[0] for _ in range(3)]
    person = identity.visitor_of(header(values[0])).person_id
    assert identity.end_all(person, but_not=rules.key_of(values[0])) == 2
    assert [identity.visitor_of(header(value)) is not None for value in values] == [True, False, False]
    assert identity.end_all(person) == 1
    assert identity.end_all(person) == 0


@pytest.mark.line("S-11")
def test_another_account_comes_with_a_fresh_cookie_its_own_role_and_the_same_end(door, clock):
    value, visitor = identity.sign_in(BOB, PASSWORD)
    assert (visitor.role, visitor.permissions) == ("viewer", {"bill.see"})
    assert len(visitor.accounts) == 2
    (third,) = stored(Account, col(Account.number) == "3")
    clock.move(minutes=5)
    fresh, switched = identity.switch_account(visitor, third.id)
    assert fresh != value
    assert identity.visitor_of(header(value)) is None
    assert (switched.account_id, switched.role, switched.accounts) == (third.id, "owner", {third.id})
    old, new = sorted(stored(SignIn), key=lambda signed: signed.made_at)
    assert old.ends_at == new.ends_at
    assert old.ended_at is not None
    with pytest.raises(SignedOut):
        identity.switch_account(visitor, third.id)


@pytest.mark.line("S-21", "S-23")
def test_nobody_switches_to_an_account_in_which_they_have_no_place(door):
    _, visitor = identity.sign_in(BOB, PASSWORD)
    (second,) = stored(Account, col(Account.number) == "2")
    for foreign in (second.id, "0" * 26, "", "x" * 500):
        with pytest.raises(NotYours):
            identity.switch_account(visitor, foreign)


def test_staff_are_staff_and_hold_no_account(door):
    _, visitor = identity.sign_in(RAE, PASSWORD)
    assert visitor.staff
    assert (visitor.role, visitor.account_id, visitor.accounts) == ("operator", "", frozenset())
    assert visitor.permissions == {"outage.post"}


@pytest.mark.line("S-20")
def test_only_those_who_may_set_a_password_for_another(door):
    for email in (ANN, BOB, RAE):
        _, visitor = identity.sign_in(email, PASSWORD)
        with pytest.raises(Refusal), acting_for(visitor) as access:
            identity.set_password(access, visitor.person_id, passwords.keep("nine noisy badgers"))


def test_a_kind_that_is_not_served_lets_nobody_in(door):
    value, _ = identity.sign_in(ANN, PASSWORD)
    identity.use_roles({"telecom": {}})
    assert identity.visitor_of(header(value)) is None
    with pytest.raises(identity.WrongSignIn):
        identity.sign_in(ANN, PASSWORD)
