"""One request of a directory, in one transaction that shows it its own rows and no others."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from portal_app.core.access import DirectoryAccess, acting_as_directory, reads_only
from portal_app.core.errors import Refusal
from portal_app.services.scim.door import Directory, UnknownToken
from portal_app.services.scim.tables import DirectoryToken

T = TypeVar("T")


class Crossed(Refusal):
    """Two requests made the same at once, and this one came second."""

    def __init__(self) -> None:
        super().__init__("The same was done by another request at this moment. Read it and try again.")


def ask(directory: Directory, use_case: Callable[..., T], *arguments: Any) -> T:
    """What a use case gives to a directory that was let in. Raises UnknownToken for one that no longer is."""
    try:
        with acting_as_directory(
            directory.visitor, directory.token_id, reads_only=reads_only(use_case)
        ) as access:
            _still(access)
            return use_case(access, *arguments)
    except IntegrityError as crossed:
        raise Crossed from crossed


def _still(access: DirectoryAccess) -> None:
    """Refuse a token that was ended since it was looked up."""
    if access.get(DirectoryToken, access.token_id).ended_at is not None:
        raise UnknownToken
