"""Drawings printed as HTML, and the part of the style sheet that a piece of HTML needs."""

import re
from html.parser import HTMLParser

import pytest
import reflex as rx
from hypothesis import given
from hypothesis import strategies as st

from portal_app.components import theme
from portal_app.components.critical_css import needed
from portal_app.components.draw import each, shape, styled, svg, when
from portal_app.components.first_paint import CannotPrint, as_html
from tests.components import drawn
from tests.components.test_samples import SAMPLES


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def words_in(html: str) -> list[str]:
    """The texts of a piece of HTML as a browser reads them."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return reader.found


class Seen(rx.State):
    """A value that only a browser knows."""

    name: str = ""


@pytest.mark.parametrize(
    ("drawing", "html"),
    [
        (rx.el.p("a < b & c"), "<p>a &lt; b &amp; c</p>"),
        (rx.el.div(rx.el.br(), class_name="x y"), '<div class="x y"><br></div>'),
        (rx.el.p("hidden", hidden=True), "<p hidden>hidden</p>"),
        (rx.el.p("here", custom_attrs={"aria-current": "page"}), '<p aria-current="page">here</p>'),
        (rx.el.i(custom_attrs=styled(width="12%", at_="3")), '<i style="width:12%;--at:3"></i>'),
        (
            rx.el.button("?", type="button", custom_attrs={"popoverTarget": "help", "tabIndex": -1}),
            '<button popovertarget="help" tabindex="-1" type="button">?</button>',
        ),
        (when("", "never", "else"), None),
        (each(["one", "two"], rx.el.li), "<li>one</li><li>two</li>"),
    ],
)
def test_a_plain_drawing_prints_as_html(drawing, html):
    if html is None:
        assert drawing == "else"
    else:
        assert as_html(drawing) == html


def test_a_picture_keeps_the_spelling_of_its_attributes():
    html = as_html(svg(shape("path", d="M1 2", strokeWidth="2", pathLength="100"), viewBox="0 0 2 2"))
    assert 'viewBox="0 0 2 2"' in html
    assert 'stroke-width="2"' in html
    assert 'pathLength="100"' in html
    assert html.startswith("<svg aria-hidden=")


@pytest.mark.parametrize(
    "live",
    [
        rx.el.p(Seen.name),
        rx.el.p("x", class_name=Seen.name),
        rx.cond(Seen.name, rx.el.p("a"), rx.el.p("b")),
        rx.el.ul(rx.foreach(Seen.name.split(","), rx.el.li)),
    ],
)
def test_what_only_a_browser_knows_is_never_half_drawn(live):
    with pytest.raises(CannotPrint):
        as_html(rx.el.div(live))


@given(st.text(max_size=60))
def test_what_a_person_wrote_is_text_and_nothing_else(text):
    html = as_html(rx.el.p(text, custom_attrs={"title": text}))
    assert html.count("<") == 2
    if text and "\r" not in text and "\0" not in text:
        assert "".join(words_in(html)) == text


@pytest.mark.parametrize("draw", SAMPLES)
def test_every_sample_prints_the_words_it_draws(draw):
    assert " ".join(" ".join(words_in(as_html(draw()))).split()) == drawn.text(draw())


# The style sheet that travels with the HTML.

SHEET = (
    ":root{--a:1;--b:var(--a);--c:3;color-scheme:light}"
    '[data-brand="fjord"]{--a:2}'
    ".card{color:var(--b)}.card:hover{color:red}.other{color:blue}"
    ".card>p,.other>p{margin:0}table.card{width:1px}"
    "@media (min-width:40rem){.card{gap:1px}.other{gap:2px}}"
    "@media print{.card{display:none}}"
    "@keyframes turn{to{rotate:1turn}}"
)


def test_only_rules_for_what_stands_there_travel():
    kept = needed(SHEET, '<div class="card"><p>x</p></div>')
    assert kept == (
        ":root{--a:1;--b:var(--a);color-scheme:light}"
        ".card{color:var(--b)}.card>p{margin:0}"
        "@media (min-width:40rem){.card{gap:1px}}"
    )


def test_a_brand_brings_its_own_colours_along():
    assert '[data-brand="fjord"]{--a:2}' in needed(SHEET, '<div data-brand="fjord" class="card"></div>')


def test_nothing_travels_for_nothing():
    assert ".card" not in needed(SHEET, "<p>x</p>")


_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


@pytest.mark.parametrize(
    "classes", [["card"], ["frame", "frame-in", "topbar"], ["headline", "figure", "big"]]
)
def test_what_travels_is_a_part_of_the_whole_sheet_in_its_order(classes):
    whole = theme.css()
    kept = needed(whole, "".join(f'<div class="{name}">' for name in classes))
    at = 0
    for head, body in _RULE.findall(re.sub(r"@[^{]+\{", "", kept)):
        if head.lstrip("}").startswith((":root", "[data-brand", "@font-face")):
            continue
        at = whole.find(body, at)
        assert at >= 0, f"{head} is not in the sheet, or not in its place"


def test_every_property_that_a_kept_rule_reads_is_set():
    kept = needed(theme.css(), '<div class="card button primary headline figure big badge good">')
    read = set(re.findall(r"var\((--[\w-]+)\)", kept))
    assert read - set(re.findall(r"(--[\w-]+)\s*:", kept)) <= read - set(
        re.findall(r"(--[\w-]+)\s*:", theme.css())
    )
