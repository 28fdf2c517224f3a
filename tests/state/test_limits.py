"""How much one session and one address may ask, and that an office of a hundred customers may ask enough."""

from dataclasses import replace

import pytest

from portal_app.services.identity import throttle
from portal_app.settings import Settings
from portal_app.state import limits as module
from portal_app.state.limits import Buckets, Limits


@pytest.fixture
def allowing(monkeypatch):
    """Limits under these settings."""

    def make(**values) -> Limits:
        monkeypatch.setattr(module, "settings", lambda: replace(Settings(), **values))
        return Limits()

    return make


@pytest.mark.line("S-34")
def test_a_bucket_lets_a_burst_through_then_only_so_many_a_second():
    bucket = Buckets(rate=2, burst=5)
    assert [bucket.take("a", 100.0) for _ in range(6)] == [True] * 5 + [False]
    assert bucket.take("b", 100.0)
    assert [bucket.take("a", 101.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take("a", 900.0) for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.line("S-34")
def test_one_session_that_floods_is_refused_and_its_neighbour_is_not(allowing):
    limits = allowing(events_a_session=5)
    assert {limits.event("hers", "10.0.0.1") for _ in range(15)} == {""}
    assert "session" in {limits.event("hers", "10.0.0.1") for _ in range(15)}
    assert limits.event("his", "10.0.0.1") == ""


@pytest.mark.line("S-34")
def test_many_sessions_of_one_address_share_what_the_address_may(allowing):
    limits = allowing(events_an_address=10)
    said = [limits.event(f"session {n}", "10.0.0.1") for n in range(40)]
    assert said[:30] == [""] * 30
    assert said[-1] == "address"
    assert limits.event("session 1", "10.0.0.2") == ""


@pytest.mark.line("S-34")
def test_a_hundred_customers_of_one_office_work_with_three_pages_each_and_five_taps_a_second(allowing):
    limits = allowing()
    for n in range(100):
        assert [limits.opens(f"session {n}", "10.0.0.1") for _ in range(3)] == [""] * 3
    for _ in range(5):
        assert {limits.event(f"session {n}", "10.0.0.1") for n in range(100)} == {""}


@pytest.mark.line("S-34")
def test_sockets_are_counted_while_they_are_open(allowing):
    limits = allowing(sockets_a_session=2, sockets_an_address=4, nobodies_an_address=1)
    assert [limits.opens("hers", "10.0.0.1") for _ in range(3)] == ["", "", "session"]
    assert [limits.opens("", "10.0.0.1") for _ in range(2)] == ["", "nobody"]
    limits.closes("hers", "10.0.0.1")
    limits.closes("", "10.0.0.1")
    limits.closes("hers", "10.0.0.1")
    assert not limits.of_address
    assert not limits.of_session
    assert not limits.nobodies


@pytest.mark.line("S-34")
def test_with_valkey_all_processes_count_an_addresss_sockets_together(valkey, monkeypatch):
    monkeypatch.setattr(module, "settings", lambda: replace(Settings(), sockets_an_address=3))
    assert [module.too_many_everywhere("10.0.0.1") for _ in range(4)] == [False, False, False, True]
    throttle.start_anew()
    assert module.too_many_everywhere("10.0.0.1"), "another process knows nothing but what Valkey holds"
    assert not module.too_many_everywhere("10.0.0.2")


@pytest.mark.line("S-34")
def test_made_up_names_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(module, "_MOST_KEPT", 50)
    bucket = Buckets(rate=1, burst=2)
    for n in range(500):
        assert bucket.take(f"made up {n}", 100.0 + n / 1000)
    assert len(bucket._held) <= 51
