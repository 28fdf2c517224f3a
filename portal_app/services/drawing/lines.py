"""A curve over a day or a year, from figures to a path."""

from collections.abc import Callable, Sequence

from portal_app.services.drawing.scales import BESIDE_LANE, axis_words, evenly, nice_step
from portal_app.shapes.charts import AxisMark, CallOut, GridLine, LineChart, TableRow

_AIR = 22
_WORDS_ROOM = 50


def _pieces(values: Sequence[int | None]) -> list[list[int]]:
    """Runs of places that have a figure; a gap ends a run."""
    runs: list[list[int]] = [[]]
    for index, value in enumerate(values):
        if value is not None:
            runs[-1].append(index)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(
    values: Sequence[int | None], places: int, height: int, per_unit: float, *, closed: bool = False
) -> str:
    slot = 100 / places
    parts = []
    for run in _pieces(values):
        ends = [((index + 0.5) * slot, round(height - (values[index] or 0) * per_unit, 1)) for index in run]
        if len(ends) == 1:
            x, y = ends[0]
            ends = [(x - slot / 4, y), (x + slot / 4, y)]
        line = "L".join(f"{x:.2f} {y:g}" for x, y in ends)
        parts.append(
            f"M{ends[0][0]:.2f} {height}L{line}L{ends[-1][0]:.2f} {height}Z" if closed else f"M{line}"
        )
    return "".join(parts)


def line_chart(
    values: Sequence[int | None],
    labels: Sequence[str],
    *,
    written: Callable[[int], str],
    cell: Callable[[int], str] | None = None,
    height: int = 160,
    before: Sequence[int | None] = (),
    call_out: tuple[int, str, str] | None = None,
    axis: Sequence[str] = (),
    title: str = "",
    total: str = "",
    summary: str = "",
    said: str = "",
    key_now: str = "",
    key_before: str = "",
    columns: Sequence[str] = (),
    empty: str = "",
) -> LineChart:
    """A curve of figures that are nought or more, such as a day in half hours; gaps stay open.

    `before` draws a second, dashed curve (the usual day). Raises ValueError when a label is missing.
    """
    if len(labels) < len(values):
        raise ValueError("every figure needs a label")
    known = [value for value in values if value is not None]
    if not known:
        return LineChart(title=title, summary=summary, height=height, empty=empty)
    places = len(values)
    top = max(*known, *(value for value in before if value is not None), 1)
    above = _WORDS_ROOM if call_out else _AIR
    per_unit = (height - above) / top
    step = nice_step(top, 3)
    short = tuple(axis) or tuple(labels)
    words = [[AxisMark(0.0, short[0], "start")]]
    words += [[AxisMark(round((i + 0.5) * 100 / places, 2), short[i])] for i in evenly(places, 4)]
    write_cell = cell or written
    rows = []
    for index, value in enumerate(values):
        cells = [labels[index], "no reading" if value is None else write_cell(value)]
        if before:
            earlier = before[index] if index < len(before) else None
            cells.append("no reading" if earlier is None else write_cell(earlier))
        rows.append(TableRow(tuple(cells)))
    peak = max(known)
    peak_label = labels[list(values).index(peak)]
    return LineChart(
        title=title,
        total=total,
        summary=summary,
        said=said
        or f"{title or 'The day'}: from {written(min(known))} to {written(peak)}, most at {peak_label}.",
        height=height,
        path=_path(values, places, height, per_unit),
        ground=_path(values, places, height, per_unit, closed=True),
        before=_path(before[:places], places, height, per_unit) if before else "",
        axis=axis_words(words, BESIDE_LANE),
        grid=tuple(
            GridLine(round(height - value * per_unit, 1), written(value))
            for value in range(step, top + 1, step)
        ),
        call_out=_spoken(call_out, values, places, height, per_unit),
        key_now=key_now,
        key_before=key_before if before else "",
        columns=tuple(columns),
        rows=tuple(rows),
    )


def _spoken(
    call_out: tuple[int, str, str] | None,
    values: Sequence[int | None],
    places: int,
    height: int,
    per_unit: float,
) -> CallOut:
    if call_out is None or values[call_out[0]] is None:
        return CallOut()
    index, strong, text = call_out
    x = round((index + 0.5) * 100 / places, 2)
    side = "left" if x >= 50 else "right"
    room = round((x if side == "left" else 100 - x) - 1.5, 2)
    top = round(height - (values[index] or 0) * per_unit - 4, 1)
    return CallOut(True, x, strong, text, side, y=max(top, 12.0), room=room)
