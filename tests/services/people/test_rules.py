"""The rules for places: who may give what, whose things show, and when it ends by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal_app.core.clock import local
from portal_app.core.errors import Refusal
from portal_app.services.people import rules
from portal_app.services.people.rules import Holding, Standing

NOON = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
ZONE = "America/Chicago"
SCOPES = ("money", "documents", "work", "people")


@pytest.mark.line("S-26")
@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(2010, 3, 11), 18, date(2028, 3, 11)),
        (date(2008, 2, 29), 18, date(2026, 3, 1)),
        (date(2008, 2, 29), 20, date(2028, 2, 29)),
        (date(2012, 12, 31), 18, date(2030, 12, 31)),
    ],
)
def test_a_grant_until_18_ends_when_the_birthday_begins_where_the_company_is(born, age, day):
    assert rules.birthday(born, age) == day
    end = rules.end_of_childhood(born, ZONE, age)
    assert local(end, ZONE).date() == day
    assert local(end - timedelta(seconds=1), ZONE).date() == day - timedelta(days=1)


@pytest.mark.line("S-26")
@given(born=some.dates(min_value=date(2009, 1, 1), max_value=date(2026, 3, 9)))
def test_until_18_a_child_is_always_17_the_day_before_it_ends(born):
    end = rules.read_end("age", born.isoformat(), ZONE, NOON)
    last = local(end, ZONE).date() - timedelta(days=1)
    had = last.year - born.year - ((last.month, last.day) < (born.month, born.day))
    assert had == 17


@pytest.mark.line("S-26")
@pytest.mark.parametrize(
    ("how", "typed"),
    [
        ("age", "2008-03-10"),
        ("age", "2026-03-11"),
        ("age", ""),
        ("age", "1850-01-01"),
        ("day", "2026-03-09"),
        ("day", "soon"),
        ("day", "2090-01-01"),
        ("some day", "2027-01-01"),
    ],
)
def test_an_end_that_cannot_be_is_refused_beside_its_field(how, typed):
    with pytest.raises(Refusal) as refused:
        rules.read_end(how, typed, ZONE, NOON)
    assert refused.value.field in ("day", "ends")


def test_a_last_day_is_over_when_the_next_one_begins():
    end = rules.read_end("day", "2026-03-10", ZONE, NOON)
    assert local(end, ZONE).isoformat() == "2026-03-11T00:00:00-05:00"
    assert rules.read_end("never", "2020-01-01", ZONE, NOON) is None


OWNER = Holding(frozenset({"pay", "see", "invite"}))


@pytest.mark.parametrize(
    ("giver", "gift", "field"),
    [
        (Holding(frozenset({"see"})), OWNER, "role"),
        (Holding(OWNER.rights, frozenset({"a"})), OWNER, "sees"),
        (Holding(OWNER.rights, frozenset({"a"})), Holding(OWNER.rights, frozenset({"b"})), "sees"),
        (Holding(OWNER.rights, None, NOON), OWNER, "day"),
        (Holding(OWNER.rights, None, NOON), Holding(OWNER.rights, None, NOON + timedelta(1)), "day"),
        (OWNER, OWNER, ""),
        (OWNER, Holding(frozenset({"pay"}), frozenset({"b"}), NOON), ""),
        (
            Holding(OWNER.rights, frozenset({"a", "b"}), NOON),
            Holding(frozenset(), frozenset({"b"}), NOON),
            "",
        ),
    ],
)
@pytest.mark.line("B-X13", "S-25")
def test_nobody_gives_more_than_they_have(giver, gift, field):
    if not field:
        rules.check_given(giver, gift)
        return
    with pytest.raises(Refusal) as refused:
        rules.check_given(giver, gift)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("place", "owns"),
    [
        (Standing("owner"), True),
        (Standing("member"), False),
        (Standing("owner", scopes="money"), False),
        (Standing("owner", sees="own"), False),
        (Standing("owner", proxy=True), False),
        (Standing("owner", ends_at=NOON), False),
    ],
)
def test_an_owner_has_everything_for_good(place, owns):
    assert rules.owns(place, "owner") is owns
    if owns:
        rules.check_owner_left([Standing("member"), place], "owner")
        return
    with pytest.raises(Refusal, match="needs an owner"):
        rules.check_owner_left([place], "owner")


@pytest.mark.line("B-X13")
@pytest.mark.parametrize(
    ("chosen", "kept", "words"),
    [
        ((), "", ""),
        (SCOPES, "", ""),
        (("money",), "money", "Bills and payments only"),
        (("work", "money"), "money,work", "Bills and payments and requests and tasks only"),
    ],
)
def test_scopes_are_kept_in_their_order_and_told_in_words(chosen, kept, words):
    assert rules.read_scopes(chosen, SCOPES) == kept
    assert rules.scopes_words(kept, SCOPES) == words


def test_a_scope_or_a_person_that_there_is_not_is_refused():
    with pytest.raises(Refusal):
        rules.read_scopes(("money", "secrets"), SCOPES)
    for how, chosen in (("chosen", ("c",)), ("chosen", ()), ("everything", ("a",))):
        with pytest.raises(Refusal):
            rules.read_sees(how, chosen, ("a", "b"))
    with pytest.raises(Refusal, match="at most"):
        rules.read_sees("chosen", map(str, range(30)), map(str, range(30)))


@pytest.mark.line("B-X4")
@pytest.mark.parametrize(
    ("how", "chosen", "kept", "words"),
    [
        ("all", ("a",), "", ""),
        ("own", ("a",), "own", "Sees only what is their own"),
        ("chosen", ("b", "a", "a"), "a,b", "Sees what is their own and of Ann and Bob"),
    ],
)
def test_whose_things_a_place_shows_is_kept_and_told(how, chosen, kept, words):
    assert rules.read_sees(how, chosen, ("a", "b", "c")) == kept
    assert rules.sees_words(kept, ["Ann", "Bob"]) == words
