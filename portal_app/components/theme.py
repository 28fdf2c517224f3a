"""The tokens of the look, once: colours of every company in light and dark, five tones, sizes, space.

`css()` is the whole style sheet; `write_assets()` puts it, with the icons, where browsers fetch them. The
face, the theme switch and the app icons stand in `assets/` as they are.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portal_app.components.colour import contrast, from_oklch
from portal_app.components.icons import sprite

Shade = Literal["light", "dark"]
Palette = dict[str, str]
SHADES: tuple[Shade, Shade] = ("light", "dark")
TONES = ("neutral", "info", "good", "attention", "urgent")

_NAMES = (
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
_DANGER: dict[Shade, Palette] = {
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
    for place, (name, (lightness, chroma)) in enumerate(zip(_NAMES, _STEPS[shade], strict=True)):
        scale = strength if 2 <= place < 12 else 1.0
        palette[name] = from_oklch(lightness, chroma * scale, hue)
    palette["on-accent"] = "#ffffff" if shade == "light" else palette["accent-1"]
    return palette | _DANGER[shade]


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


def _given(light: str, dark: str) -> tuple[Palette, Palette]:
    first, second = (dict(zip(_NAMES, line.split(), strict=True)) for line in (light, dark))
    return (
        first | {"on-accent": "#ffffff"} | _DANGER["light"],
        second | {"on-accent": second["accent-1"]} | _DANGER["dark"],
    )


# Drawn by hand for the two companies of the pictures; all others come from `brand`.
_BRIGHTWATER = _given(
    "#f7fbfa #edf8f5 #dbf3ec #c6ece1 #ace1d2 #8ad0be #5bb8a2 #02927b #025b4b #014a3d #025345 #012a22 "
    "#ffffff #eef3f1 #17201e #404c49 #dae1df #7b8683",
    "#0a1210 #0f1a17 #112721 #11332b #114137 #165548 #1c6f5f #29937e #65d5bb #86e2cb #8be1cb #dcf3ec "
    "#141c1a #1e2724 #ecf1f0 #b6c0bd #2d3734 #6f7a77",
)
_FJORD = _given(
    "#f9fafd #f2f5fe #e7ebfe #dae0fe #c8d1fe #aebbfe #8e9cfa #6670da #3b3f9a #2f3281 #35398e #1a1d48 "
    "#ffffff #f0f1f6 #1c1e25 #464852 #dddfe4 #81838c",
    "#0e0f15 #15171f #1c2037 #24284a #2d3360 #3c437c #4f58a3 #6a75d5 #acb9fe #c0caff #c0cafe #e8ecff "
    "#181a20 #22242b #eff0f4 #bbbdc6 #32343b #757780",
)
BRANDS: dict[str, Brand] = {
    "brightwater": Brand("brightwater", 176, 1.0, *_BRIGHTWATER),
    "fjord": Brand("fjord", 276, 1.45, *_FJORD),
}
KIND_COLOURS: dict[str, tuple[float, float]] = {
    "saas": (222, 1.1),
    "developer": (132, 1.0),
    "onboarding": (302, 1.2),
    "suite": (256, 1.3),
    "storefront": (115, 0.8),
    "wholesale": (238, 0.7),
    "patient": (200, 0.9),
    "telehealth": (215, 0.9),
    "wealth": (250, 0.4),
    "insurance": (150, 0.6),
    "accounting": (165, 0.6),
    "agency": (42, 1.2),
    "energy": (176, 1.0),
    "telecom": (276, 1.45),
    "benefits": (345, 0.9),
}
"""Hue and strength of each kind of portal, for a company that has not chosen its own."""

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

_STILL = (
    '--face:"Inter Portal","Inter Before",system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;'
    "--size-figure:2.75rem;--size-figure-wide:3.5rem;--size-title:1.5rem;--size-section:1.125rem;"
    "--size-body:1rem;--size-small:.875rem;--size-least:.8125rem;"
    "--space-1:.25rem;--space-2:.5rem;--space-3:.75rem;--space-4:1rem;--space-5:1.5rem;"
    "--space-6:2rem;--space-7:3rem;"
    "--radius-s:.5rem;--radius-m:.625rem;--radius-l:1rem;"
    "--ring-width:3px;--ring-offset:2px;--quick:150ms ease-out"
)
_LIFTS: dict[Shade, str] = {
    "light": (
        "color-scheme:light;"
        "--lift-2:0 2px 6px rgb(10 25 30/.1),0 16px 40px rgb(10 25 30/.18);"
        "--veil:rgb(10 20 24/.55)"
    ),
    "dark": (
        "color-scheme:dark;--lift-2:0 0 0 1px var(--line),0 16px 40px rgb(0 0 0/.6);--veil:rgb(0 0 0/.65)"
    ),
}


def _declared(palette: Palette) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in palette.items() if name not in _UNWORN)


def _shade_css(root: str, shade: Shade, brands: tuple[Brand, ...]) -> str:
    first, *rest = brands
    sheet = f"{root}{{{_LIFTS[shade]};{_declared(TONE_COLOURS[shade])};{_declared(first.palette(shade))}}}"
    for one in rest:
        where = f'[data-brand="{one.key}"]'
        sheet += f"{root}{where},{root} {where}{{{_declared(one.palette(shade))}}}"
    return sheet


def tokens_css(*brands: Brand) -> str:
    """The tokens as CSS: light, dark where the device asks for it, dark and light as chosen.

    The first brand holds unless `data-brand` on the page, or on a part of it, names another.
    """
    chosen = brands or tuple(BRANDS.values())
    return (
        f":root{{{_STILL}}}"
        + _shade_css(":root", "light", chosen)
        + "@media (prefers-color-scheme:dark){"
        + _shade_css(":root:not([data-theme=light])", "dark", chosen)
        + "}"
        # On paper ink is dark, whatever was chosen for the screen.
        + "@media screen{"
        + _shade_css(":root[data-theme=dark]", "dark", chosen)
        + "}"
    )


SHEETS = (
    "base",
    "frame",
    "controls",
    "forms",
    "surfaces",
    "figures",
    "charts",
    "status",
    "overlays",
    "secrets",
    "adapt",
    "zz_more",
)
_CSS = Path(__file__).parent / "css"


def minified(sheet: str) -> str:
    """A style sheet without comments and without space that means nothing."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    sheet = re.sub(r"\s+", " ", sheet)
    sheet = re.sub(r"\s*([{};,>]|!(?=important))\s*", r"\1", sheet)
    sheet = re.sub(r":\s+", ":", sheet)
    return sheet.replace(";}", "}").strip()


def css(*brands: Brand) -> str:
    """The whole style sheet, minified: tokens of the brands, then every sheet in order."""
    return tokens_css(*brands) + "".join(minified((_CSS / f"{name}.css").read_text()) for name in SHEETS)


def write_assets(folder: Path | None = None, *brands: Brand) -> tuple[Path, ...]:
    """Write the style sheet and the icons where browsers fetch them; gives the paths.

    A file that is right already stays untouched, so that a build is not asked to start again.
    """
    target = folder or Path(__file__).resolve().parents[2] / "assets"
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in (("portal.css", css(*brands) + "\n"), ("icons.svg", sprite())):
        path = target / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        written.append(path)
    return tuple(written)
