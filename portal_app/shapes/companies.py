"""A company as anybody may see it before signing in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CompanyFacts:
    """One company at the front door: its name, mark, phone, and where its portal begins."""

    id: str = ""
    slug: str = ""
    kind: str = ""
    name: str = ""
    short_name: str = ""
    brand: str = ""
    phone: str = ""
    route: str = ""
    demo: bool = False
    zone: str = "UTC"
    locale: str = "en_US"


@dataclass(frozen=True)
class Look:
    """What a company's pages wear of its own, for whoever asks: the name it is under, colour, mark in PNG."""

    name: str = ""
    accent: str = ""
    mark: bytes = b""


@dataclass(frozen=True)
class BrandPage:
    """A company's brand as its administrator sees and changes it."""

    ready: bool = False
    name: str = ""
    accent: str = ""
    mark: str = ""
    """Where the mark of its own is fetched; "" while it has none."""
    host: str = ""
    """The host of its own on which the portal answers; "" while it has none."""
    common: str = ""
    """The address under which it is reached at the installation's own host."""
    points_to: str = ""
    """The name of the installation's own host, for the DNS entry of a host of the company's own."""
    command: str = ""
    """What whoever runs the server types to give the company a host."""
