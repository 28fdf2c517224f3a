"""What open pages hold leaves this process sealed: nobody reads a cookie or a row where Redis keeps it.

The framework writes each part of a page's state as a pickle, the cookie of its socket among it. Here that
pickle is sealed under the ring of keys, and nothing is unpickled that the ring did not seal.
"""

from typing import Any

from reflex.state import BaseState
from reflex_base.utils.exceptions import StateSchemaMismatchError

from portal_app.core import vault

HEAD = b"state.1\n"
ABOUT = "state"
_plain: Any = BaseState._serialize
_opened: Any = BaseState._deserialize.__func__  # pyright: ignore[reportFunctionMemberAccess]


def _sealed(self: BaseState) -> bytes:
    return HEAD + vault.seal_bytes(_plain(self), ABOUT)


def _unsealed(cls: type[BaseState], data: bytes | None = None, fp: Any = None) -> BaseState:
    kept = data if data is not None else fp.read()
    if not kept.startswith(HEAD):
        # From before states were sealed, or put there by somebody else: the page begins anew.
        raise StateSchemaMismatchError("not sealed")
    try:
        plain = vault.unseal_bytes(kept.removeprefix(HEAD), ABOUT)
    except vault.WrongKey as shut:
        raise StateSchemaMismatchError(shut.why) from None
    return _opened(cls, plain)


def seal_states() -> None:
    """Let the framework write and read states sealed only; the assembly calls it before the app is made."""
    BaseState._serialize = _sealed
    BaseState._deserialize = classmethod(_unsealed)  # pyright: ignore[reportAttributeAccessIssue]
