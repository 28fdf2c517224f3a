"""What a plain HTTP door reads from a request: its form, its address, its device."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from portal_app.endpoints import hosts
from portal_app.services.identity.rules import device_words
from portal_app.settings import settings

_MOST_FIELDS = 20


class BadForm(ValueError):
    """The body is not a form that a page of ours would send."""


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a plain form; of a repeated field the last. Raises BadForm for anything else.

    At a company's own host the form is for that company, whatever it says itself.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadForm(kind)
    try:
        text = (await request.body()).decode("utf-8")
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError as trouble:
        raise BadForm from trouble
    here = hosts.company_at(request.headers.get("host", ""))
    return {**form, "company": here} if here else form


def address_of(request: Request) -> str:
    """Where a request comes from; a forwarded address counts only behind that many proxies of our own."""
    direct = request.client.host if request.client else ""
    hops = settings().proxy_hops
    if not hops:
        return direct
    forwarded = [
        part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()
    ]
    return forwarded[-hops] if len(forwarded) >= hops else direct


def device_of(request: Request) -> str:
    """The device in a few words."""
    return device_words(request.headers.get("user-agent", ""))
