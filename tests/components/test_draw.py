"""Plain values draw literal trees; live ones draw loops and conditions."""

import pytest
import reflex as rx

from portal_app.components.draw import (
    each,
    each_numbered,
    either,
    percent,
    pick,
    prose,
    shape,
    styled,
    svg,
    when,
    words,
)
from portal_app.components.icons import ICONS, icon
from tests.components.drawn import named, not_literal, text


class DrawState(rx.State):
    """Values known only in the browser."""

    name: str = ""
    names: list[str] = []
    share: float = 0.5


def test_plain_loops_and_choices_leave_only_literals():
    drawing = rx.el.ul(
        each(("a", "b"), lambda item: rx.el.li(item)),
        each_numbered(["c"], lambda item, place: rx.el.li(words(place + 1, ": ", item))),
        when("yes", rx.el.li("shown"), rx.el.li("hidden")),
        when((), rx.el.li("hidden")),
    )
    assert text(drawing) == "a b 1: c shown"
    assert not_literal(drawing) == []


def test_a_drawing_that_may_not_be_made_is_not_made():
    assert text(rx.el.div(when("", lambda: icon("no such icon")))) == ""


def test_live_values_become_loops_and_conditions():
    tree = str(
        rx.el.ul(
            each(DrawState.names, lambda item: rx.el.li(item)), when(DrawState.name, rx.el.li("named"))
        ).render()
    )
    assert "iterable_state" in tree
    assert "cond_state" in tree


def test_references_in_running_text_stand_in_one_piece():
    said = prose("You asked on Mon 24 Aug, reference REQ-2026-18842; JOB-7K2M9 waits. Well-known is not one.")
    whole = [found["children"][0]["contents"] for found in named(rx.el.p(said), "span")]
    assert whole == ['"REQ-2026-18842"', '"JOB-7K2M9"']
    assert not_literal(said) == []
    tree = str(rx.el.p(prose(DrawState.name)).render())
    assert "split(/(" in tree
    assert 'className:"num"' in tree


def test_words_join_texts_and_live_values():
    assert words("due ", "Mon 24 Aug", 3) == "due Mon 24 Aug3"
    joined = words("badge ", DrawState.name)
    assert isinstance(joined, rx.Var)
    assert '"badge "+' in str(joined)


def test_pick_and_either_answer_plainly_or_live():
    assert pick("up", {"up": "a"}, "b") == "a"
    assert pick("same", {"up": "a"}, "b") == "b"
    assert either(0, "yes", "no") == "no"
    assert isinstance(pick(DrawState.name, {"up": "a"}, "b"), rx.Var)
    assert isinstance(either(DrawState.name, "a", "b"), rx.Var)


def test_an_inline_style_is_a_style_and_no_generated_class():
    plain = rx.el.i(custom_attrs=styled(width=percent(50.571), at_="3"))
    assert plain.render()["props"] == ['style:({ ["width"] : "50.57%", ["--at"] : "3" })']
    assert not_literal(plain) == []
    live = rx.el.i(custom_attrs=styled(width=percent(DrawState.share)))
    assert live.render()["props"][0].startswith('style:({ ["width"] : (')


def test_a_live_inline_style_brings_its_state_along():
    live = rx.el.i(custom_attrs=styled(width=percent(DrawState.share), left="0"))
    assert any("draw_state" in hook for hook in live._get_all_hooks())


def test_a_named_picture_is_a_figure_and_an_unnamed_one_is_hidden():
    assert '"aria-label":"71 percent"' in svg(label="71 percent").render()["props"]
    assert 'role:"img"' in svg(label="71 percent").render()["props"]
    assert '"aria-hidden":"true"' in svg(shape("line", x1="3%")).render()["props"]


def test_an_icon_that_is_not_drawn_is_refused_by_name():
    with pytest.raises(ValueError, match="no icon called 'rocket'"):
        icon("rocket")


@pytest.mark.parametrize(
    "name", ["t-neutral", "t-info", "t-good", "t-attention", "t-urgent", "go-up", "go-down", "go-same"]
)
def test_tones_and_directions_each_have_their_mark(name):
    assert name in ICONS
