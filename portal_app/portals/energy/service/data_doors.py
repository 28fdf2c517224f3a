"""The doors for meter data: files down, files up, and the job that reads an upload in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal_app.core.access import SystemAccess
from portal_app.core.accounts import Company
from portal_app.core.errands import Errand
from portal_app.core.sealed_pieces import unsealed
from portal_app.portals.energy.service import data_page, export, imports
from portal_app.portals.energy.tables import ImportRun


@dataclass(frozen=True)
class Waiting:
    """A file that waits to be read."""

    company: str
    account: str
    path: Path
    name: str
    by: str
    station: str
    run_id: str


def waiting(access: SystemAccess, payload: dict[str, Any]) -> Waiting | None:
    """The file of a run; None when it was read already."""
    run = access.get(ImportRun, payload["run"])
    company = access.db.get(Company, access.visitor.company_id)
    if run.state in ("done", "refused") or company is None:
        return None
    return Waiting(
        company.slug, payload["account"], data_page.waiting_place(run.stored), run.name, run.by,
        payload.get("station", ""), run.id,
    )  # fmt: skip


def read_in(file: Waiting) -> Path | None:
    """Read it in, in transactions of its own; None where the file is gone."""
    if not file.path.is_file():
        return None
    with unsealed(file.path, data_page.SEALED_AS) as stream:
        imports.import_file(
            file.company,
            file.account,
            stream,
            file.name,
            by=file.by,
            station=file.station,
            run_id=file.run_id,
        )
    return file.path


def put_away(access: SystemAccess, payload: dict[str, Any], path: Path | None) -> None:
    """Remove what was read; a run whose file went missing is said to be broken."""
    if path is not None:
        path.unlink(missing_ok=True)
        return
    run = access.get(ImportRun, payload["run"])
    access.change(run, state="broken")
    access.poke(imports.topic(access.visitor.company_id))


DOWNLOADS = {"import-sheet": data_page.sheet_csv, "my-data": export.my_data}
UPLOADS = {"readings": data_page.DOOR}
JOBS = {data_page.JOB: Errand(prepare=waiting, go=read_in, settle=put_away)}
