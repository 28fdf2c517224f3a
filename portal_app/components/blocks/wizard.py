"""A long task as one question per screen: progress on top, saved at each step."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.blocks.fields import choice, field
from portal_app.components.draw import each, either, when
from portal_app.shapes.forms import Choice, WizardProgress

_SHOW = """
const showQuestion = (question) => {
  if (!question) return;
  const form = question.closest("form");
  const here = document.activeElement;
  if (form.contains(here) || (here === document.body && form.dataset.begun)) question.focus();
  form.dataset.begun = "yes";
};
"""


class Question(rx.el.H2):
    """The question as a heading that takes the focus when it follows another one."""

    def add_custom_code(self) -> list[str]:
        """The function that moves the focus, at module level."""
        return [_SHOW]


def _part(part: Any) -> rx.Component:
    return rx.el.i(class_name=either(part, "part done", "part"))


def progress_on_top(progress: Any) -> rx.Component:
    """Where one is: "Question 2 of 4, saved 13:40", and the same as lengths."""
    return rx.el.div(
        rx.el.p(progress.words, class_name="small quiet", custom_attrs={"aria-live": "polite"}),
        rx.el.div(
            each(progress.parts, _part),
            class_name="track even",
            custom_attrs={"role": "img", "aria-label": progress.words},
        ),
        class_name="progress",
    )


def wizard(
    progress: Any,
    question: Any,
    answer: rx.Component,
    *,
    on_next: Any = None,
    on_back: Any = None,
    hint: Any = "",
    next_label: Any = "Next question",
    back_label: Any = "Back",
    waiting: Any = False,
) -> rx.Component:
    """One question with its answer and two buttons. `on_next` gets the form's answers; Enter moves on too."""
    wired = {"on_submit": on_next} if on_next is not None else {}
    back = {"on_click": on_back} if on_back is not None else {}
    return rx.el.form(
        progress_on_top(progress),
        rx.el.div(
            Question.create(
                question,
                key=question,
                class_name="question",
                custom_attrs={"tabIndex": -1, "ref": rx.Var("showQuestion")},
            ),
            when(hint, lambda: rx.el.p(hint, class_name="quiet")),
            class_name="stack tight",
        ),
        answer,
        rx.el.div(
            button(next_label, "primary", type="submit", busy=waiting, busy_text="Saving your answer"),
            when(
                progress.step > 1,
                lambda: button(back_label, **back),
            ),
            class_name="beside wizard-acts",
        ),
        no_validate=True,
        class_name="section stack wizard",
        **wired,
    )


_EXTENT = (
    Choice("all", "All of it, the neighbours too"),
    Choice("us", "All of it, only us"),
    Choice("some", "Some rooms"),
)

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "second of four": lambda: wizard(
        WizardProgress(2, 4, "13:40", ("done", "done", "", ""), "Question 2 of 4, saved 13:40"),
        "Is all of your home without power?",
        choice("Answer", "sample-extent", _EXTENT, value="all", heard_only=True),
    ),
    "first, with an error": lambda: wizard(
        WizardProgress(1, 3, "", ("done", "", ""), "Question 1 of 3"),
        "When do you move out?",
        field("Last day", "sample-last", kind="date", error="Choose a day from tomorrow on."),
        hint="We read the meter on that day.",
    ),
    "last": lambda: wizard(
        WizardProgress(3, 3, "13:44", ("done", "done", "done"), "Question 3 of 3, saved 13:44"),
        "Where do we send the final bill?",
        field("Address", "sample-final-address", kind="address"),
        next_label="Stop my service on 31 August",
    ),
}
