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
