"""Bars over days, months or hours, from figures to positions."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from portal_app.services.drawing.scales import BESIDE_LANE, axis_words, evenly, nice_step
from portal_app.shapes.charts import AxisMark, Bar, BarChart, CallOut, GridLine, TableRow

Write = Callable[[int], str]

_WORDS_ROOM = 56
_AIR_ABOVE = 22
_LINE_APART = 22
_WIDEST = 6.0
_STEP_ASIDE = 0.8
"""How far a word begins after its bar, in per cent, when the place under the bar is taken."""


@dataclass(frozen=True)
class _Scale:
    """How figures become pixel rows: nought at `base`, `per_unit` pixels for one unit."""

    base: float
    per_unit: float

    def y(self, value: int) -> float:
        """The pixel row of a figure."""
        return round(self.base - value * self.per_unit, 1)


def _scale(figures: Sequence[int], height: int, above: int) -> _Scale:
    top, bottom = max(0, *figures), min(0, *figures)
    reach = top - bottom
    per_unit = (height - above) / reach if reach else 0.0
    return _Scale(base=round(height + bottom * per_unit, 1), per_unit=per_unit)


def _share(places: int) -> float:
    """How much of its place a bar fills: narrow bars need less air between them."""
    if places <= 31:
        return 0.62
    return 0.7 if places <= 60 else 0.78


def _bars(
    values: Sequence[int | None],
    before: Sequence[int | None],
    labels: Sequence[str],
    places: int,
    scale: _Scale,
    written: Write,
    odd: Collection[int],
    now: int | None,
) -> tuple[Bar, ...]:
    slot = 100 / places
    width = min(slot * _share(places), _WIDEST)
    over = min(width * 0.27, (slot - width) / 2 * 0.95)
    drawn: list[Bar] = []
    for index, value in enumerate(values):
        earlier = before[index] if index < len(before) else None
        if value is None and earlier is None:
            continue
        x = index * slot + (slot - width) / 2
        ends = sorted((scale.y(value or 0), scale.base))
        drawn.append(
            Bar(
                x=round(x, 2),
                width=round(width, 2),
                y=ends[0],
                height=round(ends[1] - ends[0], 1),
                kind=_kind(index, odd, now),
                notch_y=-1.0 if earlier is None else scale.y(earlier),
                label=labels[index],
                value="" if value is None else written(value),
                notch_from=round(x - over, 2),
                notch_to=round(x + width + over, 2),
            )
        )
    return tuple(drawn)


def _kind(index: int, odd: Collection[int], now: int | None) -> str:
    if index == now:
        return "now"
    return "odd" if index in odd else ""


def _grid(
    top: int, scale: _Scale, level: int | None, level_words: str, written: Write, above: int
) -> tuple[GridLine, ...]:
    lines: list[GridLine] = []
    if level is not None:
        lines.append(GridLine(scale.y(level), level_words, dashed=True))
    if top > 0:
        step = nice_step(top, 3)
        for value in range(step, top + 1, step):
            y = scale.y(value)
            if y >= above and all(abs(y - line.y) >= _LINE_APART for line in lines):
                lines.append(GridLine(y, written(value)))
    return tuple(lines)


def _axis(
    words: Sequence[str],
    places: int,
    first: int | None,
    now: int | None,
    now_word: str,
    end_word: str,
    room: float,
) -> tuple[AxisMark, ...]:
    slot = 100 / places

    def at(index: int, text: str) -> list[AxisMark]:
        left, right = round(index * slot, 2), round((index + 1) * slot, 2)
        middle = AxisMark(round((index + 0.5) * slot, 2), text)
        return [middle, AxisMark(round(right + _STEP_ASIDE, 2), text, "start"), AxisMark(left, text, "end")]

    begin = AxisMark(0.0, words[0], "start")
    roomy = places <= 12
    wanted = [at(first, words[first])] if first is not None else []
    wanted.append([*at(0, words[0])[:1], begin] if roomy else [begin])
    if end_word:
        wanted.append([AxisMark(100.0, end_word, "end")])
    if now is not None and now_word:
        at_the_end = [AxisMark(100.0, now_word, "end")] if now == places - 1 else []
        middle, *aside = at(now, now_word)
        wanted.append([middle, *at_the_end, *aside])
    most = 12 if roomy else 5
    said = [index for index, word in enumerate(words) if word]
    spread = [said[place] for place in evenly(len(said), most)]
    wanted.extend(at(index, words[index])[:1] for index in spread if index != first)
    last = len(words) - 1
    if places == len(words) and not end_word:
        wanted.append([AxisMark(100.0, words[last], "end")])
    return axis_words(wanted, room)


def _call_out(
    spoken: tuple[int, str, str] | None, values: Sequence[int | None], places: int, scale: _Scale
) -> CallOut:
    if spoken is None or values[spoken[0]] is None:
        return CallOut()
    index, strong, text = spoken
    x = round((index + 0.5) * 100 / places, 2)
    side = "left" if x >= 50 else "right"
    room = round((x if side == "left" else 100 - x) - 1.5, 2)
    top = scale.y(max(values[index] or 0, 0))
    return CallOut(True, x, strong, text, side, y=max(round(top - 3, 1), 12.0), room=room)


def _rows(
    values: Sequence[int | None],
    before: Sequence[int | None],
    labels: Sequence[str],
    cell: Write,
    notes: dict[int, str],
    whole: Sequence[str],
) -> tuple[TableRow, ...]:
    def text(value: int | None) -> str:
        return "no reading" if value is None else cell(value)

    rows = []
    for index, label in enumerate(labels[: len(values)]):
        cells = [label, text(values[index])]
        if before:
            cells.append(text(before[index] if index < len(before) else None))
        rows.append(TableRow(tuple(cells), note=notes.get(index, "")))
    if whole:
        rows.append(TableRow(tuple(whole), marked=True))
    return tuple(rows)


def _notes(notes: dict[int, str] | None, now: int | None, now_word: str) -> dict[int, str]:
    """What stands beside the rows of the table; the place not finished yet says so."""
    held = dict(notes or {})
    if now is not None:
        held.setdefault(now, f"{now_word}, not finished".lstrip(", "))
    return held


def _said(
    title: str, labels: Sequence[str], values: Sequence[int | None], written: Write, spoken: str
) -> str:
    known = [(value, labels[index]) for index, value in enumerate(values) if value is not None]
    low, high = min(known), max(known)
    begin, end = labels[0], labels[len(values) - 1]
    parts = [f"{title}, {begin} to {end}." if title else f"{begin} to {end}."]
    parts.append(f"Lowest {written(low[0])} ({low[1]}), highest {written(high[0])} ({high[1]}).")
    missing = len(values) - len(known)
    if missing:
        parts.append(f"{missing} without a reading.")
    if spoken:
        parts.append(spoken)
    return " ".join(parts)


def bar_chart(
    values: Sequence[int | None],
    labels: Sequence[str],
    *,
    written: Write,
    cell: Write | None = None,
    height: int = 160,
    places: int = 0,
    before: Sequence[int | None] = (),
    odd: Collection[int] = (),
    now: int | None = None,
    now_word: str = "today",
    level: int | None = None,
    level_words: str = "",
    call_out: tuple[int, str, str] | None = None,
    also: Sequence[str] = (),
    notes: dict[int, str] | None = None,
    axis: Sequence[str] = (),
    end_word: str = "",
    title: str = "",
    total: str = "",
    summary: str = "",
    said: str = "",
    key_now: str = "",
    key_before: str = "",
    columns: Sequence[str] = (),
    whole: Sequence[str] = (),
    empty: str = "",
) -> BarChart:
    """Bars from whole figures (watt-hours, cents), with scale, call-out, axis words and the table behind.

    `values` and `before` hold None where there is no reading: that place stays open. `labels` name each
    place in the table, `axis` shorter under the plot. `places` above the number of values leaves room to
    the end of the period, whose last day is `end_word`. `odd` and `now` are indices. `written` says a
    figure with its unit, `cell` without. `call_out` is (index, strong words, words); `notes` stand beside
    rows of the table. Raises ValueError when a label is missing.
    """
    if len(labels) < len(values):
        raise ValueError("every figure needs a label")
    known = [value for value in (*values, *before) if value is not None]
    if not any(value is not None for value in values):
        return BarChart(title=title, summary=summary, height=height, base_y=float(height), empty=empty)
    places = max(places, len(values), 1)
    figures = known if level is None else [*known, level]
    above = _WORDS_ROOM if call_out else _AIR_ABOVE
    scale = _scale(figures, height, above)
    bars = _bars(values, before, labels, places, scale, written, odd, now)
    spoken = "" if call_out is None else f"{labels[call_out[0]]}: {call_out[1]} {call_out[2]}".strip()
    short = tuple(axis) or tuple(labels)
    lane = bars[-1].notch_to > 78
    spoken_at = call_out[0] if call_out else None
    room = BESIDE_LANE if lane else 1.0
    return BarChart(
        title=title,
        total=total,
        summary=summary,
        said=said or _said(title, labels, values, written, spoken),
        height=height,
        bars=bars,
        axis=_axis(short[: len(values)], places, spoken_at, now, now_word, end_word, room),
        grid=_grid(max(figures), scale, level, level_words, written, above + 6),
        call_out=_call_out(call_out, values, places, scale),
        key_now=key_now,
        key_before=key_before if any(item is not None for item in before) else "",
        columns=tuple(columns),
        rows=_rows(values, before, labels, cell or written, _notes(notes, now, now_word), whole),
        base_y=scale.base,
        lane=lane,
        key_level=level_words,
        also=tuple(also),
    )
