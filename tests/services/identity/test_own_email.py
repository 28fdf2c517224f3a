"""Changing one's own address: proved, told, undone."""

from dataclasses import replace

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company, before_sign_in
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.core.errors import ProveAgain, Refusal
from portal_app.services.identity import links, own_email, reset, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.by_mail import Asked
from portal_app.services.identity.tables import Authenticator
from portal_app.services.tenancy import service as tenancy
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.mails import mails, newest
from tests.services.identity.test_by_mail import person, stored, visitor

BOB, NEW = "bob@bright.example", "bob.byrd@elsewhere.example"


def let_in(password: str = PASSWORD, email: str = BOB):
    found = identity.sign_in(email, password)
    assert isinstance(found, steps.LetIn)
    return found


def ask(who, email: object = NEW) -> None:
    with acting_for(who) as access:
        own_email.ask(access, email)


@pytest.mark.line("X-22")
@pytest.mark.usefixtures("both_engines")
def test_an_address_changes_once_it_is_confirmed_from_the_new_one(door):
    value, bob = let_in()
    ask(bob, f"  {NEW.upper()} ")
    assert person(BOB).id == bob.person_id, "nothing has changed yet"
    mail = newest()
    assert mail.to == NEW
    own_email.confirm(mail.token, "192.0.2.1")
    assert (person(NEW).id, stored(Person, col(Person.email) == BOB)) == (bob.person_id, [])
    signed = visitor(value)
    assert signed is not None
    assert signed.email == NEW, "whoever is signed in goes on"
    told = newest()
    assert told.to == BOB
    assert NEW in told.words
    with pytest.raises(links.StaleLink):
        own_email.confirm(mail.token)
    let_in(email=NEW)
    with pytest.raises(Refusal):
        let_in()


@pytest.mark.line("X-22")
@pytest.mark.usefixtures("both_engines")
def test_the_old_address_takes_it_back_within_seven_days_with_all_that_came_since(door, clock):
    value, bob = let_in()
    ask(bob)
    own_email.confirm(newest().token)
    undo = newest().token
    clock.move(minutes=1)
    with before_sign_in() as db:
        thief = Authenticator(company_id=door, person_id=bob.person_id, secret="B" * 32, confirmed_at=now())
        db.add(thief)
    later = replace(bob, proved_at=now(), email=NEW)
    ask(later, "third@elsewhere.example")
    own_email.confirm(newest().token)
    thiefs_undo = newest().token
    clock.move(days=6)
    own_email.undo(undo, "192.0.2.1")
    assert person(BOB).id == bob.person_id
    assert visitor(value) is None
    assert stored(Authenticator) == []
    for token in (undo, thiefs_undo):
        with pytest.raises(links.StaleLink):
            own_email.undo(token)
    with pytest.raises(Refusal):
        let_in()
    reset.ask(BOB, Asked())
    reset.set_new(newest().token, "eight calm herons")
    let_in("eight calm herons")


@pytest.mark.line("X-22")
def test_after_seven_days_the_change_stays(door, clock):
    _, bob = let_in()
    ask(bob)
    own_email.confirm(newest().token)
    undo = newest().token
    clock.move(days=7, minutes=1)
    with pytest.raises(links.StaleLink):
        own_email.undo(undo)
    assert person(NEW).id == bob.person_id


@pytest.mark.line("S-05", "X-22")
def test_a_change_asks_for_a_fresh_proof(door, clock):
    _, bob = let_in()
    clock.move(minutes=6)
    with pytest.raises(ProveAgain):
        ask(bob)
    with acting_for(bob, reads_only=True) as access, pytest.raises(ProveAgain):
        own_email.begin(access)
    assert mails() == []


@pytest.mark.line("S-04")
def test_an_address_that_is_somebody_elses_hears_the_same_and_never_becomes_two(door):
    _, bob = let_in()
    with acting_for_company(door) as house:
        tenancy.add_person(house, "cleo@bright.example", "Cleo Cole")
    ask(bob, "cleo@bright.example")
    with pytest.raises(links.StaleLink):
        own_email.confirm(newest().token)
    assert person(BOB).id == bob.person_id


@pytest.mark.parametrize("typed", ["", "bob", BOB, "bob@local", None, "a b@c.example", "x@\ud800.example"])
def test_what_is_no_new_address_is_refused_beside_its_field(door, typed):
    _, bob = let_in()
    with pytest.raises(Refusal) as no:
        ask(bob, typed)
    assert no.value.field == "email"
    assert mails() == []


def test_the_people_of_the_demo_keep_their_address(door):
    _, ann = let_in(email="ann@bright.example")
    with pytest.raises(Refusal) as no:
        ask(ann)
    assert "demo" in no.value.sentence
