"""The result sheet of one import: what came in, what did not, and why."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portal_app.portals.energy.formats.espi_export import decimal_text, harmless
from portal_app.portals.energy.formats.items import (
    AMOUNT_SCALE,
    COST_SCALE,
    GAS_UNITS,
    Item,
    Problem,
    Reading,
    RegisterFound,
    SummaryFound,
    Tally,
    TimeRules,
    UsagePointFound,
)

MOST_WARNINGS = 500
"""Warnings kept in full; further ones are counted in `warnings_more`."""

NORMAL_DAY = 86_400


@dataclass(slots=True)
class ResultSheet:
    """Adds an import up while its items go by.

    `take` counts what the file says; whoever stores the readings sets `readings_added` and adds those
    already known to `readings_repeated`. All totals are of the file, so the same file twice shows the same
    figures with nothing added. Amounts in thousandths of the unit, costs in 1/100,000.
    """

    readings_read: int = 0
    readings_added: int = 0
    readings_repeated: int = 0
    readings_refused: int = 0
    warnings: list[Problem] = field(default_factory=list)
    warnings_more: int = 0
    spike_days: list[dict[str, str]] = field(default_factory=list)
    first: int | None = None
    last: int | None = None
    days_short: list[int] = field(default_factory=list)
    days_long: list[int] = field(default_factory=list)
    estimated: int = 0
    summary_cost_e5: int | None = None
    currency: str | None = None
    usage_points: list[UsagePointFound] = field(default_factory=list)
    registers: list[RegisterFound] = field(default_factory=list)
    stopped: bool = False
    _amounts: dict[str, int] = field(default_factory=dict)
    _cost_e5: int | None = None
    _gas_refs: set[str] = field(default_factory=set)

    def take(self, item: Item) -> None:
        """Count one item of a reader."""
        match item:
            case Reading():
                self.take_readings((item,))
            case Problem():
                self.warn(item)
            case SummaryFound():
                self._take_summary(item)
            case Tally():
                self.readings_read += item.seen
                self.readings_repeated += item.repeated
                self.readings_refused += item.refused
            case UsagePointFound():
                self.usage_points.append(item)
            case RegisterFound():
                self._take_register(item)
            case TimeRules():
                pass

    def warn(self, problem: Problem) -> None:
        """Note one problem, in full as long as there are not too many."""
        self.stopped = self.stopped or problem.fatal
        if len(self.warnings) < MOST_WARNINGS or problem.fatal:
            self.warnings.append(problem)
        else:
            self.warnings_more += 1

    def _take_register(self, register: RegisterFound) -> None:
        self.registers.append(register)
        if register.commodity == "gas":
            self._gas_refs.add(register.ref)

    def take_readings(self, readings: Sequence[Reading]) -> None:
        """Count several readings, in the order of the file; at least one."""
        sums: dict[tuple[str, str], int] = {}
        for one in readings:
            key = one.register_ref, one.unit
            sums[key] = sums.get(key, 0) + one.amount
        for (ref, unit), amount in sums.items():
            name = "gas kWh" if unit == "Wh" and ref in self._gas_refs else unit
            self._amounts[name] = self._amounts.get(name, 0) + amount
        costs = [one.cost_e5 for one in readings if one.cost_e5 is not None]
        if costs:
            self._cost_e5 = (self._cost_e5 or 0) + sum(costs)
            if not self.currency:
                named = (one.currency for one in readings if one.cost_e5 is not None and one.currency)
                self.currency = next(named, None)
        self.estimated += sum(one.quality != "actual" for one in readings)
        first = min(one.start for one in readings)
        last = max(one.start + one.seconds for one in readings)
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)
        for days, length in (self.days_short, NORMAL_DAY - 3_600), (self.days_long, NORMAL_DAY + 3_600):
            off = [one.start for one in readings if one.seconds == length]
            days.extend(off[: MOST_WARNINGS - len(days)])

    def _take_summary(self, bill: SummaryFound) -> None:
        if bill.cost_e5 is not None:
            self.summary_cost_e5 = (self.summary_cost_e5 or 0) + bill.cost_e5
            self.currency = self.currency or bill.currency

    @property
    def kwh(self) -> str:
        """Electricity in kWh with at least three decimals: '8343.306'."""
        return _decimal(self._amounts.get("Wh", 0), AMOUNT_SCALE * 1_000)

    @property
    def gas(self) -> tuple[str, str] | None:
        """Gas as (decimal text, unit): kWh where it is billed by energy, else the first unit met."""
        if "gas kWh" in self._amounts:
            return _decimal(self._amounts["gas kWh"], AMOUNT_SCALE * 1_000), "kWh"
        units = [unit for unit in self._amounts if unit in GAS_UNITS]
        if not units:
            return None
        return _decimal(self._amounts[units[0]], AMOUNT_SCALE), units[0]

    @property
    def cost(self) -> str | None:
        """All costs of readings together, to the cent: '22.06'."""
        return money(self._cost_e5)

    @property
    def summary_cost(self) -> str | None:
        """What the file's own bills say: '22.08'."""
        return money(self.summary_cost_e5)

    @property
    def cost_note(self) -> str:
        """A sentence where readings and bill do not agree, else empty."""
        if self.cost is None or self.summary_cost is None or self.cost == self.summary_cost:
            return ""
        apart = abs(Decimal(self.cost) - Decimal(self.summary_cost))
        return (
            f"The bill says {self.summary_cost}; its readings add up to {self.cost}, {apart} apart, because"
            " the bill is rounded in steps. The bill counts."
            if apart <= Decimal("0.05")
            else f"The bill says {self.summary_cost}, but its readings give {self.cost}: the bill counts."
        )

    def as_dict(self) -> dict[str, Any]:
        """The sheet as plain data; keys are stable."""
        gas = self.gas
        return {
            "readings_read": self.readings_read,
            "readings_added": self.readings_added,
            "readings_repeated": self.readings_repeated,
            "readings_refused": self.readings_refused,
            "kwh": self.kwh,
            "gas": {"quantity": gas[0], "unit": gas[1]} if gas else None,
            "cost": self.cost,
            "summary_cost": self.summary_cost,
            "cost_note": self.cost_note,
            "currency": self.currency,
            "first": self.first,
            "last": self.last,
            "days_short": list(self.days_short),
            "days_long": list(self.days_long),
            "estimated": self.estimated,
            "stopped": self.stopped,
            "warnings": [_warning(problem) for problem in self.warnings],
            "warnings_more": self.warnings_more,
            "spike_days": list(self.spike_days),
        }

    def to_json(self) -> str:
        """The sheet as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, separators=(", ", ": "))

    def to_csv(self) -> str:
        """One row a problem, safe to open in a spreadsheet."""
        page = io.StringIO()
        csv.writer(page).writerows(self._rows())
        return page.getvalue()

    def _rows(self) -> Iterator[tuple[str | int, ...]]:
        yield ("code", "where", "sentence", "readings_left_out", "count", "stopped_reading")
        for problem in self.warnings:
            yield (
                harmless(problem.code),
                harmless(problem.where),
                harmless(problem.sentence),
                problem.readings,
                problem.count,
                "yes" if problem.fatal else "no",
            )
        if self.warnings_more:
            yield (
                "more",
                "",
                f"{self.warnings_more} more problems were counted only.",
                0,
                self.warnings_more,
                "no",
            )


def _warning(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "sentence": problem.sentence,
        "where": problem.where,
        "readings": problem.readings,
        "count": problem.count,
        "fatal": problem.fatal,
    }


def _decimal(whole: int, scale: int) -> str:
    units, _, digits = decimal_text(whole, scale).partition(".")
    return f"{units}.{digits:0<3}"


def money(cost_e5: int | None) -> str | None:
    """A cost in 1/100,000 to the cent, half cents up."""
    if cost_e5 is None:
        return None
    return f"{(Decimal(cost_e5) / COST_SCALE).quantize(Decimal('0.01'), ROUND_HALF_UP)}"
