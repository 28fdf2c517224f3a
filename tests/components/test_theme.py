"""Every colour can be read, in every brand and both themes; the style sheet is ours alone."""

import re
import zlib

import pytest

from portal_app.components import theme
from portal_app.components.theme import BRANDS, KIND_COLOURS
from portal_app.shapes import palette
from portal_app.shapes.colour import contrast, from_oklch, to_oklch
from portal_app.shapes.palette import MARK_PAIRS, SHADES, TEXT_PAIRS, TONE_COLOURS

ALL_BRANDS = {**BRANDS, **{kind: palette.brand(kind, *colour) for kind, colour in KIND_COLOURS.items()}}


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("shade", SHADES)
@pytest.mark.parametrize("key", ALL_BRANDS)
def test_every_text_stands_at_7_to_1_on_its_ground(key, shade):
    colours = ALL_BRANDS[key].palette(shade) | TONE_COLOURS[shade]
    lowest = min((contrast(colours[ink], colours[ground]), ink, ground) for ink, ground in TEXT_PAIRS)
    assert lowest[0] >= 7, lowest


@pytest.mark.parametrize("shade", SHADES)
@pytest.mark.parametrize("key", ALL_BRANDS)
def test_every_mark_and_border_stands_at_3_to_1(key, shade):
    colours = ALL_BRANDS[key].palette(shade) | TONE_COLOURS[shade]
    lowest = min((contrast(colours[mark], colours[ground]), mark, ground) for mark, ground in MARK_PAIRS)
    assert lowest[0] >= 3, lowest


@pytest.mark.parametrize(
    ("key", "shade", "ink", "ground", "ratio"),
    [
        ("brightwater", "light", "ink", "accent-1", 16.0),
        ("brightwater", "dark", "ink-2", "sunk", 8.2),
        ("brightwater", "light", "on-accent", "accent-9", 8.1),
        ("fjord", "dark", "accent-11", "accent-1", 11.9),
        ("fjord", "light", "line-strong", "surface", 3.8),
    ],
)
def test_contrasts_are_those_of_the_drawn_pages(key, shade, ink, ground, ratio):
    colours = BRANDS[key].palette(shade)
    assert contrast(colours[ink], colours[ground]) == pytest.approx(ratio, abs=0.06)


@pytest.mark.parametrize("shade", SHADES)
@pytest.mark.parametrize("key", ["brightwater", "fjord"])
def test_a_derived_brand_comes_near_the_one_drawn_by_hand(key, shade):
    drawn = BRANDS[key]
    derived = palette.brand(key, drawn.hue, drawn.strength).palette(shade)
    for name, colour in drawn.palette(shade).items():
        apart = [abs(int(colour[at : at + 2], 16) - int(derived[name][at : at + 2], 16)) for at in (1, 3, 5)]
        assert max(apart) <= 6, (name, colour, derived[name])


def test_the_colour_of_a_drawn_brand_is_that_of_its_palette():
    assert {key: drawn.light["accent-9"] for key, drawn in BRANDS.items()} == palette.DRAWN


def test_oklch_goes_there_and_back():
    for colour in ("#025b4b", "#c17505", "#3b3f9a", "#ffffff", "#000000"):
        assert from_oklch(*to_oklch(colour)) == colour


def test_a_chroma_no_screen_shows_is_lowered_and_keeps_its_lightness():
    lightness, chroma, _ = to_oklch(from_oklch(0.42, 0.4, 176))
    assert lightness == pytest.approx(0.42, abs=0.01)
    assert chroma < 0.1


def test_a_pair_that_cannot_be_read_is_named_with_its_ratio():
    pale = BRANDS["brightwater"].light | {"accent-9": "#5bb8a2"}
    assert palette.failing_pairs(pale, "light")[0] == "on-accent on accent-9 is 2.38:1, needs 7:1"
    assert palette.failing_pairs(BRANDS["brightwater"].light, "light") == []


def test_the_style_sheet_fetches_nothing_from_elsewhere():
    sheet = theme.css()
    assert "@import" not in sheet
    assert re.findall(r"url\(([^)]*)\)", sheet) == ['"/inter-latin-wght.woff2"']


def test_the_style_sheet_is_small():
    sheet = theme.css().encode()
    assert len(sheet) < 56_000
    assert len(zlib.compress(sheet, 9)) < 12_000


def test_every_token_that_is_used_is_declared():
    sheet = theme.css()
    declared = set(re.findall(r"(--[\w-]+):", sheet))
    set_inline = {"--gauge", "--size", "--at"}
    assert set(re.findall(r"var\((--[\w-]+)", sheet)) - declared - set_inline == set()


def test_no_token_is_sent_that_nothing_wears():
    sheet = theme.css()
    declared = set(re.findall(r"(--[\w-]+):", sheet))
    assert declared - set(re.findall(r"var\((--[\w-]+)", sheet)) == set()


def test_dark_holds_by_the_device_and_by_choice():
    sheet = theme.tokens_css()
    by_device, by_choice = ":root:not([data-theme=light])", ":root[data-theme=dark]"
    for root in (by_device, by_choice):
        assert f'{root}[data-brand="fjord"]' in sheet
    assert sheet.index("@media (prefers-color-scheme:dark)") < sheet.index(by_device)
    assert sheet.count(f"--ink:{BRANDS['brightwater'].dark['ink']}") == 2


@pytest.mark.line("X-17")
def test_controls_are_44_pixels_high_or_more_and_no_word_is_under_13():
    sheet = theme.css()
    for control in (".button", ".button.low", ".link", ".row", ".slot span", ".choose span", ".menu-act"):
        heights = re.findall(re.escape(control) + r"\{[^}]*?min-height:([\d.]+)rem", sheet)
        assert heights, control
        assert min(map(float, heights)) * 16 >= 44, control
    exempt = {".75rem", ".6875rem"}  # the number on the bell and initials, both repeated in words
    sizes = set(re.findall(r"font-size:([\d.]+rem)", sheet)) - exempt
    assert min(float(size.removesuffix("rem")) * 16 for size in sizes) >= 13


@pytest.mark.line("X-17")
def test_the_action_bar_sticks_above_the_tabs():
    assert re.search(r"\.actions\{position:sticky;bottom:calc\(var\(--tabs\)", theme.css())


def test_nothing_moves_for_people_who_asked_for_stillness():
    assert (
        "@media (prefers-reduced-motion:reduce){*,*::before,*::after{animation:none!important"
        in theme.css().replace(" !", "!")
    )


def test_what_browsers_fetch_is_up_to_date(tmp_path):
    fresh = theme.write_assets(tmp_path)
    stored = theme.Path(theme.__file__).resolve().parents[2] / "assets"
    for path in fresh:
        assert (stored / path.name).read_text() == path.read_text(), f"run write_assets() for {path.name}"
    for name in (
        "inter-latin-wght.woff2",
        "OFL.txt",
        "favicon.ico",
        "icon.svg",
        "manifest.webmanifest",
        "theme.js",
    ):
        assert (stored / name).stat().st_size > 0
    assert (stored / "inter-latin-wght.woff2").stat().st_size <= 50_000


def test_writing_again_leaves_right_files_alone(tmp_path):
    (sheet, icons) = theme.write_assets(tmp_path)
    times = sheet.stat().st_mtime_ns, icons.stat().st_mtime_ns
    theme.write_assets(tmp_path)
    assert (sheet.stat().st_mtime_ns, icons.stat().st_mtime_ns) == times
    sheet.write_text("old")
    theme.write_assets(tmp_path)
    assert sheet.read_text() == theme.css() + "\n"
