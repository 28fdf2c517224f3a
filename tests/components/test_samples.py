"""Every state of every part draws, literally, with names for its figures and words beside its icons."""

import importlib
import json

import pytest
import reflex as rx

from portal_app.components import theme
from tests.components.drawn import classes, named, nodes, not_literal, props, text

PARTS = (
    *(f"atoms.{name}" for name in ("badge", "button", "figures", "rows", "surface")),
    *(
        f"blocks.{name}"
        for name in (
            *(
                "banner",
                "big_number",
                "bill_lines",
                "checklist",
                "empty",
                "gauge",
                "invoice_rows",
                "link_rows",
            ),
            *(
                "news_rows",
                "notice",
                "progress",
                "rule",
                "skeleton",
                "status_tracker",
                "sum_table",
                "task_buttons",
            ),
            *("task_card", "timeline", "tips"),
        )
    ),
)
SAMPLES = [
    pytest.param(draw, id=f"{part}: {state}")
    for part in PARTS
    for state, draw in importlib.import_module(f"portal_app.components.{part}").SAMPLES.items()
]


@pytest.mark.parametrize("draw", SAMPLES)
def test_every_sample_draws_a_tree_that_can_be_printed(draw):
    drawing = draw()
    assert isinstance(drawing, rx.Component)
    assert not_literal(drawing) == []


@pytest.mark.parametrize("draw", SAMPLES)
def test_every_class_is_in_the_style_sheet(draw):
    sheet = theme.css()
    plain = {"middle", "second", "words", "first"}
    for name in classes(draw()) - plain:
        assert f".{name}" in sheet, name


@pytest.mark.parametrize("draw", SAMPLES)
@pytest.mark.line("X-25")
def test_every_icon_is_hidden_and_what_one_presses_has_words(draw):
    drawing = draw()
    for picture in named(drawing, "svg"):
        said = props(picture)
        assert said.get("aria-hidden") == '"true"' or json.loads(said["aria-label"]), said
    for pressed in [
        *named(drawing, "button"),
        *named(drawing, "ReactRouterLink"),
        *named(drawing, "summary"),
    ]:
        words = [node for node in _inside(pressed) if json.loads(node.get("contents", '""')).strip()]
        assert words, pressed


def _inside(node):
    yield node
    for child in node.get("children", ()):
        yield from _inside(child)


@pytest.mark.parametrize("draw", SAMPLES)
@pytest.mark.line("X-13")
def test_buttons_have_one_of_three_intents_and_pay_is_primary(draw):
    drawing = draw()
    for node in nodes(drawing):
        worn = json.loads(props(node).get("className", '""')).split() if "name" in node else []
        if "button" not in worn:
            continue
        assert not {"primary", "danger"} <= set(worn)
        words = " ".join(json.loads(inner["contents"]) for inner in _inside(node) if "contents" in inner)
        if words.startswith(("Pay", "Send reading")):
            assert "primary" in worn, words
        if words.startswith(("Stop", "Remove", "Delete", "Cancel service")):
            assert "danger" in worn, words


def test_an_intent_that_is_none_of_the_three_is_refused():
    button = importlib.import_module("portal_app.components.atoms.button")
    with pytest.raises(ValueError, match="primary, secondary, danger"):
        button.button("Pay", "warning")
    with pytest.raises(ValueError, match="primary, secondary, danger"):
        button.link_button("Pay", "/energy/pay", "ghost")


@pytest.mark.line("X-13")
def test_each_intent_has_one_colour_token_for_all_portals():
    sheet = theme.css()
    assert ".button.primary{background:var(--accent-9)" in sheet
    assert ".button.danger{color:var(--danger)" in sheet


def test_a_link_to_a_door_of_the_server_reloads_and_one_inside_does_not():
    link = importlib.import_module("portal_app.components.atoms.link")
    assert "reloadDocument:true" in link.link("Save as PDF", "/files/july.pdf").render()["props"]
    assert "reloadDocument:true" not in link.link("Follow it", "/energy/outages").render()["props"]


def test_a_button_at_work_cannot_be_pressed_again_and_says_so():
    button = importlib.import_module("portal_app.components.atoms.button")
    busy = button.button("Send reading", "primary", busy=True, busy_text="Sending your reading")
    assert "disabled:true" in busy.render()["props"]
    assert text(busy) == "Sending your reading"


def test_a_bill_line_explains_itself_in_place():
    bill_lines = importlib.import_module("portal_app.components.blocks.bill_lines")
    drawing = bill_lines.SAMPLES["July"]()
    assert len(named(drawing, "details")) == len(bill_lines.JULY) == len(named(drawing, "summary"))
    assert "Everyone gets 9.8 kWh a day at the lower price." in text(drawing)


def test_the_figures_of_the_july_bill_add_up():
    bill_lines = importlib.import_module("portal_app.components.blocks.bill_lines")
    assert sum(round(float(line.amount[1:]) * 100) for line in bill_lines.JULY) == 20_522


def test_a_notice_is_spoken_politely_and_waits_to_be_dismissed():
    notice = importlib.import_module("portal_app.components.blocks.notice")
    region = notice.notices(notice.PAID, rx.console_log("dismissed"))
    said = props(region.render())
    assert said["role"] == '"status"'
    assert said["aria-live"] == '"polite"'
    assert "Reference PAY-88317" in text(region)
    assert text(region).endswith("Dismiss")
    assert text(notice.notices(notice.Notice())) == ""


def test_the_first_task_carries_its_figure_and_all_are_links():
    task_buttons = importlib.import_module("portal_app.components.blocks.task_buttons")
    drawing = task_buttons.task_buttons(task_buttons.THREE)
    links = named(drawing, "ReactRouterLink")
    assert [json.loads(props(link)["to"]) for link in links] == [task.link_to for task in task_buttons.THREE]
    assert "$205.22 due Mon 24 Aug" in text(drawing)


def test_the_gauge_and_the_rule_are_figures_with_a_sentence():
    gauge = importlib.import_module("portal_app.components.blocks.gauge")
    rule = importlib.import_module("portal_app.components.blocks.rule")
    assert props(named(gauge.gauge(gauge.MONTH), "svg")[0])["aria-label"].startswith(
        '"14.2 of 20 gigabytes used'
    )
    assert props(rule.rule(rule.AUGUST).render())["aria-label"].startswith('"121.37 dollars so far.')


def test_the_arc_of_the_gauge_never_passes_its_end():
    gauge = importlib.import_module("portal_app.components.blocks.gauge")
    over = gauge.SAMPLES["over"]()
    fill = next(path for path in named(over, "path") if '"fill urgent"' in props(path)["className"])
    assert props(fill)["strokeDasharray"] == '"100 200"'
