"""Readings that customers take off the dial themselves, with a photo where they like."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, reads
from portal_app.core.clock import today
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.ids import reference
from portal_app.portals.energy.rules import requests as request_rules
from portal_app.portals.energy.rules import self_read as rules
from portal_app.portals.energy.rules.usage import LONGEST_DAY, day_bounds
from portal_app.portals.energy.service import outage_facts, photos, places, request_facts, tariff_book, visits
from portal_app.portals.energy.service.rollup import roll_up
from portal_app.portals.energy.tables import (
    DayUse,
    Interval,
    Meter,
    Premise,
    Register,
    SelfRead,
    ServiceRequest,
)
from portal_app.services.billing.company import company_of, hold
from portal_app.services.notifications import service as notifications
from portal_app.shapes.energy import ReadingPage
from portal_app.shapes.files import Download, Upload, UploadDoor
from portal_app.shapes.forms import Choice, Help
from portal_app.shapes.status import Badge, Notice
from portal_app.shapes.tasks import LinkRow

BACK = "/energy/account/reading"
_USUAL_DAYS = 60
_PER_UNIT = {"Wh": 1_000_000}


@dataclass(frozen=True)
class _Dial:
    register: Register
    meter: Meter
    place: Premise
    last: SelfRead | None
    today: date


def _dial(access: Access, register_id: str) -> _Dial:
    register = access.get(Register, register_id)
    here = today(register.zone or company_of(access).zone)
    # A dial counts on from whoever read it last.
    before = access.whole(SelfRead, col(SelfRead.register_id) == register.id, col(SelfRead.read_on) < here)
    last = access.db.exec(before.order_by(col(SelfRead.read_on).desc()).limit(1)).first()
    return _Dial(
        register, access.get(Meter, register.meter_id), access.get(Premise, register.premise_id), last, here
    )


def _zone(access: Access, dial: _Dial) -> str:
    return dial.register.zone or company_of(access).zone


def _usual_per_day(access: Access, register: Register) -> Decimal | None:
    """Usual units a day over the last known days, or between the last two readings."""
    statement = access.columns(DayUse, DayUse.amount).where(col(DayUse.register_id) == register.id)
    amounts = [
        row[0] for row in access.db.execute(statement.order_by(col(DayUse.day).desc()).limit(_USUAL_DAYS))
    ]
    if len(amounts) >= 14:
        return Decimal(tariff_book.in_thousandths(register, sum(amounts))) / 1000 / len(amounts)
    statement = (
        access.columns(Interval, Interval.seconds, Interval.amount)
        .where(col(Interval.register_id) == register.id)
        .order_by(col(Interval.start).desc())
        .limit(12)
    )
    spans = access.db.execute(statement).all()
    days = sum(seconds for seconds, _ in spans) // 86_400
    if days < 14:
        return None
    return Decimal(tariff_book.in_thousandths(register, sum(amount for _, amount in spans))) / 1000 / days


def _checked(access: Access, dial: _Dial, typed: str, *, with_photo: bool) -> rules.SelfRead:
    unit = tariff_book.priced_unit(dial.register)
    if dial.last is None:
        return rules.SelfRead(_first(typed, dial.register.digits), 0, False)
    last = rules.LastRead(
        value=dial.last.dial,
        digits=dial.register.digits,
        days=(dial.today - dial.last.read_on).days,
        usual_per_day=_usual_per_day(access, dial.register),
        unit=unit,
    )
    return rules.check_self_read(typed, last, sure=with_photo)


def _first(typed: str, digits: int) -> int:
    """A first reading has nothing before it to be measured by, only the width of the dial."""
    whole = typed.strip().replace(",", "").replace(" ", "").partition(".")[0]
    if not (whole.isascii() and whole.isdigit()):
        raise Refusal("Type the figure on the meter, digits only.", "reading")
    if len(whole) != digits:
        count = f"{len(whole)} digit{'' if len(whole) == 1 else 's'}"
        hint = "Include the zeros at the front." if len(whole) < digits else "Leave out any red digits."
        raise Refusal(f"That is {count}; the dial of this meter has {digits}. {hint}", "reading")
    return int(whole)


def send_reading(access: Access, register_id: str, typed: str, photo: str = "") -> Notice:
    """Take a reading of today; the same figure again finds the first one, another figure of the day mends it.

    Raises Refusal with what is wrong and how to mend it; a very high figure passes with a photo only.
    """
    access.require("reading.send")
    dial = _dial(access, register_id)
    hold(access, dial.register.account_id)
    found = _checked(access, dial, str(typed)[:40], with_photo=bool(photo))
    of_today = (col(SelfRead.register_id) == dial.register.id, col(SelfRead.read_on) == dial.today)
    known = access.db.exec(access.whole(SelfRead, *of_today).limit(1)).first()
    kept = _kept(access, dial, known, found.value, photo)
    _count(access, dial, found)
    return _thanks(access, dial, kept, found)


def _kept(access: Access, dial: _Dial, known: SelfRead | None, value: int, photo: str) -> SelfRead:
    mine = "" if access.visitor.staff else access.visitor.person_id
    if known is not None and known.dial == value and known.person_id == mine and not photo:
        return known
    facts: dict[str, Any] = {
        "dial": value,
        "photo": photo or (known.photo if known else ""),
        "by": access.visitor.name[:120],
        "person_id": mine,
    }
    if known is None:
        owner = {"account_id": dial.register.account_id, "register_id": dial.register.id}
        kept = access.add(SelfRead, **owner, read_on=dial.today, reference=reference("READ"), **facts)
    else:
        kept = access.change(known, **facts)
    access.note(
        "reading.sent", f"register:{dial.register.id}", account_id=dial.register.account_id,
        dial=value, with_photo=bool(photo), reference=kept.reference,
    )  # fmt: skip
    notifications.tell(
        access, dial.register.account_id, f"Your reading {value:,} is in",
        f"Meter {dial.meter.number} at {dial.place.street}. Reference {kept.reference}.", BACK,
        f"reading:{kept.id}:{value}:{mine}", whose=mine,
    )  # fmt: skip
    return kept


def _count(access: Access, dial: _Dial, found: rules.SelfRead) -> None:
    """Let a dial that no smart meter reads count between its last two readings.

    Where intervals come in by themselves the reading is kept beside them and changes nothing.
    """
    register = dial.register
    own = (col(Interval.register_id) == register.id, col(Interval.quality) != "customer")
    if (
        dial.last is None
        or access.db.execute(access.columns(Interval, Interval.start).where(*own).limit(1)).first()
    ):
        return
    zone = _zone(access, dial)
    begin, end = day_bounds(dial.last.read_on, zone)[0], day_bounds(dial.today, zone)[0]
    access.remove(Interval, col(Interval.register_id) == register.id, col(Interval.start) == begin)
    owner = {"company_id": register.company_id, "account_id": register.account_id, "register_id": register.id}
    amount = found.used * _PER_UNIT.get(register.unit, 1000)
    row = {**owner, "start": begin, "seconds": end - begin, "amount": amount, "quality": "customer"}
    access.add_many(Interval, [row])
    if end - begin <= LONGEST_DAY:
        roll_up(access, register, begin, end, zone)


def _thanks(access: Access, dial: _Dial, kept: SelfRead, found: rules.SelfRead) -> Notice:
    unit = tariff_book.priced_unit(dial.register)
    used = "It is the first reading we have from you."
    if dial.last is not None:
        since = when.day(dial.last.read_on, access.visitor.locale)
        used = f"That is {found.used:,} {unit} since {since}."
        if found.rolled_over:
            used += " The dial went past its end and began again at nought."
    return Notice(
        f"Your reading {kept.dial:,} is in",
        f"{used} It counts for your next bill where the meter does not report by itself.",
        "good",
        kept.reference,
    )


def check_photo(access: Access, register_id: str, reading: str = "") -> None:  # noqa: ARG001 -- the address has it
    """Ask, before a photo's body is read, whether this person may send one for that dial."""
    access.require("reading.send")
    access.get(Register, register_id)


def take_photo(access: Access, upload: Upload, register_id: str, reading: str = "") -> str:
    """Take a reading with its photo; gives the page that says so."""
    check_photo(access, register_id, reading)
    typed = reading or upload.fields.get("reading", "")
    _checked(access, _dial(access, register_id), typed[:40], with_photo=True)
    name = photos.keep(upload, access.visitor.company_id)
    try:
        said = send_reading(access, register_id, typed, name)
    except BaseException:
        photos.drop(name)
        raise
    return f"{BACK}?register_id={register_id}&sent={said.reference}"


DOOR = UploadDoor(
    check=check_photo, take=take_photo, back=BACK, most_bytes=photos.MOST_BYTES, draw=photos.draw
)


@reads
def reading_photo(access: Access, read_id: str) -> Download:
    """The photo of a reading, for its account and for the company's people who look after it."""
    if not (access.may("usage.see") or access.may("request.handle")):
        access.require("usage.see")
    found = access.get(SelfRead, read_id)
    return Download(f"meter-{found.read_on.isoformat()}.jpg", "image/jpeg", photos.load(found.photo))


@reads
def sent(access: Access, number: str) -> Notice:
    """What is said after a reading came with a photo, by its reference."""
    access.require("usage.see")
    found = access.first(SelfRead, col(SelfRead.reference) == str(number)[:20])
    if found is None:
        raise NotYours
    return Notice(
        f"Your reading {found.dial:,} and its photo are in",
        "It counts for your next bill where the meter does not report by itself.",
        "good",
        found.reference,
    )


@reads
def page(access: Access, register_id: str = "", trouble: str = "") -> ReadingPage:
    """The page to send a reading from: the chosen dial, what it stood at, what was sent, visits to book."""
    access.require("reading.send")
    mine = places.premises(access)
    supplies = [supply for place in mine for supply in places.supplies(access, place)]
    if not supplies:
        return ReadingPage(
            ready=True, title="Send a meter reading", meaning="No meter is connected to your account yet."
        )
    chosen = next((supply for supply in supplies if supply.register.id == register_id), supplies[0])
    dial = _dial(access, chosen.register.id)
    return ReadingPage(
        ready=True,
        title="Send a meter reading",
        meaning=_meaning(access, dial),
        dials=tuple(_dial_choice(supply) for supply in supplies) if len(supplies) > 1 else (),
        register_id=dial.register.id,
        dial_words=f"Meter {dial.meter.number}, {dial.register.commodity}, {dial.place.street}",
        hint=f"The {dial.register.digits} black digits, without the red ones.",
        unit=tariff_book.priced_unit(dial.register),
        sent=_sent_rows(access, dial.register),
        visits=visits.offered(access) if access.may("service.request") else (),
        visit_place=dial.place.id,
        booked=_booked(access, dial.place),
        help=_help(dial, trouble),
    )


def _dial_choice(supply: places.Supply) -> Choice:
    return Choice(
        supply.register.id,
        f"{supply.register.commodity.capitalize()}, {supply.premise.label}",
        supply.premise.street,
    )


def _meaning(access: Access, dial: _Dial) -> str:
    if dial.last is None:
        return "Read the dial of your meter and type what it shows. A photo settles any doubt."
    sees = access.visitor.sees
    if sees is not None and dial.last.person_id not in {*sees, ""}:
        return "Read the dial of your meter and type what it shows. Somebody else sent the last reading."
    since = when.day(dial.last.read_on, access.visitor.locale)
    return f"The last reading from you was {str(dial.last.dial).zfill(dial.register.digits)}, on {since}."


def _sent_rows(access: Access, register: Register) -> tuple[LinkRow, ...]:
    found = access.all(
        SelfRead, col(SelfRead.register_id) == register.id, order=col(SelfRead.read_on).desc(), limit=12
    )
    return tuple(
        LinkRow(
            title=f"{str(read.dial).zfill(register.digits)} {tariff_book.priced_unit(register)}",
            detail=f"{when.day(read.read_on, access.visitor.locale)}, by {read.by}, {read.reference}",
            link_to=f"/files/energy/reading-photo?read_id={read.id}" if read.photo else "",
            badge=Badge("With photo", "good") if read.photo else Badge(),
            id=read.id,
        )
        for read in found
    )


def _booked(access: Access, place: Premise) -> tuple[LinkRow, ...]:
    clock = outage_facts.clock_words(access)
    found = access.all(
        ServiceRequest,
        col(ServiceRequest.kind) == "meter_read",
        col(ServiceRequest.premise_id) == place.id,
        col(ServiceRequest.state).not_in(("draft", *request_facts.OVER)),
    )
    return tuple(
        LinkRow(
            title=f"{request_facts.day_words(access, visit.wanted_on)}, {visit.slot}",
            detail=f"{request_rules.WORDS[visit.state]} since {clock(visit.state_since)}, {visit.reference}",
            link_to=f"/energy/account/request?id={visit.id}",
            id=visit.id,
        )
        for visit in found
    )  # fmt: skip


def _help(dial: _Dial, trouble: str) -> Help:
    wrong = (f"What was sent was not taken: {trouble}",) if trouble else ()
    how = (
        f"Read the dial of meter {dial.meter.number} from left to right and type its "
        f"{dial.register.digits} black digits, zeros at the front included. "
        "Red digits and what stands after a comma do not count.",
        "For the photo go close, without flash: all digits in the picture. Your position is removed from it.",
    )
    return Help("Help with your reading", (*wrong, *how))
