"""The rules for places in an account: who may give what to whom, and until when. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal_app.core.clock import zone_of
from portal_app.core.errors import Refusal

SCOPES = {
    "money": "Bills and payments",
    "documents": "Documents and data",
    "work": "Requests and tasks",
    "people": "Who may do what",
}
"""What a place can be narrowed to, in words."""

INVITATION_LASTS = timedelta(days=7)
MOST_WAITING = 50
MOST_CHOSEN = 20
OF_AGE = 18
_LONGEST = timedelta(days=366 * 25)


@dataclass(frozen=True)
class Holding:
    """What a place comes to: its rights, whose things it shows (None for everybody's), when it ends."""

    rights: frozenset[str]
    sees: frozenset[str] | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """A place as far as it decides whether its account still has an owner."""

    role: str
    scopes: str = ""
    sees: str = ""
    proxy: bool = False
    ends_at: datetime | None = None


def covers(one: Holding, other: Holding) -> bool:
    """Whether one place allows all that another does, of everybody it shows, for as long."""
    sees = one.sees is None or (other.sees is not None and one.sees >= other.sees)
    lasts = one.ends_at is None or (other.ends_at is not None and other.ends_at <= one.ends_at)
    return one.rights >= other.rights and sees and lasts


def check_given(giver: Holding, given: Holding) -> None:
    """Refuse to give more than one has oneself: rights, persons or time."""
    if not giver.rights >= given.rights:
        raise Refusal("You can only give what you may do yourself. Choose less.", "role")
    if giver.sees is not None and (given.sees is None or not giver.sees >= given.sees):
        raise Refusal("You can only show the things that you see yourself. Choose fewer people.", "sees")
    if not covers(giver, given):
        raise Refusal("Your own place ends before that. Choose an earlier end.", "day")


def check_changes(giver: Holding, before: Holding) -> None:
    """Refuse to change or end a place that allows more than one's own does."""
    if not covers(giver, before):
        raise Refusal("This place allows more than yours does. Ask the owner of the account to change it.")


def owns(place: Standing, owner_role: str) -> bool:
    """Whether a place is an owner's for good: everything, of everybody, with no end."""
    unbounded = not (place.scopes or place.sees or place.proxy) and place.ends_at is None
    return place.role == owner_role and unbounded


def check_owner_left(others: Iterable[Standing], owner_role: str) -> None:
    """Refuse what would leave an account without an owner; `others` are the places that stay as they are."""
    if not any(owns(place, owner_role) for place in others):
        raise Refusal(
            "The account needs an owner. Make somebody else an owner first, with no end; then do this."
        )


def birthday(born: date, age: int) -> date:
    """The day on which somebody turns that old; born on 29 February, the first of March in other years."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def end_of_childhood(born: date, zone: str, age: int = OF_AGE) -> datetime:
    """The moment at which a grant "until 18" ends: when their birthday begins where the company is."""
    return _begins(birthday(born, age), zone)


def last_day(ends_at: datetime, zone: str) -> date:
    """The last day on which a place that ends then still counts."""
    return (ends_at - timedelta(seconds=1)).astimezone(zone_of(zone)).date()


def _begins(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), zone_of(zone))


def read_end(how: str, typed: str, zone: str, moment: datetime) -> datetime | None:
    """When a place ends: never, after a day, or on the 18th birthday of somebody born on that day.

    Raises Refusal for a day that is none, is over, or is too far off.
    """
    if how in ("", "never"):
        return None
    day = _day(typed, "Type the date of birth." if how == "age" else "Choose the last day.")
    if how == "age" and day > moment.astimezone(zone_of(zone)).date():
        raise Refusal("That day is yet to come. Type the day they were born.", "day")
    if how not in ("day", "age"):
        raise Refusal("Choose when it ends.", "ends")
    ends = end_of_childhood(day, zone) if how == "age" else _begins(day + timedelta(days=1), zone)
    if ends <= moment:
        over = "They are 18 already. Choose another end." if how == "age" else "That day is over."
        raise Refusal(over, "day")
    if ends - moment > _LONGEST:
        raise Refusal("That is too far off. Choose a day within 25 years.", "day")
    return ends


def _day(typed: str, sentence: str) -> date:
    try:
        day = date.fromisoformat(typed[:10])
    except ValueError:
        raise Refusal(sentence, "day") from None
    if not 1900 <= day.year <= 2200:
        raise Refusal(sentence, "day")
    return day


def read_scopes(chosen: Iterable[str], known: Iterable[str]) -> str:
    """Scopes as they are stored, in their own order; all of them is the same as none of them.

    Raises Refusal for one that there is not.
    """
    wanted, known = set(chosen), list(known)
    if not wanted <= set(known):
        raise Refusal("Choose what they may do from the list.", "scopes")
    return "" if wanted == set(known) else ",".join(scope for scope in known if scope in wanted)


def read_sees(how: str, chosen: Iterable[str], persons: Iterable[str]) -> str:
    """Whose things a place shows, as it is stored. Raises Refusal for somebody who is not of the account."""
    if how in ("", "all"):
        return ""
    if how == "own":
        return "own"
    wanted = sorted(set(chosen))
    if how != "chosen" or not set(wanted) <= set(persons):
        raise Refusal("Choose whose things they see from the list.", "sees")
    if not wanted:
        raise Refusal("Tick at least one person, or choose only their own.", "sees")
    if len(wanted) > MOST_CHOSEN:
        raise Refusal(f"Tick at most {MOST_CHOSEN} people, or choose everybody's.", "sees")
    return ",".join(wanted)


def scopes_words(scopes: str, known: Iterable[str]) -> str:
    """What a narrowed place is for: "Bills and payments only"; nothing for one that is not narrowed."""
    held = [SCOPES.get(scope, scope) for scope in known if scope in scopes.split(",")]
    if not held:
        return ""
    return _and([held[0], *(words[:1].lower() + words[1:] for words in held[1:])]) + " only"


def sees_words(sees: str, names: Iterable[str]) -> str:
    """Whose things a place shows, in words; nothing for everybody's."""
    if not sees:
        return ""
    if sees == "own":
        return "Sees only what is their own"
    return f"Sees what is their own and of {_and(list(names)) or 'people who have left'}"


def _and(parts: list[str]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1] if parts else "") if part)
