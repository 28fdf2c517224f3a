"""Bringing a file in: meter readings for an account, or the weather of a station."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from sqlmodel import col

from portal_app.core.access import SystemAccess, acting_for_company
from portal_app.core.accounts import Account, Company
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.portals.energy.formats.csv_intervals import read_csv_intervals
from portal_app.portals.energy.formats.espi import read_espi
from portal_app.portals.energy.formats.items import Problem, Tally
from portal_app.portals.energy.formats.sniff import sniff
from portal_app.portals.energy.formats.weather import read_weather
from portal_app.portals.energy.rules.spikes import SpikeRule, spikes
from portal_app.portals.energy.rules.usage import Day, local_date
from portal_app.portals.energy.service import tariff_book
from portal_app.portals.energy.service.import_sheet import ImportSheet
from portal_app.portals.energy.service.storing import Store, tried
from portal_app.portals.energy.service.weather_intake import WeatherStore
from portal_app.portals.energy.tables import DayUse, ImportRun, Premise, Register
from portal_app.services.tenancy import rules as tenancy_rules
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.companies import CompanyFacts

Progress = Callable[[int, int], None]
"""Hears how many bytes of how many are done."""

RULE = SpikeRule(z=None)
WEEKS_BEFORE = timedelta(weeks=RULE.weeks)
_LONGEST_STATION = 40


def topic(company_id: str) -> str:
    """What is poked when a company's imports move."""
    return f"imports:{company_id}"


def import_file(
    company_slug: str,
    account_number: str,
    file: Path | BinaryIO,
    name: str,
    *,
    by: str,
    on_progress: Progress | None = None,
    station: str = "",
    run_id: str = "",
) -> ImportSheet:
    """Read one file in and say what came of it: Green Button XML, a table of intervals, or weather.

    An account that is new is opened with the first reading for it. Readings are stored in batches, each whole
    or not at all, in flat memory; the same file again adds nothing, so a run that broke off may be repeated.
    Weather goes to `station`, else to the station of the account's place, else to one named after the file.
    `run_id` names the run that waits for this file, where an upload made one. Raises Refusal for an unknown
    company, an impossible account number or a file that cannot be opened; whatever is wrong inside the file
    stands in the sheet.
    """
    company = _company(company_slug)
    tenancy_rules.check_account(account_number, "an account")
    with _opened(file) as stream:
        run = _Run(company, account_number.strip(), name, by, on_progress, station.strip(), run_id)
        return run.bring(stream)


def _company(slug: str) -> CompanyFacts:
    company = tenancy.company_named(slug)
    if company is None:
        raise Refusal(f"There is no company called {slug}.", "company")
    if company.kind != "energy":
        raise Refusal(f"{company.name} is no energy company, so it has no meters.", "company")
    return company


@contextmanager
def _opened(file: Path | BinaryIO) -> Iterator[BinaryIO]:
    """A stream that can be read twice; what cannot seek is laid down in a temporary file first."""
    if isinstance(file, Path):
        try:
            stream = file.open("rb")
        except OSError as trouble:
            raise Refusal(
                f"{file} cannot be opened: {trouble.strerror or 'it is no file'}.", "file"
            ) from None
        with stream:
            yield stream
    elif file.seekable():
        yield file
    else:
        with tempfile.TemporaryFile() as spool:
            shutil.copyfileobj(file, spool, 65_536)
            spool.seek(0)
            yield cast(BinaryIO, spool)


def _digest(stream: BinaryIO) -> str:
    """The SHA-256 of a file, which is then at its beginning again."""
    digest = hashlib.sha256()
    while piece := stream.read(1024 * 1024):
        digest.update(piece)
    stream.seek(0)
    return digest.hexdigest()


@dataclass
class _Run:
    """One file on its way in."""

    company: CompanyFacts
    number: str
    name: str
    by: str
    on_progress: Progress | None
    station: str
    run_id: str
    size: int = 0
    done: int = 0
    sheet: ImportSheet = field(default_factory=ImportSheet)

    def bring(self, stream: BinaryIO) -> ImportSheet:
        self.size = stream.seek(0, 2)
        stream.seek(0)
        digest = _digest(stream)
        sniffed = sniff(stream)
        self.sheet = ImportSheet(file=self.name, account=self.number, format=sniffed.format)
        self._begin(digest)
        try:
            account = self._read(stream, sniffed.format, sniffed.sentence)
        except BaseException:
            self._failed()
            raise
        self._end(account)
        return self.sheet

    def _opens(self) -> AbstractContextManager[SystemAccess]:
        return acting_for_company(self.company.id, kind="energy", zone=self.company.zone, actor=self.by)

    def _begin(self, digest: str) -> None:
        facts = {"state": "reading", "size": self.size, "sha256": digest, "done": 0}

        def begun(access: SystemAccess) -> ImportRun:
            access.poke(topic(self.company.id))
            kept = json.dumps({"account": self.number})
            if self.run_id:
                return access.change(access.get(ImportRun, self.run_id), sheet=kept, **facts)
            named = {"name": self.name[:200], "by": self.by[:120]}
            return access.add(ImportRun, sheet=kept, **named, **facts)

        self.run_id = self.sheet.run = tried(self._opens, begun).id

    def _heard(self, done: int) -> None:
        self.done = done
        if self.on_progress is not None:
            self.on_progress(done, self.size)

    def _mark(self, access: SystemAccess) -> None:
        access.update(ImportRun, col(ImportRun.id) == self.run_id, done=self.done)
        access.poke(topic(self.company.id))

    def _read(self, stream: BinaryIO, kind: str, trouble: str) -> Account | None:
        if trouble:
            self.sheet.take(Problem(kind, trouble, "the whole file", fatal=True))
            self.sheet.take(Tally(0, 0, 0, self.size, 0))
            return None
        if kind.startswith("weather"):
            return self._read_weather(stream)
        with self._opens() as access:
            row = access.db.get(Company, self.company.id)
        currency = row.currency if row else "USD"
        place = "row" if kind == "csv" else "line"
        store = Store(
            self._opens, self.number, self.company.zone, currency, self.run_id, self.sheet, self._mark, place
        )
        reader = read_csv_intervals if kind == "csv" else read_espi
        store.take_all(reader(stream, on_progress=self._heard))
        self._find_spikes(store)
        return store.account

    def _read_weather(self, stream: BinaryIO) -> Account | None:
        with self._opens() as access:
            account = tenancy.account_numbered(access, self.number)
            places = access.all(Premise, col(Premise.account_id) == account.id) if account else []
            known = next((place.station for place in places if place.station), "")
            self.station = (self.station or known or Path(self.name).name.partition(".")[0])[
                :_LONGEST_STATION
            ]
            for place in places:
                if not place.station:
                    access.change(place, station=self.station)
        self.sheet.station = self.station
        store = WeatherStore(self._opens, self.station, self.company.zone, self.sheet)
        store.take_all(read_weather(stream, on_progress=self._heard))
        return account

    def _find_spikes(self, store: Store) -> None:
        """Call out the days of this file far above their norm; gas only where there is no electricity."""
        found = {ref: register for ref, register in store.registers.items() if ref in store.spans}
        power = [ref for ref, register in found.items() if register.commodity == "electricity"]
        days: dict[tuple[str, str], dict[str, str]] = {}
        for ref in power or [ref for ref, register in found.items() if register.commodity == "gas"]:
            with self._opens() as access:
                first, last = store.spans[ref]
                for day in spike_days(access, found[ref], first, last, self.company.zone):
                    days[day["day"], day["percent"]] = day
        self.sheet.spike_days = [days[key] for key in sorted(days)]

    def _end(self, account: Account | None) -> None:
        sheet, account_id = self.sheet, account.id if account else ""
        nothing = not sheet.readings_added and not sheet.readings_repeated

        def ended(access: SystemAccess) -> None:
            access.change(
                access.get(ImportRun, self.run_id),
                state="refused" if nothing else "done",
                done=self.size,
                account_id=account_id,
                ended_at=now(),
                stored="",
                sheet=sheet.to_json(),
            )
            access.note(
                "reading.import",
                f"run:{self.run_id}",
                account_id=account_id,
                file=self.name,
                account=self.number,
                read=sheet.readings_read,
                added=sheet.readings_added,
                refused=sheet.readings_refused,
            )
            access.poke(topic(self.company.id))

        tried(self._opens, ended)

    def _failed(self) -> None:
        def failed(access: SystemAccess) -> None:
            access.update(ImportRun, col(ImportRun.id) == self.run_id, state="broken", ended_at=now())
            access.poke(topic(self.company.id))

        tried(self._opens, failed)


def spike_days(
    access: SystemAccess, register: Register, first: int, last: int, zone: str
) -> list[dict[str, str]]:
    """The days between two moments that lie far above the same weekday before, with per cent to a tenth."""
    zone = register.zone or zone
    begin, end = local_date(first, zone), local_date(max(first, last - 1), zone)
    statement = access.columns(
        DayUse, DayUse.day, DayUse.amount, DayUse.due, DayUse.seconds, DayUse.estimated
    )
    rows = access.db.execute(
        statement.where(
            col(DayUse.register_id) == register.id,
            col(DayUse.day) >= max(begin, date.min + WEEKS_BEFORE) - WEEKS_BEFORE,
            col(DayUse.day) <= end,
        ).order_by(col(DayUse.day))
    )
    days = [
        Day(day, tariff_book.in_thousandths(register, amount), due // 3_600, seconds, estimated > 0)
        for day, amount, due, seconds, estimated in rows
    ]
    return [
        {"day": str(one.day), "percent": str(round(one.ratio * 100, 1))}
        for one in spikes(days, RULE)
        if one.day >= begin
    ]
