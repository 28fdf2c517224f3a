"""Figures on a scale, ready to draw: positions in per cent and pixels, words beside them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One bar of a plot. `x` and `width` in per cent, `y` and `height` in pixels from the top.

    `kind` is "", "odd" (stands out) or "now" (not finished). `notch_y` below 0 means none; the notch
    runs from `notch_from` to `notch_to` per cent, a little wider than its bar.
    """

    x: float
    width: float
    y: float
    height: float
    kind: str = ""
    notch_y: float = -1.0
    label: str = ""
    value: str = ""
    notch_from: float = 0.0
    notch_to: float = 0.0


@dataclass(frozen=True)
class AxisMark:
    """A word under the plot; `at` in per cent, `anchor` start, middle or end."""

    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class GridLine:
    """A faint horizontal line with its value; `dashed` for a level compared with."""

    y: float
    text: str
    dashed: bool = False


@dataclass(frozen=True)
class CallOut:
    """The words that a plot says of its unusual bar. `x` in per cent; `side` left or right of it.

    A line leads from the words down to `y` pixels, just above the bar. `room` is how wide the words may run,
    in per cent.
    """

    shown: bool = False
    x: float = 0.0
    strong: str = ""
    text: str = ""
    side: str = "left"
    y: float = 0.0
    room: float = 50.0


@dataclass(frozen=True)
class TableRow:
    """One row of a table. The first cell names it; `note` stands under it, `marked` is a total."""

    cells: tuple[str, ...]
    marked: bool = False
    note: str = ""
    link_to: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: its word, and whether it is sorted by ("", "ascending", "descending")."""

    key: str
    label: str
    sorted: str = ""


@dataclass(frozen=True)
class DataTable:
    """A list of rows with its caption, how it is sorted in words, and where its CSV is fetched."""

    caption: str = ""
    columns: tuple[Column, ...] = ()
    rows: tuple[TableRow, ...] = ()
    sorted_words: str = ""
    csv_to: str = ""
    empty: str = ""


@dataclass(frozen=True)
class BarChart:
    """Bars over days, months or hours with their sentence, call-out, scale and table.

    `base_y` is the pixel row of nought. `lane` says that the bars reach the right end, so that the words of
    the scale stand in a lane beside them; the level compared with is then named in the key. `also` holds
    one sentence for each further unusual bar.
    """

    title: str = ""
    total: str = ""
    summary: str = ""
    said: str = ""
    height: int = 160
    bars: tuple[Bar, ...] = ()
    axis: tuple[AxisMark, ...] = ()
    grid: tuple[GridLine, ...] = ()
    call_out: CallOut = CallOut()
    key_now: str = ""
    key_before: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[TableRow, ...] = ()
    empty: str = ""
    base_y: float = 160.0
    lane: bool = False
    key_level: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class LineChart:
    """A curve over a day or a year. Paths live in a box 100 wide and `height` high, stretched sideways."""

    title: str = ""
    total: str = ""
    summary: str = ""
    said: str = ""
    height: int = 160
    path: str = ""
    ground: str = ""
    before: str = ""
    axis: tuple[AxisMark, ...] = ()
    grid: tuple[GridLine, ...] = ()
    call_out: CallOut = CallOut()
    key_now: str = ""
    key_before: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[TableRow, ...] = ()
    empty: str = ""


@dataclass(frozen=True)
class Fact:
    """One fact with its word: "Cause", "Fallen branch"."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Rule:
    """A ruler from nought: filled to now, a notch for usual, a hatched span for likely. All in per cent.

    `usual_at` and `likely_from` below 0 mean none; `ticks` stand at even steps, `majors` are the longer ones.
    `usual` and `likely` are words, their `_value` the figure set strong after them.
    """

    shown: bool = False
    fill: float = 0.0
    usual_at: float = -1.0
    usual: str = ""
    usual_value: str = ""
    likely_from: float = -1.0
    likely_width: float = 0.0
    likely: str = ""
    likely_value: str = ""
    middle: str = ""
    zero: str = ""
    ticks: tuple[float, ...] = ()
    majors: tuple[float, ...] = ()
    said: str = ""


@dataclass(frozen=True)
class GaugeReading:
    """A speedometer: value of a whole, today's notch, days left.

    `share` and `today` run from 0 to 1; `today` below 0 means no notch. `marks` are the five words at
    nought, quarter, half, three quarters and full; `ticks` how many unit ticks between. `until` is a second
    line under `under`.
    """

    value: str = ""
    of: str = ""
    under: str = ""
    share: float = 0.0
    today: float = -1.0
    tone: str = ""
    ticks: int = 20
    marks: tuple[str, ...] = ()
    said: str = ""
    until: str = ""


@dataclass(frozen=True)
class CompareBar:
    """One length among others: you, last year, similar homes."""

    label: str
    value: str
    share: float
    you: bool = False


@dataclass(frozen=True)
class MapShape:
    """An area, a line of the ground, or a point on a map, projected.

    `path` is in the units of the view; `x` and `y` place the point or the words, in per cent of width and
    height. `radius` is a point's size in rem, so that it stays readable however small the map is drawn.
    `count` above 1 is a cluster. `facts` are what the list beneath the map says of it.
    """

    id: str
    path: str = ""
    x: float = 0.0
    y: float = 0.0
    radius: float = 0.0
    tone: str = "neutral"
    label: str = ""
    said: str = ""
    kind: str = ""
    count: int = 0
    word: str = ""
    facts: tuple[Fact, ...] = ()
    link_to: str = ""


@dataclass(frozen=True)
class MapView:
    """A map drawn from GeoJSON of our own, without tiles: a view box, ground shapes, marked shapes.

    `home_x` and `home_y` in per cent; below 0 means no home in view. `legend` lists every marked shape of the
    map, in view or not, for those who do not see the picture. `zoom` counts doublings.
    """

    width: int = 640
    height: int = 480
    ground: tuple[MapShape, ...] = ()
    areas: tuple[MapShape, ...] = ()
    points: tuple[MapShape, ...] = ()
    home_x: float = -1.0
    home_y: float = -1.0
    home_label: str = ""
    said: str = ""
    zoom: int = 0
    can_zoom_in: bool = False
    can_zoom_out: bool = False
    legend: tuple[MapShape, ...] = ()
    empty: str = ""
    source: str = ""
