"""Every kind of portal that this installation can open: one line each."""

from portal_app.portals import energy
from portal_app.settings import WrongSetting, settings
from portal_app.shapes.portal import Kind

ALL_KINDS: tuple[Kind, ...] = (energy.KIND,)


def kinds() -> tuple[Kind, ...]:
    """The kinds this process builds and serves: all, or those PORTAL_KINDS names.

    Raises WrongSetting for a name that no kind has.
    """
    wanted = settings().kinds
    unknown = set(wanted) - {kind.key for kind in ALL_KINDS}
    if unknown:
        known = ", ".join(kind.key for kind in ALL_KINDS)
        raise WrongSetting(
            f"PORTAL_KINDS names {', '.join(sorted(unknown))}; no kind is called that. There are: {known}."
        )
    return tuple(kind for kind in ALL_KINDS if not wanted or kind.key in wanted)


KINDS = kinds()


def kind_named(key: str) -> Kind | None:
    """The kind of that key, if this process serves it."""
    return next((kind for kind in KINDS if kind.key == key), None)
