"""Fields ask for the right keyboard, and say what is wrong beside what was typed."""

import re

import pytest
import reflex as rx

from portal_app.components.blocks.fields import (
    KINDS,
    choice,
    field,
    money_field,
    photo_field,
    select_field,
    switch,
    text_area,
    tick,
)
from portal_app.components.first_paint import as_html
from portal_app.shapes.forms import Choice

ANSWERS = (Choice("a", "All of it"), Choice("b", "Some rooms", hint="Two or more", disabled=True))


class LiveFields(rx.State):
    """What was typed and what is wrong with it."""

    typed: str = ""
    error: str = ""
    on: bool = False
    choices: list[Choice] = []

    @rx.event
    def type_it(self, value: str) -> None:
        """Keep what was typed."""
        self.typed = value

    @rx.event
    def turn(self, on: bool) -> None:
        """Keep the switch."""
        self.on = on


def props_of(component: rx.Component, tag: str = "input") -> dict[str, str]:
    """The attributes of the first control of a drawing, by name."""

    def walk(node):
        if node.get("name") == f'"{tag}"':
            return node["props"]
        for child in node.get("children", ()):
            if found := walk(child):
                return found
        return None

    return dict(prop.replace('"', "").split(":", 1) for prop in walk(component.render()) or ())


@pytest.mark.line("X-18")
@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("email", {"type": "email", "autoComplete": "email", "inputMode": "email"}),
        ("tel", {"type": "tel", "autoComplete": "tel"}),
        ("numeric", {"type": "text", "inputMode": "numeric"}),
        ("decimal", {"type": "text", "inputMode": "decimal"}),
        ("date", {"type": "date"}),
        ("month", {"type": "month"}),
        ("code", {"inputMode": "numeric", "autoComplete": "one-time-code"}),
        ("password", {"type": "password", "autoComplete": "current-password"}),
        ("new-password", {"type": "password", "autoComplete": "new-password"}),
        ("address", {"autoComplete": "street-address"}),
        ("name", {"autoComplete": "name"}),
    ],
)
def test_each_kind_asks_for_its_own_keyboard(kind, wanted):
    asked = props_of(field("Label", "x", kind=kind))
    assert wanted.items() <= asked.items()


@pytest.mark.line("X-18")
def test_a_photo_comes_from_the_camera_and_money_from_the_keyboard_of_figures():
    photo = props_of(photo_field("Photo", "photo"))
    assert {"type": "file", "capture": "environment", "accept": "image/*"}.items() <= photo.items()
    assert props_of(money_field("Amount", "amount"))["inputMode"] == "decimal"


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        field("Label", "x", kind="colour")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_has_its_label(kind):
    html = as_html(field("Your word", "x", kind=kind))
    assert re.search(r'<label[^>]*for="x"[^>]*>Your word', html)
    assert re.search(r'<input[^>]*\sid="x"', html)


@pytest.mark.line("X-16")
def test_label_hint_control_and_error_stand_in_that_order_and_are_wired():
    html = as_html(field("Reading", "rd", hint="Five digits.", error="That is 4 digits.", value="4410"))
    places = [html.index(part) for part in ("Reading", "Five digits.", "<input", "That is 4 digits.")]
    assert places == sorted(places)
    control = props_of(field("Reading", "rd", hint="Five digits.", error="That is 4 digits.", value="4410"))
    assert control["aria-describedby"] == "rd-hint rd-error"
    assert control["aria-invalid"] == "true"
    assert control["defaultValue"] == "4410"
    assert 'id="rd-hint"' in html
    assert re.search(r'<span[^>]*id="rd-error"', html)
    assert 'role="alert"' in html


def test_a_field_that_is_right_points_to_nothing():
    control = props_of(field("Reading", "rd"))
    assert "aria-describedby" not in control
    assert "aria-invalid" not in control


@pytest.mark.line("X-16")
def test_an_error_that_comes_later_keeps_what_was_typed():
    drawn = str(
        field(
            "Reading",
            "rd",
            hint="Five.",
            value=LiveFields.typed,
            on_change=LiveFields.type_it,
            error=LiveFields.error,
        ).render()
    )
    assert "typed" in drawn
    assert '"rd-hint rd-error"' in drawn
    assert "onChange" in drawn


@pytest.mark.parametrize(
    "draw",
    [
        lambda: field("L", "x", value=LiveFields.typed, on_change=LiveFields.type_it, error=LiveFields.error),
        lambda: text_area(
            "L", "x", value=LiveFields.typed, on_change=LiveFields.type_it, error=LiveFields.error
        ),
        lambda: select_field(
            "L", "x", LiveFields.choices, value=LiveFields.typed, on_change=LiveFields.type_it
        ),
        lambda: choice("L", "x", LiveFields.choices, value=LiveFields.typed, on_change=LiveFields.type_it),
        lambda: switch("L", "x", on=LiveFields.on, on_change=LiveFields.turn),
        lambda: tick("L", "x", on=LiveFields.on, on_change=LiveFields.turn, error=LiveFields.error),
        lambda: photo_field("L", "x", error=LiveFields.error),
    ],
)
def test_every_field_takes_live_values(draw):
    assert "live_fields" in str(draw().render())


def test_what_may_be_left_out_says_so_and_the_rest_is_required():
    assert "if you like" in as_html(field("Note", "n", optional=True))
    assert "required" not in props_of(field("Note", "n", optional=True))
    assert props_of(field("Note", "n"))["required"] == "true"


def test_choices_belong_to_one_named_group():
    html = as_html(choice("Where is it dark?", "dark", ANSWERS, value="a", error="Choose one."))
    assert re.search(r"<fieldset[^>]*>\s*<legend[^>]*>Where is it dark\?", html)
    assert html.count('type="radio"') == 2
    assert html.count('name="dark"') == 2
    assert html.count('aria-describedby="dark-error"') == 2
    assert html.count(" disabled") == 1


def test_a_switch_is_heard_as_a_switch():
    assert props_of(switch("Paperless", "p", on=True))["role"] == "switch"


def test_units_stand_beside_the_figure_not_in_it():
    html = as_html(field("Alert me above", "a", kind="decimal", after="kWh"))
    assert re.search(r'<span aria-hidden="true">kWh</span>', html)
