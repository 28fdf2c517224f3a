"""Ids, the clock, refusals, and what may not be stored."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

import pytest
from sqlalchemy.exc import StatementError

from portal_app.core import clock, ids
from portal_app.core.access import acting_for
from portal_app.core.errors import NotYours, Refusal, SignedOut, TooMany
from portal_app.services.notifications.tables import News


def test_ids_sort_by_time_and_never_repeat():
    made = [ids.new_id() for _ in range(2_000)]
    assert len(set(made)) == 2_000
    assert all(len(each) == 26 and each.isascii() for each in made)
    assert [each[:10] for each in made] == sorted(each[:10] for each in made)


def test_secrets_hold_256_bits_and_references_can_be_read_out():
    assert len(ids.new_secret()) == 43
    name, _, rest = ids.reference("OUT").partition("-")
    assert name == "OUT"
    assert len(rest) == 6
    assert not set(rest) & set("01IOBS8"[:5])


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 3, 8, 7, 59, tzinfo=UTC), "America/Chicago", date(2026, 3, 8)),
        (datetime(2026, 3, 8, 5, 59, tzinfo=UTC), "America/Chicago", date(2026, 3, 7)),
        (datetime(2026, 11, 1, 4, 59, tzinfo=UTC), "America/Chicago", date(2026, 10, 31)),
        (datetime(2026, 11, 1, 5, 0, tzinfo=UTC), "America/Chicago", date(2026, 11, 1)),
        (datetime(2026, 6, 30, 14, 30, tzinfo=UTC), "Pacific/Auckland", date(2026, 7, 1)),
    ],
)
def test_today_is_the_companys_day_through_summer_time(moment, zone, day):
    with clock.at(moment):
        assert clock.today(zone) == day


def test_the_hour_that_comes_twice_is_two_moments():
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (6, 7))
    here = [clock.local(moment, "America/Chicago") for moment in (first, second)]
    assert [(each.hour, each.fold) for each in here] == [(1, 0), (1, 1)]
    assert clock.local(int(first.timestamp()), "America/Chicago") == here[0]


def test_the_hour_that_never_comes_is_skipped():
    before = clock.local(datetime(2026, 3, 8, 7, 59, 59, tzinfo=UTC), "America/Chicago")
    after = clock.local(datetime(2026, 3, 8, 8, 0, tzinfo=UTC), "America/Chicago")
    assert (before.hour, after.hour) == (1, 3)


def test_an_unknown_zone_is_refused():
    with pytest.raises(ZoneInfoNotFoundError):
        clock.today("Nowhere/Land")


def test_a_held_clock_is_seen_by_this_thread_or_by_all():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with ThreadPoolExecutor(1) as other:
        with clock.at(moment):
            assert clock.now() == moment
            assert other.submit(clock.now).result() != moment
        with clock.at(moment, everywhere=True):
            assert other.submit(clock.now).result() == moment
            assert clock.epoch() == 1767225600
    assert clock.now() > moment


def test_the_test_clock_stands_until_it_is_moved(clock):
    from portal_app.core.clock import now

    began = now()
    assert now() == began
    assert clock.move(hours=2) == now() == began + timedelta(hours=2)


@pytest.mark.parametrize("kind", [NotYours, SignedOut])
def test_every_refusal_has_a_sentence_for_the_person(kind):
    assert kind().sentence.endswith(".")
    assert issubclass(kind, Refusal)
    assert issubclass(TooMany, Refusal)
    assert Refusal("Choose a day.", "day").field == "day"


@pytest.mark.usefixtures("both_engines")
def test_moments_come_back_as_they_were_stored_and_never_without_a_zone(people):
    at = datetime(2026, 11, 1, 6, 30, 15, 123456, tzinfo=UTC)
    with acting_for(people.owner) as access:
        access.add(News, title="t", key="k", at=at.astimezone(clock.zone_of("America/Chicago")))
    with acting_for(people.owner) as access:
        found = access.first(News)
        assert found.at == at
        assert found.at.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="zone"), acting_for(people.owner) as access:
        access.add(News, title="t", key="k2", at=at.replace(tzinfo=None))
