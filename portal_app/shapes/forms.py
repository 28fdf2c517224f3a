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
class FieldError:
    """What is wrong with one field and how to mend it."""

    field: str
    text: str


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
