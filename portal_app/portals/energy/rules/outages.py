"""An outage from the first report to power back: its states, its tracker, its times and its banner."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from portal_app.core.errors import Refusal

TRANSITIONS: dict[str, dict[str, str]] = {
    "reported": {"confirm": "confirmed", "merge": "merged", "cancel": "cancelled"},
    "confirmed": {
        "assess": "assessing",
        "assign": "crew_assigned",
        "merge": "merged",
        "restore": "restored",
    },
    "assessing": {"assign": "crew_assigned", "depart": "crew_en_route", "restore": "restored"},
    "crew_assigned": {
        "depart": "crew_en_route",
        "assess": "assessing",
        "arrive": "on_site",
        "restore": "restored",
    },
    "crew_en_route": {
        "arrive": "on_site",
        "assign": "crew_assigned",
        "assess": "assessing",
        "restore": "restored",
    },
    "on_site": {
        "restore_part": "partial_restore",
        "restore": "restored",
        "wait_for_parts": "awaiting_parts",
        "wait_for_crew": "other_crew",
        "no_access": "no_access",
        "depart": "crew_en_route",
        "assign": "crew_assigned",
        "assess": "assessing",
    },
    "awaiting_parts": {"depart": "crew_en_route", "arrive": "on_site", "restore": "restored"},
    "other_crew": {"depart": "crew_en_route", "arrive": "on_site", "restore": "restored"},
    "no_access": {"depart": "crew_en_route", "arrive": "on_site", "restore": "restored"},
    "partial_restore": {
        "restore_part": "partial_restore",
        "restore": "restored",
        "wait_for_parts": "awaiting_parts",
        "wait_for_crew": "other_crew",
        "depart": "crew_en_route",
    },
    "restored": {"close": "closed", "reopen": "reopened"},
    "reopened": {
        "assess": "assessing",
        "assign": "crew_assigned",
        "depart": "crew_en_route",
        "arrive": "on_site",
        "restore": "restored",
    },
    "closed": {},
    "merged": {},
    "cancelled": {},
}

BACKWARDS = {
    ("crew_assigned", "assess"),
    ("crew_en_route", "assign"),
    ("crew_en_route", "assess"),
    ("on_site", "depart"),
    ("on_site", "assign"),
    ("on_site", "assess"),
    ("partial_restore", "depart"),
}
"""Steps crews really take back (about 3 in 100): allowed, and flagged for the log."""

NESTED = timedelta(hours=24)
OVER = frozenset({"closed", "merged", "cancelled"})

WORDS = {
    "reported": "Reported, not confirmed yet",
    "confirmed": "Confirmed",
    "assessing": "We are looking at the damage",
    "crew_assigned": "A crew is assigned",
    "crew_en_route": "A crew is on the way",
    "on_site": "The crew is on site",
    "awaiting_parts": "The crew is waiting for parts",
    "other_crew": "Another crew is needed",
    "no_access": "The crew cannot reach the equipment",
    "partial_restore": "Power is back for some",
    "restored": "Power is back",
    "reopened": "Power went out again",
    "closed": "Power is back",
    "merged": "Part of a larger outage",
    "cancelled": "No outage found",
}
EVENT_WORDS = {
    "confirm": "confirmed",
    "assess": "assessed",
    "assign": "given a crew",
    "depart": "marked as crew on the way",
    "arrive": "marked as crew on site",
    "restore_part": "restored in part",
    "restore": "restored",
    "wait_for_parts": "set to wait for parts",
    "wait_for_crew": "set to wait for another crew",
    "no_access": "marked as out of reach",
    "merge": "joined with another",
    "cancel": "cancelled",
    "close": "closed",
    "reopen": "reopened",
}


@dataclass(frozen=True)
class Step:
    """A step an outage has taken; `backwards` goes into the log."""

    state: str
    backwards: bool


def advance(state: str, event: str, *, now: datetime, restored_at: datetime | None = None) -> Step:
    """Take an outage one step on. Raises Refusal with a sentence for a step that is not allowed.

    A restored outage can be reopened within 24 hours of power coming back (a nested outage); later it is a
    new outage. Raises ValueError for a state or an event that does not exist.
    """
    if state not in TRANSITIONS or event not in EVENT_WORDS:
        raise ValueError(f"no such outage state or event: {state}, {event}")
    after = TRANSITIONS[state].get(event)
    if after is None:
        raise Refusal(f"This outage cannot be {EVENT_WORDS[event]} now: it stands at “{WORDS[state]}”.")
    if event == "reopen" and (restored_at is None or now - restored_at > NESTED):
        raise Refusal("Power has been back for more than 24 hours. Post a new outage instead.")
    return Step(after, (state, event) in BACKWARDS)


def possible(state: str) -> tuple[str, ...]:
    """List the events an operator may choose in a state, the usual one first."""
    return tuple(TRANSITIONS[state])


STAGES = ("Reported", "Confirmed", "Crew on the way", "Repair", "Power back")
STAGE_OF = {
    "reported": 0,
    "confirmed": 1,
    "assessing": 1,
    "reopened": 1,
    "crew_assigned": 1,
    "crew_en_route": 2,
    "on_site": 3,
    "awaiting_parts": 3,
    "other_crew": 3,
    "no_access": 3,
    "partial_restore": 3,
    "restored": 4,
    "closed": 4,
}


@dataclass(frozen=True)
class TrackerStage:
    """One of the five stages a customer sees; a stage that is skipped has no time."""

    label: str
    state: Literal["past", "open", "later"]
    entered: datetime | None
    detail: str = ""


def tracker(history: Sequence[tuple[str, datetime]]) -> list[TrackerStage]:
    """Draw five stages from an outage's states in order of time.

    After a step back the later stages are ahead again. A merged or cancelled outage has no stages.
    """
    if not history or history[-1][0] not in STAGE_OF:
        return []
    state = history[-1][0]
    at = STAGE_OF[state]
    entered: dict[int, datetime] = {}
    for seen, when in history:
        stage = STAGE_OF.get(seen, 0)
        entered = {number: time for number, time in entered.items() if number <= stage}
        entered.setdefault(stage, when)
    done = at == len(STAGES) - 1
    found = [TrackerStage(label, "past", entered.get(n)) for n, label in enumerate(STAGES[:at])]
    found.append(TrackerStage(STAGES[at], "past" if done else "open", entered.get(at), WORDS[state]))
    return found + [TrackerStage(label, "later", None) for label in STAGES[at + 1 :]]


Clock = Callable[[datetime], str]


@dataclass(frozen=True)
class EtrChange:
    """One official restoration time as posted, never edited; `etr` is None for "not known yet"."""

    posted: datetime
    etr: datetime | None
    because: str = ""


def etr_words(changes: Sequence[EtrChange], clock: Clock) -> list[str]:
    """Tell each posted time in order: "moved from 18:00 to 20:30 because ..." (invariant I13-4)."""
    told: list[str] = []
    before: EtrChange | None = None
    for change in changes:
        told.append(_etr_step(before, change, clock))
        before = change
    return told


def _etr_step(before: EtrChange | None, change: EtrChange, clock: Clock) -> str:
    why = f" because {change.because}" if change.because else ""
    if change.etr is None:
        return f"time withdrawn{why}" if before and before.etr else f"not known yet{why}"
    if before is None or before.etr is None:
        return f"expected by {clock(change.etr)}{why}"
    if before.etr == change.etr:
        return f"still expected by {clock(change.etr)}{why}"
    return f"moved from {clock(before.etr)} to {clock(change.etr)}{why}"


def current_etr(changes: Sequence[EtrChange]) -> datetime | None:
    """Give the official time that holds now."""
    return changes[-1].etr if changes else None


@dataclass(frozen=True)
class PromiseScore:
    """How past first promises held: shares of outages early, on time and late by more than an hour."""

    outages: int
    early: float
    on_time: float
    late: float
    never: float
    """Share that never carried a time at all."""


def promise_score(kept: Sequence[tuple[datetime | None, datetime]]) -> PromiseScore | None:
    """Score (first promised time, time power was back) pairs; None without any."""
    if not kept:
        return None
    hour = timedelta(hours=1)
    promised = [(etr, back) for etr, back in kept if etr is not None]
    early = sum(etr - back > hour for etr, back in promised)
    late = sum(back - etr > hour for etr, back in promised)
    count = len(kept)
    middle = len(promised) - early - late
    return PromiseScore(count, early / count, middle / count, late / count, (count - len(promised)) / count)


@dataclass(frozen=True)
class Banner:
    """What stands at the very top of each page for an address."""

    kind: Literal["active", "restored"]
    text: str
    outage_id: str


@dataclass(frozen=True)
class AtAddress:
    """An outage that touches a customer's address."""

    id: str
    state: str
    started: datetime
    etr: datetime | None = None
    restored: datetime | None = None
    medical: bool = False
    """The address has the medical flag, so its banner goes first and speaks of it."""


def banner(outages: Sequence[AtAddress], now: datetime, clock: Clock) -> Banner | None:
    """Choose the banner: an active outage first, else "restored at hh:mm" for 24 hours, else none."""
    active = [o for o in outages if o.state not in OVER and o.state != "restored"]
    if active:
        first = min(active, key=lambda o: (not o.medical, o.started))
        return Banner("active", _active_words(first, clock), first.id)
    back = [
        o for o in outages if o.restored and o.state in ("restored", "closed") and now - o.restored < NESTED
    ]
    if not back:
        return None
    last = max(back, key=lambda o: o.restored or o.started)
    return Banner("restored", f"Power restored at {clock(last.restored or last.started)}.", last.id)


def _active_words(outage: AtAddress, clock: Clock) -> str:
    until = (
        f"Expected back by {clock(outage.etr)}." if outage.etr else "We do not know yet when it will be back."
    )
    words = f"Power is out at your address since {clock(outage.started)}. {until} {WORDS[outage.state]}."
    return (
        f"{words} Your home is on our medical list: call us if you need help now."
        if outage.medical
        else words
    )


FIELD_ALIASES: Mapping[str, str] = {
    "mRID": "id",
    "outageId": "id",
    "OUTAGE_ID": "id",
    "outageStartTime": "start",
    "OutageStartTime": "start",
    "actualPeriod.start": "start",
    "OUTAGE_START": "start",
    "estimatedRestorationTime": "etr",
    "EstimatedRestorationTime": "etr",
    "estimatedPeriod.end": "etr",
    "CURRENT_ETOR": "etr",
    "ERT": "etr",
    "ETR": "etr",
    "ETOR": "etr",
    "causeKind": "cause",
    "Cause": "cause",
    "OUTAGE_CAUSE": "cause",
    "crewStatus": "crew",
    "CrewStatus": "crew",
    "CREW_CURRENT_STATUS": "crew",
    "metersAffected": "customers",
    "customersOut": "customers",
    "numberOfCustomersOut": "customers",
    "EST_CUSTOMERS": "customers",
    "statusDateTime": "updated",
    "LastUpdated": "updated",
    "LAST_UPDATE": "updated",
    "OUTAGE_DEVICE_NAME": "device",
    "outageArea": "area",
}
"""Names that CIM, ODIN and utility feeds give our fields."""


def renamed(row: Mapping[str, object]) -> dict[str, object]:
    """Give a feed's row our field names; ours win over aliases, unknown ones stay as they are."""
    own = {name: value for name, value in row.items() if name not in FIELD_ALIASES}
    for name, value in row.items():
        if name in FIELD_ALIASES and value not in (None, ""):
            own.setdefault(FIELD_ALIASES[name], value)
    return own


NOTICE_DAYS = (3, 1)
MEDICAL_NOTICE_DAYS = (14, 7, 3, 1, 0)


def planned_notices(starts: date, *, medical: bool) -> list[date]:
    """List the days that announce planned work; homes on the medical list hear earlier and more often."""
    return [starts - timedelta(days=days) for days in (MEDICAL_NOTICE_DAYS if medical else NOTICE_DAYS)]
