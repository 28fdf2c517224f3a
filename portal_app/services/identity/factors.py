"""Second steps of one's own: an authenticator app, recovery codes, and what both have to do with sessions.

A passkey is a second step as well: whoever adds one calls `added`, whoever removes one `check_may_go` before
and `removed` after.
"""

import io
from datetime import datetime, timedelta

import segno
from sqlalchemy import delete
from sqlmodel import col, func

from portal_app.core.access import Access, reads, while_enrolling
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import epoch, local, now
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.when import day
from portal_app.services.identity import codes, proofs, rules, steps, telling
from portal_app.services.identity.codes import WrongProof
from portal_app.services.identity.tables import Authenticator, Passkey, RecoveryCode
from portal_app.shapes.security import FactorRow

PENDING = timedelta(minutes=15)
MOST_APPS = 5
FEW = 3


def _waiting(access: Access) -> Authenticator | None:
    fresh = col(Authenticator.made_at) > now() - PENDING
    newest = col(Authenticator.made_at).desc()
    return access.first(Authenticator, col(Authenticator.confirmed_at).is_(None), fresh, order=newest)


@while_enrolling
def begin_app(access: Access) -> str:
    """Draw a secret for one more authenticator app and give it in groups; it stands for 15 minutes.

    The same one comes again within that time, so that a page that is loaded twice shows one code. Raises
    ProveAgain without a fresh proof, Refusal beyond five apps.
    """
    waiting = _waiting(access)
    if waiting is None:
        access.require_fresh()
        confirmed = col(Authenticator.confirmed_at).is_not(None)
        if len(access.all(Authenticator, confirmed)) >= MOST_APPS:
            raise Refusal(f"You have {MOST_APPS} apps already. Remove one you no longer use first.")
        access.remove(Authenticator, col(Authenticator.confirmed_at).is_(None))
        waiting = access.add(Authenticator, secret=codes.new_secret(), name="Authenticator app")
    return codes.in_groups(waiting.secret)


@reads
@while_enrolling
def qr_of_app(access: Access) -> str:
    """The picture that an authenticator app scans, as SVG. Raises NotYours when none is being added."""
    waiting = _waiting(access)
    if waiting is None:
        raise NotYours
    company = access.db.get_one(Company, access.visitor.company_id)
    said = codes.address_for_app(waiting.secret, access.visitor.email, company.short_name or company.name)
    drawn = io.BytesIO()
    options = {"xmldecl": False, "omitsize": True, "border": 4, "dark": "#000", "light": "#fff"}
    segno.make(said, error="m", micro=False).save(drawn, kind="svg", **options)
    return drawn.getvalue().decode()


@while_enrolling
def confirm_app(access: Access, typed: str) -> str:
    """Count an app from now on, since it shows the right code; gives the new value for the session cookie.

    Raises WrongProof for another code, NotYours once the fifteen minutes are over.
    """
    hold(access)
    waiting = _waiting(access)
    if waiting is None:
        raise NotYours
    code = codes.bare(typed)
    counter = codes.counter_of(waiting.secret, code, epoch()) if codes.is_app_code(code) else None
    if counter is None:
        raise WrongProof
    still = (col(Authenticator.id) == waiting.id, col(Authenticator.confirmed_at).is_(None))
    if not access.update(Authenticator, *still, confirmed_at=now(), last_counter=counter, used_at=now()):
        raise NotYours
    access.note("identity.app_added", access.visitor.person_id)
    return added(access, "An authenticator app was added to your sign-in.")


def added(access: Access, what: str) -> str:
    """After a second step was added: mail its person, and open what was shut until there was one.

    Gives the new value for the cookie of this session.
    """
    telling.changed(access, "Your sign-in has a new second step", what)
    return steps.enrolled(access)


def hold(access: Access) -> None:
    """Let one change of a person's second steps wait for the other, so that what is counted stays true."""
    mine = access.rows(Person, col(Person.id) == access.visitor.person_id)
    access.db.exec(mine.with_for_update(key_share=True)).one()


def check_may_go(access: Access) -> None:
    """Refuse to lose the last second step where one is required. Raises ProveAgain without a fresh proof."""
    access.require_fresh()
    if how_many(access) <= 1 and must_have(access):
        raise Refusal(
            "Your sign-in needs a second step, and this is your only one. Add another before you remove it."
        )


def removed(access: Access, what: str) -> None:
    """After a second step was removed: mail its person; with the last one the recovery codes go as well."""
    if not how_many(access):
        access.remove(RecoveryCode)
    telling.changed(access, "A second step was removed from your sign-in", what)


def how_many(access: Access) -> int:
    """How many second steps this person has."""
    apps = access.columns(Authenticator, func.count(col(Authenticator.id)))
    confirmed = apps.where(col(Authenticator.confirmed_at).is_not(None))
    keys = access.columns(Passkey, func.count(col(Passkey.id)))
    return access.db.exec(confirmed).one() + access.db.exec(keys).one()  # pyright: ignore[reportCallIssue, reportArgumentType]


def must_have(access: Access) -> bool:
    """Whether this person's company or role asks for a second step."""
    company = access.db.get_one(Company, access.visitor.company_id)
    return rules.must_have_second_step(
        company.kind, company.second_factor, staff=access.visitor.staff, demo=company.demo
    )


def remove_app(access: Access, app_id: str) -> None:
    """Let an authenticator app count no longer."""
    hold(access)
    check_may_go(access)
    if not access.remove(Authenticator, col(Authenticator.id) == str(app_id)[:26]):
        raise NotYours
    access.note("identity.app_removed", access.visitor.person_id)
    removed(access, "An authenticator app no longer counts for your sign-in.")


@reads
@while_enrolling
def check_codes(access: Access) -> None:
    """Refuse new recovery codes to somebody who has no second step to lose, or proved nothing lately."""
    access.require_fresh()
    if not how_many(access):
        raise Refusal("Recovery codes stand in for a second step. Set one up first.")


def draw_codes(person_id: str) -> tuple[list[str], list[str]]:
    """Ten fresh recovery codes to show, and how they are kept; slow on purpose, so not in a transaction."""
    shown = codes.new_recovery_codes()
    return shown, [proofs.recovery_hash(person_id, code) for code in shown]


@while_enrolling
def keep_codes(access: Access, kept: list[str]) -> None:
    """Put new recovery codes in place of every older one."""
    check_codes(access)
    access.remove(RecoveryCode)
    access.add_many(RecoveryCode, [{"code_hash": one} for one in kept])
    access.note("identity.recovery_codes_made", access.visitor.person_id, codes=len(kept))
    telling.changed(
        access, "You have new recovery codes", "New recovery codes were made. Older ones no longer work."
    )


@reads
@while_enrolling
def codes_left(access: Access) -> int:
    """How many unused recovery codes this person has."""
    unused = col(RecoveryCode.used_at).is_(None)
    counted = access.columns(RecoveryCode, func.count(col(RecoveryCode.id))).where(unused)
    return access.db.exec(counted).one()  # pyright: ignore[reportCallIssue, reportArgumentType]


def codes_in_words(left: int) -> str:
    """How many recovery codes are left, as a person reads it."""
    if not left:
        return "None are left. Make new ones, so that a lost phone does not shut you out."
    return f"{left} of {codes.HOW_MANY} left" + (". Make new ones soon." if left <= FEW else "")


def apps_of(access: Access) -> tuple[FactorRow, ...]:
    """The authenticator apps of this person, oldest first."""
    confirmed = col(Authenticator.confirmed_at).is_not(None)
    apps = access.all(Authenticator, confirmed, order=col(Authenticator.made_at))
    return tuple(
        FactorRow(app.id, app.name or "Authenticator app", row_words(access, app.made_at, app.used_at))
        for app in apps
    )


def row_words(access: Access, made_at: datetime, used_at: datetime | None) -> str:
    """Since when a second step is there and when it was last used: "Added Tue 10 Mar, used Wed 11 Mar"."""
    zone, locale = access.visitor.zone, access.visitor.locale
    since = f"Added {day(local(made_at, zone).date(), locale)}"
    return f"{since}, last used {day(local(used_at, zone).date(), locale)}" if used_at else since


def clear_of(access: Access, person: Person) -> None:
    """Take every second step from somebody whom the company lets in again after they lost them all."""
    access.require("people.recover")
    if person.company_id != access.visitor.company_id:
        raise NotYours
    for table in (Authenticator, RecoveryCode, Passkey):
        theirs = (col(table.company_id) == person.company_id, col(table.person_id) == person.id)
        access.db.execute(delete(table).where(*theirs))
    access.note("identity.second_steps_cleared", person.id)
