"""Passkeys: made, used in every place, and every way in which an answer can be wrong."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.errors import NotYours, OnlyLooking, ProveAgain, Refusal, TooMany
from portal_app.core.queue import Job
from portal_app.core.trail import AuditEntry
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import (
    ceremonies,
    factors,
    own_passkeys,
    passkeys,
    proofs,
    sessions,
    steps,
    webauthn_door,
)
from portal_app.services.identity import service as identity
from portal_app.services.identity.passkeys import WRONG, WrongPasskey
from portal_app.services.identity.tables import Passkey, SignIn
from portal_app.services.identity.webauthn_door import Site
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.people import ANN, RAE, code_of, enrolled, recovery_codes, stored, visitor_with
from tests.services.identity.software_key import ATTESTED, ORIGIN, PRESENT, VERIFIED, SoftwareKey

SITE = Site("localhost", ORIGIN, "Bright Power")
BOB = "bob@bright.example"
HOME = "192.0.2.1"
AWAY = "198.51.100.7"
FIREFOX = "Firefox on Android"


def who(email: str = ANN):
    """Somebody with a password alone, signed in just now."""
    return identity.sign_in(email, PASSWORD, None, HOME).visitor


def add(visitor, key: SoftwareKey | None = None, device: str = FIREFOX) -> tuple[SoftwareKey, str]:
    """Give somebody signed in a passkey: it, and their cookie value after it."""
    key = key or SoftwareKey()
    perform(visitor, own_passkeys.check_room)
    value, asked = own_passkeys.ask(SITE, visitor)
    made = own_passkeys.take(SITE, visitor, value, key.make(asked))
    return key, perform(visitor, own_passkeys.add, made, device).value


def sign_in(key: SoftwareKey, address: str = AWAY, **lies):
    value, asked = passkeys.ask(SITE, ceremonies.SIGN_IN, "", "", address)
    return passkeys.sign_in(SITE, value, key.use(asked, **lies), steps.Where(address, FIREFOX))


def acts() -> list[str]:
    sessions.settle()
    return [entry.action for entry in stored(AuditEntry) if entry.action.startswith("identity.")]


def mails() -> list[str]:
    return [json.loads(job.payload)["subject"] for job in stored(Job, col(Job.kind) == "mail.send")]


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_passkey_signs_in_without_a_name_and_counts_as_both_steps_and_as_a_fresh_proof(door, clock):
    ann = who()
    key, value = add(ann)
    assert visitor_with(value).person_id == ann.person_id
    clock.move(hours=1)
    found = sign_in(key)
    assert isinstance(found, steps.LetIn)
    assert (found.visitor.email, found.visitor.company_id) == (ANN, door)
    with acting_for(found.visitor) as access:
        access.require_fresh()
    (signed,) = [row for row in stored(SignIn) if row.id == found.visitor.session_key]
    assert (signed.how, signed.address, signed.device) == ("passkey", AWAY, FIREFOX)
    (kept,) = stored(Passkey)
    assert (kept.sign_count, kept.used_at, kept.name) == (1, clock.set(signed.made_at), FIREFOX)
    assert acts()[-3:] == ["identity.sign_in", "identity.passkey_added", "identity.sign_in"]
    assert mails() == ["Your sign-in has a new second step"]


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_passkey_leads_into_the_company_of_its_person_whichever_that_is(door, make_cast):
    people = make_cast("energy")
    with acting_for_company(people.other_company.id, kind="energy") as house:
        otto = house.get(Person, people.outsider.person_id)
    signed = steps.open_for(otto.id, "password", steps.Where(HOME))
    key, _ = add(signed.visitor)
    ann_key, _ = add(who())
    assert sign_in(key).visitor.company_id == people.other_company.id
    assert sign_in(ann_key).visitor.company_id == door


LIES: dict[str, Callable[[], dict]] = {
    "another site's origin": lambda: {"origin": "https://evil.example"},
    "the same host on another port": lambda: {"origin": "http://localhost:3001"},
    "the origin without its scheme": lambda: {"origin": "localhost:3000"},
    "another host": lambda: {"host": "evil.example"},
    "a challenge of one's own": lambda: {"challenge": "A" * 43},
    "no verification of the person": lambda: {"flags": PRESENT},
    "nobody there": lambda: {"flags": VERIFIED},
    "the answer to another kind of question": lambda: {"kind": "webauthn.create"},
    "another key's signature": lambda: {"signed_by": SoftwareKey()},
    "another person's name": lambda: {"as_person": b"01" * 13},
    "no name": lambda: {"as_person": b""},
}


@pytest.mark.line("S-05")
@pytest.mark.parametrize("lie", LIES)
def test_an_answer_with_one_lie_in_it_signs_nobody_in(door, lie):
    key, _ = add(who())
    before = len(stored(SignIn))
    with pytest.raises(WrongPasskey) as no:
        sign_in(key, **LIES[lie]())
    assert no.value.sentence == WRONG
    assert len(stored(SignIn)) == before
    assert stored(Passkey)[0].used_at is None
    assert sign_in(key).visitor.email == ANN, "the lie took nothing from the true key"


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_question_is_answered_once_by_one_browser_within_five_minutes(door, clock):
    key, _ = add(who())
    value, asked = passkeys.ask(SITE, ceremonies.SIGN_IN)
    answer = key.use(asked)
    here = steps.Where(AWAY)
    with pytest.raises(WrongPasskey):
        passkeys.sign_in(SITE, "B" * 43, answer, here)
    with pytest.raises(WrongPasskey):
        passkeys.sign_in(SITE, "", answer, here)
    assert passkeys.sign_in(SITE, value, answer, here).visitor.email == ANN
    with pytest.raises(WrongPasskey):
        passkeys.sign_in(SITE, value, answer, here)
    value, asked = passkeys.ask(SITE, ceremonies.SIGN_IN)
    clock.move(minutes=5, seconds=1)
    with pytest.raises(WrongPasskey):
        passkeys.sign_in(SITE, value, key.use(asked), here)


@pytest.mark.line("S-05", "S-35")
@pytest.mark.usefixtures("both_engines")
def test_the_same_answer_sent_four_times_at_once_signs_in_once(door):
    key, _ = add(who())
    value, asked = passkeys.ask(SITE, ceremonies.SIGN_IN)
    answer, gate = key.use(asked), threading.Barrier(4)

    def send(_: int) -> bool:
        gate.wait()
        try:
            return bool(passkeys.sign_in(SITE, value, answer, steps.Where(AWAY)))
        except WrongPasskey:
            return False

    with ThreadPoolExecutor(4) as four:
        assert sorted(four.map(send, range(4))) == [False, False, False, True]


@pytest.mark.line("S-05")
def test_two_windows_of_one_browser_may_ask_side_by_side(door):
    key, _ = add(who())
    value, first = passkeys.ask(SITE, ceremonies.SIGN_IN)
    same, second = passkeys.ask(SITE, ceremonies.SIGN_IN, value)
    assert same == value
    for asked in (first, second):
        assert passkeys.sign_in(SITE, value, key.use(asked), steps.Where(AWAY)).visitor.email == ANN


@pytest.mark.line("S-05", "S-63")
@pytest.mark.usefixtures("both_engines")
def test_a_copied_key_is_refused_and_its_owner_is_told_once_a_day(door, clock):
    key, _ = add(who())
    copy = replace(key)
    sign_in(key)
    sign_in(key)
    for _ in range(2):
        with pytest.raises(WrongPasskey):
            sign_in(replace(copy))
    assert stored(Passkey)[0].sign_count == 2
    assert acts().count("identity.passkey_copied") == 2
    assert mails().count("A passkey of yours may have been copied") == 1
    assert sign_in(key).visitor.email == ANN


def test_a_low_count_that_the_key_did_not_sign_alarms_nobody(door):
    key, _ = add(who())
    sign_in(key)
    with pytest.raises(WrongPasskey):
        sign_in(SoftwareKey(credential_id=key.credential_id, person_id=key.person_id))
    assert "identity.passkey_copied" not in acts()
    assert len(mails()) == 1


def test_a_key_that_lives_in_several_places_and_does_not_count_may_be_used_again_and_again(door):
    key, _ = add(who(), SoftwareKey(counts=False))
    assert [sign_in(key).visitor.email for _ in range(3)] == [ANN] * 3


@pytest.mark.line("S-04", "S-05")
def test_a_suspended_person_reads_what_the_owner_of_an_unknown_key_reads(door):
    key, _ = add(who())
    with acting_for_company(door, kind="energy") as house:
        ann = house.first(Person, col(Person.email) == ANN)
        house.change(ann, standing="suspended")
    told = []
    for one in (key, SoftwareKey(person_id=key.person_id)):
        with pytest.raises(WrongPasskey) as no:
            sign_in(one)
        told.append(no.value.sentence)
    assert told == [WRONG, WRONG]


@pytest.mark.line("S-03", "S-05")
def test_wrong_passkeys_are_slowed_down_by_network_and_the_owner_still_gets_in(door):
    key, _ = add(who())
    for _ in range(8):
        with pytest.raises(WrongPasskey):
            sign_in(SoftwareKey(person_id=key.person_id))
    with pytest.raises(TooMany):
        sign_in(SoftwareKey(person_id=key.person_id))
    assert sign_in(key, HOME).visitor.email == ANN


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_passkey_is_the_second_step_after_a_password_for_its_own_person_only(door):
    key, _ = add(who())
    other, _ = add(who(BOB))
    found = identity.sign_in(ANN, PASSWORD, None, HOME, goes_to="/energy/billing")
    assert isinstance(found, steps.Awaits)
    waiting = steps.waiting(found.step)
    assert waiting.ways.passkey

    def prove(one: SoftwareKey, purpose: str = ceremonies.SECOND, person_id: str = waiting.person_id):
        value, asked = passkeys.ask(SITE, purpose, "", person_id)
        proof = passkeys.by_passkey(SITE, ceremonies.SECOND, value, one.use(asked))
        return steps.finish(found.step, proof, HOME), asked

    with pytest.raises(WrongPasskey):
        prove(other)
    with pytest.raises(WrongPasskey):
        prove(replace(other, person_id=key.person_id))
    with pytest.raises(WrongPasskey):
        prove(key, ceremonies.SIGN_IN, "")
    done, asked = prove(key)
    (own,) = [kept for kept in stored(Passkey) if kept.person_id == waiting.person_id]
    assert [one["id"] for one in asked["allowCredentials"]] == [own.credential_id]
    assert (done.visitor.email, done.goes_to) == (ANN, "/energy/billing")
    (entry,) = [
        e for e in stored(AuditEntry) if e.action == "identity.sign_in" and '"second"' in str(e.facts)
    ]
    assert "passkey" in str(entry.facts)


@pytest.mark.line("S-05", "S-11")
@pytest.mark.usefixtures("both_engines")
def test_a_passkey_is_a_fresh_proof_and_gives_the_session_a_new_value(door, clock):
    key, value = add(who())
    ann = visitor_with(value)
    clock.move(minutes=6)
    with pytest.raises(ProveAgain):
        perform(ann, own_passkeys.check_room)
    cookie, asked = passkeys.ask(SITE, ceremonies.PROVE, "", ann.person_id)
    proof = passkeys.by_passkey(SITE, ceremonies.PROVE, cookie, key.use(asked))
    fresh = steps.prove_again(ann, proof, HOME)
    assert fresh.value != value
    assert visitor_with(value) is None
    assert perform(fresh.visitor, own_passkeys.check_room) == "Bright Power"
    assert acts()[-1] == "identity.proved_again"


@pytest.mark.line("S-05")
def test_another_persons_passkey_is_no_fresh_proof_of_mine(door):
    add(who())
    other, value = add(who(BOB))
    bob = visitor_with(value)
    (ann,) = [kept.person_id for kept in stored(Passkey) if kept.person_id != bob.person_id]
    for asked_of, proves in ((ann, bob.person_id), (bob.person_id, ann)):
        cookie, asked = passkeys.ask(SITE, ceremonies.PROVE, "", asked_of)
        proof = passkeys.by_passkey(SITE, ceremonies.PROVE, cookie, other.use(asked))
        with pytest.raises(WrongPasskey):
            steps.prove_again(replace(bob, person_id=proves), proof, HOME)


MADE_WRONG = {
    "another site's origin": {"origin": "https://evil.example"},
    "another host": {"host": "evil.example"},
    "a challenge of one's own": {"challenge": "A" * 43},
    "no verification of the person": {"flags": PRESENT | ATTESTED},
    "the answer to another kind of question": {"kind": "webauthn.get"},
}


@pytest.mark.line("S-05")
@pytest.mark.parametrize("lie", MADE_WRONG)
def test_a_passkey_made_with_one_lie_in_it_is_not_kept(door, lie):
    ann = who()
    value, asked = own_passkeys.ask(SITE, ann)
    with pytest.raises(WrongPasskey):
        own_passkeys.take(SITE, ann, value, SoftwareKey().make(asked, **MADE_WRONG[lie]))
    assert not stored(Passkey)


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_question_to_make_a_passkey_counts_for_its_person_and_once(door, clock):
    ann, bob, key = who(), who(BOB), SoftwareKey()
    value, asked = own_passkeys.ask(SITE, ann)
    assert (asked["rp"], asked["attestation"]) == ({"name": "Bright Power", "id": "localhost"}, "none")
    chosen = asked["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    with pytest.raises(WrongPasskey):
        own_passkeys.take(SITE, bob, value, key.make(asked))
    own_passkeys.take(SITE, ann, value, key.make(asked))
    with pytest.raises(WrongPasskey):
        own_passkeys.take(SITE, ann, value, key.make(asked))
    value, asked = own_passkeys.ask(SITE, ann)
    clock.move(minutes=5, seconds=1)
    with pytest.raises(WrongPasskey):
        own_passkeys.take(SITE, ann, value, key.make(asked))


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_key_that_somebody_has_already_is_not_added_again_by_anybody(door, make_cast):
    people = make_cast("energy")
    key, value = add(who())
    otto = steps.open_for(people.outsider.person_id, "password", steps.Where(HOME)).visitor
    for visitor in (visitor_with(value), who(BOB), otto):
        cookie, asked = own_passkeys.ask(SITE, visitor)
        again = own_passkeys.take(SITE, visitor, cookie, key.make(asked))
        with pytest.raises(Refusal, match="known here already"):
            perform(visitor, own_passkeys.add, again, FIREFOX)
    assert len(stored(Passkey)) == 1
    assert stored(Passkey)[0].credential_id in str(
        own_passkeys.ask(SITE, visitor_with(value))[1]["excludeCredentials"]
    )


@pytest.mark.line("S-05")
def test_adding_asks_for_a_fresh_proof_except_straight_after_joining(door, clock):
    ann = who()
    clock.move(minutes=5, seconds=1)
    with pytest.raises(ProveAgain):
        perform(ann, own_passkeys.check_room)
    joined = steps.open_for(ann.person_id, "invite", steps.Where(HOME)).visitor
    clock.move(minutes=14)
    assert perform(joined, own_passkeys.check_room)
    _, value = add(joined)
    clock.move(minutes=5, seconds=1)
    with pytest.raises(ProveAgain):
        perform(visitor_with(value), own_passkeys.check_room)
    joined = steps.open_for(who(BOB).person_id, "invite", steps.Where(HOME)).visitor
    clock.move(minutes=16)
    with pytest.raises(ProveAgain):
        perform(joined, own_passkeys.check_room)


def test_twenty_are_enough(door):
    value = steps.open_for(who().person_id, "password", steps.Where(HOME)).value
    for number in range(20):
        _, value = add(visitor_with(value), device="Chrome on Windows")
        assert stored(Passkey)[-1].name == "Chrome on Windows" + (f" {number + 1}" if number else "")
    with pytest.raises(Refusal, match="20 passkeys"):
        add(visitor_with(value))
    assert len(perform(visitor_with(value), own_passkeys.rows)) == 20


@pytest.mark.line("S-05", "S-35")
@pytest.mark.usefixtures("both_engines")
def test_of_several_added_at_once_none_is_the_twenty_first(door):
    value = steps.open_for(who().person_id, "password", steps.Where(HOME)).value
    for _ in range(own_passkeys.MOST - 1):
        _, value = add(visitor_with(value))
    asking = []
    for _ in range(4):
        visitor = steps.open_for(visitor_with(value).person_id, "passkey", steps.Where(HOME)).visitor
        question, asked = own_passkeys.ask(SITE, visitor)
        asking.append((visitor, own_passkeys.take(SITE, visitor, question, SoftwareKey().make(asked))))
    gate = threading.Barrier(4)

    def keep(one) -> bool:
        gate.wait()
        try:
            return bool(perform(one[0], own_passkeys.add, one[1], FIREFOX))
        except Refusal:
            return False

    with ThreadPoolExecutor(4) as four:
        assert sorted(four.map(keep, asking)) == [False, False, False, True]
    assert len(stored(Passkey)) == own_passkeys.MOST


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_of_two_removed_at_once_the_one_that_is_required_stays(door):
    with before_sign_in() as db:
        company = db.get_one(Company, door)
        company.second_factor = "everybody"
        db.add(company)
    _, value = add(replace(who(RAE), must_enrol=True))
    _, value = add(visitor_with(value))
    keys = [row.id for row in perform(visitor_with(value), own_passkeys.rows)]
    gate = threading.Barrier(2)

    def drop(key_id: str) -> bool:
        gate.wait()
        try:
            return bool(perform(visitor_with(value), own_passkeys.remove, key_id))
        except Refusal:
            return False

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(drop, keys)) == [False, True]
    assert len(stored(Passkey)) == 1


@pytest.mark.line("S-05")
def test_somebody_who_must_set_up_a_second_step_does_so_with_a_passkey(door):
    rae = replace(who(RAE), must_enrol=True)
    _, value = add(rae)
    assert not visitor_with(value).must_enrol


def test_a_key_on_another_device_is_named_as_one(door):
    ann = who()
    value, asked = own_passkeys.ask(SITE, ann)
    answer = SoftwareKey().make(asked) | {"authenticatorAttachment": "cross-platform"}
    perform(ann, own_passkeys.add, own_passkeys.take(SITE, ann, value, answer), "Chrome on Windows")
    assert stored(Passkey)[0].name == "Another device, by Chrome on Windows"
    assert stored(Passkey)[0].transports == "internal,hybrid"


@pytest.mark.line("S-05")
@pytest.mark.usefixtures("both_engines")
def test_a_passkey_is_renamed_and_removed_by_its_own_person_only(door, clock):
    key, value = add(who())
    ann, bob = visitor_with(value), who(BOB)
    (row,) = perform(ann, own_passkeys.rows)
    assert (row.name, row.detail) == (FIREFOX, "Added Tue 10 Mar")
    assert perform(bob, own_passkeys.rows) == []
    for work in (own_passkeys.removal, own_passkeys.remove):
        with pytest.raises(NotYours):
            perform(bob, work, row.id)
    with pytest.raises(NotYours):
        perform(bob, own_passkeys.rename, row.id, "Mine")
    perform(ann, own_passkeys.rename, row.id, "  My \t phone ")
    assert stored(Passkey)[0].name == "My phone"
    for wrong in ("", " ", "x" * 61, "a\u202eb", "a\0b"):
        with pytest.raises(Refusal) as no:
            perform(ann, own_passkeys.rename, row.id, wrong)
        assert no.value.field == "passkey-name"
    assert perform(ann, own_passkeys.remove, row.id) == "My phone"
    assert not stored(Passkey)
    with pytest.raises(WrongPasskey):
        sign_in(key)
    assert mails()[-1] == "A second step was removed from your sign-in"
    assert acts()[-2:] == ["identity.passkey_renamed", "identity.passkey_removed"]


def test_before_a_passkey_goes_it_is_said_what_remains(door, clock):
    secret, value = enrolled()
    codes = recovery_codes(value)
    _, value = add(visitor_with(value))
    (row,) = perform(visitor_with(value), own_passkeys.rows)

    def remains() -> str:
        asked = perform(visitor_with(value), own_passkeys.removal, row.id)
        return " ".join(effect.text for effect in asked.effects)

    assert "sign in with your password and a code of your app" in remains()
    assert "recovery codes go" not in remains()
    (app,) = perform(visitor_with(value), factors.apps_of)
    perform(visitor_with(value), factors.remove_app, app.id)
    assert "sign in with your password alone" in remains()
    assert "Your recovery codes go with it" in remains()
    assert len(codes) == 10
    with acting_for_company(door, kind="energy") as house:
        house.change(house.first(Person, col(Person.email) == ANN), password_hash="")
    assert "It is your last way in" in remains()
    clock.move(minutes=6)
    with pytest.raises(ProveAgain):
        remains()
    with pytest.raises(ProveAgain):
        perform(visitor_with(value), own_passkeys.remove, row.id)


@pytest.mark.line("S-05")
def test_the_only_second_step_of_somebody_who_must_have_one_stays(door):
    with acting_for_company(door, kind="energy") as house:
        company = house.db.get_one(Company, door)
        company.second_factor = "everybody"
        house.db.add(company)
    _, value = add(who())
    (row,) = perform(visitor_with(value), own_passkeys.rows)
    with pytest.raises(Refusal, match="your only one"):
        perform(visitor_with(value), own_passkeys.remove, row.id)
    assert len(stored(Passkey)) == 1


def test_whoever_looks_as_a_customer_adds_and_removes_nothing(door):
    _, value = add(who())
    looking = replace(visitor_with(value), viewed_by="somebody")
    cookie, asked = own_passkeys.ask(SITE, looking)
    with pytest.raises(OnlyLooking):
        own_passkeys.take(SITE, looking, cookie, SoftwareKey().make(asked))
    for work, arguments in ((own_passkeys.check_room, ()), (own_passkeys.remove, (stored(Passkey)[0].id,))):
        with pytest.raises(OnlyLooking):
            perform(looking, work, *arguments)


PIECES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.just("\ud800") | st.just("A" * 44),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "rawId", "response", "type", "clientDataJSON", "authenticatorData", "userHandle"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@pytest.mark.line("S-05", "S-31")
@given(answer=PIECES)
def test_whatever_comes_in_place_of_an_answer_is_a_wrong_answer(answer):
    for read in (
        lambda: webauthn_door.named(answer),
        lambda: webauthn_door.used(SITE, "A" * 43, "A" * 100, answer),
        lambda: webauthn_door.made(SITE, "A" * 43, answer),
    ):
        with pytest.raises(webauthn_door.BadAnswer):
            read()


def test_nothing_secret_of_a_passkey_stands_in_the_audit_trail(door):
    key, _ = add(who())
    sign_in(key)
    with before_sign_in(reads_only=True) as db:
        said = " ".join(str(entry.model_dump()) for entry in db.exec(unscoped(AuditEntry)))
    kept = stored(Passkey)[0]
    assert kept.credential_id not in said
    assert kept.public_key not in said


def test_a_code_of_the_app_still_proves_beside_a_passkey(door, clock):
    secret, value = enrolled()
    add(visitor_with(value))
    clock.move(minutes=2)
    found = identity.sign_in(ANN, PASSWORD, None, HOME)
    assert steps.finish(found.step, proofs.by_code(code_of(secret)), HOME).visitor.email == ANN
