"""Connect My Data: who else may read an account's meter data, what of it, and until when."""

import hashlib
from datetime import date, timedelta

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, reads
from portal_app.core.clock import now, today
from portal_app.core.errors import Refusal
from portal_app.core.ids import new_secret
from portal_app.portals.energy.service.places import premises
from portal_app.portals.energy.tables import DataConsent, Register
from portal_app.services.billing.company import hold
from portal_app.services.consents import service as consents
from portal_app.settings import settings
from portal_app.shapes.consents import Standing
from portal_app.shapes.energy_data import Asked, ConsentRow, MyDataPage, Token
from portal_app.shapes.forms import Choice, Effect
from portal_app.shapes.status import Badge, Notice
from portal_app.shapes.tasks import LinkRow

SCOPES = {
    "electricity": "Electricity readings",
    "gas": "Gas readings",
    "all": "All meter readings and what they cost",
}
_UNSEEN = {
    True: "They do not see your name, your address or how you pay.",
    False: "They do not see what it costs, your name or your address.",
}
ADDRESS = "/files/share/energy"
LONGEST = 3 * 365
"""Days a consent may run; whoever still wants it then is asked again."""

_ICONS = ("usage", "clock", "shield")
_AT_ONCE = timedelta(seconds=30)
USUAL = 365


def hashed(token: str) -> str:
    """What is stored of a token: enough to know it again, nothing to read with."""
    return hashlib.sha256(token.encode()).hexdigest()


def until_at_most(first: date) -> date:
    """The last day a consent given on a day may run to: three years."""
    return first + timedelta(days=LONGEST)


def checked(party: str, scope: str, ends_on: str, here: date) -> tuple[str, str, date]:
    """A consent as it is stored. Raises Refusal with the field that is wrong and how to mend it."""
    name = " ".join("".join(c if c.isprintable() else " " for c in party).split())
    if not 2 <= len(name) <= 120:
        raise Refusal("Say who may read it, in 2 to 120 characters, such as “Solar Planner”.", "party")
    if scope not in SCOPES:
        raise Refusal("Choose what they may read.", "scope")
    try:
        end = date.fromisoformat(ends_on)
    except ValueError:
        raise Refusal("Choose the last day they may read it.", "ends_on") from None
    if end <= here:
        raise Refusal("Choose a last day after today.", "ends_on")
    if end > until_at_most(here):
        raise Refusal(
            f"Three years is the longest: choose a day up to {when.day(until_at_most(here))}"
            f" {until_at_most(here).year}.",
            "ends_on",
        )
    return name, scope, end


def ask_to_give(access: Access, party: str, scope: str, ends_on: str) -> Asked:
    """What giving a consent will do, to be read before saying yes. Raises Refusal as `give` would."""
    access.require("data.share")
    name, scope, end = checked(party, scope, ends_on, today(access.visitor.zone))
    title, words = _asked(access, name, scope, end)
    return Asked(
        title=f"{title}?",
        effects=tuple(Effect(icon, said) for icon, said in zip(_ICONS, words, strict=True)),
        act=f"Let {name} read it",
        keep="Not now",
    )


def _asked(access: Access, name: str, scope: str, end: date) -> tuple[str, tuple[str, ...]]:
    """What is asked before somebody may read, and what it will do: as it is shown, and as it is kept."""
    return f"Let {name} read your meter data until {_day(access, end)}", (
        f"{name} reads: {SCOPES[scope].lower()}, also those of the past.",
        f"It ends by itself after {_day(access, end)}.",
        f"{_UNSEEN[scope == 'all']} You can stop it at any time.",
    )


def _keep(access: Access, consent: DataConsent, yes: bool, page: str) -> None:
    title, words = _asked(access, consent.party, consent.scope, consent.ends_on)
    consents.keep(access, "share", title, " ".join(words), yes, page=page, about=consent.id)


def standing(access: Access) -> tuple[Standing, ...]:
    """Who may read this account's meter data today, each in the words that were agreed to."""
    here = today(access.visitor.zone)
    open_still = (col(DataConsent.revoked_at).is_(None), col(DataConsent.ends_on) >= here)
    mine = col(DataConsent.account_id) == access.visitor.account_id
    found = access.all(DataConsent, mine, *open_still, order=(col(DataConsent.made_at), col(DataConsent.id)))
    asked = ((row.id, _asked(access, row.party, row.scope, row.ends_on)) for row in found)
    return tuple(Standing(about, title, " ".join(words)) for about, (title, words) in asked)


def give(access: Access, party: str, scope: str, ends_on: str) -> Token:
    """Let a third party read this account's meter data; gives the secret to hand to them, once.

    Raises Refusal for the same once more within half a minute: a second tap, or another tab.
    """
    access.require("data.share")
    here = today(access.visitor.zone)
    name, scope, end = checked(party, scope, ends_on, here)
    # Two taps, or two tabs: one consent, since only one of two secrets would be handed on.
    hold(access, access.visitor.account_id)
    same = (col(DataConsent.party) == name, col(DataConsent.scope) == scope)
    just_now = (col(DataConsent.revoked_at).is_(None), col(DataConsent.made_at) > now() - _AT_ONCE)
    if access.first(DataConsent, *same, *just_now) is not None:
        raise Refusal(f"{name} was just allowed to read that. The secret stands where you did it.", "party")
    token = new_secret()
    consent = access.add(
        DataConsent,
        party=name,
        scope=scope,
        ends_on=end,
        token_hash=hashed(token),
        given_by=access.visitor.name,
    )
    _keep(access, consent, True, "/account/data")
    access.note("data.share", f"consent:{consent.id}", party=name, scope=scope, ends_on=str(end))
    address = settings().public_url.rstrip("/") + ADDRESS
    return Token(token, name, address, f"Works until {_day(access, end)}")


def ask_to_stop(access: Access, consent_id: str) -> Asked:
    """What stopping a consent will do. Raises NotYours for another account's."""
    access.require("data.share")
    consent = access.get(DataConsent, consent_id)
    return Asked(
        title=f"Stop {consent.party} from reading your meter data?",
        effects=(
            Effect("shield", f"{consent.party} can read nothing more from this moment on."),
            Effect("list", "What they have read already they still have; ask them to delete it."),
            Effect("refresh", "To let them read again you give a new consent with a new secret."),
        ),
        act=f"Stop {consent.party}",
        keep="Let them read on",
    )


def revoke(access: Access, consent_id: str, page: str = "/account/data") -> Notice:
    """End a consent at once; a second tap changes nothing. Raises NotYours for another account's."""
    access.require("data.share")
    consent = access.get(DataConsent, consent_id)
    open_still = (col(DataConsent.id) == consent.id, col(DataConsent.revoked_at).is_(None))
    if access.update(DataConsent, *open_still, revoked_at=now()):
        _keep(access, consent, False, page)
        access.note("data.unshare", f"consent:{consent.id}", party=consent.party)
    return Notice(
        title=f"{consent.party} can no longer read your meter data",
        text="It counts from now. What they read before they may still have; ask them to delete it.",
        tone="good",
    )


def given(access: Access, token: Token) -> Notice:
    """What is said after a consent was given: what comes next."""
    access.require("data.share")
    next_step = "Give them the secret below: it is shown only now. You can stop them here any time."
    return Notice(
        title=f"{token.party} may read your meter data",
        text=f"{token.until}. {next_step}",
        tone="good",
    )


@reads
def my_data_page(access: Access) -> MyDataPage:
    """One's own meter data: files to download and who else may read it."""
    may_download, may_share = access.may("data.export"), access.may("data.share")
    here = today(access.visitor.zone)
    return MyDataPage(
        ready=True,
        meaning="Your meter readings are yours: take them with you, or let somebody else read them.",
        downloads=tuple(_downloads(access)) if may_download else (),
        can_download=may_download,
        can_share=may_share,
        consents=tuple(_consent(access, row, here) for row in _consents(access)) if may_share else (),
        scopes=tuple(Choice(scope, words) for scope, words in SCOPES.items()),
        first_end=str(here + timedelta(days=1)),
        usual_end=str(here + timedelta(days=USUAL)),
        last_end=str(until_at_most(here)),
    )


def _downloads(access: Access) -> list[LinkRow]:
    mine = col(Register.account_id) == access.visitor.account_id
    if access.first(Register, mine) is None:
        return []
    places = premises(access)
    link = "/files/energy/my-data?format="
    found = [
        LinkRow(
            "Everything, Green Button XML", "For energy programs and planners", f"{link}espi", icon="download"
        ),
        LinkRow("Everything, as a table", "For a spreadsheet (.csv)", f"{link}csv", icon="csv"),
    ]
    for place in places if len(places) > 1 else ():
        also = f"&premise={place.id}"
        found.append(
            LinkRow(f"{place.label}, Green Button XML", place.street, f"{link}espi{also}", icon="download")
        )
        found.append(LinkRow(f"{place.label}, as a table", place.street, f"{link}csv{also}", icon="csv"))
    return found


def _consents(access: Access) -> list[DataConsent]:
    mine = col(DataConsent.account_id) == access.visitor.account_id
    newest = (col(DataConsent.made_at).desc(), col(DataConsent.id))
    return access.all(DataConsent, mine, order=newest, limit=50)


def _consent(access: Access, row: DataConsent, here: date) -> ConsentRow:
    on = row.revoked_at is None and row.ends_on >= here
    zone, locale = access.visitor.zone, access.visitor.locale
    last = f"last read {when.moment(row.used_at, now(), zone, locale)}" if row.used_at else "not read yet"
    badge = Badge("Can read", "info") if on else Badge("Stopped" if row.revoked_at else "Ended", "neutral")
    return ConsentRow(
        id=row.id,
        title=row.party,
        detail=f"{SCOPES[row.scope]}, until {_day(access, row.ends_on)}, {last}. Given by {row.given_by}.",
        badge=badge,
        can_stop=on,
    )


def _day(access: Access, day: date) -> str:
    return f"{when.short_day(day, access.visitor.locale)} {day.year}"
