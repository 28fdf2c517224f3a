"""Similar homes nearby: who they are, frozen for a year, and what they used in the bills of late.

Only the house itself reads other homes' figures; what it stores beside a premise are bare totals.
"""

import json
from datetime import date, timedelta
from typing import Any

from sqlmodel import col, func

from portal_app.core.access import Access, SystemAccess
from portal_app.core.clock import today
from portal_app.portals.energy.rules import neighbours
from portal_app.portals.energy.service import tariff_book
from portal_app.portals.energy.service.places import bill_period
from portal_app.portals.energy.tables import (
    DayUse,
    EnergyChoice,
    NeighbourGroup,
    Premise,
    Register,
    ServiceAgreement,
)

PERIODS = 3


def renew(access: SystemAccess, _payload: dict[str, Any] | None = None) -> int:
    """Choose groups where none holds, total up three bill periods for each; says for how many homes.

    Homes whose account said no are in nobody's group and have none.
    """
    no = {row.account_id for row in access.all(EnergyChoice, col(EnergyChoice.neighbours).is_(False))}
    registers = {
        row.premise_id: row
        for row in access.all(Register, col(Register.commodity) == "electricity")
        if row.account_id not in no
    }
    homes = {row.id: _alike(row) for row in access.all(Premise) if row.id in registers and row.sqft > 0}
    agreements = {row.id: row for row in access.all(ServiceAgreement)}
    by_premise = {row.premise_id: row for row in agreements.values() if row.commodity == "electricity"}
    if no:
        access.remove(NeighbourGroup, col(NeighbourGroup.account_id).in_(no))
    groups = {row.premise_id: row for row in access.all(NeighbourGroup)}
    sums = _Sums(access, registers)
    for premise_id, home in homes.items():
        group = _group_for(access, home, registers[premise_id], list(homes.values()), groups.get(premise_id))
        members = [registers[member] for member in json.loads(group.members) if member in registers]
        starts = _periods(by_premise.get(premise_id), sums.until)
        totals = {start.isoformat(): sums.of(members, start, end) for start, end in starts}
        access.change(group, totals=json.dumps(totals))
    return len(homes)


def _alike(row: Premise) -> neighbours.Premise:
    return neighbours.Premise(row.id, row.lat, row.lon, row.type, row.heat_fuel, row.sqft)


def _group_for(
    access: Access,
    home: neighbours.Premise,
    register: Register,
    homes: list[neighbours.Premise],
    known: NeighbourGroup | None,
) -> NeighbourGroup:
    day = today(register.zone)
    if known is not None and neighbours.Group((), known.frozen_on).holds(day):
        return known
    group = neighbours.choose_group(home, homes, day)
    values = {"members": json.dumps(list(group.members)), "frozen_on": group.frozen_on}
    if known is not None:
        return access.change(known, **values)
    return access.add(NeighbourGroup, account_id=register.account_id, premise_id=home.id, **values)


def _periods(agreement: ServiceAgreement | None, until: date) -> list[tuple[date, date]]:
    if agreement is None:
        return []
    found = []
    day = until - timedelta(days=1)
    for _ in range(PERIODS):
        start, end = bill_period(agreement, day)
        found.append((start, min(end, until)))
        day = start - timedelta(days=1)
    return found


class _Sums:
    """Totals of every register over a stretch, asked for once a stretch."""

    def __init__(self, access: SystemAccess, registers: dict[str, Register]) -> None:
        self.access, self.registers = access, registers
        newest = access.db.execute(access.columns(DayUse, func.max(DayUse.day))).scalar()
        after: date = (newest or date(1970, 1, 1)) + timedelta(days=1)
        self.until: date = min(after, today(access.visitor.zone))
        self._kept: dict[tuple[date, date], dict[str, tuple[int, int, int]]] = {}

    def of(self, members: list[Register], start: date, end: date) -> dict[str, Any]:
        """The totals of those members that were read on every day of the stretch."""
        totals = self._totals(start, end)
        days = (end - start).days
        full = [
            (
                tariff_book.in_thousandths(row, totals[row.id][1]),
                tariff_book.in_thousandths(row, totals[row.id][2]),
            )
            for row in members
            if row.id in totals and totals[row.id][0] == days
        ]
        return {
            "until": end.isoformat(),
            "homes": [total for total, _ in full],
            "peaks": [[peak, total] for total, peak in full if peak],
        }

    def _totals(self, start: date, end: date) -> dict[str, tuple[int, int, int]]:
        if (start, end) not in self._kept:
            statement = (
                self.access.columns(
                    DayUse, DayUse.register_id, func.count(), func.sum(DayUse.amount), func.sum(DayUse.peak)
                )
                .where(col(DayUse.day) >= start, col(DayUse.day) < end)
                .group_by(col(DayUse.register_id))
            )
            self._kept[start, end] = {
                name: (count, int(total), int(peak))
                for name, count, total, peak in self.access.db.execute(statement)
            }
        return self._kept[start, end]
