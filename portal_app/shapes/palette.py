"""A company's colours, derived from one: a palette in light and dark whose every pair can be read.

Lightness steps are kept, so that what is readable in one hue is readable in all; only a company's own colour
stands as it was chosen, behind the words on its buttons, and is therefore checked before it is kept.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from portal_app.shapes.colour import contrast, from_oklch, to_oklch

Shade = Literal["light", "dark"]
Palette = dict[str, str]
SHADES: tuple[Shade, Shade] = ("light", "dark")
TONES = ("neutral", "info", "good", "attention", "urgent")

NAMES = (
    *(f"accent-{step}" for step in range(1, 13)),
    *("surface", "sunk", "ink", "ink-2", "line", "line-strong"),
)
# Lightness and chroma of each step; accents from 3 on take the company's strength, the rest a breath of hue.
_STEPS: dict[Shade, tuple[tuple[float, float], ...]] = {
    "light": (
        *((0.9848, 0.0044), (0.9701, 0.0123), (0.9447, 0.0268), (0.9129, 0.0422), (0.8688, 0.0583)),
        *((0.8060, 0.0752), (0.7193, 0.0952), (0.5899, 0.1100), (0.4211, 0.1005), (0.3657, 0.0900)),
        *((0.3955, 0.0953), (0.2551, 0.0545), (1.0, 0.0), (0.9598, 0.0059), (0.2340, 0.0135)),
        *((0.4049, 0.0162), (0.9038, 0.0080), (0.6101, 0.0137)),
    ),
    "dark": (
        *((0.1732, 0.0129), (0.2060, 0.0170), (0.2522, 0.0306), (0.2932, 0.0423), (0.3401, 0.0540)),
        *((0.4064, 0.0664), (0.4890, 0.0813), (0.5988, 0.0994), (0.8001, 0.1100), (0.8488, 0.0946)),
        *((0.8489, 0.0896), (0.9454, 0.0259), (0.2177, 0.0124), (0.2629, 0.0139), (0.9541, 0.0055)),
        *((0.7991, 0.0118), (0.3265, 0.0145), (0.5694, 0.0139)),
    ),
}
DANGER: dict[Shade, Palette] = {
    "light": {"danger": "#99151b", "danger-press": "#810911", "on-danger": "#ffffff"},
    "dark": {"danger": "#fa9b95", "danger-press": "#ffb0aa", "on-danger": "#170c0b"},
}


@dataclass(frozen=True)
class Brand:
    """A company's colours: hue in degrees of OKLCH, strength against Brightwater, a palette a shade."""

    key: str
    hue: float
    strength: float
    light: Palette
    dark: Palette

    def palette(self, shade: Shade) -> Palette:
        """The colours of one shade by token name."""
        return self.light if shade == "light" else self.dark


def _derived(hue: float, strength: float, shade: Shade) -> Palette:
    palette: Palette = {}
    for place, (name, (lightness, chroma)) in enumerate(zip(NAMES, _STEPS[shade], strict=True)):
        scale = strength if 2 <= place < 12 else 1.0
        palette[name] = from_oklch(lightness, chroma * scale, hue)
    palette["on-accent"] = "#ffffff" if shade == "light" else palette["accent-1"]
    return palette | DANGER[shade]


def brand(key: str, hue: float, strength: float = 1.0) -> Brand:
    """A company's colours from its hue and strength, lightness steps kept.

    Raises ValueError with the failing pair when a text would come under 7:1.
    """
    made = Brand(key, hue, strength, _derived(hue, strength, "light"), _derived(hue, strength, "dark"))
    for shade in SHADES:
        failing = failing_pairs(made.palette(shade), shade)
        if failing:
            raise ValueError(f"The colour of {key} can't be read in {shade}: {failing[0]}.")
    return made


TONE_COLOURS: dict[Shade, Palette] = {
    "light": {
        **{"neutral-text": "#3b4247", "neutral-ground": "#f0f3f4", "neutral-border": "#cad0d3"},
        **{"neutral-mark": "#5f6b71", "info-text": "#004373", "info-ground": "#e9f4fe"},
        **{"info-border": "#aed4f9", "info-mark": "#006cb4", "good-text": "#034f25"},
        **{"good-ground": "#e4f9e9", "good-border": "#b0dcbb", "good-mark": "#037e3f"},
        **{"attention-text": "#5e3601", "attention-ground": "#fef0e2", "attention-border": "#edc8a3"},
        **{"attention-mark": "#c17505", "urgent-text": "#781719", "urgent-ground": "#feeeed"},
        **{"urgent-border": "#febcb6", "urgent-mark": "#bd242b"},
    },
    "dark": {
        **{"neutral-text": "#d3dade", "neutral-ground": "#202223", "neutral-border": "#43494b"},
        **{"neutral-mark": "#a8b3b9", "info-text": "#bbddff", "info-ground": "#132332"},
        **{"info-border": "#264a6c", "info-mark": "#6ab7fe", "good-text": "#b5e8c1"},
        **{"good-ground": "#142719", "good-border": "#275235", "good-mark": "#6bc987"},
        **{"attention-text": "#fcd0a5", "attention-ground": "#2d1e0e", "attention-border": "#613f1a"},
        **{"attention-mark": "#e99f4e", "urgent-text": "#ffcbc5", "urgent-ground": "#341816"},
        **{"urgent-border": "#6f322f", "urgent-mark": "#ff8a82"},
    },
}

# Ink, ground: words on what they stand on. `accent-1` is the page.
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *(("ink", "accent-1"), ("ink", "surface"), ("ink", "sunk"), ("ink", "accent-2"), ("ink", "accent-3")),
    *(("ink-2", "accent-1"), ("ink-2", "surface"), ("ink-2", "sunk")),
    *(("accent-11", "accent-1"), ("accent-11", "surface"), ("accent-11", "accent-3")),
    *(("accent-12", "accent-3"), ("accent-12", "accent-4")),
    *(("on-accent", "accent-9"), ("on-accent", "accent-10")),
    *(("on-danger", "danger"), ("on-danger", "danger-press"), ("danger", "surface"), ("danger", "accent-1")),
    *((f"{tone}-text", f"{tone}-ground") for tone in TONES),
    *((f"{tone}-text", ground) for tone in TONES for ground in ("surface", "accent-1")),
    *(("ink", f"{tone}-ground") for tone in TONES),
    *(("accent-11", f"{tone}-ground") for tone in TONES),
)
MARK_PAIRS: tuple[tuple[str, str], ...] = (
    *(("line-strong", "surface"), ("line-strong", "accent-1"), ("accent-9", "accent-1")),
    *(("accent-9", "surface"), ("accent-9", "accent-4"), ("accent-8", "accent-1"), ("accent-8", "surface")),
    *((f"{tone}-mark", f"{tone}-ground") for tone in TONES),
    *((f"{tone}-mark", "surface") for tone in TONES),
)


def failing_pairs(palette: Palette, shade: Shade) -> list[str]:
    """Pairs of a palette that can't be read well: words under 7:1, marks and borders under 3:1."""
    colours = palette | TONE_COLOURS[shade]
    failing = []
    for pairs, least in ((TEXT_PAIRS, 7.0), (MARK_PAIRS, 3.0)):
        for ink, ground in pairs:
            ratio = contrast(colours[ink], colours[ground])
            if ratio < least:
                failing.append(f"{ink} on {ground} is {ratio:.2f}:1, needs {least:g}:1")
    return failing


_UNWORN = ("accent-2", "accent-5", "accent-7")
"""Steps of every scale that no rule wears; browsers are not sent them."""

_OWN_CHROMA = 0.1005
"""The chroma of Brightwater's own colour: a strength of 1."""
_STRONGEST = 1.6
_PRESSED = (0.0544, 0.8955)
"""How much darker, and how much of its chroma, a colour is while it is pressed."""
_WORDS = {
    "on-accent": "the words on a button",
    "accent-9": "your colour",
    "accent-10": "your colour when pressed",
    "accent-1": "the page",
    "accent-4": "a marked row",
    "surface": "a card",
}


DRAWN = {"brightwater": "#025b4b", "fjord": "#3b3f9a"}
"""The colour of each brand that is drawn by hand, by its key."""


@lru_cache(maxsize=256)
def own_brand(colour: str) -> Brand:
    """The colours of a company whose own is `colour` (#rrggbb); nothing is checked yet."""
    lightness, chroma, hue = to_oklch(colour)
    strength = min(chroma / _OWN_CHROMA, _STRONGEST)
    less, part = _PRESSED
    pressed = from_oklch(max(lightness - less, 0.0), chroma * part, hue)
    light = _derived(round(hue, 1), round(strength, 2), "light") | {"accent-9": colour, "accent-10": pressed}
    return Brand(colour, hue, strength, light, dict(_derived(round(hue, 1), round(strength, 2), "dark")))


@dataclass(frozen=True)
class Verdict:
    """Whether a colour can be read everywhere; what fails in words, and the nearest one that passes."""

    says: str = ""
    nearest: str = ""

    @property
    def fits(self) -> bool:
        """Whether nothing fails."""
        return not self.says


def look_at(colour: str) -> Verdict:
    """Check every pair of the palette that a colour makes. Raises ValueError for what is no #rrggbb."""
    pair = _first_failing(colour)
    if not pair:
        return Verdict()
    ink, _, rest = pair.partition(" on ")
    ground, _, ratio = rest.partition(" is ")
    got, _, least = ratio.partition(", needs ")
    one, other = (_WORDS.get(name, name) for name in (ink, ground))
    nearest = nearest_that_fits(colour)
    return Verdict(
        f"With {colour}, {one} on {other} would have a contrast of {got} and need {least} to be read. "
        f"The nearest colour that can be read is {nearest}.",
        nearest,
    )


def _first_failing(colour: str) -> str:
    made = own_brand(colour)
    return next((pair for shade in SHADES for pair in failing_pairs(made.palette(shade), shade)), "")


@lru_cache(maxsize=256)
def nearest_that_fits(colour: str) -> str:
    """The colour nearest to one that can be read everywhere: its hue, darker, and paler where needed."""
    lightness, chroma, hue = to_oklch(colour)
    best, distance = "#025b4b", 9.0
    for share in (1.0, 0.85, 0.7, 0.5, 0.25, 0.0):
        found = _darkened(lightness, chroma * share, hue)
        if not found:
            continue
        new_lightness, new_chroma, _ = to_oklch(found)
        away = (lightness - new_lightness) ** 2 + (chroma - new_chroma) ** 2
        if away < distance:
            best, distance = found, away
    return best


def _darkened(lightness: float, chroma: float, hue: float) -> str:
    """The lightest colour of a hue, at most that light, which can be read; "" when none can."""
    low, high, found = 0.0, lightness, ""
    for _ in range(9):
        middle = (low + high) / 2
        tried = from_oklch(middle, chroma, hue)
        if _first_failing(tried):
            high = middle
        else:
            low, found = middle, tried
    return found


def own_css(colour: str, *, part: str = "") -> str:
    """The tokens of a company's own colour for a page, or for a `part` of it, in light and dark."""
    made = own_brand(colour)

    def rule(root: str, shade: Shade) -> str:
        where = f"{root} {part}" if part else f"{root},{root} [data-brand]"
        return f"{where}{{{declared(made.palette(shade))}}}"

    # Twice the root: above the tokens of the sheet whatever the order they come in.
    dark = rule(":root:root:not([data-theme=light])", "dark")
    return (
        rule(":root:root", "light")
        + f"@media (prefers-color-scheme:dark){{{dark}}}"
        + rule(":root:root[data-theme=dark]", "dark")
    )


def declared(palette: Palette) -> str:
    """A palette as declarations of custom properties."""
    return ";".join(f"--{name}:{colour}" for name, colour in palette.items() if name not in _UNWORN)
