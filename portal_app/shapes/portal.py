"""A kind of portal, as data: what it is called, where its navigation leads, who may do what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from portal_app.shapes.consents import Purpose
from portal_app.shapes.files import UploadDoor
from portal_app.shapes.leaving import Ends

Frame = Literal["topbar", "sidebar", "hub", "bottom", "simple"]


@dataclass(frozen=True)
class NavEntry:
    """One entry of the main navigation: at most five, icon and word."""

    label: str
    route: str
    icon: str


@dataclass(frozen=True)
class TopTask:
    """One of a kind's three top tasks.

    `starts` and `succeeds` name use cases (or "page:<route>"); `phone_seconds` is how long the same
    takes on the phone, set by the operator later.
    """

    key: str
    label: str
    route: str
    icon: str
    succeeds: str
    phone_seconds: int = 420


@dataclass(frozen=True)
class OwnTable:
    """A table whose rows go into somebody's copy of their own data: these columns alone, named with spaces.

    `needs` is the right in an account that shows its rows there; `file` names the column that holds the name
    of a private file and the folder it lies in. `by` is for a table of the company: the column that says
    whose a row is, and what of the person stands there.
    """

    columns: str
    needs: str = ""
    file: tuple[str, str] = ("", "")
    by: tuple[str, Literal["", "id", "email"]] = ("", "")


@dataclass(frozen=True)
class Kind:
    """Everything the house needs to know of one kind of portal."""

    key: str
    title: str
    frame: Frame
    nav: tuple[NavEntry, ...]
    top_tasks: tuple[TopTask, ...]
    roles: dict[str, frozenset[str]]
    permissions: dict[str, str]
    seed: Callable[..., None]
    """Loads the demo: f(small=False), where a small one knows the same people and less history."""
    scopes: dict[str, frozenset[str]] = field(default_factory=dict)
    """Which rights belong to money, documents, work and people, for places narrowed to some of them."""
    role_words: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What each role is called and what it may do, in words: {"member": ("Member", "Pays and reports")}."""
    staff_nav: tuple[NavEntry, ...] = ()
    staff_roles: frozenset[str] = field(default_factory=frozenset)
    welcome: str = ""
    """What one signs in for, in words: "Sign in to see your power, bills and outages"."""
    open_door: NavEntry | None = None
    """What may be done here without signing in; offered on the sign-in page."""
    open_news: Callable[[str, str], Any] | None = None
    """What people who are not signed in may know: f(host, slug) gives LinkRows for that company's page."""
    home: Callable[..., Any] | None = None
    """The use case that gives the home's shape, for the page and for its first HTML alike."""
    downloads: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """Use cases behind GET /files/<kind>/<name>?..., each giving a Download."""
    uploads: dict[str, UploadDoor] = field(default_factory=dict)
    """Doors behind POST /files/<kind>/<name>?..."""
    jobs: dict[str, Any] = field(default_factory=dict)
    """What a job of this kind's does, by job kind: f(access, payload)."""
    shared: Callable[[str], Any] | None = None
    """What a third party reads with a customer's token, at GET /files/share/<kind>."""
    texted: Callable[..., str] | None = None
    """What answers a text message: f(company, phone, words)."""
    own_data: dict[str, OwnTable] = field(default_factory=dict)
    """What goes into somebody's copy of their own data besides what every kind holds, by table."""
    purposes: tuple[Purpose, ...] = ()
    """What this kind asks somebody to agree to, besides what every kind does."""
    ends: Ends = field(default_factory=Ends)
    """What becomes of this kind's rows when somebody is deleted, and why an account cannot close yet."""
    crons: dict[str, str] = field(default_factory=dict)
    """Jobs that come round for every company of this kind: job kind to cron expression (UTC)."""
