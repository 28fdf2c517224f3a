"""Times and dates as people read them, in their zone and language."""

from datetime import date, datetime

from babel.dates import format_date, format_time

from portal_app.core.clock import local


def hour(moment: datetime, zone: str) -> str:
    """The time on the wall: "15:40"."""
    return local(moment, zone).strftime("%H:%M")


def day(value: date, locale: str = "en_US") -> str:
    """A day with its weekday: "Mon 24 Aug"."""
    return format_date(value, "EEE d MMM", locale=locale)


def short_day(value: date, locale: str = "en_US") -> str:
    """A day without its weekday: "3 Aug"."""
    return format_date(value, "d MMM", locale=locale)


def long_day(value: date, locale: str = "en_US") -> str:
    """A day written out: "Tuesday 18 August"."""
    return format_date(value, "EEEE d MMMM", locale=locale)


def dated(value: date, locale: str = "en_US") -> str:
    """A day with its year: "10 Mar 2027"."""
    return format_date(value, "d MMM y", locale=locale)


def month(value: date, locale: str = "en_US") -> str:
    """A month with its year: "July 2026"."""
    return format_date(value, "LLLL y", locale=locale)


def span(first: date, last: date, locale: str = "en_US") -> str:
    """Two days: "4 Jul to 2 Aug"; the year is said where it is not the same."""
    if first.year != last.year:
        return (
            f"{format_date(first, 'd MMM y', locale=locale)} to {format_date(last, 'd MMM y', locale=locale)}"
        )
    return f"{short_day(first, locale)} to {short_day(last, locale)}"


def moment(value: datetime, now: datetime, zone: str, locale: str = "en_US") -> str:
    """A moment beside now: "13:31" today, "Tue 17 Nov, 13:31" on another day."""
    there, here = local(value, zone), local(now, zone)
    if there.date() == here.date():
        return there.strftime("%H:%M")
    return f"{day(there.date(), locale)}, {format_time(there, 'HH:mm', locale=locale)}"


def since(value: datetime, now: datetime, zone: str, locale: str = "en_US", *, amid: bool = False) -> str:
    """A moment at the start of a line: "Today 13:31", "Tue 17 Nov, 13:31"; `amid` one "today 13:31"."""
    there, here = local(value, zone), local(now, zone)
    return (
        f"{'today' if amid else 'Today'} {there:%H:%M}"
        if there.date() == here.date()
        else moment(value, now, zone, locale)
    )


def due(value: date, today: date, locale: str = "en_US") -> str:
    """How far off a day is, always with the day: "in 4 days, Mon 24 Aug"."""
    apart = (value - today).days
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(apart)
    far = named or (f"in {apart} days" if apart > 0 else f"{-apart} days ago")
    return f"{far}, {day(value, locale)}"
