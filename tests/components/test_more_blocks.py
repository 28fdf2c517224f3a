"""Plots, maps, fields and what stands over a page: drawn with plain values and with live ones alike."""

import importlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import reflex as rx

from portal_app.components.blocks import (
    action_bar,
    bar_chart,
    choose,
    compare_bars,
    dialog,
    facts,
    help_drawer,
    line_chart,
    map,
    search,
    slots,
    table,
    thread,
    upload,
    wizard,
)
from portal_app.components.first_paint import as_html
from portal_app.pages.shared.gallery import drawn_modules, gallery
from portal_app.shapes.charts import BarChart, CompareBar, DataTable, Fact, LineChart, MapView
from portal_app.shapes.forms import Choice, Effect, Help, Message, WizardProgress

MINE = [
    "action_bar",
    "bar_chart",
    "choose",
    "compare_bars",
    "dialog",
    "facts",
    "fields",
    "help_drawer",
    "line_chart",
    "map",
    "plot_parts",
    "search",
    "slots",
    "table",
    "thread",
    "upload",
    "wizard",
]

SAMPLES = [
    pytest.param(draw, id=f"{name}: {sample}")
    for name in MINE
    for sample, draw in importlib.import_module(f"portal_app.components.blocks.{name}").SAMPLES.items()
]


class LiveBlocks(rx.State):
    """Every shape of these blocks as a var."""

    chart: BarChart = BarChart()
    curve: LineChart = LineChart()
    lengths: list[CompareBar] = []
    view: MapView = MapView()
    facts: list[Fact] = []
    help: Help = Help()
    progress: WizardProgress = WizardProgress()
    data: DataTable = DataTable()
    messages: list[Message] = []
    choices: list[Choice] = []
    effects: list[Effect] = []
    opened: bool = False
    chosen: str = ""
    typed: str = ""
    error: str = ""

    @rx.event
    def choose(self, value: str) -> None:
        """Keep what was chosen."""
        self.chosen = value

    @rx.event
    def answer(self, form: dict) -> None:
        """Keep what a form held."""
        self.typed = str(form)

    @rx.event
    def close(self) -> None:
        """Close the dialog."""
        self.opened = False

    @rx.event
    def sort(self, key: str) -> None:
        """Keep the column sorted by."""
        self.chosen = key


LIVE: dict[str, Callable[[], rx.Component]] = {
    "bar chart": lambda: bar_chart.bar_chart(LiveBlocks.chart),
    "line chart": lambda: line_chart.line_chart(LiveBlocks.curve),
    "lengths": lambda: compare_bars.compare_bars(LiveBlocks.lengths),
    "map": lambda: map.map_view(LiveBlocks.view, on_closer=LiveBlocks.close, on_wider=LiveBlocks.close),
    "facts": lambda: facts.facts(LiveBlocks.facts),
    "help": lambda: help_drawer.help_drawer(LiveBlocks.help),
    "wizard": lambda: wizard.wizard(
        LiveBlocks.progress,
        LiveBlocks.chosen,
        choose.choose("x", "x", LiveBlocks.choices, value=LiveBlocks.chosen, on_change=LiveBlocks.choose),
        on_next=LiveBlocks.answer,
        on_back=LiveBlocks.close,
        waiting=LiveBlocks.opened,
    ),
    "table": lambda: table.table(LiveBlocks.data, on_sort=LiveBlocks.sort),
    "thread": lambda: thread.thread(LiveBlocks.messages, to=LiveBlocks.chosen, on_send=LiveBlocks.answer),
    "slots": lambda: slots.slots(
        LiveBlocks.chosen, "slot", LiveBlocks.choices, value=LiveBlocks.chosen, on_change=LiveBlocks.choose
    ),
    "dialog": lambda: dialog.dialog(
        LiveBlocks.opened,
        LiveBlocks.chosen,
        LiveBlocks.effects,
        act=LiveBlocks.typed,
        on_act=LiveBlocks.close,
        on_keep=LiveBlocks.close,
    ),
    "search": lambda: search.search(
        "Find", "find", value=LiveBlocks.typed, on_change=LiveBlocks.choose, found=LiveBlocks.error
    ),
    "upload": lambda: upload.upload(
        "/files", label="Photo", error=LiveBlocks.error, hidden={"a": LiveBlocks.chosen}
    ),
    "action bar": lambda: action_bar.action_bar(rx.el.button("Pay"), says=LiveBlocks.chosen),
}


@pytest.mark.parametrize("draw", SAMPLES)
def test_every_sample_draws_as_html_from_plain_values(draw):
    assert as_html(draw()).count("<") > 2


@pytest.mark.parametrize("draw", [pytest.param(draw, id=name) for name, draw in LIVE.items()])
def test_every_block_draws_from_live_values(draw):
    assert "live_blocks" in str(draw().render())


@pytest.mark.parametrize("draw", SAMPLES)
def test_no_block_needs_a_component_library(draw):
    assert not re.search(r"Radix|recharts|Plot\b", str(draw().render()))


def test_the_gallery_shows_every_sample_with_a_name_that_can_be_linked_to():
    html = as_html(gallery())
    for module in drawn_modules():
        assert f'id="draw-{module.name}"' in html
        assert f'href="#draw-{module.name}"' in html
    assert html.count('class="gallery-name"') == sum(len(module.samples) for module in drawn_modules())
    assert set(MINE) <= {module.name for module in drawn_modules()}
    assert html.count("<main") == html.count("<h1>Every drawing") == 1


def test_no_id_stands_twice_in_the_gallery():
    ids = re.findall(r'\sid="([^"]+)"', as_html(gallery()))
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})


@pytest.mark.line("U13-03")
def test_the_odd_bar_is_named_in_words_and_behind_it_stands_a_table():
    html = as_html(bar_chart.SAMPLES["with an odd day"]())
    assert "<b>41 % above your usual Tuesday:</b> 96 F, cooling" in html
    assert html.count('class="bar odd"') == 1
    assert re.search(
        r'<svg[^>]*role="img"[^>]*aria-label="Daily electricity use[^"]*41 % above', html
    ) or re.search(r'<svg[^>]*aria-label="Daily electricity use[^"]*41 % above[^>]*role="img"', html)
    assert "Show as table" in html
    assert '<th scope="row">17 days</th><td>265.7</td>' in html
    assert "Sun 16 Aug: 33 % above your usual Sunday" in html


def test_a_plot_without_figures_says_why_instead_of_drawing():
    html = as_html(bar_chart.bar_chart(BarChart(title="Days", empty="First reading on Tue 3 March.")))
    assert "First reading on Tue 3 March." in html
    assert 'class="bar' not in html


@pytest.mark.line("U13-10")
def test_a_map_says_the_same_as_a_list():
    html = as_html(map.SAMPLES["an outage at home"]())
    picture, listed = html.split('class="rows ruled map-list"')
    assert 'aria-label="Outages in Millbrook' in picture
    for said in ("Mill Road", "Power out", "312 homes without power since 12:50", "Not known yet"):
        assert said in listed


@pytest.mark.line("B13-8")
def test_the_list_beneath_a_map_gives_all_six_fields():
    listed = as_html(map.SAMPLES["an outage at home"]()).split("map-list")[1]
    for word in ("Homes", "Started", "Likely back", "Crew", "Cause", "Updated"):
        assert f">{word}</dt>" in listed


@pytest.mark.line("X-14")
def test_a_dialog_names_the_thing_and_three_effects_and_repeats_its_verb():
    html = as_html(dialog.SAMPLES["stop service"]())
    assert "Stop service at 12 Elm Street on 31 August?" in html
    assert html.count("<li>") == 3
    acts = re.findall(r'<button[^>]*class="(button[^"]*)"[^>]*>([^<]*)</button>', html)
    assert acts == [
        ("button danger wide", "Stop service at 12 Elm Street"),
        ("button wide", "Keep my service"),
    ]


@pytest.mark.line("X-13")
def test_money_is_confirmed_with_a_primary_button_not_a_red_one():
    assert "danger" not in as_html(dialog.SAMPLES["pay"]())


def test_the_way_back_is_what_a_dialog_focuses_and_escape_takes():
    drawn = str(LIVE["dialog"]().render())
    assert "showAsked" in drawn
    assert "onCancel" in drawn
    assert '"aria-modal":"true"' in drawn
    assert '"data-way-back":"true"' in drawn
    assert "showModal" in dialog.AskedSheet.create().add_custom_code()[0]
    assert "eval" not in dialog.AskedSheet.create().add_custom_code()[0]


@pytest.mark.line("X-26")
def test_help_speaks_of_this_page_and_its_state():
    html = as_html(help_drawer.SAMPLES["what it says"]())
    assert "Your photo was not accepted" in html
    assert "READ-2207" in html
    opener = str(help_drawer.help_button().render())
    assert f'popoverTarget:"{help_drawer.HELP_ID}"' in opener
    assert "Help" in opener


@pytest.mark.line("X-18")
def test_a_photo_is_posted_by_the_browser_itself_from_the_camera():
    drawn = str(upload.upload("/files/up", label="Photo").render())
    assert 'encType:"multipart/form-data"' in drawn
    assert 'method:"post"' in drawn
    assert "onSubmit" not in drawn
    assert 'capture:"environment"' in drawn


@pytest.mark.line("X-09")
def test_a_table_stacks_on_phones_with_every_cell_named():
    html = as_html(table.SAMPLES["readings"]())
    assert '<td data-label="Reading">44,092</td>' in html
    sheet = Path(table.__file__).parents[1].joinpath("css/zz_more.css").read_text()
    assert "attr(data-label)" in sheet


@pytest.mark.line("B-X16")
def test_a_sorted_column_says_so():
    html = as_html(table.SAMPLES["to be sorted"]())
    assert html.count('aria-sort="descending"') == 1
    assert html.count('aria-sort="none"') == 2


@pytest.mark.line("X-13")
@pytest.mark.parametrize("draw", SAMPLES)
def test_what_sends_or_pays_is_primary_and_what_ends_is_danger(draw):
    for class_name, text in re.findall(
        r'<button[^>]*class="(button[^"]*)"[^>]*>(?:<svg.*?</svg>)?([^<]+)', as_html(draw())
    ):
        if re.match(r"(Pay|Send (the|to|reading)|Save|Next)", text):
            assert "primary" in class_name
        if re.match(r"(Stop service|Remove|Delete)", text):
            assert "danger" in class_name


def test_a_wizard_begins_without_a_way_back():
    assert "Back" not in as_html(wizard.SAMPLES["first, with an error"]())
    assert "Question 2 of 4, saved 13:40" in as_html(wizard.SAMPLES["second of four"]())


def test_the_next_question_takes_the_focus():
    drawn = str(LIVE["wizard"]().render())
    assert "ref:showQuestion" in drawn
    assert "key:" in drawn
    assert "question.focus()" in wizard.Question.create().add_custom_code()[0]


def test_only_the_readers_own_words_stand_on_the_right():
    html = as_html(thread.SAMPLES["an exchange"]())
    assert html.count('class="bubble mine"') == 1
    assert "Rosa at Brightwater, 13:14" in html
