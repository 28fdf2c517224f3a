"""How a thing stands: its stages, its tone, and what happened so far."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["neutral", "info", "good", "attention", "urgent"]
StageState = Literal["past", "open", "later"]


@dataclass(frozen=True)
class Badge:
    """A word with a tone: "Due soon", attention."""

    text: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Stage:
    """One stage of a tracker.

    A past stage says when it was entered, the open one also who has the next move and by when,
    a later one when it is likely. All texts are ready to read.
    """

    label: str
    state: StageState
    when: str = ""
    detail: str = ""
    next_who: str = ""
    next_what: str = ""
    number: int = 0


@dataclass(frozen=True)
class Happening:
    """One line of a timeline: when, what, and a quieter second sentence."""

    when: str
    text: str
    more: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Change:
    """A change with its direction in words: "up 11 % on your usual by now"."""

    text: str = ""
    direction: Literal["up", "down", "same"] = "same"
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Notice:
    """What is said after an action or on trouble: what happened, what comes next, a reference."""

    title: str = ""
    text: str = ""
    tone: Tone = "good"
    reference: str = ""
    link_text: str = ""
    link_to: str = ""


@dataclass(frozen=True)
class Alert:
    """The band at the very top of a page: one urgent fact with its next step.

    `stage` names where it stands and `since` since when; `steps` holds "past", "open" or "later" for each
    stage.
    """

    shown: bool = False
    tone: Tone = "urgent"
    kind: str = ""
    title: str = ""
    text: str = ""
    stage: str = ""
    since: str = ""
    next: str = ""
    steps: tuple[str, ...] = ()
    steps_said: str = ""
    link_text: str = ""
    link_to: str = ""
