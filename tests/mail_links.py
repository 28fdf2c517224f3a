"""Whether what a mail leads to is a page that somebody who signs in on the way comes to."""

from portal_app.core.accounts import Company
from portal_app.pages.catalogue import address, pages_of
from portal_app.registry import kind_named
from portal_app.services.identity.rules import own_path
from portal_app.services.notifications import post
from portal_app.settings import settings


def lead_to(payload: dict, path: str) -> None:
    """The mail has one button to that very page, in both parts, and the address survives a sign-in."""
    kind = kind_named("energy")
    assert kind is not None
    house = Company(slug="b", kind="energy", name="Bright Power")
    what = post.letter(house, {**payload, "job": "j"})
    whole = f"{settings().public_url}{path}"
    assert payload["link"] == path
    assert what.text.count(whole) == 1
    assert f'href="{whole.replace("&", "&amp;")}"' in what.html
    customers = {address(kind, page) for page in pages_of(kind) if page.who == "customer"}
    assert path.partition("?")[0] in customers
    assert own_path(path) == path
