"""One address at several companies: what the password decides, what nobody learns, and changing over."""

from contextlib import suppress

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for_company, before_sign_in
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.core.errors import TooMany
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import choosing, passwords, sessions, throttle
from portal_app.services.identity import service as identity
from portal_app.services.identity.codes import StepOver
from portal_app.services.identity.rules import WrongSignIn
from portal_app.services.identity.steps import Where
from portal_app.services.identity.tables import Authenticator, Ceremony, SignIn
from portal_app.services.tenancy import service as tenancy
from tests.services.identity.conftest import PASSWORD, kept_password
from tests.services.identity.people import ANN, RAE, stored

OTHER = "four loud badgers now"
HERE = Where("192.0.2.1", "Firefox on Linux")


def known_to(slug: str, email: str = ANN, kept: str = "", host: str = "") -> str:
    """One more company that knows somebody, with a password of its own; the company's id."""
    company = tenancy.create_company(slug, "energy", f"{slug.title()} Power", host=host, demo=True)
    with acting_for_company(company.id, kind="energy") as house:
        account = tenancy.open_account(house, "1", "House 1")
        person = tenancy.add_person(house, email, "Ann Elsewhere")
        tenancy.give_place(house, account, person)
        house.change(person, password_hash=kept or kept_password())
    return company.id


def proved(email: str, company_id: str) -> None:
    """Somebody has shown that the mailbox is theirs."""
    with before_sign_in() as db:
        mine = (col(Person.email) == email, col(Person.company_id) == company_id)
        for person in stored(Person, *mine):
            found = db.get_one(Person, person.id)
            found.email_proved_at = now()
            db.add(found)


def slugs(found) -> list[str]:
    assert isinstance(found, choosing.Chooses)
    return [one.slug for one in choosing.offered(found.value)]


@pytest.mark.line("X-24")
@pytest.mark.usefixtures("both_engines")
def test_a_password_that_is_right_at_two_companies_asks_which_and_opens_that_one_once(door):
    fjord = known_to("fjord")
    found = identity.sign_in(ANN, PASSWORD, None, "192.0.2.1", "Firefox on Linux")
    assert slugs(found) == ["bright", "fjord"]
    assert stored(SignIn) == []
    assert found.value not in repr(stored(Ceremony))
    value, visitor = choosing.take(found.value, "fjord", HERE)
    assert (visitor.company_id, visitor.name) == (fjord, "Ann Elsewhere")
    assert [row.how for row in stored(SignIn)] == ["password"]
    for slug in ("fjord", "bright"):
        with pytest.raises(StepOver):
            choosing.take(found.value, slug, HERE)
    assert choosing.offered(found.value) == ()
    assert len(value) == 43


@pytest.mark.line("X-24")
def test_a_company_whose_password_differs_is_neither_offered_nor_opened(door):
    known_to("fjord", kept=passwords.keep(OTHER))
    known_to("moor", email="somebody@bright.example")
    assert identity.sign_in(ANN, PASSWORD).visitor.company_id == door
    assert identity.sign_in(ANN, OTHER).visitor.name == "Ann Elsewhere"
    with pytest.raises(WrongSignIn):
        identity.sign_in(ANN, "neither of the two")
    found = choosing.begin([stored(Person, col(Person.email) == ANN)[0]])
    for slug in ("moor", "nowhere", "", "bright' --"):
        with pytest.raises(StepOver):
            choosing.take(found.value, slug, HERE)
    # What did not fit used nothing up.
    assert choosing.take(found.value, slugs(found)[0], HERE)


@pytest.mark.line("X-24")
def test_the_company_chosen_last_in_this_browser_is_opened_at_once(door):
    fjord = known_to("fjord")
    assert identity.sign_in(ANN, PASSWORD, last="fjord").visitor.company_id == fjord
    assert identity.sign_in(ANN, PASSWORD, last="bright").visitor.company_id == door
    assert identity.sign_in(ANN, PASSWORD, "fjord", last="bright").visitor.company_id == fjord
    assert slugs(identity.sign_in(ANN, PASSWORD, last="moor")) == ["bright", "fjord"]
    assert identity.sign_in("bob@bright.example", PASSWORD, last="fjord").visitor.company_id == door


@pytest.mark.line("X-24")
def test_a_choice_is_over_after_ten_minutes_and_nobody_elses_value_opens_it(door, clock):
    known_to("fjord")
    found = identity.sign_in(ANN, PASSWORD)
    for value in ("", "A" * 43, found.value[:-1] + "!"):
        assert choosing.offered(value) == ()
    clock.move(minutes=10)
    assert choosing.offered(found.value) == ()
    with pytest.raises(StepOver):
        choosing.take(found.value, "fjord", HERE)


@pytest.mark.line("X-24", "S-05")
def test_the_second_step_of_the_chosen_company_alone_is_asked(door):
    fjord = known_to("fjord")
    (there,) = stored(Person, col(Person.company_id) == fjord)
    with before_sign_in() as db:
        app = {"secret": "A" * 32, "confirmed_at": now()}
        db.add(Authenticator(company_id=fjord, person_id=there.id, **app))
    assert hasattr(choosing.take(identity.sign_in(ANN, PASSWORD).value, "fjord", HERE), "step")
    assert hasattr(choosing.take(identity.sign_in(ANN, PASSWORD).value, "bright", HERE), "visitor")


@pytest.mark.line("S-02", "X-24")
def test_one_company_two_companies_and_nobody_cost_the_same_tries(door, monkeypatch):
    known_to("fjord")
    tried: list[str] = []
    really = passwords.fits
    monkeypatch.setattr(passwords, "fits", lambda kept, typed: tried.append(kept) or really(kept, typed))

    def tries(email: str, password: str, slug: str | None = None) -> int:
        tried.clear()
        throttle.start_anew()
        with suppress(WrongSignIn):
            identity.sign_in(email, password, slug)
        return len(tried)

    asked = [(ANN, PASSWORD), (ANN, OTHER), (RAE, PASSWORD), (RAE, OTHER), ("no@x.example", OTHER)]
    assert {tries(*one) for one in asked} == {2}
    assert {tries(email, password, "bright") for email, password in asked} == {1}


@pytest.mark.line("S-03", "X-24")
def test_whoever_signs_in_at_one_company_guesses_no_further_at_another(door):
    known_to("fjord", kept=passwords.keep(OTHER))
    for _ in range(8):
        identity.sign_in(ANN, PASSWORD)
    # Right at last, but as many tries as anybody has were made; and nothing of that is told.
    with pytest.raises(WrongSignIn):
        identity.sign_in(ANN, OTHER)
    with pytest.raises(TooMany):
        identity.sign_in(ANN, OTHER, "fjord")
    assert identity.sign_in(ANN, PASSWORD).visitor.company_id == door


@pytest.mark.line("X-24")
def test_a_wrong_try_is_written_down_at_each_company_that_knows_the_address(door):
    fjord = known_to("fjord")
    with pytest.raises(WrongSignIn):
        identity.sign_in(ANN, OTHER)
    sessions.settle()
    refused = [row.company_id for row in stored(AuditEntry) if row.action == "identity.sign_in_refused"]
    assert sorted(refused) == sorted([door, fjord])


@pytest.mark.line("X-24")
@pytest.mark.usefixtures("both_engines")
def test_the_menu_names_other_companies_only_to_who_has_shown_that_the_address_is_theirs(door):
    fjord = known_to("fjord", host="portal.fjord.example")
    known_to("moor")
    visitor = identity.sign_in(ANN, PASSWORD, "bright").visitor
    assert choosing.elsewhere(visitor) == []
    assert choosing.door_of(visitor, "fjord") == ""
    proved(ANN, door)
    assert [(one.slug, one.name) for one in choosing.elsewhere(visitor)] == [
        ("fjord", "Fjord Power"),
        ("moor", "Moor Power"),
    ]
    assert choosing.door_of(visitor, "fjord") == "http://portal.fjord.example:3000"
    assert choosing.door_of(visitor, "moor") == "http://localhost:3000"
    assert choosing.door_of(visitor, "bright") == ""
    with acting_for_company(fjord, kind="energy") as house:
        (there,) = stored(Person, col(Person.company_id) == fjord)
        tenancy.set_standing(house, there.id, "suspended")
    assert [one.slug for one in choosing.elsewhere(visitor)] == ["moor"]
