"""Where somebody is signed in, and ending it there."""

from dataclasses import replace

import pytest

from portal_app.core import live
from portal_app.core.errors import NotYours, Refusal
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import devices, rules, sessions
from portal_app.services.identity import service as identity
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.people import ANN, RAE, stored, visitor_with

BOB = "bob@bright.example"


def page(value: str):
    return perform(visitor_with(value), devices.security)


def alive(*values: str) -> list[bool]:
    sessions.forget_all()
    return [visitor_with(value) is not None for value in values]


@pytest.mark.line("S-15")
@pytest.mark.usefixtures("both_engines")
def test_each_own_session_stands_there_with_device_place_and_times(door, clock):
    there, _ = identity.sign_in(ANN, PASSWORD, None, "8.8.8.8", "Firefox on Windows")
    identity.sign_in(BOB, PASSWORD, None, "9.9.9.9", "Safari on Mac")
    clock.move(minutes=5)
    here, _ = identity.sign_in(ANN, PASSWORD, None, "2001:4860::8", "Safari on iPhone")
    rows = page(here).devices
    assert [(row.device, row.place, row.here) for row in rows] == [
        ("Safari on iPhone", "Internet address 2001:4860::8", True),
        ("Firefox on Windows", "Internet address 8.8.8.8", False),
    ]
    assert rows[1].times == "Since 10:00, last seen 10:00"
    assert rules.key_of(there) not in repr(rows)


@pytest.mark.line("S-15", "S-13")
@pytest.mark.usefixtures("both_engines")
def test_signing_out_there_ends_that_session_alone_and_tells_its_open_pages(door):
    there, _ = identity.sign_in(ANN, PASSWORD, None, "8.8.8.8", "Firefox on Windows")
    other, _ = identity.sign_in(ANN, PASSWORD, None, "8.8.4.4", "Edge on Windows")
    here, visitor = identity.sign_in(ANN, PASSWORD, None, "9.9.9.9", "Safari on iPhone")
    told: list[str] = []
    stop = live.listen(told.append)
    row = next(row for row in page(here).devices if row.device == "Firefox on Windows")
    assert perform(visitor, devices.end_one, row.id) == "Firefox on Windows"
    stop()
    assert f"session:{rules.key_of(there)}" in told
    assert alive(there, other, here) == [False, True, True]
    with pytest.raises(NotYours):
        perform(visitor, devices.end_one, row.id)


@pytest.mark.line("S-15")
def test_nobody_ends_a_strangers_session_or_this_one_by_its_name(door):
    bobs, bob = identity.sign_in(BOB, PASSWORD, None, "8.8.8.8")
    here, visitor = identity.sign_in(ANN, PASSWORD, None, "9.9.9.9")
    for name in (page(bobs).devices[0].id, page(here).devices[0].id, bob.session_key, "", "x" * 26):
        with pytest.raises(NotYours):
            perform(visitor, devices.end_one, name)
    assert alive(bobs, here) == [True, True]


@pytest.mark.line("S-15")
def test_signing_out_everywhere_else_leaves_this_one(door):
    others = [identity.sign_in(ANN, PASSWORD, None, f"8.8.8.{n}")[0] for n in range(3)]
    here, visitor = identity.sign_in(ANN, PASSWORD, None, "9.9.9.9")
    assert perform(visitor, devices.end_others) == 3
    assert alive(*others, here) == [False, False, False, True]
    assert len(page(here).devices) == 1


def test_whoever_looks_around_in_the_demo_meets_no_stranger_and_is_met_by_none(door):
    first, visitor = identity.sign_in_as_demo(ANN, "8.8.8.8")
    second, _ = identity.sign_in_as_demo(ANN, "8.8.4.4")
    own, _ = identity.sign_in(ANN, PASSWORD, None, "9.9.9.9")
    assert [len(page(value).devices) for value in (first, second, own)] == [1, 1, 1]
    assert perform(visitor, devices.end_others) == 0
    assert alive(first, second, own) == [True, True, True]


@pytest.mark.line("S-15")
@pytest.mark.usefixtures("both_engines")
def test_who_runs_the_portal_ends_anybodys_sessions_of_their_own_company(door):
    anns, ann = identity.sign_in(ANN, PASSWORD, None, "8.8.8.8")
    _, rae = identity.sign_in(RAE, PASSWORD, None, "9.9.9.9")
    with pytest.raises(Refusal, match="does not allow"):
        perform(rae, devices.end_all_of, ann.person_id)
    may = replace(rae, permissions=rae.permissions | {"people.sign_out"})
    with pytest.raises(NotYours):
        perform(replace(may, company_id="another-company"), devices.end_all_of, ann.person_id)
    assert alive(anns) == [True]
    assert perform(may, devices.end_all_of, ann.person_id) == 1
    assert alive(anns) == [False]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("127.0.0.1", "This very computer"),
        ("::1", "This very computer"),
        ("10.1.2.3", "Local network, 10.1.2.3"),
        ("8.8.8.8", "Internet address 8.8.8.8"),
        ("", "Place not known"),
        ("nonsense", "Place not known"),
    ],
)
def test_a_place_is_said_in_words(address, says):
    assert rules.place_words(address) == says


def test_the_list_is_empty_of_what_has_ended_by_itself(door, clock):
    identity.sign_in(ANN, PASSWORD, None, "8.8.8.8")
    clock.move(minutes=31)
    here, _ = identity.sign_in(ANN, PASSWORD, None, "9.9.9.9")
    assert len(page(here).devices) == 1
    assert len(stored(identity.sessions.SignIn)) == 2
