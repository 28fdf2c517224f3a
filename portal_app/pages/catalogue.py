"""The pages of a kind: its own and those every kind offers, as the assembly puts them on the map."""

from importlib import import_module

from portal_app.pages.page import Band, OpenPage, Page
from portal_app.pages.shared import OFFERED, OPEN
from portal_app.registry import KINDS
from portal_app.shapes.portal import Kind


def pages_of(kind: Kind) -> tuple[Page, ...]:
    """Every page of a kind, its home first, those that every kind offers last."""
    return (*import_module(f"portal_app.pages.{kind.key}").PAGES, *OFFERED)


def open_pages() -> tuple[OpenPage, ...]:
    """Every page that needs no sign-in and belongs to no kind."""
    return OPEN


def band_of(kind: Kind) -> Band | None:
    """The alert at the top of the kind's pages, where it has one."""
    return getattr(import_module(f"portal_app.pages.{kind.key}"), "BAND", None)


def address(kind: Kind, page: Page) -> str:
    """Where a page lives: /energy/usage, or /staff/energy/outages for the company's own people."""
    prefix = f"/staff/{kind.key}" if page.who == "staff" else f"/{kind.key}"
    return prefix + page.route


def everywhere() -> list[tuple[Kind, Page]]:
    """Every page of every kind this process serves."""
    return [(kind, page) for kind in KINDS for page in pages_of(kind)]
