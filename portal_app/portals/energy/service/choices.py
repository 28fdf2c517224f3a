"""Alerts and choices of an account: when to warn, which units, the medical list, what to be told."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.errors import Refusal
from portal_app.core.money import exponent, symbol, to_minor, written
from portal_app.portals.energy.rules.forecast import Threshold
from portal_app.portals.energy.service import places
from portal_app.portals.energy.tables import EnergyChoice
from portal_app.services.billing import service as billing
from portal_app.services.billing.company import company_of, hold
from portal_app.services.consents import service as consents
from portal_app.services.notifications import service as notifications
from portal_app.shapes.energy import ChoicesPage
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Notice
from portal_app.shapes.tasks import LinkRow

ALERTS = (
    Choice("usual", "When a bill is heading 30 % above my usual one"),
    Choice("money", "When a bill is heading above an amount of mine"),
    Choice("use", "When a bill period is heading above so many kWh"),
    Choice("off", "Never"),
)
TEMPERATURES = (Choice("F", "Fahrenheit"), Choice("C", "Celsius"))
CHANNELS = (Choice("mail", "By mail and here"), Choice("portal", "Here only"))
TOPICS = {
    "requests": ("My requests", "When a start, stop, move or visit goes a step on"),
    "high-bill": ("High bills", "When a bill is heading above my line"),
}
MEDICAL = (
    "On the medical list",
    "For homes where somebody needs power for their health. Your outage is marked first, its band tells you "
    "to call, and you hear of planned work when it is announced and again a day before. For this we keep "
    "that you are on the list, with your phone number and your note; our control room sees them.",
)
NEIGHBOURS = (
    "Compare my homes with similar ones nearby",
    "What your home uses in a bill period is counted, without a name, among up to 100 homes that others "
    "are compared with, and you see how yours stands. Say no, and your homes are neither counted nor "
    "compared.",
)
"""Titles and words of what an account is asked to agree to."""
_LARGEST = 100_000_000
_PHONE = re.compile(r"^\+?[\d ().-]{6,24}$")


@reads
def choices(access: Access) -> ChoicesPage:
    """What the account has chosen; what it never chose stands at its usual."""
    access.require("usage.see")
    found = access.first(EnergyChoice, col(EnergyChoice.account_id) == access.visitor.account_id)
    delivered = billing.delivery(access) if access.may("bill.see") else None
    kind = kind_of(found)
    wishes = {row.topic: row.channel for row in notifications.preferences(access)}
    return ChoicesPage(
        ready=True,
        alert_kind=kind,
        alert_kinds=ALERTS,
        alert_at=_typed(access, found) if kind in ("money", "use") else "",
        alert_sign=symbol(access.visitor.currency, access.visitor.locale),
        alert_words=alert_words(access, found),
        temperature=found.temperature if found else "F",
        temperatures=TEMPERATURES,
        medical=bool(found and found.medical),
        medical_says=found.medical_says if found else "",
        medical_words=MEDICAL[1],
        planned_notice=found.planned_notice if found else True,
        phone=(found.phone if found else "") or places.account(access).phone,
        email=access.visitor.email,
        paperless=bool(delivered and delivered.paperless),
        paperless_words=delivered.words if delivered else "",
        may_change=access.may("energy.choose"),
        topics=tuple(
            LinkRow(title=title, detail=detail, end=wishes.get(topic, "mail"), id=topic)
            for topic, (title, detail) in TOPICS.items()
        ),
    )


def kind_of(found: EnergyChoice | None) -> str:
    """Which alert an account wants; one that never chose is warned above its usual."""
    if found is None:
        return "usual"
    if found.alert_kind in ("money", "use"):
        return found.alert_kind if found.alert_at else "off"
    return found.alert_kind


def threshold_of(found: EnergyChoice | None) -> Threshold | None:
    """The account's own line for the high-bill rule; None for the usual one."""
    if found is None or kind_of(found) not in ("money", "use"):
        return None
    if found.alert_kind == "use":
        return Threshold("use", found.alert_at * 1000)
    return Threshold("money", found.alert_at)


def _typed(access: Access, found: EnergyChoice | None) -> str:
    if found is None or not found.alert_at:
        return ""
    if found.alert_kind == "use":
        return str(found.alert_at)
    places_after = exponent(access.visitor.currency)
    return f"{Decimal(found.alert_at).scaleb(-places_after):.{places_after}f}"


def alert_words(access: Access, found: EnergyChoice | None) -> str:
    """The alert in a few words, for the account page."""
    kind = kind_of(found)
    if kind == "money" and found:
        return f"Above {written(found.alert_at, access.visitor.currency, access.visitor.locale)}"
    if kind == "use" and found:
        return f"Above {found.alert_at:,} kWh"
    return "Off" if kind == "off" else "30 % above your usual"


def choose(access: Access, wishes: dict[str, Any], *, page: str = "/account/choices") -> Notice:
    """Keep alerts and choices of the account. `wishes` may hold alert_kind, alert_at (as typed), temperature,
    medical, medical_says, planned_notice, neighbours and phone; what is not in it stays. `page` is where it
    was chosen. Raises Refusal naming the field.
    """  # fmt: skip
    access.require("energy.choose")
    hold(access, access.visitor.account_id)
    found = access.first(EnergyChoice, col(EnergyChoice.account_id) == access.visitor.account_id)
    values = _read(access, wishes, found)
    was = found or EnergyChoice(company_id="", account_id="")
    before = was.medical
    _keep_answers(access, was, values, page)
    if found is None:
        found = access.add(EnergyChoice, **{"alert_kind": "usual", **values})
    else:
        access.change(found, **values)
    changed = sorted(values)
    access.note("choices.changed", f"choices:{found.id}", changed=changed, medical=found.medical)
    access.poke(f"choices:{found.account_id}")
    return _saved(access, found, before)


def _keep_answers(access: Access, was: EnergyChoice, values: dict[str, Any], page: str) -> None:
    """Keep in which words the account agreed or said no, where that is new."""
    for name, (title, words) in (("medical", MEDICAL), ("neighbours", NEIGHBOURS)):
        on = values.get(name, getattr(was, name))
        changed = on != getattr(was, name)
        if changed or (on and name in values and not consents.agreed(access, name, words)):
            consents.keep(access, name, title, words, on, page=page)
        if changed and name == "neighbours":
            access.later("energy.neighbours", {})


def _saved(access: Access, found: EnergyChoice, was_medical: bool) -> Notice:
    if found.medical and not was_medical:
        phone = company_of(access).phone
        call = f" In an outage call {phone} if you need help." if phone else ""
        text = f"Outages at your place are marked first, and you hear of planned work twice.{call}"
        return Notice("You are on our medical list", text, "good")
    kind = alert_words(access, found)
    return Notice(
        "Your choices are saved",
        f"High-bill alert: {kind[:1].lower()}{kind[1:]}. They count from now on.",
        "good",
    )


def _read(access: Access, wishes: dict[str, Any], found: EnergyChoice | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if "alert_kind" in wishes:
        values |= _read_alert(access, str(wishes["alert_kind"]), str(wishes.get("alert_at", "")))
    readers = {
        "temperature": _read_temperature,
        "medical": _read_switch,
        "planned_notice": _read_switch,
        "neighbours": _read_switch,
        "phone": _read_phone,
        "medical_says": lambda typed: " ".join(str(typed).split())[:200],
    }
    values |= {name: read(wishes[name]) for name, read in readers.items() if name in wishes}
    _check_reachable(access, values, found)
    return values


def _check_reachable(access: Access, values: dict[str, Any], found: EnergyChoice | None) -> None:
    """Nobody is on the medical list whom we cannot call."""
    kept = found or EnergyChoice(company_id="", account_id="")
    phone = values.get("phone", kept.phone) or places.account(access).phone
    if values.get("medical", kept.medical) and not phone:
        raise Refusal("Add a phone number, so that we can call when the power is out.", "phone")


def _read_switch(given: object) -> bool:
    return given in (True, "on", "true", "1")


def _read_temperature(given: object) -> str:
    if given not in ("F", "C"):
        raise Refusal("Choose Fahrenheit or Celsius.", "temperature")
    return str(given)


def _read_alert(access: Access, kind: str, typed: str) -> dict[str, Any]:
    if kind not in {choice.value for choice in ALERTS}:
        raise Refusal("Choose when to be warned.", "alert_kind")
    if kind in ("usual", "off"):
        return {"alert_kind": kind, "alert_at": 0}
    sign = symbol(access.visitor.currency, access.visitor.locale)
    plain = typed.strip().removeprefix(sign).replace(",", "").replace(" ", "")
    try:
        amount = Decimal(plain)
    except InvalidOperation as trouble:
        raise Refusal("Type a figure, such as 150.", "alert_at") from trouble
    if not amount.is_finite() or amount <= 0:
        raise Refusal("Type a figure above nought, or choose “Never”.", "alert_at")
    if amount > _LARGEST:
        raise Refusal("That is more than any bill. Type a smaller figure.", "alert_at")
    stored = int(amount) if kind == "use" else to_minor(amount, access.visitor.currency)
    if stored < 1:
        raise Refusal("Type a figure of 1 or more.", "alert_at")
    return {"alert_kind": kind, "alert_at": stored}


def _read_phone(given: object) -> str:
    typed = str(given).strip()
    if typed and not _PHONE.match(typed):
        raise Refusal("Type the phone number with digits, such as 555-0142.", "phone")
    return typed


def choose_paperless(access: Access, paperless: bool) -> Notice:
    """Get bills by mail only, or on paper again."""
    return billing.choose_paperless(access, bool(paperless))


def choose_channel(access: Access, topic: str, channel: str) -> Notice:
    """Hear of one topic by mail and here, or here only."""
    access.require("usage.see")
    if topic not in TOPICS:
        raise Refusal("Choose one of the topics on this page.")
    notifications.choose(access, topic, channel)
    how = "by mail and on your home" if channel == "mail" else "on your home only"
    return Notice(f"{TOPICS[topic][0]}: {how}", "That counts from now on.", "good")
