"""Even steps for a scale, and words under an axis that never run into each other."""

from collections.abc import Sequence

from portal_app.shapes.charts import AxisMark

_LETTER = 2.35
"""How wide one letter of the axis is, in per cent of the narrowest plot (13 px type on 288 px)."""

_AIR = 3.0

BESIDE_LANE = 0.79
"""The share of the narrowest plot that is left when the words of the scale stand in a lane beside it."""


def nice_step(top: int, lines: int = 3) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 ... that reaches `top` in at most `lines` steps.

    Works in whole units (watt-hours, cents), so a step of 5,000 reads as "5 kWh". Raises ValueError when
    there is nothing to divide.
    """
    if top <= 0 or lines <= 0:
        raise ValueError("a scale needs a top and at least one line")
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power * lines >= top:
                return digit * power
        power *= 10


def in_per_cent(part: float, whole: float) -> float:
    """A position on the way from nought to the whole, kept between 0 and 100, two decimals."""
    if whole <= 0:
        return 0.0
    return round(min(max(part / whole * 100, 0.0), 100.0), 2)


def span_of(mark: AxisMark, room: float = 1.0) -> tuple[float, float]:
    """Where a word under the axis begins and ends at its widest, in per cent of the narrowest plot.

    `room` is the share of the width that the plot itself takes, beside a lane for the scale.
    """
    letters = len(mark.text) - sum(map(mark.text.count, ": .,")) / 2
    width = (letters * _LETTER + _AIR) / room
    if mark.anchor == "start":
        return mark.at, mark.at + width
    if mark.anchor == "end":
        return mark.at - width, mark.at
    return mark.at - width / 2, mark.at + width / 2


def _fits(mark: AxisMark, placed: Sequence[AxisMark], room: float) -> bool:
    left, right = span_of(mark, room)
    if left < -0.01 or right > 100.01:
        return False
    return all(right <= other[0] or left >= other[1] for other in (span_of(one, room) for one in placed))


def axis_words(wanted: Sequence[Sequence[AxisMark]], room: float = 1.0) -> tuple[AxisMark, ...]:
    """Place words in the order of their importance; one that would touch another is left out.

    Each entry lists the same word in several positions (centred, beginning at, ending at); the first that
    fits is taken. The answer is ordered from left to right.
    """
    placed: list[AxisMark] = []
    for options in wanted:
        fitting = next((mark for mark in options if mark.text and _fits(mark, placed, room)), None)
        if fitting is not None:
            placed.append(fitting)
    return tuple(sorted(placed, key=lambda mark: mark.at))


def evenly(count: int, most: int) -> list[int]:
    """At most `most` places spread over `count`, the first always among them."""
    if count <= 0:
        return []
    stride = max(1, -(-count // max(1, most)))
    return list(range(0, count, stride))
