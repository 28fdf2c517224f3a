"""The tokens of the look, once: colours of every company in light and dark, five tones, sizes, space.

`css()` is the whole style sheet; `write_assets()` puts it, with the icons, where browsers fetch them. The
face, the theme switch and the app icons stand in `assets/` as they are.
"""

import re
from pathlib import Path

from portal_app.components.icons import sprite
from portal_app.shapes.palette import (
    DANGER,
    NAMES,
    TONE_COLOURS,
    Brand,
    Palette,
    Shade,
    declared,
)


def _given(light: str, dark: str) -> tuple[Palette, Palette]:
    first, second = (dict(zip(NAMES, line.split(), strict=True)) for line in (light, dark))
    return (
        first | {"on-accent": "#ffffff"} | DANGER["light"],
        second | {"on-accent": second["accent-1"]} | DANGER["dark"],
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


def _shade_css(root: str, shade: Shade, brands: tuple[Brand, ...]) -> str:
    first, *rest = brands
    sheet = f"{root}{{{_LIFTS[shade]};{declared(TONE_COLOURS[shade])};{declared(first.palette(shade))}}}"
    for one in rest:
        where = f'[data-brand="{one.key}"]'
        sheet += f"{root}{where},{root} {where}{{{declared(one.palette(shade))}}}"
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
