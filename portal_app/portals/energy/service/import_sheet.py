"""The result sheet of an import with what was asked: which file, for which account or weather station."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal_app.portals.energy.formats.items import Problem
from portal_app.portals.energy.formats.sheet import ResultSheet


@dataclass
class ImportSheet(ResultSheet):
    """What came of one file; `weather_days` counts the days of a station that are known better now."""

    file: str = ""
    account: str = ""
    format: str = ""
    station: str = ""
    run: str = ""
    account_is_new: bool = False
    weather_days: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The sheet as plain data; keys are stable."""
        more = {
            "file": self.file,
            "account": self.account,
            "account_is_new": self.account_is_new,
            "format": self.format,
            "station": self.station,
            "weather_days": self.weather_days,
            "run": self.run,
        }
        return {**ResultSheet.as_dict(self), **more}


def together(sheets: Sequence[ImportSheet]) -> dict[str, Any]:
    """One sheet for several files: sums over all of them, and each of them under `files`."""
    each = [sheet.as_dict() for sheet in sheets]
    if len(each) == 1:
        return each[0]
    counts = ("readings_read", "readings_added", "readings_repeated", "readings_refused", "estimated")
    days = {(day["day"], day["percent"]): day for sheet in sheets for day in sheet.spike_days}
    return {
        **{name: sum(one[name] for one in each) for name in counts},
        "kwh": str(sum((Decimal(sheet.kwh) for sheet in sheets), Decimal("0.000"))),
        "cost": _sum(sheet.cost for sheet in sheets),
        "summary_cost": _sum(sheet.summary_cost for sheet in sheets),
        "cost_note": " ".join(sheet.cost_note for sheet in sheets if sheet.cost_note),
        "stopped": any(sheet.stopped for sheet in sheets),
        "warnings": [{**told, "file": one["file"]} for one in each for told in one["warnings"]],
        "warnings_more": sum(sheet.warnings_more for sheet in sheets),
        "spike_days": [days[key] for key in sorted(days)],
        "files": each,
    }


def _sum(amounts: Iterable[str | None]) -> str | None:
    known = [Decimal(amount) for amount in amounts if amount is not None]
    return str(sum(known, Decimal("0.00"))) if known else None


def warnings_csv(kept: str) -> str:
    """The problems of a stored sheet as a table, safe to open in a spreadsheet."""
    facts = json.loads(kept)
    told = [Problem(**problem) for problem in facts.get("warnings", ())]
    return ResultSheet(warnings=told, warnings_more=facts.get("warnings_more", 0)).to_csv()
