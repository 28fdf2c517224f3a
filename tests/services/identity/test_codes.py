"""The codes of a second step: RFC 6238's own figures, how they are typed, and what an app reads."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from portal_app.services.identity import codes

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.line("S-05")
@pytest.mark.parametrize(
    ("epoch", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(epoch, code):
    assert codes.counter_of(RFC_SECRET, code, epoch) == epoch // 30


@pytest.mark.line("S-05")
def test_a_clock_may_be_one_step_off_and_no_more():
    at = 1_234_567_890
    fits = [off for off in range(-4, 5) if codes.counter_of(RFC_SECRET, _code(at // 30 + off), at)]
    assert fits == [-1, 0, 1]


@pytest.mark.line("S-05")
def test_a_step_that_was_used_does_not_count_again():
    at = 1_234_567_890
    assert codes.counter_of(RFC_SECRET, _code(at // 30), at, after=at // 30 - 1) == at // 30
    assert codes.counter_of(RFC_SECRET, _code(at // 30), at, after=at // 30) is None
    assert codes.counter_of(RFC_SECRET, _code(at // 30 - 1), at, after=at // 30) is None


def _code(step: int) -> str:
    from pyotp.totp import TOTP

    return TOTP(RFC_SECRET).generate_otp(step)


@pytest.mark.parametrize(
    ("typed", "bare"),
    [
        ("123 456", "123456"),
        (" 123-456 ", "123456"),
        ("１２３４５６", "123456"),
        ("K7M2P-9QXWD", "k7m2p9qxwd"),
        ("x" * 200, ""),
        (None, ""),
        (["1"], ""),
    ],
)
def test_a_code_is_read_however_people_group_it(typed, bare):
    assert codes.bare(typed) == bare


@pytest.mark.line("S-05")
def test_recovery_codes_are_ten_and_have_no_letters_that_look_alike():
    drawn = codes.new_recovery_codes()
    assert len(set(drawn)) == 10
    assert all(codes.is_recovery_code(codes.bare(code)) for code in drawn)
    assert not set("".join(drawn)) & set("01ilo")


def test_what_the_picture_says_is_read_by_every_app():
    said = urlsplit(codes.address_for_app("ABCD", "ann+x@bright.example", "Bright & Co: Power"))
    assert (said.scheme, said.netloc) == ("otpauth", "totp")
    assert parse_qs(said.query) == {"secret": ["ABCD"], "issuer": ["Bright & Co  Power"]}
    assert said.path.startswith("/Bright%20%26%20Co%20%20Power:ann%2Bx@") or "%3A" not in said.path


def test_a_secret_is_typed_over_in_groups_of_four():
    secret = codes.new_secret()
    assert len(secret) == 32
    assert codes.in_groups(secret).split(" ") == [secret[at : at + 4] for at in range(0, 32, 4)]
