"""Passkeys as their owner sees them."""

from dataclasses import dataclass

from portal_app.shapes.forms import Effect


@dataclass(frozen=True)
class PasskeyRow:
    """One passkey: what it is called, since when it is there and when it was last used."""

    id: str
    name: str
    detail: str = ""


@dataclass(frozen=True)
class PasskeyRemoval:
    """What is asked before a passkey goes: which one, and what remains without it."""

    id: str = ""
    name: str = ""
    effects: tuple[Effect, ...] = ()
