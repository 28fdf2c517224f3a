"""A company's own rules for signing in: who needs a second step, and when somebody away is signed out.

They hold at once, for open sessions too: each event reads them with its session, and a poke lets every open
page look again.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, func

from portal_app.core.access import Access, reads, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.services.identity import rules
from portal_app.services.identity.proofs import has_second_step
from portal_app.services.identity.tables import Authenticator, Passkey, SignIn
from portal_app.shapes.forms import Choice, Effect
from portal_app.shapes.people import Question
from portal_app.shapes.security import RulesForm, RulesPage
from portal_app.shapes.status import Notice

SETS = "sign_in.rules"
MINUTES = (5, 10, 15, 30)
KIND, EVERYBODY = "kind", "everybody"


@reads
def page(access: Access) -> RulesPage:
    """The rules as they stand, and what they can be."""
    access.require(SETS)
    company = _company(access)
    return RulesPage(
        ready=True,
        meaning=f"{_in_words(company)} {_so_far(_without(access))}",
        form=RulesForm(_asked(company), str(_minutes(company))),
        who=_choices(company),
        minutes=tuple(Choice(str(one), f"{one} minutes") for one in MINUTES if one <= _most(company)),
    )


def _company(access: Access) -> Company:
    return access.db.get_one(Company, access.visitor.company_id)


def _in_words(company: Company) -> str:
    if _asked(company) == EVERYBODY:
        who = "Everybody is"
    else:
        who = "Our own people are" if _must(company, "", staff=True) else "Nobody is"
    return f"{who} asked for a second step; whoever is away for {_minutes(company)} minutes is signed out."


def _so_far(without: int) -> str:
    return f"{_have(without)} no second step." if without else "Everybody has a second step."


def _asked(company: Company) -> str:
    return EVERYBODY if not _choices(company) or company.second_factor == EVERYBODY else KIND


def _choices(company: Company) -> tuple[Choice, ...]:
    if _must(company, "", staff=False):
        return ()
    always = "Customers may set one up; our own people need one always."
    if not _must(company, "", staff=True):
        always = "In a demo nobody is asked. Outside of one our own people always are."
    return (
        Choice(KIND, "Our own people", hint=always),
        Choice(EVERYBODY, "Everybody", hint="Customers too: an authenticator app or a passkey."),
    )


def _must(company: Company, wish: str, *, staff: bool) -> bool:
    return rules.must_have_second_step(company.kind, wish, staff=staff, demo=company.demo)


def _most(company: Company) -> int:
    return int(rules.idle_of(company.kind).total_seconds() // 60)


def _minutes(company: Company) -> int:
    return int(rules.idle_of(company.kind, company.idle_minutes).total_seconds() // 60)


def _have(many: int) -> str:
    return "1 person has" if many == 1 else f"{many:,} people have"


def _without(access: Access, *where: Any) -> int:
    """How many people in good standing have no second step."""
    confirmed = col(Authenticator.confirmed_at).is_not(None)
    apps = unscoped(Authenticator, col(Authenticator.person_id) == col(Person.id), confirmed)
    keys = unscoped(Passkey, col(Passkey.person_id) == col(Person.id))
    counted = access.columns(Person, func.count(col(Person.id))).where(
        col(Person.standing) == "active", ~apps.exists(), ~keys.exists(), *where
    )
    return access.db.exec(counted).one()  # pyright: ignore[reportCallIssue, reportArgumentType]


def _read(company: Company, who: object, minutes: object) -> tuple[str, int]:
    """Both rules as they are kept. Raises Refusal, with its field, for what cannot be chosen."""
    if who not in (KIND, EVERYBODY):
        raise Refusal("Choose who is asked for a second step.", "who")
    known = {str(one): one for one in MINUTES if one <= _most(company)}
    if minutes not in known:
        raise Refusal("Choose after how long somebody away is signed out.", "minutes")
    wish = EVERYBODY if who == EVERYBODY and _choices(company) else ""
    chosen = known[str(minutes)]
    return wish, 0 if chosen == _most(company) else chosen


@reads
def weigh(access: Access, who: str, minutes: str) -> Question:
    """What other rules will do to how many people, before they hold.

    Raises Refusal, with its field, for what cannot be chosen or is so already, and ProveAgain.
    """
    access.require(SETS)
    company = _company(access)
    wish, chosen = _read(company, who, minutes)
    if (wish, chosen) == _kept(company):
        raise Refusal("Those are the rules already. Choose something else first.", "who")
    access.require_fresh()
    effects = (*_of_second_step(access, company, wish), *_of_idling(access, company, chosen))
    return Question("Change the rules for signing in?", effects, "Change the rules", "Leave them as they are")


def _kept(company: Company) -> tuple[str, int]:
    wish = EVERYBODY if company.second_factor == EVERYBODY and _choices(company) else ""
    minutes = _minutes(company)
    return wish, 0 if minutes == _most(company) else minutes


def _of_second_step(access: Access, company: Company, wish: str) -> tuple[Effect, ...]:
    if wish == _kept(company)[0]:
        return ()
    if not wish:
        stays = "Whoever has a second step keeps it. Nobody else among your customers is asked for one."
        return (Effect("person", stays),)
    # The company's own people are asked already, outside of a demo.
    many = _without(access, *([col(Person.staff_role) == ""] if _must(company, "", staff=True) else []))
    if not many:
        return (Effect("check", "Everybody has a second step already. New people set one up first."),)
    they, their = ("that person is", "the") if many == 1 else ("they are", "their")
    me = access.first(SignIn, col(SignIn.id) == access.visitor.session_key, col(SignIn.how) != "demo")
    own = me is not None and not has_second_step(access.db, access.visitor.person_id)
    return (
        Effect("person", f"{_have(many)} no second step; {they} asked to set one up at {their} next tap."),
        Effect("lock", "Until then nothing else is open to them. It takes about a minute."),
        *((Effect("key", "You have none yourself, so you set yours up first."),) if own else ()),
    )


def _of_idling(access: Access, company: Company, chosen: int) -> tuple[Effect, ...]:
    before, after = _minutes(company), chosen or _most(company)
    if before == after:
        return ()
    says = Effect(
        "clock", f"Whoever does nothing for {after} minutes is signed out, told two minutes before."
    )
    if after > before:
        return (says,)
    away = _away(access, timedelta(minutes=before), timedelta(minutes=after), now())
    gone = f"{_have(away)} been away for longer and {'is' if away == 1 else 'are'} signed out at once."
    return (says, Effect("out", gone if away else "Nobody has been away for so long just now."))


def _away(access: Access, before: timedelta, after: timedelta, moment: datetime) -> int:
    """How many people are signed in now and would not be if they may be away for less long."""
    counted = unscoped(
        SignIn,
        col(SignIn.company_id) == access.visitor.company_id,
        col(SignIn.ended_at).is_(None),
        col(SignIn.ends_at) > moment,
        col(SignIn.seen_at) > moment - before,
        col(SignIn.seen_at) <= moment - after,
        col(SignIn.id) != access.visitor.session_key,
    )
    many = counted.with_only_columns(func.count(func.distinct(col(SignIn.person_id))))
    return access.db.exec(many).one()


def save(access: Access, who: str, minutes: str) -> Notice:
    """Let other rules hold from now on, for open sessions too.

    Raises Refusal, with its field, for what cannot be chosen, and ProveAgain.
    """
    access.require(SETS)
    company = _company(access)
    wish, chosen = _read(company, who, minutes)
    access.require_fresh()
    facts = {"second_step_before": company.second_factor or KIND, "minutes_before": _minutes(company)}
    company.second_factor, company.idle_minutes = wish, chosen
    access.db.add(company)
    now_so = {"second_step": wish or KIND, "idle_minutes": _minutes(company)}
    access.note("identity.rules_changed", company.id, account_id="", **now_so, **facts)
    access.poke(f"company:{company.id}")
    return Notice("The rules are changed", "They hold from now on, for whoever is signed in too.", "good")
