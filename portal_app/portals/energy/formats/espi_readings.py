"""Turning the raw fields of one IntervalReading into a Reading, or into the reason why not."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from portal_app.portals.energy.formats.coverage import Claim, Coverage, mark_of
from portal_app.portals.energy.formats.espi_directory import Kind, round_half_up
from portal_app.portals.energy.formats.items import (
    EARLIEST,
    LATEST,
    LONGEST,
    MOST_PER_HOUR,
    Problem,
    Quality,
    Reading,
    RegisterFound,
)
from portal_app.portals.energy.formats.problems import Problems, things

MOST_COST = 10**13
"""A hundred million of the currency, in 1/100,000: more is no bill of one interval."""

QUALITIES: dict[str, Quality] = {
    "0": "actual", "7": "estimated", "8": "estimated", "9": "estimated", "10": "estimated",
    "11": "actual", "12": "estimated", "13": "estimated", "14": "actual", "15": "estimated",
    "16": "estimated", "17": "actual", "18": "actual", "19": "actual",
}  # fmt: skip
"""ESPI QualityOfReading: what was read and checked is actual, what was worked out or edited is not."""

CUSTOMER_READ = {"7", "16"}
"""ESPI has no code for a customer's own reading; our export writes it as both edited and other."""


class Refused(Exception):
    """One reading cannot be used."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class Series:
    """One register while its readings go by: its unit, what it already covers, what clashes."""

    def __init__(self, register: RegisterFound, kind: Kind, coverage: Coverage, problems: Problems) -> None:
        self.register = register
        self.kind = kind
        self.problems = problems
        self.coverage = coverage
        self.repeated = 0
        power = kind.power + 3
        self._scale = 10**power if power >= 0 else 0
        self._divide = 10**-power if power < 0 else 1
        self._per_second = MOST_PER_HOUR[register.unit] * 1_000 // 3_600
        self._signed = register.flow == "net"
        self.next_start: int | None = None
        self._conflict: tuple[int, int, int, int, int] | None = None

    def read(self, fields: dict[str, str], line: int) -> Reading | None:
        """The reading of these fields; None where it repeats another or clashes with it. Raises Refused."""
        try:
            start, seconds, value = int(fields["start"]), int(fields["duration"]), int(fields["value"])
            amount = value * self._scale
            plain = self._scale > 0
        except (KeyError, ValueError):
            plain, start, seconds, amount = False, 0, 0, 0
        if not plain:
            start, seconds, amount = self._awkward(fields, line)
        limit = self._per_second * seconds
        if not (EARLIEST <= start < LATEST and 0 < seconds <= LONGEST and 0 <= amount <= limit):
            check_period(start, seconds)
            check_amount(start, seconds, amount, self.register.unit, signed=self._signed)
        cost = self._cost(fields["cost"], line) if "cost" in fields else None
        if seconds > 82_000:
            start, seconds = self._fitted(start, seconds, line)
        claim = self.coverage.claim(start, seconds, mark_of(amount, cost))
        self.next_start = start + seconds
        if claim is not Claim.FRESH:
            self._clash(claim, start, line)
            return None
        quality: Quality = "actual" if "quality" not in fields else self._quality(fields["quality"], line)
        reg = self.register
        return Reading(reg.ref, start, seconds, amount, reg.unit, cost, reg.currency, quality, line)

    def _awkward(self, fields: dict[str, str], line: int) -> tuple[int, int, int]:
        start = read_start(fields, line, self.problems, self.next_start)
        seconds = read_seconds(fields, self.register.interval_seconds)
        value = _decimal(fields.get("value"), "value")
        exact = value.scaleb(self.kind.power + 3)
        amount = int(exact)
        if amount != exact:
            numerator, denominator = exact.as_integer_ratio()
            amount = round_half_up(numerator, denominator)
            self.problems.once("rounded", _rounded, line)
        return start, seconds, amount

    def _cost(self, text: str, line: int) -> int | None:
        try:
            cost = int(text)
        except ValueError:
            try:
                cost = round_half_up(*_decimal(text, "cost").as_integer_ratio())
            except Refused:
                self.problems.once("bad_cost", _bad_cost, line)
                return None
        if abs(cost) > MOST_COST:
            self.problems.once("bad_cost", _bad_cost, line)
            return None
        return cost

    def _quality(self, text: str, line: int) -> Quality:
        if text == "0":
            return "actual"
        codes = set(text.split())
        if codes == CUSTOMER_READ:
            return "customer"
        if codes - QUALITIES.keys():
            self.problems.once("quality_unknown", _quality_unknown, line)
        return "actual" if all(QUALITIES.get(code) == "actual" for code in codes) else "estimated"

    def _fitted(self, start: int, seconds: int, line: int) -> tuple[int, int]:
        over = self.coverage.slip(start, seconds)
        if over:
            self.problems.once("clock_change_overlap", _clock_change, line)
        return start + over, seconds - over

    def _clash(self, claim: Claim, start: int, line: int) -> None:
        if claim is Claim.REPEAT:
            self.repeated += 1
        else:
            first_start, first_line, _, _, count = self._conflict or (start, line, 0, 0, 0)
            self._conflict = (first_start, first_line, start, line, count + 1)

    def end_of_block(self) -> Problem | None:
        """Tell, once a block, that readings of it contradict what was already read."""
        if self._conflict is None:
            return None
        start, line, last, last_line, count = self._conflict
        self._conflict = None
        span = when(start) if count == 1 else f"{when(min(start, last))} to {when(max(start, last))}"
        lines = "" if count == 1 else f", down to line {last_line:,}"
        return self.problems.each(
            "overlap",
            f"{things(count, 'reading')} of {span} ({self.register.unit}) overlap"
            f"{'s' if count == 1 else ''} readings that came earlier in the file and"
            f" say{'s' if count == 1 else ''} something else{lines}; the earlier ones were kept.",
            line,
            readings=count,
        )


def read_start(fields: dict[str, str], line: int, problems: Problems, follows: int | None) -> int:
    """When a reading begins, floored to a second; or where the one before ended. Raises Refused."""
    text = fields.get("start", "").strip()
    if not text:
        if follows is None:
            raise Refused("no_start", "A reading does not say when it begins, so it was left out.")
        return follows
    start = _decimal(text, "start time")
    whole = int(start // 1) if start >= 0 else -1
    if start != whole and start >= 0:
        problems.once("fractional_epoch", _fractional, line)
    return whole


def read_seconds(fields: dict[str, str], usual: int) -> int:
    """How long a reading lasts, or what the feed says is usual. Raises Refused."""
    text = fields.get("duration", "").strip()
    if not text:
        if usual <= 0:
            raise Refused("no_duration", "A reading does not say how long it lasts, so it was left out.")
        return usual
    return int(_decimal(text, "length"))


def check_period(start: int, seconds: int) -> None:
    """Refuse times and lengths no meter has."""
    if start >= EARLIEST * 1000:
        raise Refused(
            "absurd_time", "A reading begins at a time in milliseconds instead of seconds; it was left out."
        )
    if not EARLIEST <= start < LATEST:
        raise Refused("absurd_time", "A reading begins before 1990 or after 2100, so it was left out.")
    if seconds == 0:
        raise Refused("no_length", f"The reading of {when(start)} lasts 0 seconds, so it was left out.")
    if not 0 < seconds <= LONGEST:
        raise Refused(
            "absurd_length",
            f"The reading of {when(start)} lasts {seconds:,} seconds, not between 1 and 400 days; left out.",
        )


def check_amount(start: int, seconds: int, amount: int, unit: str, *, signed: bool = False) -> None:
    """Refuse use below zero (unless the register is net) and use no meter can carry."""
    if amount < 0 and not signed:
        raise Refused(
            "negative", f"The use of {when(start)} is below zero; use cannot be, so it was left out."
        )
    if abs(amount) > MOST_PER_HOUR[unit] * 1_000 // 3_600 * seconds:
        size = f"{amount // 1000:,} {unit}" if abs(amount) < 10**18 else "a number of many digits"
        raise Refused(
            "absurd_value",
            f"The use of {when(start)} is {size}, more than any meter here can carry, so it was left out.",
        )


def when(start: int) -> str:
    """A moment for a sentence: '2014-01-01 05:00 UTC'."""
    return f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d %H:%M} UTC"


def _decimal(text: str | None, what: str) -> Decimal:
    text = (text or "").strip()
    if not text:
        raise Refused(f"no_{what.split()[0]}", f"A reading has no {what}, so it was left out.")
    try:
        number = Decimal(text) if len(text) <= 40 else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > 30:
        shown = "".join(c if c.isprintable() else "?" for c in text[:20])
        raise Refused(
            "not_a_number", f"A reading’s {what} is “{shown}”, which is not a number; it was left out."
        )
    return number


def _fractional(count: int) -> str:
    return (
        f"{things(count, 'start time')} had a fraction of a second (such as 1721154384.66); the fraction was"
        " dropped. Often such a file carries the moment it was made instead of the reading’s own time."
    )


def _rounded(count: int) -> str:
    return f"{things(count, 'amount')} finer than a thousandth of the unit were rounded to it."


def _bad_cost(count: int) -> str:
    return f"{things(count, 'cost')} could not be read as money; the readings were kept without a cost."


def _quality_unknown(count: int) -> str:
    return f"{things(count, 'reading')} had a quality code nobody knows and were marked as estimated."


def _clock_change(count: int) -> str:
    return (
        f"{things(count, 'period')} began up to an hour before the one before had ended, as happens when the"
        " clocks change; the later one was made to begin where the earlier ends. No amount was changed."
    )
