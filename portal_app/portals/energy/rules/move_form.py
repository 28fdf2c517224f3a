"""The questions of starting, stopping or moving service: which come, in which order, and how far one is."""

from typing import Literal

Kind = Literal["start", "stop", "transfer"]

QUESTIONS: dict[str, tuple[str, ...]] = {
    "": ("kind",),
    "stop": ("kind", "premise", "stop", "forwarding", "review"),
    "start": ("kind", "address", "power", "supply", "start", "review"),
    "transfer": ("kind", "premise", "stop", "address", "power", "supply", "start", "forwarding", "review"),
}


def questions(kind: str, *, places: int) -> tuple[str, ...]:
    """List the questions that come; with one place nobody is asked which. An unknown kind starts over."""
    return tuple(name for name in QUESTIONS.get(kind, ("kind",)) if name != "premise" or places > 1)


def after(kind: str, question: str, *, places: int) -> str:
    """Name the question that follows; the last one follows itself."""
    found = questions(kind, places=places)
    place = found.index(question) if question in found else -1
    return found[min(place + 1, len(found) - 1)]


def before(kind: str, question: str, *, places: int) -> str:
    """Name the question that came before; the first one comes before itself."""
    found = questions(kind, places=places)
    place = found.index(question) if question in found else 0
    return found[max(place - 1, 0)]


def step_of(kind: str, question: str, *, places: int) -> tuple[int, int]:
    """Say which of how many questions this is, counted from 1."""
    found = questions(kind, places=places)
    return (found.index(question) + 1 if question in found else 1), len(found)
