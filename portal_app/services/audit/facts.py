"""The facts of an act in words: each by its name in the trail, money and time as the reader writes them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from portal_app.core import when
from portal_app.core.clock import now
from portal_app.core.money import written

Value = str | int | float | bool | list[str] | None


@dataclass(frozen=True)
class Reader:
    """Who reads the trail: how they write money and time, and what the persons in it are called."""

    currency: str = "USD"
    locale: str = "en_US"
    zone: str = "UTC"
    names: Mapping[str, str] = field(default_factory=dict)


Saying = Callable[[Value, Reader], str]

_ID = re.compile(r"[0-9a-z]{26}")
_SCOPES = {"money": "money", "documents": "documents", "work": "service and reports", "people": "people"}
_CHANNELS = {
    "portal": "on the portal",
    "phone": "on the phone",
    "post": "by post",
    "autopay": "by automatic payment",
    "text": "by text message",
    "sms": "by text message",
    "email": "by e-mail",
    "push": "on the phone's screen",
}
_WAYS = {
    "app": "an authenticator app",
    "code": "a code",
    "demo": "a look around the demo",
    "email": "e-mail",
    "link": "a mailed link",
    "mailed_code": "a mailed code",
    "paper": "on paper",
    "paperless": "without paper",
    "passkey": "a passkey",
    "password": "a password",
    "recovery": "a recovery code",
    "recovery_code": "a recovery code",
    "sign_on": "the company sign-in",
    "totp": "an authenticator app",
}
_ASKED = {"everybody": "a second step for everybody", "kind": "a second step as the portal's kind asks"}
_PURPOSES = {"reset": "to choose a new password", "sign_in": "to sign in"}


def _plainly(value: Value) -> str:
    """A value without underscores, ids and empty ends."""
    if isinstance(value, list):
        return ", ".join(_plainly(each) for each in value)
    text = "" if value is None or value == "None" or isinstance(value, bool) else str(value).strip()
    return "" if _ID.fullmatch(text) else text


def _spoken(value: Value) -> str:
    return _plainly(value).replace("_", " ")


def text(label: str) -> Saying:
    """What somebody typed or what a thing is called, after its label: "number 13"."""
    return lambda value, _reader: f"{label} {said}".strip() if (said := _plainly(value)) else ""


def state(label: str) -> Saying:
    """A name out of the program, in words: "now crew assigned"."""
    return lambda value, _reader: f"{label} {said}".strip() if (said := _spoken(value)) else ""


def money(label: str = "", after: str = "", *, nought: bool = True) -> Saying:
    """An amount of cents: "$119.50"; one of nothing at all may be left out."""

    def say(value: Value, reader: Reader) -> str:
        if not isinstance(value, int) or not (value or nought):
            return ""
        return " ".join(filter(None, (label, written(value, reader.currency, reader.locale), after)))

    return say


def flag(yes: str, no: str = "") -> Saying:
    """What is so, or what is not."""
    return lambda value, _reader: yes if value in (True, "True", "true") else no


def count(one: str, many: str) -> Saying:
    """A number of things: "1 device", "3 devices"."""
    return lambda value, _reader: f"{value:,} {one if value == 1 else many}" if isinstance(value, int) else ""


def chosen(words: Mapping[str, str], label: str = "") -> Saying:
    """One of a few known words."""

    def say(value: Value, _reader: Reader) -> str:
        found = words.get(str(value)) or _spoken(value)
        return f"{label} {found}".strip() if found else ""

    return say


def _day(day: date, locale: str) -> str:
    """A day, with its year where that is not this one."""
    year = "" if day.year == now().year else f" {day.year}"
    return f"{when.day(day, locale)}{year}"


def moment(label: str, nothing: str = "") -> Saying:
    """A day, or a moment where the reader is: "until Mon 24 Aug", "back at 24 Aug, 15:40"."""

    def say(value: Value, reader: Reader) -> str:
        typed = _plainly(value)
        try:
            if len(typed) == len("2026-11-23"):
                return f"{label} {_day(date.fromisoformat(typed), reader.locale)}"
            found = datetime.fromisoformat(typed)
        except ValueError:
            return f"{label} {typed}" if typed else nothing
        if found.tzinfo is None:
            return f"{label} {typed}"
        return f"{label} {when.since(found, now(), reader.zone, reader.locale, amid=True)}"

    return say


def _scopes(value: Value, _reader: Reader) -> str:
    """What a place is narrowed to: "may only see money and documents"."""
    parts = [_SCOPES.get(part, part) for part in _plainly(value).replace(",", " ").split()]
    if not parts:
        return ""
    last = f" and {parts[-1]}" if parts[1:] else ""
    return f"only for {', '.join(parts[:-1]) if parts[1:] else parts[0]}{last}"


def _sees(value: Value, reader: Reader) -> str:
    """Whose things a place shows."""
    said = "" if value is None else str(value)
    if said in ("", "all"):
        return ""
    if said == "own":
        return "sees only their own"
    names = [reader.names.get(part, "") for part in said.replace(",", " ").split()]
    return f"sees only what is of {', '.join(filter(None, names)) or 'some persons'}"


def _person(label: str) -> Saying:
    """Somebody, or something of theirs, by the name it has today; older entries hold the name itself."""

    def say(value: Value, reader: Reader) -> str:
        name = reader.names.get(str(value), "") or _plainly(value)
        return f"{label} {name}" if name else ""

    return say


def _place(value: Value, _reader: Reader) -> str:
    return f"at {value:.4f}" if isinstance(value, float) else text("at")(value, Reader())


def _size(value: Value, _reader: Reader) -> str:
    return f"{max(1, round(value / 1000)):,} kB" if isinstance(value, int) else ""


def _unsaid(_value: Value, _reader: Reader) -> str:
    """What only the program needs; it stays in the file."""
    return ""


FACTS: dict[str, Saying] = {
    "accent": text("colour"),
    "account": text("account"),
    "active": flag("may sign in", "may not sign in"),
    "added": count("added", "added"),
    "after": state("now"),
    "answers": count("answer", "answers"),
    "asked_for": text(""),
    "balance": money("balance"),
    "because": text("because"),
    "before": state("before:"),
    "bill": _unsaid,
    "bills": count("bill", "bills"),
    "by": chosen(_WAYS, "by"),
    "bytes": _size,
    "cents": money(),
    "certificates": count("certificate", "certificates"),
    "changed": state("changed:"),
    "channel": chosen(_CHANNELS),
    "classes": count("kind of record deleted", "kinds of records deleted"),
    "codes": count("code", "codes"),
    "commodity": state("for"),
    "count": count("device", "devices"),
    "counted": count("use counted before", "uses counted before"),
    "credit": money("kept as credit:", nought=False),
    "customers": count("customer", "customers"),
    "days": chosen({"0": "with no end", "90": "for 90 days", "365": "for a year"}),
    "debit_on": moment("on"),
    "device": text("on"),
    "dial": text("dial at"),
    "domain": text("domain"),
    "domains": text("domains"),
    "effective": moment("from"),
    "ends_at": moment("until"),
    "ends_on": moment("until"),
    "entries": count("entry", "entries"),
    "etr": moment("power back", "no time given"),
    "event": state("by"),
    "extent": chosen(
        {"all": "all of it, the neighbours too", "us": "all of it, only there", "some": "some rooms"}
    ),
    "feeder": text("line"),
    "file": text("file"),
    "follows": flag("roles follow the groups", "roles stay as first given"),
    "format": chosen({"espi": "as Green Button XML", "csv": "as a table"}),
    "found": text("found"),
    "from": moment("from"),
    "given_by": _person("given by"),
    "host": text("host"),
    "how": chosen(_WAYS, "by"),
    "idle_minutes": count("minute away until signed out", "minutes away until signed out"),
    "invited_by": _person("invited by"),
    "issuer": text("of"),
    "kept": count("kind of record kept", "kinds of records kept"),
    "lat": _place,
    "left": money("left to pay:"),
    "lon": _place,
    "mandate": text("order"),
    "medical": flag("somebody here needs power for their health"),
    "minutes_before": count("minute before", "minutes before"),
    "name": text("name"),
    "new": flag("new here"),
    "number": text("number"),
    "octets": _size,
    "old": text("before:"),
    "on": flag("on", "off"),
    "parts": state("changed:"),
    "party": text("with"),
    "passkey": _person("passkey"),
    "path": text("page"),
    "proxy": flag("acts for the account's owner"),
    "purpose": chosen(_PURPOSES),
    "read": count("reading", "readings"),
    "read_at": text("read from"),
    "reason": text("because:"),
    "reference": text("reference"),
    "refused": count("reading refused", "readings refused"),
    "removed": state("removed:"),
    "role": state("as"),
    "roles": text("roles:"),
    "scope": state("for"),
    "scopes": _scopes,
    "second": chosen(_WAYS, "then"),
    "second_step": chosen(_ASKED),
    "second_step_before": chosen(_ASKED, "before:"),
    "seconds": count("second", "seconds"),
    "sees": _sees,
    "sign_on": text("by"),
    "site": _unsaid,
    "staff": flag("for the company's own people"),
    "staff_role": state("as"),
    "standing": chosen({"active": "let in again", "suspended": "suspended"}),
    "state": state("now"),
    "stays": flag("stays on", "off until it was tried"),
    "to": moment("to"),
    "until": moment("until"),
    "use_case": _unsaid,
    "was": text("before:"),
    "why": text("because:"),
    "with": text("with"),
    "wording": text("in the wording"),
    "years": count("year", "years"),
    "with_photo": flag("with a photo"),
}
"""How each fact is said, by its name in the trail. A fact of another name is said by that name."""

OF_AN_ACT: dict[str, Saying] = {
    "access.refused.why": text(""),
    "bill.issue.number": text("bill number"),
    "bill.void.number": text("bill number"),
    "budget.join.cents": money("", "a month"),
    "budget.leave.cents": money("not settled yet:"),
    "budget.adjust.new": money("now", "a month"),
    "budget.adjust.old": money("before", "a month"),
    "budget.adjust_back.new": money("now", "a month"),
    "budget.adjust_back.old": money("before", "a month"),
    "directory.group_members.removed": count("removed", "removed"),
    "identity.passkey_copied.count": text("its count is"),
    "identity.passkey_copied.counted": text("and was"),
    "paperless.change.how": chosen(_WAYS),
    "tenancy.account_opened.number": _unsaid,
}
"""Where a fact of an act says something else than its name does elsewhere: "action.fact"."""


def said(action: str, name: str, value: Value, reader: Reader) -> str:
    """One fact in words, at most 120 letters; nothing where it tells a person nothing."""
    if name.endswith(("_id", "ids")):
        return ""
    say = OF_AN_ACT.get(f"{action}.{name}") or FACTS.get(name) or state(name.replace("_", " "))
    return say(value, reader)[:120]
