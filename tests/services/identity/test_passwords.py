"""What may be a password and how it is kept."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from portal_app.core.errors import Refusal
from portal_app.services.identity import passwords


@pytest.mark.line("S-01")
@pytest.mark.parametrize(
    "weak",
    [
        "short one",
        "a" * 12,
        "passwordpassword",
        "123456789012",
        "x" * 129,
        "brightwater1",
        "maya.maya.maya.maya",
        "relationship",
        "987654321098",
        "qwertyuiopas",
    ],
)
def test_a_weak_password_is_refused_with_a_way_to_mend_it(weak):
    with pytest.raises(Refusal) as refused:
        passwords.check_new(weak, ["Brightwater Power", "Maya Lindqvist", "maya"])
    assert refused.value.field == "password"


@pytest.mark.line("S-01")
@pytest.mark.parametrize(
    "good", ["open-the-portal", "eleven lazy lamps", "пароль из трёх слов", "🦦" * 3 + "otters rest"]
)
def test_a_long_password_of_any_letters_is_taken(good):
    passwords.check_new(good, ["Brightwater Power", "Maya Lindqvist"])


@pytest.mark.line("S-01")
def test_at_least_ten_thousand_common_passwords_are_known():
    assert len(passwords._too_common()) >= 10_000


@pytest.mark.line("S-01")
def test_the_same_letters_typed_on_another_keyboard_fit():
    assert passwords.fits(passwords.keep("café au lait du matin"), "cafe\u0301 au lait du matin")


@pytest.mark.line("S-01")
def test_the_longest_password_fits_from_a_keyboard_that_sends_letters_in_pieces():
    longest = "schöne grüße " * 9 + "né o über k"
    assert len(longest) == passwords.LONGEST
    passwords.check_new(longest)
    in_pieces = unicodedata.normalize("NFD", longest)
    assert len(in_pieces) > passwords.LONGEST
    kept = passwords.keep(longest)
    assert passwords.fits(kept, in_pieces)
    assert not passwords.fits(kept, in_pieces + "x")


@pytest.mark.line("S-02")
def test_a_password_is_kept_as_argon2id_with_its_parameters():
    kept = passwords.keep("seven quiet otters")
    assert kept.startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert "otters" not in kept
    assert passwords.fits(kept, "seven quiet otters")
    assert not passwords.fits(kept, "seven quiet otter")
    assert not passwords.fits(kept, "seven quiet otters" + "x" * 200)


@pytest.mark.line("S-02")
def test_what_was_kept_with_older_parameters_is_seen_as_dated():
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("seven quiet otters")
    assert passwords.is_dated(old)
    assert passwords.fits(old, "seven quiet otters")
    assert not passwords.is_dated(passwords.keep("seven quiet otters"))


@pytest.mark.parametrize("kept", ["", "not a hash", "$argon2id$v=19$broken"])
def test_nothing_fits_where_nothing_is_kept(kept):
    assert not passwords.fits(kept, "nobody has this password")
    assert not passwords.fits(kept, "\ud800")
