"""Signing in by a mail, finding a login, and a new password: for those who are known, and told to nobody."""

import statistics
import time

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Account, Person
from portal_app.core.errors import TooMany
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import by_mail, links, passwords, reset, rules, sessions, steps, throttle
from portal_app.services.identity import service as identity
from portal_app.services.identity.by_mail import Asked
from portal_app.services.identity.tables import Authenticator, SignIn
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.mails import mails, newest

ANN, BOB = "ann@bright.example", "bob@bright.example"
HERE = Asked("", "192.0.2.1", "Firefox on Linux")
BILL = "/energy/billing/bill?id=b7"


def stored(table, *where):
    with before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(table, *where)))


def person(email: str = ANN) -> Person:
    return stored(Person, col(Person.email) == email)[0]


def add_second_step(email: str = ANN) -> None:
    who = person(email)
    with before_sign_in() as db:
        app = Authenticator(
            company_id=who.company_id, person_id=who.id, secret="A" * 32, confirmed_at=who.made_at
        )
        db.add(app)


def visitor(value: str):
    return identity.visitor_of(f"{settings().session_cookie}={value}")


@pytest.mark.line("S-07", "X-22")
@pytest.mark.usefixtures("both_engines")
def test_a_forgotten_password_is_set_by_mail_once_and_ends_every_session(door):
    here, _ = identity.sign_in(ANN, PASSWORD)
    reset.ask(" ANN@bright.example", HERE)
    mail = newest()
    assert (mail.to, mail.subject) == (ANN, "Choose a new password for Bright Power")
    assert mail.link.startswith(f"{settings().public_url}/reset/new?token=")
    with pytest.raises(passwords.WeakPassword):
        reset.set_new(mail.token, "password1234")
    assert links.look(mail.token, "reset") is not None, "a weak password leaves the link as it is"
    reset.set_new(mail.token, "eight calm herons", "192.0.2.1")
    assert visitor(here) is None
    with pytest.raises(rules.WrongSignIn):
        identity.sign_in(ANN, PASSWORD)
    assert isinstance(identity.sign_in(ANN, "eight calm herons"), steps.LetIn)
    with pytest.raises(links.StaleLink):
        reset.set_new(mail.token, "nine loud pelicans")
    told = newest()
    assert (told.to, told.subject) == (ANN, "Your password was changed")
    sessions.settle()
    acts = [entry.action for entry in stored(AuditEntry)]
    assert "identity.password_reset" in acts
    assert mail.token not in repr(stored(AuditEntry))


@pytest.mark.line("S-07", "X-22")
@pytest.mark.usefixtures("both_engines")
def test_after_a_reset_the_second_step_is_still_asked_for(door):
    add_second_step()
    reset.ask(ANN, HERE)
    reset.set_new(newest().token, "eight calm herons")
    assert isinstance(identity.sign_in(ANN, "eight calm herons"), steps.Awaits)


@pytest.mark.line("S-07")
def test_a_reset_ends_the_links_and_half_sign_ins_that_were_under_way(door):
    add_second_step()
    half = identity.sign_in(ANN, PASSWORD)
    by_mail.ask_link(ANN, "", HERE)
    link = newest().token
    reset.ask(ANN, HERE)
    reset.ask(ANN, HERE)
    first, second = (mail.token for mail in mails()[-2:])
    reset.set_new(second, "eight calm herons")
    assert steps.waiting(half.step) is None
    for token, purpose in ((link, "sign_in"), (first, "reset")):
        assert links.look(token, purpose) is None


@pytest.mark.line("S-04", "X-24")
@pytest.mark.parametrize(
    "email", ["nobody@bright.example", "gone@bright.example", "", None, "\ud800@x", "x" * 400]
)
def test_asking_says_nothing_and_mails_nobody_who_may_not_be_let_in(door, email):
    with acting_for_company(door) as house:
        gone = tenancy.add_person(house, "gone@bright.example", "Gone Girl")
        tenancy.set_standing(house, gone.id, "suspended")
    assert reset.ask(email, HERE) is None
    assert by_mail.ask_link(email, BILL, HERE) is None
    assert by_mail.find_logins(email, HERE) is None
    assert mails() == []


@pytest.mark.line("S-04", "X-24")
def test_asking_takes_as_long_for_known_and_unknown(door):
    took = {ANN: [], "nobody@bright.example": []}
    for n in range(40):
        for email, times in took.items():
            throttle.start_anew()
            began = time.perf_counter()
            (reset.ask, by_mail.find_logins)[n % 2](email, HERE)
            times.append(time.perf_counter() - began)
            sessions.settle()
    known, unknown = (statistics.median(times) for times in took.values())
    assert abs(known - unknown) < 0.02


@pytest.mark.line("S-03")
@pytest.mark.parametrize(
    "ask", [reset.ask, by_mail.find_logins, lambda who, asked: by_mail.ask_link(who, "", asked)]
)
def test_mails_are_asked_for_a_few_times_by_address_and_by_network(door, ask):
    for _ in range(5):
        ask(ANN, HERE)
    with pytest.raises(TooMany):
        ask(ANN, Asked(address="198.51.100.9"))
    for n in range(4):
        ask(f"someone{n}@bright.example", HERE)
    with pytest.raises(TooMany):
        ask("one.more@bright.example", HERE)
    ask(BOB, Asked(address="198.51.100.9"))


@pytest.mark.line("B-X2", "X-30")
@pytest.mark.usefixtures("both_engines")
def test_somebody_without_a_password_comes_by_link_to_the_very_action_once(door, clock):
    who = person()
    with acting_for_company(door) as house:
        house.change(house.get(Person, who.id), password_hash="")
    by_mail.ask_link(ANN, BILL, HERE)
    mail = newest()
    assert BILL not in mail.link
    came = by_mail.sign_in_by_link(mail.token, "192.0.2.1", "Safari on iPhone")
    assert isinstance(came.found, steps.LetIn)
    assert came.goes_to == BILL
    signed = visitor(came.found.value)
    assert signed is not None
    assert signed.person_id == who.id
    assert [row.how for row in stored(SignIn)] == ["mail"]
    assert person().email_proved_at is not None
    with pytest.raises(links.StaleLink):
        by_mail.sign_in_by_link(mail.token)
    throttle.start_anew()
    by_mail.ask_link(ANN, BILL, HERE)
    late = newest().token
    clock.move(minutes=15)
    with pytest.raises(links.StaleLink):
        by_mail.sign_in_by_link(late)


@pytest.mark.line("B-X2")
@pytest.mark.usefixtures("both_engines")
def test_the_code_of_the_mail_lets_one_in_on_another_device_once(door):
    by_mail.ask_link(ANN, BILL, HERE)
    mail = newest()
    came = by_mail.sign_in_by_code(f" {ANN.upper()} ", f"{mail.code[:3]} {mail.code[3:]}", "198.51.100.2")
    assert isinstance(came.found, steps.LetIn)
    assert came.goes_to == BILL
    with pytest.raises(links.WrongCode):
        by_mail.sign_in_by_code(ANN, mail.code)
    with pytest.raises(links.StaleLink):
        by_mail.sign_in_by_link(mail.token)


@pytest.mark.line("S-03")
def test_codes_are_guessed_at_most_eight_times_an_account_wherever_from(door):
    by_mail.ask_link(ANN, "", HERE)
    wrong = "111111" if newest().code != "111111" else "222222"
    refused = 0
    for n in range(10):
        try:
            by_mail.sign_in_by_code(ANN, wrong, f"192.0.2.{n + 10}")
        except links.WrongCode:
            refused += 1
        except TooMany:
            break
    assert refused == 8


@pytest.mark.line("X-30")
def test_a_mailed_link_still_asks_for_the_second_step_and_keeps_the_way(door):
    add_second_step()
    by_mail.ask_link(ANN, BILL, HERE)
    came = by_mail.sign_in_by_link(newest().token, "192.0.2.1")
    assert isinstance(came.found, steps.Awaits)
    assert stored(SignIn) == []
    assert came.goes_to == BILL


def test_the_page_of_a_link_knows_the_browser_that_asked(door):
    mine = "b" * 43
    by_mail.ask_link(ANN, BILL, Asked("", "192.0.2.1", "", mine))
    token, name = newest().token, by_mail.browser_cookie()
    here, elsewhere = (by_mail.shown(token, "sign_in", header) for header in (f"{name}={mine}", ""))
    assert here is not None
    assert (here.company, here.email, here.elsewhere) == ("Bright Power", ANN, False)
    assert elsewhere is not None
    assert elsewhere.elsewhere
    assert by_mail.shown(token, "reset") is None


@pytest.mark.line("S-40")
def test_a_link_never_leads_elsewhere(door):
    for wanted in ("https://evil.example", "//evil.example", "/auth/sign-out", "\\evil", "/sign-in"):
        throttle.start_anew()
        by_mail.ask_link(ANN, wanted, HERE)
        assert by_mail.sign_in_by_link(newest().token).goes_to == ""


def test_somebody_suspended_meanwhile_does_not_come_by_an_old_mail(door):
    by_mail.ask_link(ANN, "", HERE)
    mail = newest()
    with acting_for_company(door) as house:
        tenancy.set_standing(house, person().id, "suspended")
    with pytest.raises(links.StaleLink):
        by_mail.sign_in_by_link(mail.token)
    with pytest.raises(links.StaleLink):
        reset.set_new(mail.token, "eight calm herons")


@pytest.fixture
def two_portals(door) -> str:
    """Ann is known at a second company too, and account 1 there and here has a phone."""
    other = tenancy.create_company("fjord", "energy", "Fjord Light", demo=True)
    with acting_for_company(other.id, kind="energy") as house:
        ann = tenancy.add_person(house, ANN, "Ann Ames")
        tenancy.give_place(house, tenancy.open_account(house, "9", "Cabin", phone="(612) 555-0147"), ann)
    with acting_for_company(door) as house:
        one = house.first(Account, col(Account.number) == "1")
        house.change(one, phone="+1 612 555 0147")
    return other.id


@pytest.mark.line("X-24")
@pytest.mark.usefixtures("both_engines")
@pytest.mark.parametrize(
    ("typed", "to"),
    [
        (ANN, [(ANN, "Bright Power"), (ANN, "Fjord Light")]),
        ("612-555-0147", [(ANN, "Bright Power"), (BOB, "Bright Power"), (ANN, "Fjord Light")]),
        ("6125550199", []),
        ("55", []),
    ],
)
def test_a_login_is_found_across_companies_by_email_or_phone(two_portals, typed, to):
    by_mail.find_logins(typed, HERE)
    sent = mails()
    assert sorted((mail.to, mail.subject.removeprefix("Sign in to ")) for mail in sent) == sorted(to)
    for mail in sent:
        came = by_mail.sign_in_by_link(mail.token)
        assert visitor(came.found.value).email == mail.to


def test_a_portals_own_door_mails_for_that_portal_alone(two_portals):
    by_mail.ask_link(ANN, "", Asked("fjord", "192.0.2.1"))
    assert [mail.subject for mail in mails()] == ["Sign in to Fjord Light"]
