"""`import`: bring meter readings or weather in from files."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from portal_app.commands.terminal import complain, say
from portal_app.core.clock import local
from portal_app.core.errors import Refusal
from portal_app.portals.energy.service import imports
from portal_app.portals.energy.service.import_sheet import ImportSheet, together
from portal_app.services.tenancy import service as tenancy

BY = "manage import"
_MOST_SHOWN = 20


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("kind", choices=["energy"], help="the kind of portal the files are for")
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="Green Button XML, a table of intervals (.csv), or weather (.csv, .json); gzipped or not",
    )
    parser.add_argument("--company", required=True, help="the short name of the company")
    parser.add_argument("--account", required=True, metavar="NUMBER", help="opened where it is new")
    parser.add_argument("--station", default="", help="the weather station; else that of the account's place")
    parser.add_argument("--json", action="store_true", help="end with the result sheet as one line of JSON")


def run(options: Namespace) -> int:
    """Bring the files in: 0 when all were of use, 1 when one was not, 2 for an unknown company."""
    company = tenancy.company_named(options.company)
    sheets: list[ImportSheet] = []
    refused = False
    for file in options.files:
        try:
            sheet = _brought(file, options)
        except Refusal as refusal:
            complain(refusal.sentence)
            if refusal.field == "company":
                return 2
            refused = True
            continue
        sheets.append(sheet)
        for line in _told(sheet, company.zone if company else "UTC"):
            say(line)
    if options.json and sheets:
        say(json.dumps(together(sheets), ensure_ascii=False))
    useless = not sheets or not all(sheet.readings_added or sheet.readings_repeated for sheet in sheets)
    return 1 if refused or useless or any(sheet.stopped for sheet in sheets) else 0


def _brought(file: Path, options: Namespace) -> ImportSheet:
    with _bar(file.name) as heard:
        return imports.import_file(
            options.company,
            options.account,
            file,
            file.name,
            by=BY,
            station=options.station,
            on_progress=heard,
        )


@contextmanager
def _bar(name: str) -> Iterator[imports.Progress | None]:
    """A progress bar on the standard error output, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(name)
        yield lambda done, size: shown.update(task, completed=done, total=size)


def _told(sheet: ImportSheet, zone: str) -> Iterator[str]:
    """The sheet in readable lines."""
    yield f"{sheet.file}: {_for_whom(sheet)}"
    known = f", {sheet.readings_repeated:,} known already" if sheet.readings_repeated else ""
    out = f", {sheet.readings_refused:,} left out" if sheet.readings_refused else ""
    yield f"  {sheet.readings_read:,} readings read, {sheet.readings_added:,} added{known}{out}"
    yield from (f"  {line}" for line in _figures(sheet, zone))
    if sheet.spike_days:
        days = ", ".join(f"{day['day']} +{day['percent']} %" for day in sheet.spike_days)
        yield f"  Days more than 30 % above the usual weekday: {days}"
    for problem in sheet.warnings[:_MOST_SHOWN]:
        yield f"  {'Stopped' if problem.fatal else 'Note'}, {problem.where}: {problem.sentence}"
    more = len(sheet.warnings) - _MOST_SHOWN + sheet.warnings_more
    if more > 0:
        yield f"  {more:,} more notes are on the result sheet (--json, or on the Data page)."


def _for_whom(sheet: ImportSheet) -> str:
    if sheet.station:
        return f"weather of {sheet.station}, {sheet.weather_days:,} days counted"
    return f"account {sheet.account}{' (new)' if sheet.account_is_new else ''}"


def _figures(sheet: ImportSheet, zone: str) -> Iterator[str]:
    if not sheet.station and sheet.kwh != "0.000":
        yield f"{sheet.kwh} kWh of electricity"
    if sheet.gas is not None:
        yield f"{sheet.gas[0]} {sheet.gas[1]} of gas"
    if sheet.cost is not None:
        yield f"Costs in the readings: {sheet.cost} {sheet.currency or ''}".rstrip()
    if sheet.cost_note:
        yield sheet.cost_note
    if sheet.first is not None and sheet.last is not None:
        first, last = local(sheet.first, zone), local(sheet.last, zone)
        yield f"From {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} ({zone})"
    if sheet.estimated:
        yield f"{sheet.estimated:,} of them are not actual reads and are marked so"
