"""What you agreed to: kept in the words that were seen, never written over, and obeyed at once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.clock import now
from portal_app.core.errors import NotAllowed, NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.service import agreements, choices, share_door, sharing
from portal_app.portals.energy.tables import EnergyChoice
from portal_app.registry import KINDS
from portal_app.services.adoption import service as adoption
from portal_app.services.adoption.tables import UseEvent
from portal_app.services.consents import service as consents
from portal_app.services.consents.tables import Consent
from portal_app.services.identity.tables import SignIn
from portal_app.services.privacy import agreed, holds, keeping
from tests.cast import allowed
from tests.engines import past_the_wall

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("S-75")]


@pytest.fixture(autouse=True)
def _purposes_known(database):
    agreed.know({"energy": agreements.PURPOSES})
    yield
    agreed.know({kind.key: kind.purposes for kind in KINDS})


def do(visitor, use_case, *given, **named):
    with acting_for(visitor) as access:
        return use_case(access, *given, **named)


def stored(table=Consent, *where):
    with past_the_wall() as db:
        return list(db.exec(select(table).where(*where).order_by(col(table.id))))


def row(visitor, key):
    return next(one for one in do(visitor, agreed.page).rows if one.key.startswith(key))


def phoned(people) -> None:
    do(people.owner, choices.choose, {"phone": "555-0142"})


def test_an_answer_is_kept_with_its_words_from_where_and_by_whom(people, clock):
    with past_the_wall() as db:
        mine = {"company_id": people.company.id, "person_id": people.owner.person_id}
        end = now() + timedelta(days=1)
        db.add(SignIn(id=people.owner.session_key, device="Firefox on a phone", ends_at=end, **mine))
    phoned(people)
    carer = replace(people.owner, on_behalf="Grandfather", locale="en_GB")
    do(carer, agreed.turn, "medical", True)
    (answer,) = stored()
    title, words = choices.MEDICAL
    assert (answer.purpose, answer.title, answer.words, answer.yes) == ("medical", title, words, True)
    assert (answer.account_id, answer.person_id) == (people.account.id, people.owner.person_id)
    assert (answer.page, answer.device, answer.language) == (
        "/account/privacy",
        "Firefox on a phone",
        "en_GB",
    )
    assert (answer.on_behalf, answer.given_at, answer.withdrawn_at) == ("Grandfather", now(), None)
    assert stored(EnergyChoice)[0].medical
    page = do(people.owner, agreed.page)
    assert page.history[0].title == "Agreed, for Grandfather: On the medical list"
    assert words in page.history[0].detail
    assert row(people.owner, "medical").says == "You agreed today 10:00 on Firefox on a phone."


def test_taking_it_back_is_one_tap_counts_at_once_and_leaves_what_was_said(people, clock):
    phoned(people)
    do(people.owner, choices.choose, {"medical": True})
    given = stored()[0].given_at
    clock.move(days=3)
    do(people.owner, agreed.turn, "medical", False)
    assert not stored(EnergyChoice)[0].medical
    first, second = stored()
    assert (first.yes, first.given_at, first.withdrawn_at) == (True, given, now())
    assert (second.yes, second.withdrawn_at) == (False, None)
    assert first.page == "/account/choices"
    do(people.owner, agreed.turn, "medical", False)
    assert len(stored()) == 2, "the same answer once more is none"


def test_new_words_ask_anew_and_leave_the_old_ones_as_they_were(people, clock, monkeypatch):
    phoned(people)
    do(people.owner, agreed.turn, "medical", True)
    was = stored()[0].model_dump(exclude={"withdrawn_at"})
    assert not row(people.owner, "medical").anew
    title, _ = choices.MEDICAL
    monkeypatch.setattr(choices, "MEDICAL", (title, "Other words."))
    changed = tuple(
        replace(one, words="Other words.") if one.key == "medical" else one for one in agreements.PURPOSES
    )
    agreed.know({"energy": changed})
    asked = row(people.owner, "medical")
    assert (asked.on, asked.anew, asked.words) == (True, True, "Other words.")
    do(people.owner, agreed.turn, "medical", True)
    old, new = stored()
    assert old.model_dump(exclude={"withdrawn_at"}) == was
    assert (new.words, new.yes) == ("Other words.", True)
    assert old.version != new.version
    assert not row(people.owner, "medical").anew


def test_who_says_no_to_notes_of_use_leaves_none_from_that_moment_on(people):
    def opens(visitor):
        adoption.record_page(visitor, "/energy/bill")
        adoption.flush()
        return [event.person_id for event in stored(UseEvent)]

    mine, theirs = people.owner.person_id, people.stranger.person_id
    assert opens(people.owner) == [mine]
    assert opens(people.stranger) == [mine, theirs]
    assert row(people.owner, "use").on
    for _ in range(2):
        do(people.owner, agreed.turn, "use", False)
    assert len(stored()) == 1
    assert opens(people.owner) == [theirs]
    assert not row(people.owner, "use").on
    assert row(people.viewer, "use").on, "each for themselves"
    do(people.owner, agreed.turn, "use", True)
    assert opens(people.owner) == [theirs, mine]


def test_sharing_stands_beside_the_rest_in_the_words_that_were_asked_and_ends_by_one_tap(people, clock):
    asked = do(people.owner, sharing.ask_to_give, "Solar Planner", "all", "2026-06-30")
    token = do(people.owner, sharing.give, "Solar Planner", "all", "2026-06-30")
    (answer,) = stored()
    assert f"{answer.title}?" == asked.title
    assert answer.words == " ".join(effect.text for effect in asked.effects)
    shown = row(people.owner, "share")
    assert (shown.title, shown.words, shown.on, shown.anew) == (answer.title, answer.words, True, False)
    do(people.owner, agreed.turn, shown.key, False)
    assert share_door.shared_feed(token.value) is None
    assert [one.key for one in do(people.owner, agreed.page).rows if one.key.startswith("share")] == []
    assert [one.yes for one in stored()] == [True, False]
    with pytest.raises(Refusal):
        do(people.owner, agreed.turn, shown.key, True)


def test_what_counts_for_an_account_counts_whoever_of_it_answers_next(people, clock):
    both = allowed(people.viewer, "usage.see", "energy.choose")
    do(people.owner, agreed.turn, "neighbours", False)
    assert row(both, "neighbours").says == "Somebody else of your account said no."
    do(both, agreed.turn, "neighbours", True)
    assert stored(EnergyChoice)[0].neighbours
    first, second = stored()
    assert first.withdrawn_at == second.given_at
    assert {one.person_id for one in stored()} == {people.owner.person_id, both.person_id}


def test_nobody_answers_for_somebody_else_or_without_the_right(people):
    weak = replace(people.viewer, permissions=frozenset({"usage.see"}))
    assert row(weak, "neighbours").fixed
    for key, no in (
        ("neighbours", NotAllowed),
        ("share:x", NotAllowed),
        ("nothing", Refusal),
        (None, Refusal),
    ):
        with pytest.raises(no):
            do(weak, agreed.turn, key, False)
    with pytest.raises(NotYours):
        do(people.owner, agreed.turn, "share:01m8nothing", False)
    for use_case, given in ((agreed.page, ()), (agreed.turn, ("use", False))):
        with pytest.raises(NotYours):
            do(people.staff, use_case, *given)
    assert stored() == []
    assert do(people.stranger, agreed.page).history == ()


def test_each_answer_is_in_the_trail_by_what_it_was_about(people):
    do(people.owner, agreed.turn, "use", False)
    with past_the_wall() as db:
        (entry,) = db.exec(select(AuditEntry).where(col(AuditEntry.action) == "privacy.declined"))
    assert entry.actor == people.owner.person_id
    assert entry.about == f"agreement:{stored()[0].id}"


def test_the_company_sees_how_many_and_takes_along_who_said_what(people, clock):
    do(people.owner, agreed.turn, "use", False)
    do(people.stranger, agreed.turn, "use", False)
    do(people.outsider, agreed.turn, "use", False)
    phoned(people)
    do(people.owner, agreed.turn, "medical", True)
    admin = allowed(people.staff, "privacy.run", "customer.see")
    told = [(one.title, one.end) for one in do(admin, holds.page).agreed]
    assert told == [("On the medical list", "1 yes"), ("Notes of how I use these pages", "2 no")]
    sheet = bytes(do(admin, agreed.agreed_file).content).decode()
    assert sheet.count(people.owner.email) == 2
    assert sheet.count(people.stranger.email) == 1
    assert people.outsider.email not in sheet
    assert choices.MEDICAL[1].split(",")[0] in sheet
    said = do(admin, consents.of_account, people.account.id)
    assert [(one.title, one.yes, one.name) for one in said] == [("On the medical list", True, "Olive")]
    for use_case in (agreed.agreed_file, agreed.counts):
        with pytest.raises(NotAllowed):
            do(replace(people.staff, permissions=frozenset()), use_case)


def test_an_answer_that_ended_goes_after_three_years_and_one_that_counts_stays(people, clock):
    do(people.owner, agreed.turn, "use", False)
    do(people.owner, agreed.turn, "use", True)
    clock.move(days=1095)
    night(people)
    assert len(stored()) == 2
    clock.move(days=2)
    night(people)
    assert [one.yes for one in stored()] == [True]


def night(people) -> None:
    with acting_for_company(people.company.id) as access:
        keeping.forget_old(access, {})


def test_every_purpose_has_words_and_does_something(people):
    for kind in KINDS:
        keys = [one.key for one in agreed.purposes(kind.key)]
        assert len(keys) == len(set(keys))
        assert all(":" not in key for key in keys)
        for one in agreed.purposes(kind.key):
            assert one.title
            assert (one.each is None) != (one.stands is None)
            assert one.words or one.each
            assert len(one.words) <= 1000
            assert set(filter(None, (one.sees, one.needs))) <= kind.permissions.keys()


def test_a_share_that_ended_by_its_day_stands_no_longer(people, clock):
    do(people.owner, sharing.give, "Solar Planner", "gas", str(date(2026, 3, 20)))
    clock.move(days=12)
    assert [one.key for one in do(people.owner, agreed.page).rows if one.key.startswith("share")] == []
