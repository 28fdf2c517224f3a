"""Money: no cent is lost, and it is written as people read it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core import money

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)


@given(st.integers(-(10**15), 10**15), WEIGHTS)
def test_the_parts_sum_to_the_whole_and_none_is_a_cent_off(total, weights):
    parts = money.split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)
        assert weight or not part


@given(st.integers(0, 10**9), WEIGHTS)
def test_a_negative_amount_is_shared_like_a_positive_one(total, weights):
    assert money.split(-total, weights) == [-part for part in money.split(total, weights)]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_an_amount_cannot_be_shared_with_nobody(weights):
    with pytest.raises(ValueError, match="weights"):
        money.split(100, weights)


@given(st.integers(-(10**12), 10**12), st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF"]))
def test_minor_units_and_decimals_are_the_same_amount(minor, currency):
    assert money.to_minor(money.to_decimal(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("amount", "minor"), [("0.005", 1), ("-0.005", -1), ("1.004", 100), ("2.675", 268), ("1e3", 100_000)]
)
def test_half_a_cent_is_rounded_away_from_nought(amount, minor):
    assert money.to_minor(Decimal(amount)) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (20522, "USD", "en_US", "$205.22"),
        (-500, "USD", "en_US", "-$5.00"),
        (-5, "USD", "en_US", "-$0.05"),
        (123456789, "USD", "en_US", "$1,234,567.89"),
        (1234, "JPY", "en_US", "¥1,234"),
        (1234, "KWD", "en_US", "KWD1.234"),
        (123456, "EUR", "de_DE", "1.234,56 €"),
    ],
)
def test_amounts_are_written_for_the_reader(minor, currency, locale, text):
    assert money.written(minor, currency, locale).replace("\xa0", " ") == text


@given(
    st.integers(-(10**9), 10**9),
    st.sampled_from(["USD", "EUR", "JPY", "KWD"]),
    st.sampled_from(["en_US", "de_DE", "fr_FR", "en_GB", "sv_SE"]),
)
def test_the_pieces_of_a_large_figure_are_the_whole_figure(minor, currency, locale):
    pieces = money.pieces(minor, currency, locale)
    assert "".join(pieces).replace("\xa0", "").strip() == money.written(minor, currency, locale).replace(
        "\xa0", ""
    )


def test_a_figure_falls_into_sign_whole_and_cents():
    assert money.pieces(12137) == ("$", "121", ".37")
    assert money.pieces(-12137) == ("-$", "121", ".37")
    assert money.pieces(500, "JPY") == ("¥", "500", "")


@pytest.mark.parametrize(
    ("part", "whole", "digits", "text"),
    [(1, 8, 0, "13 %"), (1, 3, 1, "33.3 %"), (-1, 8, 0, "-13 %"), (5, 0, 0, ""), (0, 5, 0, "0 %")],
)
def test_shares_round_half_up(part, whole, digits, text):
    assert money.per_cent(part, whole, digits=digits) == text
