"""How a house that vouches for people stands, as the page of those who set it up shows it."""

from datetime import timedelta

from portal_app.core import when
from portal_app.core.access import Access
from portal_app.core.accounts import numbers_of
from portal_app.core.clock import local, now
from portal_app.services.identity import saml_metadata, vouching
from portal_app.services.identity.tables import SignOn
from portal_app.services.people import book
from portal_app.shapes.charts import Fact
from portal_app.shapes.sign_on import SignOnRow
from portal_app.shapes.status import Badge

_SOON = timedelta(days=30)


def row_of(access: Access, one: SignOn) -> SignOnRow:
    """One house as its page shows it."""
    missing = next_of(one)
    badge = Badge("On", "good") if one.working else Badge("Off" if not missing else "Not ready", "attention")
    tried = ""
    if one.tried_at is not None:
        said = when.since(one.tried_at, now(), access.visitor.zone, access.visitor.locale)
        tried = f"Tried {said[:1].lower()}{said[1:]}: {one.tried_says}"
    return SignOnRow(
        id=one.id,
        name=one.name,
        badge=badge,
        next=_ends_soon(access, one) if one.working else missing,
        facts=_facts(access, one),
        tried=tried,
        by_saml=by_saml(one),
        unproved=bool(unproved(one)),
        can_turn=one.working or not missing,
        turn="Turn off" if one.working else "Turn on",
    )


def _facts(access: Access, one: SignOn) -> tuple[Fact, ...]:
    proved = vouching.parts_of(one.domains_proved)
    said = [
        f"{domain} ({'proved' if domain in proved else 'not proved'})"
        for domain in vouching.parts_of(one.domains)
    ]
    named = "; ".join(
        f"{'everybody' if value == vouching.ANYBODY else value}: {book.role_name(access.visitor.kind, role)}"
        for value, role in vouching.read_mapping(one.role_map).items()
    )
    number = numbers_of(access.db, one.company_id, [one.account_id]).get(one.account_id, "")
    told = _told_by_saml(access, one) if by_saml(one) else _told_by_openid(one)
    return (
        *told,
        Fact("Email domains", ", ".join(said)),
        Fact("Who comes in", "Our own people" if one.for_staff else f"Account {number}"),
        Fact("Somebody new", named if one.makes_people else "Is not let in; invite them first"),
        Fact("Roles", "Follow the groups at every sign-in" if one.follows else "Stay as first given"),
    )


def by_saml(one: SignOn) -> bool:
    """Whether it speaks SAML, not OpenID Connect."""
    return one.protocol == "saml"


def _told_by_openid(one: SignOn) -> tuple[Fact, ...]:
    secret = "A secret is kept" if one.client_secret else "No secret"
    return Fact("Issuer", one.issuer), Fact("Client", one.client_id, secret)


def _told_by_saml(access: Access, one: SignOn) -> tuple[Fact, ...]:
    told = saml_metadata.kept(one.issuer, one.facts)
    if told is None:
        return (Fact("SAML provider", "Its metadata is not kept yet"),)
    zone, locale = access.visitor.zone, access.visitor.locale
    ends = "; ".join(
        f"{'Until' if end > now() else 'Ran out'} {when.dated(local(end, zone).date(), locale)}"
        for end in sorted(saml_metadata.ends_at(key) for key in told.keys)
    )
    return (
        Fact("SAML provider", told.entity, f"Read from {told.address}" if told.address else "Pasted"),
        Fact("Certificates", ends, "Keep its metadata anew before the last one runs out"),
    )


def _ends_soon(access: Access, one: SignOn) -> str:
    """What is to be done while it still works, before its last certificate runs out."""
    told = saml_metadata.kept(one.issuer, one.facts)
    last = max(map(saml_metadata.ends_at, told.keys)) if told is not None else None
    if last is None or last - now() > _SOON:
        return ""
    day = when.dated(local(last, access.visitor.zone).date(), access.visitor.locale)
    return f"Its last certificate runs out on {day}. Keep its metadata anew before that."


def unproved(one: SignOn) -> list[str]:
    """Its domains that nobody proved yet."""
    proved = vouching.parts_of(one.domains_proved)
    return [domain for domain in vouching.parts_of(one.domains) if domain not in proved]


def next_of(one: SignOn) -> str:
    """What is to be done before it can be turned on."""
    if by_saml(one) and not one.facts:
        return "Next: keep its metadata."
    if not one.domains_proved:
        return "Next: prove that the email domain is yours."
    return "" if one.tried_well else "Next: try it. It is turned on once that works."
