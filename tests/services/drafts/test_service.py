"""What was typed is kept for its person alone, until it is sent or thirty days are over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import text

from portal_app.core import clock
from portal_app.core.access import acting_for
from portal_app.core.errors import Refusal
from portal_app.services.drafts import service as drafts
from tests import cast, engines

pytestmark = pytest.mark.usefixtures("both_engines")
TYPED = {"street": "14 Harbour Road", "city": "Davis"}


@pytest.fixture
def people(both_engines) -> cast.Cast:
    return cast.make("energy")


def keep(who, key="move:address", **facts):
    with acting_for(who) as access:
        drafts.keep(access, key, facts or TYPED)


def kept(who, *keys):
    with acting_for(who, reads_only=True) as access:
        return drafts.kept(access, list(keys) or ["move:address"])


def test_what_was_typed_is_there_again_for_the_same_person_and_for_nobody_else(people):
    keep(people.owner)
    keep(people.owner, city="Dixon", street="14 Harbour Road")
    assert kept(people.owner) == {"move:address": {"street": "14 Harbour Road", "city": "Dixon"}}
    for other in (people.viewer, people.stranger, people.outsider, people.staff):
        assert kept(other) == {}


def test_in_another_account_of_the_same_person_it_does_not_come_back(people):
    keep(people.owner)
    elsewhere = replace(people.owner, account_id=people.other_account.id)
    assert kept(elsewhere) == {}


def test_once_sent_it_is_gone_and_a_late_keystroke_does_not_bring_it_back(people, monkeypatch):
    keep(people.owner)
    with acting_for(people.owner) as access:
        drafts.discard(access, "move:address", "never typed")
    keep(people.owner)
    keep(people.owner, "never typed", words="late")
    assert kept(people.owner, "move:address", "never typed") == {}
    later = clock.now() + timedelta(seconds=6)
    monkeypatch.setattr(drafts, "now", lambda: later)
    keep(people.owner, street="9 Other Road")
    assert kept(people.owner) == {"move:address": {"street": "9 Other Road"}}


@pytest.mark.line("S-71")
def test_it_stands_sealed_in_the_database(people):
    keep(people.owner)
    with engines.past_the_wall() as db:
        stored = str(db.execute(text("select * from draft")).all())
    assert "Harbour" not in stored


def test_thirty_days_later_nothing_is_left(people, monkeypatch):
    keep(people.owner)
    later = clock.now() + drafts.KEPT_FOR
    monkeypatch.setattr(drafts, "now", lambda: later)
    assert kept(people.owner) == {}


@pytest.mark.parametrize(
    "facts", [{f"f{n}": "x" for n in range(61)}, {"a": "x" * 20_000, "b": "x" * 20_000, "c": "x"}]
)
def test_no_more_is_kept_than_a_form_holds(people, facts):
    with pytest.raises(Refusal):
        keep(people.owner, **facts)


def test_a_person_has_thirty_drafts_and_the_oldest_makes_room(people):
    for n in range(drafts.MOST + 5):
        keep(people.owner, f"form:{n}", words=str(n))
    found = kept(people.owner, *(f"form:{n}" for n in range(10, 40)))
    assert len(found) == 25
    assert kept(people.owner, "form:0") == {}
