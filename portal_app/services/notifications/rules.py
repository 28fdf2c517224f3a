"""Whether and when somebody is told: channels and quiet hours."""

from datetime import datetime, timedelta

from portal_app.core.accounts import Member
from portal_app.core.clock import local
from portal_app.core.errors import Refusal

CHANNELS = ("mail", "portal", "none")
_DAY = 24 * 60


def check_preference(channel: str, quiet_from: int, quiet_to: int) -> None:
    """Refuse a channel we do not have and hours that no day has."""
    if channel not in CHANNELS:
        raise Refusal("Choose mail, the portal alone, or nothing.", "channel")
    for name, minutes in (("quiet_from", quiet_from), ("quiet_to", quiet_to)):
        if not isinstance(minutes, int) or not 0 <= minutes < _DAY:
            raise Refusal("Quiet hours begin and end at a time of day, such as 21:00.", name)


def hears_of(place: Member, whose: str, moment: datetime) -> bool:
    """Whether a place that has not ended shows what that person does; "" is what is the account's own."""
    if place.ends_at is not None and place.ends_at <= moment:
        return False
    return not (whose and place.sees) or whose in (place.person_id, *place.sees.split(","))


def may_tell_at(moment: datetime, zone: str, quiet_from: int, quiet_to: int) -> datetime:
    """The first moment from `moment` on that is outside a person's quiet hours, on their wall clock."""
    here = local(moment, zone)
    minute = here.hour * 60 + here.minute
    if quiet_from == quiet_to or not _quiet(minute, quiet_from, quiet_to):
        return moment
    day = here.date() if minute < quiet_to else here.date() + timedelta(days=1)
    wake = datetime(day.year, day.month, day.day, quiet_to // 60, quiet_to % 60, tzinfo=here.tzinfo)
    return wake.astimezone(moment.tzinfo)


def _quiet(minute: int, quiet_from: int, quiet_to: int) -> bool:
    if quiet_from < quiet_to:
        return quiet_from <= minute < quiet_to
    return minute >= quiet_from or minute < quiet_to
