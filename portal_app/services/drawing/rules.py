"""One figure on a scale: a ruler from nought, a gauge, lengths beside each other."""

from collections.abc import Callable, Sequence

from portal_app.services.drawing.scales import in_per_cent, nice_step
from portal_app.shapes.charts import CompareBar, GaugeReading, Rule
from portal_app.shapes.forms import WizardProgress

Write = Callable[[int], str]

_LONG_TICKS = {4: 2, 5: 5, 6: 3, 8: 4, 9: 3, 10: 5, 12: 3}
"""How many steps a ruler may have, and every which of them is a long tick."""


def rule(
    so_far: int,
    *,
    written: Write,
    usual: int | None = None,
    likely_low: int | None = None,
    likely_high: int | None = None,
    top: int | None = None,
    middle: str = "",
    usual_word: str = "your usual",
    likely_word: str = "likely",
    said: str = "",
) -> Rule:
    """A figure so far on a ruler to a round end, with a notch for usual and a span for likely.

    Figures are whole (cents, watt-hours) and nought or more; `written` says them with their unit, best
    without decimals. `top` is the least the ruler must reach; it is widened when a figure lies beyond.
    Likely is drawn only when both ends are known.
    """
    likely = (likely_low, likely_high) if likely_low is not None and likely_high is not None else None
    most = max(so_far, usual or 0, likely[1] if likely else 0, top or 0)
    if most <= 0:
        return Rule(shown=False)
    step = nice_step(most, 12)
    steps = next(count for count in _LONG_TICKS if count * step >= most)
    end = steps * step
    low = in_per_cent(likely[0], end) if likely else -1.0
    high = in_per_cent(likely[1], end) if likely else -1.0
    return Rule(
        shown=True,
        fill=in_per_cent(so_far, end),
        usual_at=-1.0 if usual is None else in_per_cent(usual, end),
        usual="" if usual is None else usual_word,
        usual_value="" if usual is None else written(usual),
        likely_from=low,
        likely_width=round(high - low, 2) if likely else 0.0,
        likely=likely_word if likely else "",
        likely_value=_span(likely, written) if likely else "",
        middle=middle,
        zero=written(0),
        ticks=tuple(in_per_cent(count, steps) for count in range(steps + 1)),
        majors=tuple(in_per_cent(count, steps) for count in range(0, steps + 1, _LONG_TICKS[steps])),
        said=said or _rule_said(so_far, usual, likely, written),
    )


def _span(likely: tuple[int, int], written: Write) -> str:
    low, high = written(likely[0]), written(likely[1])
    return low if low == high else f"{low} to {high}"


def _rule_said(so_far: int, usual: int | None, likely: tuple[int, int] | None, written: Write) -> str:
    parts = [f"{written(so_far)} so far."]
    if usual is not None:
        parts.append(f"Your usual: {written(usual)}.")
    if likely:
        parts.append(f"Likely this time: {_span(likely, written)}.")
    return " ".join(parts)


def gauge(
    used: int,
    whole: int,
    *,
    written: Write,
    unit_step: int = 0,
    gone: int = 0,
    period: int = 0,
    under: str = "",
    of_word: str = "of",
    warn_at: int = 80,
    urgent_at: int = 100,
) -> GaugeReading:
    """A value of a whole on a speedometer, with a notch for the share of the period gone.

    `used` and `whole` in whole units; `unit_step` is the unit of one tick. `gone` of `period` days places
    the notch; a period of nought draws none. From `warn_at` per cent the tone is attention, from
    `urgent_at` urgent. Raises ValueError for a whole that is not above nought.
    """
    if whole <= 0:
        raise ValueError("a gauge needs a whole above nought")
    share = round(min(max(used / whole, 0.0), 1.0), 4)
    level = used * 100 // whole
    tone = "urgent" if level >= urgent_at else "attention" if level >= warn_at else ""
    step = unit_step or nice_step(whole, 20)
    value, full = written(used), written(whole)
    marks = tuple(written(whole * quarter // 4).split()[0] for quarter in range(5))
    said = f"{value} {of_word} {full}." + (f" {under}." if under else "")
    return GaugeReading(
        value=value.split()[0],
        of=f"{of_word} {full}",
        under=under,
        share=share,
        today=round(min(max(gone / period, 0.0), 1.0), 4) if period > 0 else -1.0,
        tone=tone,
        ticks=max(4, min(40, -(-whole // step))),
        marks=marks,
        said=said,
    )


def compare_bars(entries: Sequence[tuple[str, int, bool]], *, written: Write) -> tuple[CompareBar, ...]:
    """Lengths among others: each entry is (label, figure, is it you); the longest is 100 per cent."""
    most = max((figure for _, figure, _ in entries), default=0)
    return tuple(
        CompareBar(label, written(figure), in_per_cent(figure, most), you) for label, figure, you in entries
    )


def wizard_progress(step: int, steps: int, *, saved: str = "") -> WizardProgress:
    """Where a person is in a task of several questions: "Question 2 of 4, saved 13:40".

    `step` counts from 1. Raises ValueError for a step outside the task.
    """
    if not 1 <= step <= steps:
        raise ValueError(f"there is no question {step} of {steps}")
    words = f"Question {step} of {steps}" + (f", saved {saved}" if saved else "")
    parts = tuple("done" if place < step else "" for place in range(steps))
    return WizardProgress(step=step, steps=steps, saved=saved, parts=parts, words=words)
