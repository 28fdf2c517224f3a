"""What every frame owes a person: where they are, the way past the navigation, words on every icon."""

import dataclasses
import json

import pytest
import reflex as rx

from portal_app.components.blocks.banner import OUTAGE
from portal_app.components.blocks.notice import PAID
from portal_app.components.first_paint import as_html
from portal_app.components.frames import FRAMES, Around, frame_for
from portal_app.shapes.people import Who
from portal_app.shapes.portal import NavEntry
from portal_app.shapes.status import Notice
from tests.components.drawn import named, nodes, not_literal, props, text

NAV = (
    NavEntry("Home", "/energy", "home"),
    NavEntry("Usage", "/energy/usage", "usage"),
    NavEntry("Billing", "/energy/bill", "bill"),
    NavEntry("Outages", "/energy/outages", "bolt"),
    NavEntry("Account", "/energy/account", "person"),
)
MAYA = Who("Maya Lund", "Maya", "ML", "maya@brightwater.example", company="Brightwater", brand="brightwater")
AROUND = Around(
    nav=NAV,
    current="/energy/bill",
    home="/energy",
    who=MAYA,
    alert=OUTAGE,
    news_count=3,
    news_to="/energy/news",
    notice=PAID,
    footer="Thursday 20 August 2026, 13:42.",
)
WITH_TABS = [name for name in FRAMES if name != "simple"]


def drawn(name, **changes):
    return frame_for(name)(dataclasses.replace(AROUND, **changes), rx.el.h1("My bill"))


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_can_be_printed_before_any_script_runs(name):
    assert not_literal(drawn(name)) == []


@pytest.mark.parametrize("name", FRAMES)
def test_the_first_link_skips_to_the_page(name):
    drawing = drawn(name)
    first = named(drawing, "ReactRouterLink")[0]
    assert props(first)["to"] == '"#main"'
    page = named(drawing, "main")[0]
    assert props(page)["id"] == '"main"'
    assert props(page)["tabIndex"] == "-1"


@pytest.mark.parametrize("name", WITH_TABS)
def test_the_current_entry_is_marked_and_no_other(name):
    current = [link for link in named(drawn(name), "ReactRouterLink") if "aria-current" in props(link)]
    assert [props(link)["to"] for link in current] == ['"/energy/bill"']


@pytest.mark.line("X-25")
@pytest.mark.parametrize("name", WITH_TABS)
def test_every_entry_of_the_navigation_has_its_word(name):
    navigation = named(drawn(name), "nav")[0]
    said = [json.loads(node["contents"]) for node in _inside(navigation) if "contents" in node]
    assert [entry.label for entry in NAV if entry.label in said] == [entry.label for entry in NAV]


def _inside(node):
    yield node
    for child in node.get("children", ()):
        yield from _inside(child)


@pytest.mark.line("X-25")
@pytest.mark.parametrize("name", FRAMES)
def test_news_and_the_person_have_words(name):
    said = text(drawn(name))
    assert "News , 3 new" in said
    assert "Maya , your menu" in said


def test_the_simple_frame_has_no_tabs_and_a_way_back():
    drawing = drawn("simple", back_to="/energy", back_text="All bills")
    assert named(drawing, "nav") == []
    assert "All bills" in text(drawing)


@pytest.mark.parametrize("name", FRAMES)
def test_the_alert_stands_above_the_page_and_notices_are_spoken(name):
    drawing = drawn(name)
    said = text(drawing)
    assert (
        said.index("Back by 15:40, most likely")
        < said.index("Paid: $205.22 for July")
        < said.index("My bill")
    )
    spoken = [node for node in nodes(drawing) if props(node).get("role") == '"status"']
    assert len(spoken) == 2
    assert "You are offline. What you typed is kept." in said


@pytest.mark.parametrize("name", FRAMES)
def test_signing_out_is_a_form_that_works_without_script(name):
    (form,) = named(drawn(name), "form")
    assert props(form) == {"action": '"/auth/sign-out"', "method": '"post"'}


def test_a_stranger_has_no_menu():
    drawing = drawn("simple", who=Who())
    assert named(drawing, "form") == []


@pytest.mark.line("X-27")
def test_the_simple_view_dresses_any_frame():
    for name in FRAMES:
        easy = drawn(name, who=dataclasses.replace(MAYA, simple=True))
        dressed = [
            props(node)["className"] for node in nodes(easy) if "frame-in" in props(node).get("className", "")
        ]
        assert dressed == [f'"frame-in {name} easy"']


def test_a_frame_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match="topbar, sidebar, hub, bottom, simple"):
        frame_for("carousel")


def test_the_name_of_the_portal_stands_until_the_company_is_known():
    assert "My Brightwater" in text(drawn("topbar", who=Who(), title="My Brightwater"))
    assert "My Brightwater" not in text(drawn("topbar", title="My Brightwater"))


@pytest.mark.parametrize("name", FRAMES)
def test_a_company_with_a_colour_or_a_mark_of_its_own_wears_them_from_the_first_html_on(name):
    def first(brand: str) -> str:
        return as_html(drawn(name, who=dataclasses.replace(MAYA, brand=brand), notice=Notice()))

    coloured, marked = "bolt.0123456789ab", "bolt.0123456789ab.m"
    assert f'<link href="/brand/{coloured}.css" rel="stylesheet">' in first(coloured)
    assert "<img" not in first(coloured)
    assert f'src="/brand/{marked}.png"' in first(marked)
    assert "/brand/" not in first("fjord")
