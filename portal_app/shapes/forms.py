"""What a form shows: choices, steps of a wizard, slots to pick."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One answer to choose."""

    value: str
    label: str
    hint: str = ""
    disabled: bool = False


@dataclass(frozen=True)
class Effect:
    """One consequence named in a dialog before a person says yes."""

    icon: str
    text: str


@dataclass(frozen=True)
class Help:
    """Guidance for one page in one state: a title, short paragraphs, and what to do next."""

    title: str = ""
    paragraphs: tuple[str, ...] = ()
    link_text: str = ""
    link_to: str = ""
    reference: str = ""


@dataclass(frozen=True)
class WizardProgress:
    """Where a person is in a task of several questions: "Question 2 of 4, saved 13:40"."""

    step: int = 1
    steps: int = 1
    saved: str = ""
    parts: tuple[str, ...] = ("done",)
    words: str = ""


@dataclass(frozen=True)
class Message:
    """One message of a thread: who wrote it, when, and whether it is the reader's own."""

    by: str
    when: str
    text: str
    mine: bool = False
    attachment: str = ""
    attachment_to: str = ""
