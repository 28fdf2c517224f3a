"""Setting up the houses that vouch for a company's people: for its administrators, with a fresh proof.

One is set up in four steps, each shown until it is done: say who it is, keep its secret (or its metadata, by
SAML), prove the domains by a mail to a mailbox that only who runs them reads, try it. Only then can it be
turned on.
"""

from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account, Company, numbers_of
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, Refusal
from portal_app.services.identity import (
    links,
    mailing,
    oidc,
    saml,
    saml_metadata,
    sessions,
    sign_on,
    vouching,
)
from portal_app.services.identity.links import StaleLink
from portal_app.services.identity.rules import key_of
from portal_app.services.identity.saml_metadata import BadMetadata, Metadata
from portal_app.services.identity.tables import MailedLink, OutsideName, SignOn, SignOnTry
from portal_app.services.people import book, sign_on_rows
from portal_app.services.people.sign_on_rows import by_saml, next_of, row_of
from portal_app.shapes.forms import Effect
from portal_app.shapes.people import Question
from portal_app.shapes.sign_on import MAILBOXES, SignOnForm, SignOnPage
from portal_app.shapes.status import Notice

RUNS = "sign_on.run"
MOST = 10
_PURPOSE = "domain"
_NO_SAML = "SAML is not installed here. Whoever runs the server adds it with requirements-saml.txt."


@reads
def page(access: Access, token: str = "") -> SignOnPage:
    """Every house that vouches for people here, how each stands, and what it must be told of us."""
    access.require(RUNS)
    found = access.all(SignOn, order=col(SignOn.made_at), limit=MOST)
    company = access.db.get_one(Company, access.visitor.company_id)
    count = sum(one.working for one in found)
    return SignOnPage(
        ready=True,
        meaning={0: "Nobody signs in by a provider yet.", 1: "One provider signs people in here."}.get(
            count, f"{count} providers sign people in here."
        ),
        rows=tuple(row_of(access, one) for one in found),
        back_to=sign_on.back_to(company),
        saml=saml.installed(),
        saml_name=sign_on.ours(company).entity,
        saml_door=sign_on.ours(company).door,
        roles=", ".join(sorted(_staff_roles(access))),
        confirms=_domain_of(access, token),
    )


def _one(access: Access, sign_on_id: str) -> SignOn:
    access.require(RUNS)
    return access.get(SignOn, sign_on_id)


def _staff_roles(access: Access) -> dict[str, str]:
    """The roles of our own people that this person may give, by what they are called."""
    kind = access.visitor.kind
    rights = sessions.rights_in(kind) or {}
    mine = access.visitor.permissions
    may = (role for role in book.of(kind).staff if mine >= rights.get(role, frozenset()))
    return {book.role_name(kind, role).casefold(): role for role in may}


def _customer_roles(access: Access) -> dict[str, str]:
    kind = access.visitor.kind
    return {book.role_name(kind, role).casefold(): role for role in book.of(kind).customers}


@reads
def may_change(access: Access) -> None:
    """Ask for a fresh proof before anything is typed. Raises ProveAgain."""
    access.require(RUNS)
    access.require_fresh()


@reads
def unproved(access: Access, sign_on_id: str) -> tuple[str, ...]:
    """The domains of another house that are not proved yet. Raises ProveAgain."""
    one = _one(access, sign_on_id)
    access.require_fresh()
    return tuple(sign_on_rows.unproved(one))


@reads
def form_of(access: Access, sign_on_id: str) -> SignOnForm:
    """Another house as the form to change it begins. Raises ProveAgain."""
    one = _one(access, sign_on_id)
    access.require_fresh()
    kind = access.visitor.kind
    mapping = vouching.read_mapping(one.role_map).items()
    return SignOnForm(
        protocol=one.protocol,
        name=one.name,
        issuer=one.issuer,
        client_id=one.client_id,
        domains=", ".join(vouching.parts_of(one.domains)),
        role_claim=one.role_claim,
        roles="\n".join(f"{value} = {book.role_name(kind, role)}" for value, role in mapping),
        whom="staff" if one.for_staff else "account",
        account=numbers_of(access.db, one.company_id, [one.account_id]).get(one.account_id, ""),
        makes_people=one.makes_people,
        follows=one.follows,
    )


def save(access: Access, sign_on_id: str, form: SignOnForm) -> Notice:
    """Keep another house, a new one for "". Raises Refusal with its field, and ProveAgain.

    Another issuer or client is another house: its secret goes, and it is off until it was tried.
    """
    access.require(RUNS)
    one = _one(access, sign_on_id) if sign_on_id else None
    if one is None and len(access.all(SignOn, limit=MOST)) >= MOST:
        raise Refusal(f"There are {MOST} already. Remove one first.", "name")
    protocol = one.protocol if one is not None else "saml" if form.protocol == "saml" else "oidc"
    values = _read(access, form) | _read_house(access, sign_on_id, form, protocol)
    access.require_fresh()
    if one is None:
        one = access.add(SignOn, protocol=protocol, **values, domains_proved="", working=False)
    else:
        values |= _anew(one, values)
        one = access.change(one, **values)
    facts = {"issuer": one.issuer, "domains": one.domains, "roles": one.role_map, "staff": one.for_staff}
    facts |= {"follows": one.follows}
    access.note("identity.sign_on_set_up", f"sign_on:{one.id}", account_id="", **facts)
    return Notice(f"Kept: {one.name}", next_of(one), "good")


def _anew(one: SignOn, values: dict[str, Any]) -> dict[str, Any]:
    """What no longer holds after a change: the proofs of domains that went, and trust in another house."""
    still = [name for name in vouching.parts_of(one.domains_proved) if name in values["domains"].split(",")]
    kept: dict[str, Any] = {"domains_proved": ",".join(still)}
    if any(getattr(one, name) != values.get(name, getattr(one, name)) for name in ("issuer", "client_id")):
        kept |= {"client_secret": "", **_OFF}
    return kept if still else {**kept, "working": False}


_OFF: dict[str, Any] = {"working": False, "tried_well": False, "tried_at": None, "tried_says": ""}


def _read(access: Access, form: SignOnForm) -> dict[str, Any]:
    name, claim = " ".join(form.name.split()), form.role_claim.strip()
    if not 0 < len(name) <= 60 or not name.isprintable():
        raise Refusal("Say what the button is to be called, such as your company's name.", "name")
    if not vouching.has_text(claim, 80):
        raise Refusal("Type the claim that names somebody's groups, such as groups.", "role_claim")
    staff = form.whom != "account"
    mapping = vouching.read_roles(
        form.roles or "", _staff_roles(access) if staff else _customer_roles(access)
    )
    return {
        "name": name,
        "domains": ",".join(vouching.read_domains(form.domains)),
        "role_claim": claim,
        "role_map": vouching.write_mapping(mapping),
        "for_staff": staff,
        "account_id": "" if staff else _account(access, form.account),
        "makes_people": bool(form.makes_people),
        "follows": bool(form.follows),
    }


def _read_house(access: Access, sign_on_id: str, form: SignOnForm, protocol: str) -> dict[str, Any]:
    """Who the provider is: typed for OpenID Connect; by SAML its metadata says it, in a step of its own."""
    if protocol == "saml":
        if not saml.installed():
            raise Refusal(_NO_SAML)
        return {}
    issuer, client_id = form.issuer.strip(), form.client_id.strip()
    if not oidc.is_address(issuer, bare=True):
        raise Refusal("Type the issuer as the provider gives it, beginning with https://.", "issuer")
    if not vouching.has_text(client_id, 300):
        raise Refusal("Type the client ID that the provider gave you.", "client_id")
    if any(by_saml(other) for other in _others(access, sign_on_id, issuer)):
        raise Refusal("A SAML provider here has that name already.", "issuer")
    return {"issuer": issuer, "client_id": client_id}


def _others(access: Access, sign_on_id: str, issuer: str) -> list[SignOn]:
    return [one for one in access.all(SignOn, col(SignOn.issuer) == issuer) if one.id != sign_on_id]


def _account(access: Access, number: str) -> str:
    found = access.first(Account, col(Account.number) == number.strip()[:40])
    if found is None:
        raise Refusal("There is no account with that number.", "account")
    return found.id


def keep_secret(access: Access, sign_on_id: str, secret: str) -> None:
    """Keep the secret by which the provider knows us, sealed; it is tried again before it is used.

    Raises Refusal for one that can be none, and ProveAgain.
    """
    one = _one(access, sign_on_id)
    if not vouching.has_text(secret.strip(), 500):
        raise Refusal("Paste the client secret that the provider gave you.", "secret")
    access.require_fresh()
    access.change(one, client_secret=secret.strip(), **_OFF)
    access.note("identity.sign_on_secret_kept", f"sign_on:{one.id}", account_id="")


@reads
def may_keep_metadata(access: Access, sign_on_id: str) -> None:
    """Ask for the right and a fresh proof before metadata is looked for. Raises NotYours, and ProveAgain."""
    one = _one(access, sign_on_id)
    if not by_saml(one):
        raise NotYours
    access.require_fresh()


def keep_metadata(access: Access, sign_on_id: str, said: Metadata) -> None:
    """Keep what a SAML provider says of itself; it is tried again before it is used.

    While it changes from one certificate to the next, one that was known before vouches for the new one: it
    stays on. Raises BadMetadata for a name that another provider here bears, and ProveAgain.
    """
    may_keep_metadata(access, sign_on_id)
    one = _one(access, sign_on_id)
    if _others(access, one.id, said.entity):
        raise BadMetadata("metadata_taken")
    known = saml_metadata.kept(one.issuer, one.facts)
    same = known is not None and known.entity == said.entity and bool({*known.keys} & {*said.keys})
    access.change(one, issuer=said.entity, facts=saml_metadata.write(said), **({} if same else _OFF))
    facts = {"issuer": said.entity, "certificates": len(said.keys), "read_at": said.address, "stays": same}
    access.note("identity.sign_on_metadata_kept", f"sign_on:{one.id}", account_id="", **facts)


def mail_proof(access: Access, sign_on_id: str, domain: str, mailbox: str) -> Notice:
    """Mail a link to who runs a domain; whoever of us opens it proves that the domain is ours.

    Raises Refusal for a domain that is not named here or is proved, and ProveAgain.
    """
    one = _one(access, sign_on_id)
    if domain not in sign_on_rows.unproved(one):
        raise Refusal("Choose one of the domains that are not proved yet.", "domain")
    if mailbox not in {box.value for box in MAILBOXES}:
        raise Refusal("Choose the mailbox.", "mailbox")
    access.require_fresh()
    to = f"{mailbox}@{domain}"
    links.withdraw(access.db, _PURPOSE, about=one.id)
    made = links.make(
        access.db, _PURPOSE, one.company_id, person_id=access.visitor.person_id, email=to, about=one.id
    )
    company = access.db.get_one(Company, one.company_id)
    mailing.send(
        access.db,
        one.company_id,
        to,
        f"Is {domain} yours?",
        [
            f"{access.visitor.name} of {company.name} wants people with an address at {domain} to sign in to "
            f"the portal of {company.name} by “{one.name}”.",
            "If that is right, pass this link on to them, or open it if you run the portal yourself.",
        ],
        link=links.address(f"/staff/{company.kind}/sign-on", made.token),
        button=f"Prove {domain}",
        after=["The link works once, for a day. If you know nothing of this, do nothing."],
    )
    access.note("identity.sign_on_domain_asked", f"sign_on:{one.id}", account_id="", domain=domain)
    return Notice(f"A mail is on its way to {to}", "Open its link while you are signed in here.", "good")


def _link(access: Access, token: str) -> MailedLink | None:
    mine = (
        col(MailedLink.id) == key_of(token),
        col(MailedLink.purpose) == _PURPOSE,
        col(MailedLink.used_at).is_(None),
        col(MailedLink.ends_at) > now(),
    )
    return access.db.exec(access.rows(MailedLink, *mine)).first()  # pyright: ignore[reportArgumentType]


def _domain_of(access: Access, token: str) -> str:
    link = _link(access, token) if token else None
    return vouching.domain_of(link.email) if link is not None else ""


def confirm_domain(access: Access, token: str) -> Notice:
    """Take a domain as proved by the link that was mailed to it. Raises StaleLink, and ProveAgain."""
    access.require(RUNS)
    link = _link(access, token)
    if link is None:
        raise StaleLink
    one, domain = access.get(SignOn, link.about), vouching.domain_of(link.email)
    if domain not in sign_on_rows.unproved(one):
        raise StaleLink
    access.require_fresh()
    links.use_up(access.db, token, _PURPOSE)
    kept = (*vouching.parts_of(one.domains_proved), domain)
    access.change(one, domains_proved=",".join(kept))
    access.note("identity.sign_on_domain_proved", f"sign_on:{one.id}", account_id="", domain=domain)
    return Notice(f"Proved: {domain}", next_of(one), "good")


def may_try(access: Access, sign_on_id: str) -> str:
    """Let somebody try another house; gives its id. Raises NotYours, and ProveAgain."""
    one = _one(access, sign_on_id)
    access.require_fresh()
    access.note("identity.sign_on_tried", f"sign_on:{one.id}", account_id="")
    return one.id


def turn(access: Access, sign_on_id: str) -> Notice:
    """Turn another house on or off. Raises Refusal before it was tried, and ProveAgain."""
    one = _one(access, sign_on_id)
    missing = next_of(one)
    if not one.working and missing:
        raise Refusal(missing)
    access.require_fresh()
    access.change(one, working=not one.working)
    access.note("identity.sign_on_turned", f"sign_on:{one.id}", account_id="", on=one.working)
    if one.working:
        return Notice(f"On: {one.name}", "It is offered to whoever types an address of its domains.", "good")
    return Notice(f"Off: {one.name}", "Nobody comes in by it. Who is signed in stays so.", "good")


@reads
def ask_to_remove(access: Access, sign_on_id: str) -> Question:
    """What removing another house will do, before it is done."""
    one = _one(access, sign_on_id)
    return Question(
        f"Remove {one.name}?",
        (
            Effect("key", "Nobody comes in by it any more, and its secret is forgotten."),
            Effect("person", "The people it brought stay; they sign in by a mailed link or a passkey."),
            Effect("out", "Who is signed in now stays so until they sign out."),
        ),
        f"Remove {one.name}",
        "Keep it",
    )


def remove(access: Access, sign_on_id: str) -> Notice:
    """Remove another house with what it called our people. Raises ProveAgain."""
    one = _one(access, sign_on_id)
    access.require_fresh()
    links.withdraw(access.db, _PURPOSE, about=one.id)
    for table in (OutsideName, SignOnTry):
        mine = (col(table.company_id) == one.company_id, col(table.sign_on_id) == one.id)
        access.db.execute(delete(table).where(*mine))
    if access.remove(SignOn, col(SignOn.id) == one.id) != 1:
        raise NotYours
    access.note("identity.sign_on_removed", f"sign_on:{one.id}", account_id="", issuer=one.issuer)
    return Notice(f"Removed: {one.name}", "Nobody comes in by it any more.", "good")
