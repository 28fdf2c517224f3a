"""Lost everything: asked for, checked by somebody of the company, told to the owner, opened a day later."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company, before_sign_in
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, ProveAgain, Refusal, TooMany
from portal_app.core.trail import AuditEntry
from portal_app.jobs.threads import Worker
from portal_app.services.identity import links, passwords, sessions, steps, way_back
from portal_app.services.identity import service as identity
from portal_app.services.identity.by_mail import Asked
from portal_app.services.identity.tables import RecoveryCode, WayBack
from portal_app.services.notifications import service as notifications
from portal_app.services.tenancy import service as tenancy
from tests.services.identity.conftest import PASSWORD, kept_password
from tests.services.identity.mails import mails, newest
from tests.services.identity.test_by_mail import add_second_step, stored

ANN, REACH = "ann@bright.example", "ann.new@elsewhere.example"
SAYS = "My phone and my mailbox are gone; call me on the number you have."
CHECKED = "Called the number on the account and asked for the last bill."
RECOVERS = frozenset({"people.recover"})


def ask(email: object = ANN, **asked) -> str:
    number = way_back.ask(email, REACH, SAYS, Asked(address="192.0.2.9", **asked))
    sessions.settle()
    return number


def staff(email: str = "rae@bright.example"):
    _, rae = identity.sign_in(email, PASSWORD)
    return replace(rae, permissions=RECOVERS)


def waiting() -> WayBack:
    (row,) = stored(WayBack)
    return row


def approve(who, why: object = CHECKED) -> None:
    with acting_for(who) as access:
        way_back.approve(access, waiting().id, why)


def work() -> None:
    Worker({**way_back.JOBS, **notifications.JOBS}).run_due()


@pytest.mark.line("X-22", "S-63")
@pytest.mark.usefixtures("both_engines")
def test_who_lost_everything_is_let_in_a_day_after_somebody_checked(door, clock):
    add_second_step()
    here = identity.sign_in(ANN, PASSWORD)
    assert isinstance(here, steps.Awaits)
    with before_sign_in() as db:
        db.add(RecoveryCode(company_id=door, person_id=waiting_person().id, code_hash="x" * 64))
    number = ask()
    told = newest()
    assert told.to == ANN
    assert number in told.words
    rae = staff()
    with acting_for(rae, reads_only=True) as access:
        (row,) = way_back.asked_for(access)
    assert (row.reference, row.name, row.says, row.reach, row.waits) == (
        number,
        "Ann Ames",
        SAYS,
        REACH,
        True,
    )
    assert "1 House 1" in row.whose
    approve(rae)
    told = newest()
    assert told.to == ANN
    assert "an***@elsewhere.example" in told.words
    before = len(mails())
    clock.move(hours=23)
    work()
    assert len(mails()) == before, "nothing opens before the waiting time is over"
    clock.move(hours=1, minutes=1)
    work()
    link = newest()
    assert link.to == REACH
    with pytest.raises(passwords.WeakPassword):
        way_back.come_back(link.token, "short")
    way_back.come_back(link.token, "eight calm herons", "192.0.2.9")
    assert waiting().state == "used"
    found = identity.sign_in(ANN, "eight calm herons")
    assert isinstance(found, steps.LetIn), "the second steps are dropped"
    assert stored(RecoveryCode) == []
    with pytest.raises(links.StaleLink):
        way_back.come_back(link.token, "nine loud pelicans")
    acts = {entry.action: entry for entry in stored(AuditEntry) if "way_back" in entry.action}
    assert set(acts) == {f"identity.way_back_{step}" for step in ("asked", "approved", "opened", "used")}
    assert acts["identity.way_back_approved"].actor == rae.person_id
    assert CHECKED in acts["identity.way_back_approved"].facts


def waiting_person() -> Person:
    return stored(Person, col(Person.email) == ANN)[0]


@pytest.mark.line("X-22")
@pytest.mark.usefixtures("both_engines")
@pytest.mark.parametrize("when", ["asked", "granted", "opened"])
def test_the_owner_stops_it_from_their_own_mailbox_at_any_time(door, clock, when):
    ask()
    stop = newest().token
    if when != "asked":
        approve(staff())
        stop = newest().token
    link = ""
    if when == "opened":
        clock.move(hours=24, minutes=1)
        work()
        link = newest().token
    way_back.stop(stop, "192.0.2.1")
    assert waiting().state == "stopped"
    clock.move(days=2)
    work()
    for token in (link, newest().token):
        with pytest.raises(links.StaleLink):
            way_back.come_back(token, "eight calm herons")
    with pytest.raises(links.StaleLink):
        way_back.stop(stop)
    with pytest.raises(Refusal):
        approve(staff())
    assert isinstance(identity.sign_in(ANN, PASSWORD), steps.LetIn)


@pytest.mark.line("X-22")
def test_nobody_decides_about_their_own_and_nobody_without_a_reason_a_right_and_a_proof(door, clock):
    ask("rae@bright.example")
    rae = staff()
    with pytest.raises(Refusal, match="your own"):
        approve(rae)
    with acting_for_company(door) as house:
        second = tenancy.add_person(house, "sam@bright.example", "Sam Sands", staff_role="operator")
        house.change(second, password_hash=kept_password())
    sam = staff("sam@bright.example")
    for why in ("", "ok", None, "x" * 500):
        with pytest.raises(Refusal, match="how you checked"):
            approve(sam, why)
    with pytest.raises(Refusal):
        approve(replace(sam, permissions=frozenset()))
    with acting_for(replace(sam, permissions=frozenset()), reads_only=True) as access, pytest.raises(Refusal):
        way_back.asked_for(access)
    with pytest.raises(ProveAgain):
        approve(replace(sam, proved_at=now() - timedelta(minutes=6)))
    assert waiting().state == "asked"
    approve(sam)
    with pytest.raises(Refusal, match="decided"):
        approve(sam)


@pytest.mark.line("X-22", "S-20")
@pytest.mark.usefixtures("both_engines")
def test_people_of_another_company_neither_see_nor_decide(door):
    ask()
    other = tenancy.create_company("fjord", "energy", "Fjord Light", demo=True)
    with acting_for_company(other.id, kind="energy") as house:
        olaf = tenancy.add_person(house, "olaf@fjord.example", "Olaf Ost", staff_role="operator")
        house.change(olaf, password_hash=kept_password())
    olaf = staff("olaf@fjord.example")
    with acting_for(olaf, reads_only=True) as access:
        assert way_back.asked_for(access) == []
    with pytest.raises(NotYours):
        approve(olaf)
    _, bob = identity.sign_in("bob@bright.example", PASSWORD)
    with pytest.raises(Refusal):
        approve(replace(bob, permissions=RECOVERS))
    assert waiting().state == "asked"


@pytest.mark.line("X-22")
def test_a_refusal_is_told_at_both_addresses_and_changes_nothing(door):
    ask()
    with acting_for(staff()) as access:
        way_back.refuse(access, waiting().id, "The caller did not know the account number.")
    assert sorted(mail.to for mail in mails()[-2:]) == sorted([ANN, REACH])
    assert waiting().state == "refused"
    assert isinstance(identity.sign_in(ANN, PASSWORD), steps.LetIn)


@pytest.mark.line("S-04", "X-22")
def test_asking_gives_a_reference_to_known_and_unknown_alike(door):
    known, unknown = ask(), ask("nobody@bright.example")
    assert known != unknown
    assert len(known) == len(unknown)
    assert [row.reference for row in stored(WayBack)] == [known]


@pytest.mark.line("S-03")
def test_asking_is_slowed_down(door):
    for _ in range(5):
        ask()
    assert len(stored(WayBack)) == 3, "three that wait are enough"
    with pytest.raises(TooMany):
        ask()


@pytest.mark.parametrize(
    ("email", "reach", "says", "field"),
    [
        ("ann", REACH, SAYS, "email"),
        (ANN, "by phone", SAYS, "reach"),
        (ANN, REACH, "help", "says"),
        (ANN, REACH, "x" * 601, "says"),
        (ANN, REACH, None, "says"),
        (ANN, "a@b\r\nBcc: x@y.example", SAYS, "reach"),
    ],
)
def test_what_cannot_be_read_is_refused_beside_its_field(door, email, reach, says, field):
    with pytest.raises(Refusal) as no:
        way_back.ask(email, reach, says, Asked())
    assert no.value.field == field


def test_what_nobody_decides_is_over_after_a_week(door, clock):
    ask()
    clock.move(days=7, minutes=1)
    rae = staff()
    with pytest.raises(Refusal):
        approve(rae)
    with acting_for(rae, reads_only=True) as access:
        (row,) = way_back.asked_for(access)
    assert not row.waits
    assert row.state.startswith("Over")


def test_the_link_of_a_granted_way_back_lasts_a_day(door, clock):
    ask()
    approve(staff())
    clock.move(hours=24, minutes=1)
    work()
    assert newest().to == REACH
    clock.move(hours=24, minutes=1)
    with pytest.raises(links.StaleLink):
        way_back.come_back(newest().token, "eight calm herons")
