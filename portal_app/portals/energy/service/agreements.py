"""What an energy account is asked to agree to, for the page where everything agreed stands together."""

from portal_app.core.access import Access
from portal_app.portals.energy.service import choices, sharing
from portal_app.portals.energy.service.places import choice_of
from portal_app.services.privacy.agreed import PAGE
from portal_app.shapes.consents import Purpose
from portal_app.shapes.status import Notice


def _medical(access: Access) -> bool:
    found = choice_of(access)
    return found is not None and found.medical


def _turn_medical(access: Access, on: bool, _about: str) -> Notice:
    return choices.choose(access, {"medical": on}, page=PAGE)


def _compared(access: Access) -> bool:
    found = choice_of(access)
    return found is None or found.neighbours


def _turn_compared(access: Access, on: bool, _about: str) -> Notice:
    choices.choose(access, {"neighbours": on}, page=PAGE)
    if on:
        return Notice("Your homes are compared again", "The figures are renewed now.", "good")
    return Notice("Your homes are no longer compared", "They are left out of others' figures too.", "good")


def _stop_sharing(access: Access, _on: bool, about: str) -> Notice:
    return sharing.revoke(access, about, PAGE)


PURPOSES = (
    Purpose(
        "share",
        "Who may read my meter data",
        "",
        _stop_sharing,
        each=sharing.standing,
        sees="data.share",
        needs="data.share",
    ),
    Purpose(
        "medical",
        *choices.MEDICAL,
        _turn_medical,
        stands=_medical,
        sees="usage.see",
        needs="energy.choose",
    ),
    Purpose(
        "neighbours",
        *choices.NEIGHBOURS,
        _turn_compared,
        stands=_compared,
        usual=True,
        sees="usage.see",
        needs="energy.choose",
    ),
)
