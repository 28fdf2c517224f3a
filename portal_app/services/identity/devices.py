"""Where somebody is signed in: the list of their own sessions, and ending one, all others, or all."""

from sqlalchemy import update
from sqlmodel import col

from portal_app.core.access import Access, reads, unscoped, while_enrolling
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.core.errors import NotYours
from portal_app.core.when import moment
from portal_app.services.identity import connections, factors, rules, telling
from portal_app.services.identity.proofs import ways_of
from portal_app.services.identity.tables import SignIn
from portal_app.shapes.people import Who
from portal_app.shapes.security import DeviceRow, SecurityPage
from portal_app.shapes.tasks import LinkRow


@reads
def security(access: Access) -> SecurityPage:
    """Everything about how this person signs in, and where they are signed in now."""
    ways = ways_of(access.db, access.visitor.person_id)
    left = ways.recovery_left
    return SecurityPage(
        ready=True,
        base=rules.security_page(access.visitor.kind, access.visitor.staff),
        email=access.visitor.email,
        recovers_at=f"/staff/{access.visitor.kind}/way-back" if access.may("people.recover") else "",
        connections=connections.rows(access),
        for_all=_for_all(access),
        apps=factors.apps_of(access),
        has_second_step=ways.any,
        must_have=factors.must_have(access),
        codes=factors.codes_in_words(left) if ways.any else "",
        codes_few=ways.any and left <= factors.FEW,
        has_password=ways.password,
        password="Change your password" if ways.password else "Choose a password",
        devices=tuple(_row(access, signed) for signed in _open(access)),
    )


def _for_all(access: Access) -> tuple[LinkRow, ...]:
    """What this person sets up of signing in for everybody of the company."""
    base = f"/staff/{access.visitor.kind}"
    says = "Who needs a second step, and when somebody away is signed out"
    return (
        *((LinkRow("Sign-in rules", says, f"{base}/sign-in-rules", icon="shield"),)
          if access.may("sign_in.rules") else ()),
        *((LinkRow("Company sign-in", "Whose sign-in lets people in here", f"{base}/sign-on", icon="lock"),)
          if access.may("sign_on.run") else ()),
    )  # fmt: skip


@reads
@while_enrolling
def house(access: Access) -> Who:
    """Whose house this is, for a page that stands between two steps: its name and mark, nobody's name."""
    company = access.db.get_one(Company, access.visitor.company_id)
    return Who(company=company.name, brand=company.worn)


def _open(access: Access) -> list[SignIn]:
    """The sessions of this person that count now, this one first, then the latest used.

    Whoever looks around in the demo shares its person with strangers: they see themselves alone, and
    nobody sees them.
    """
    visitor, moment_now = access.visitor, now()
    company = access.db.get_one(Company, visitor.company_id)
    idle = rules.idle_of(company.kind, company.idle_minutes)
    rows = access.all(SignIn, col(SignIn.ended_at).is_(None), order=col(SignIn.seen_at).desc(), limit=200)
    own = [row for row in rows if row.id == visitor.session_key]
    looks_around = any(row.how == "demo" for row in own)
    others = [] if looks_around else [row for row in rows if row.how != "demo" and row not in own]
    return [
        row
        for row in own + others
        if rules.still_open(row.seen_at, row.ends_at, row.ended_at, moment_now, idle)
    ]


def _row(access: Access, signed: SignIn) -> DeviceRow:
    here = signed.id == access.visitor.session_key
    zone, locale = access.visitor.zone, access.visitor.locale
    seen = "now" if here else moment(signed.seen_at, now(), zone, locale)
    return DeviceRow(
        id=_name_of(signed),
        device=signed.device[:1].upper() + signed.device[1:] or "A device",
        place=rules.place_words(signed.address),
        times=f"Since {moment(signed.made_at, now(), zone, locale)}, last seen {seen}",
        here=here,
    )


def _name_of(signed: SignIn) -> str:
    """What the page calls a session: not its key, though its key is only a hash."""
    return rules.key_of(f"device:{signed.id}")[:26]


def end_one(access: Access, name: str) -> str:
    """End one other session of one's own; says the device. Raises NotYours for anything else."""
    wanted = [row for row in _open(access) if _name_of(row) == name and row.id != access.visitor.session_key]
    if not wanted:
        raise NotYours
    _end(access, wanted)
    return wanted[0].device


def end_others(access: Access) -> int:
    """End every session of one's own but this one; says how many there were."""
    others = [row for row in _open(access) if row.id != access.visitor.session_key]
    _end(access, others)
    return len(others)


def _end(access: Access, signed: list[SignIn]) -> None:
    keys = [row.id for row in signed]
    access.update(SignIn, col(SignIn.id).in_(keys), col(SignIn.ended_at).is_(None), ended_at=now())
    for row in signed:
        access.note("identity.signed_out_there", row.person_id, device=row.device)
        access.poke(f"session:{row.id}")


def end_all_but_this(access: Access) -> None:
    """End every other session of one's own, whatever opened it: after the password was changed."""
    still = (col(SignIn.ended_at).is_(None), col(SignIn.id) != access.visitor.session_key)
    for row in access.all(SignIn, *still):
        access.poke(f"session:{row.id}")
    access.update(SignIn, *still, ended_at=now())


def end_all_of(access: Access, person_id: str) -> int:
    """End every session of a person of one's own company; says how many. For who runs the portal.

    Raises NotYours for a person of another company.
    """
    access.require("people.sign_out")
    person = access.get(Person, person_id)
    theirs = (
        col(SignIn.company_id) == access.visitor.company_id,
        col(SignIn.person_id) == person.id,
        col(SignIn.ended_at).is_(None),
    )
    keys = [signed.id for signed in access.db.exec(unscoped(SignIn, *theirs))]
    access.db.execute(update(SignIn).where(*theirs).values(ended_at=now()))
    access.note("identity.sessions_ended", person.id, account_id="", count=len(keys))
    for key in keys:
        access.poke(f"session:{key}")
    if keys and person.id != access.visitor.person_id:
        telling.tell(access, person, "You were signed out everywhere", "Your company ended your sessions.")
    return len(keys)
