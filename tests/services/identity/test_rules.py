"""The rules of the door."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.identity import rules

HOSTILE = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%2f/evil.example",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/%252f%252fevil.example",
    "javascript:alert(1)",
    "/javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/@evil.example",
    "/energy/../../evil",
    "/energy/%2e%2e/x",
    " /energy",
    "/auth/sign-out",
    "/%61uth/sign-out",
    "/_upload",
    "/_event",
    "/sign-in?next=/energy",
    "/energy\r\nSet-Cookie: a=b",
    "/energy\0",
    "/\ud800",
    "/" + "a" * 600,
    "http:/evil.example",
    "",
    None,
    7,
]


@pytest.mark.line("S-40")
@pytest.mark.parametrize("payload", HOSTILE)
def test_a_hostile_place_to_go_on_to_is_refused(payload):
    assert rules.own_path(payload) == ""


@pytest.mark.line("S-40")
@pytest.mark.parametrize(
    "path", ["/energy", "/energy/bill?id=01ab&tab=lines", "/staff/energy/outages#top", "/"]
)
def test_an_own_place_to_go_on_to_is_kept(path):
    assert rules.own_path(path) == path


@pytest.mark.line("S-40")
@given(st.text(max_size=60))
def test_whatever_is_kept_stays_on_this_host(text):
    kept = rules.own_path("/" + text)
    assert not kept or (kept[0] == "/" and not kept.startswith(("//", "/\\")) and kept.isascii())


def test_a_cookie_is_read_only_whole_and_only_once():
    value = "A" * 43
    assert rules.cookie_value(f"a=1; portal_session={value}; b=2", "portal_session") == value
    assert rules.cookie_value(f"portal_session={value}; portal_session={'B' * 43}", "portal_session") == ""
    assert rules.cookie_value(f"portal_session={value[:-1]}", "portal_session") == ""
    assert rules.cookie_value(f"xportal_session={value}", "portal_session") == ""
    assert rules.cookie_value(None, "portal_session") == ""


@pytest.mark.line("S-12")
def test_a_session_ends_after_half_an_hour_of_rest_and_after_twelve_hours_of_work():
    start = datetime(2026, 3, 8, 5, 0, tzinfo=UTC)
    ends = start + rules.ABSOLUTE
    assert rules.still_open(start, ends, None, start + timedelta(minutes=29, seconds=59))
    assert not rules.still_open(start, ends, None, start + timedelta(minutes=30))
    assert rules.still_open(ends - timedelta(minutes=5), ends, None, ends - timedelta(seconds=1))
    assert not rules.still_open(ends - timedelta(minutes=5), ends, None, ends)
    assert not rules.still_open(start, ends, start, start)


@pytest.mark.line("S-12")
@pytest.mark.parametrize(
    ("kind", "minutes", "idle"),
    [("energy", 0, 30), ("energy", 5, 5), ("energy", 120, 30), ("patient", 0, 15), ("patient", 30, 15)],
)
def test_a_company_may_ask_for_less_time_than_its_kind_and_never_for_more(kind, minutes, idle):
    assert rules.idle_of(kind, minutes) == timedelta(minutes=idle)


@pytest.mark.line("S-23")
def test_a_right_held_in_one_account_is_not_used_in_another():
    owner = rules.Place("owner", frozenset({"see", "pay"}))
    viewer = rules.Place("viewer", frozenset({"see"}))
    places = {"a": owner, "b": viewer, "c": owner}
    assert rules.scope(places, "a") == ("a", owner, frozenset({"a", "c"}))
    assert rules.scope(places, "b") == ("b", viewer, frozenset({"a", "b", "c"}))
    assert rules.scope(places, "not-mine")[0] == "a"
    assert rules.scope({}, "a") == ("", rules.Place("", frozenset()), frozenset())


@pytest.mark.line("B-X4")
def test_an_account_where_less_is_seen_does_not_come_into_view():
    everybodys = rules.Place("owner", frozenset({"see"}))
    own = rules.Place("owner", frozenset({"see"}), frozenset({"me"}))
    assert rules.scope({"a": everybodys, "b": own}, "a")[2] == {"a"}
    assert rules.scope({"a": everybodys, "b": own}, "b")[2] == {"a", "b"}


@pytest.mark.line("B-X13")
def test_a_place_for_money_alone_leaves_work_out():
    rights = frozenset({"bill.pay", "work.see", "home.see"})
    scopes = {"money": frozenset({"bill.pay"}), "work": frozenset({"work.see"})}
    assert rules.narrowed(rights, "", scopes) == rights
    assert rules.narrowed(rights, "money", scopes) == {"bill.pay", "home.see"}
    assert rules.narrowed(rights, "work,people", scopes) == {"work.see", "home.see"}


@pytest.mark.line("S-03")
def test_an_ipv6_neighbourhood_counts_as_one_address():
    assert rules.network_of("2001:db8:1:2:aaaa::1") == rules.network_of("2001:db8:1:2:ffff::9")
    assert rules.network_of("2001:db8:1:3::1") != rules.network_of("2001:db8:1:2::1")
    assert rules.network_of("::ffff:192.0.2.7") == rules.network_of("192.0.2.7") == "192.0.2.7"
    assert rules.network_of("fe80::1%eth0") == "fe80::/64"
    assert rules.network_of("rubbish") == "unknown"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" Maya@Brightwater.Example ", "maya@brightwater.example"),
        ("maya", ""),
        ("a@b\0", ""),
        ("a@\ud800", ""),
    ],
)
def test_an_email_is_compared_without_case_and_space(typed, read):
    assert rules.clean_email(typed) == read


def test_a_device_is_named_as_its_owner_would():
    iphone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Safari/604.1"
    )
    assert rules.device_words(iphone) == "Safari on iPhone"
    assert rules.device_words("curl/8") == "a device"
