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
