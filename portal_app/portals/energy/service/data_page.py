"""Files brought in, as the company's own people see them: sent, watched, and their result sheets."""

import json
import os
from pathlib import Path
from typing import Any

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account
from portal_app.core.clock import local
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.ids import new_id
from portal_app.core.sealed_pieces import seal_file, unsealed
from portal_app.portals.energy.formats.sniff import sniff
from portal_app.portals.energy.service import imports
from portal_app.portals.energy.service.import_sheet import warnings_csv
from portal_app.portals.energy.tables import ImportRun
from portal_app.services.tenancy import rules as tenancy_rules
from portal_app.settings import settings
from portal_app.shapes.charts import Column, DataTable, Fact, TableRow
from portal_app.shapes.energy_data import DataPage, ImportRow, SheetShown
from portal_app.shapes.files import Download, Upload, UploadDoor
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import LinkRow, Progress

JOB = "energy.import"
PAGE = "/staff/energy/data"
SEALED_AS = "energy.readings"
_SHOWN = 20
_BADGES = {
    "waiting": Badge("Waiting", "info"),
    "reading": Badge("Being read", "info"),
    "done": Badge("Read", "good"),
    "refused": Badge("Could not be read", "urgent"),
    "broken": Badge("Broke off, will be tried again", "attention"),
}


def may_bring(access: Access, **_query: str) -> None:
    """Whether this person may send files in, asked before the first byte is read."""
    access.require("reading.import")


def take_in(access: Access, upload: Upload, **_query: str) -> str:
    """Put a file that has arrived where the import will find it; gives the page that shows how far it is.

    Raises Refusal for an impossible account number and for a file that no reader takes.
    """
    access.require("reading.import")
    number = upload.fields.get("account", "").strip()
    if not number:
        raise Refusal("Say which account the file is for; a new number opens a new account.", "account")
    tenancy_rules.check_account(number, "an account")
    with unsealed(upload.path, SEALED_AS) as stream:
        sniffed = sniff(stream)
    if not sniffed.readable:
        raise Refusal(f"{upload.name}: {sniffed.sentence}", "file")
    stored = f"import-{new_id()}"
    run = access.add(
        ImportRun,
        name=upload.name,
        by=access.visitor.name,
        size=upload.size,
        stored=stored,
        sheet=json.dumps({"account": number}),
    )
    place = waiting_place(stored)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(upload.path, place)
    station = upload.fields.get("station", "").strip()
    access.later(JOB, {"run": run.id, "account": number, "station": station}, key=f"import:{run.id}")
    access.note("reading.sent", f"run:{run.id}", account_id="", file=upload.name, account=number)
    access.poke(imports.topic(access.visitor.company_id))
    return f"{PAGE}?run={run.id}"


def _seal(upload: Upload) -> bytes:
    """Seal what has arrived while nothing is locked: it may wait for the import for a while."""
    seal_file(upload.path, SEALED_AS)
    return b""


DOOR = UploadDoor(
    check=may_bring,
    take=take_in,
    draw=_seal,
    back=PAGE,
    most_bytes=3 * 1024**3,
    scanned=False,
    larger=(
        "Send it compressed with gzip, or bring it in at the server: "
        "python -m portal_app.manage import energy FILE --company NAME --account NUMBER"
    ),
)


def waiting_place(stored: str) -> Path:
    """Where a file waits to be read."""
    return settings().data_dir / "imports" / Path(stored).name


@reads
def page(access: Access, run_id: str = "") -> DataPage:
    """The files of the company, newest first, and the result sheet of one of them."""
    access.require("reading.import")
    runs = access.all(
        ImportRun, order=(col(ImportRun.made_at).desc(), col(ImportRun.id).desc()), limit=_SHOWN
    )
    chosen = next((run for run in runs if run.id == run_id), None)
    if run_id and chosen is None:
        chosen = access.get(ImportRun, run_id)
    moving = sum(run.state in ("waiting", "reading") for run in runs)
    return DataPage(
        ready=True,
        meaning=_meaning(moving),
        runs=tuple(_row(access, run) for run in runs),
        sheet=_sheet(access, chosen) if chosen is not None else SheetShown(),
        most_bytes=DOOR.most_bytes,
        too_large=DOOR.too_large,
    )


def _meaning(moving: int) -> str:
    if not moving:
        return "Bring a Green Button file, a table of intervals or weather. The same file twice adds nothing."
    return f"{moving} {'file is' if moving == 1 else 'files are'} on the way in. You may leave this page."


def _size(count: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} bytes"


def _row(access: Access, run: ImportRun) -> ImportRow:
    facts: dict[str, Any] = json.loads(run.sheet)
    moving = run.state in ("waiting", "reading")
    said = when.moment(run.made_at, local(run.made_at, access.visitor.zone), access.visitor.zone)
    day = when.day(local(run.made_at, access.visitor.zone).date(), access.visitor.locale)
    about = (
        f"weather of {facts['station']}" if facts.get("station") else f"account {facts.get('account', '')}"
    )
    return ImportRow(
        id=run.id,
        title=run.name,
        detail=f"For {about}, brought by {run.by} on {day} at {said}",
        badge=_BADGES.get(run.state, Badge(run.state)),
        end=f"{facts['readings_added']:,} added" if run.state == "done" else "",
        moving=moving,
        progress=_progress(run) if moving else Progress(),
        link_to=f"{PAGE}?run={run.id}",
    )


def _progress(run: ImportRun) -> Progress:
    size = max(run.size, 1)
    share = min(run.done * 100 // size, 100)
    return Progress(share, 0, 100 - share, f"{share} %", f"{_size(run.done)} of {_size(run.size)} read")


def _sheet(access: Access, run: ImportRun) -> SheetShown:
    facts: dict[str, Any] = json.loads(run.sheet)
    if "readings_read" not in facts:
        return SheetShown()
    spikes = facts["spike_days"]
    return SheetShown(
        shown=run.state not in ("waiting", "reading"),
        title=f"Result of {run.name}",
        badge=_BADGES.get(run.state, Badge(run.state)),
        facts=tuple(_facts(access, run, facts)),
        cost_note=facts["cost_note"],
        spikes_title=f"{len(spikes)} days more than 30 % above the usual weekday" if spikes else "",
        spikes=tuple(LinkRow(title=day["day"], end=f"+{day['percent']} %", icon="usage") for day in spikes),
        warnings=_warnings(run, facts),
    )


def _facts(access: Access, run: ImportRun, facts: dict[str, Any]) -> list[Fact]:
    known = facts["readings_repeated"]
    found = [
        Fact("Read", f"{facts['readings_read']:,} readings", f"{known:,} known already" if known else ""),
        Fact("Added", f"{facts['readings_added']:,} readings"),
    ]
    if facts["readings_refused"]:
        found.append(
            Fact("Left out", f"{facts['readings_refused']:,} readings", "each with its reason below")
        )
    if facts["station"]:
        found.append(Fact("Station", facts["station"], f"{facts['weather_days']:,} days counted"))
    elif facts["kwh"] != "0.000":
        found.append(Fact("Electricity", f"{facts['kwh']} kWh"))
    if facts["gas"]:
        found.append(Fact("Gas", f"{facts['gas']['quantity']} {facts['gas']['unit']}"))
    if facts["cost"] is not None:
        bill = facts["summary_cost"]
        found.append(
            Fact(
                "Costs",
                f"{facts['cost']} {facts['currency'] or ''}".strip(),
                f"the bill says {bill}" if bill else "",
            )
        )
    if facts["estimated"]:
        found.append(Fact("Not actual reads", f"{facts['estimated']:,}", "marked, and never called out"))
    return [*found, *_when(access, run, facts)]


def _when(access: Access, run: ImportRun, facts: dict[str, Any]) -> list[Fact]:
    zone, found = access.visitor.zone, []
    account = access.first(Account, col(Account.id) == run.account_id) if run.account_id else None
    if account is not None:
        new = "opened with this file" if facts["account_is_new"] else ""
        found.append(Fact("Account", account.number, new))
    if facts["first"] is not None:
        first, last = local(facts["first"], zone), local(facts["last"], zone)
        found.append(Fact("From", f"{first:%Y-%m-%d %H:%M}", zone))
        found.append(Fact("To", f"{last:%Y-%m-%d %H:%M}", zone))
    return found


def _warnings(run: ImportRun, facts: dict[str, Any]) -> DataTable:
    told = facts["warnings"]
    more = facts["warnings_more"]
    return DataTable(
        caption="What was found on the way",
        columns=(Column("what", "What"), Column("where", "Where"), Column("out", "Readings left out")),
        rows=tuple(
            TableRow(
                (problem["sentence"], problem["where"], f"{problem['readings']:,}"), marked=problem["fatal"]
            )
            for problem in told[:100]
        ),
        sorted_words=f"In the order of the file; {len(told) - 100 + more:,} more are in the CSV"
        if len(told) + more > 100
        else "In the order of the file",
        csv_to=f"/files/energy/import-sheet?run={run.id}",
        empty="Nothing was wrong with this file.",
    )


@reads
def sheet_csv(access: Access, run: str = "") -> Download:
    """What was found in one file, as a table for a spreadsheet. Raises NotYours for an unknown run."""
    access.require("reading.import")
    found = access.get(ImportRun, run)
    if "readings_read" not in json.loads(found.sheet):
        raise NotYours("That file has not been read yet. Come back when it has.")
    name = f"import-{Path(found.name).stem}.csv"
    return Download(
        name=name, type="text/csv; charset=utf-8", content=warnings_csv(found.sheet).encode("utf-8-sig")
    )
