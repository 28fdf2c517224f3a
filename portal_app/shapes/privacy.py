"""A person's own data, for the screen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CopyPage:
    """How the last copy of everything about somebody stands; `state` is "", "making", "ready" or "gone"."""

    ready: bool = False
    state: str = ""
    says: str = ""
    file_to: str = ""
    proof_to: str = ""
