"""The screens about meter data as shapes: files brought in, one's own data, who else may read it."""

from dataclasses import dataclass

from portal_app.shapes.charts import DataTable, Fact
from portal_app.shapes.forms import Choice, Effect
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import LinkRow, Progress


@dataclass(frozen=True)
class ImportRow:
    """One file that was brought in or is on its way: how far, and how it ended."""

    id: str
    title: str
    detail: str
    badge: Badge = Badge()
    end: str = ""
    moving: bool = False
    progress: Progress = Progress()
    link_to: str = ""


@dataclass(frozen=True)
class SheetShown:
    """The result sheet of one file."""

    shown: bool = False
    title: str = ""
    badge: Badge = Badge()
    facts: tuple[Fact, ...] = ()
    cost_note: str = ""
    spikes_title: str = ""
    spikes: tuple[LinkRow, ...] = ()
    warnings: DataTable = DataTable()


@dataclass(frozen=True)
class DataPage:
    """What the company's own people see of imports: the files, newest first, and one result sheet.

    A file of more than `most_bytes` is not sent; `too_large` says so, and how it comes in all the same.
    """

    ready: bool = False
    title: str = "Meter and weather data"
    meaning: str = ""
    runs: tuple[ImportRow, ...] = ()
    sheet: SheetShown = SheetShown()
    most_bytes: int = 0
    too_large: str = ""


@dataclass(frozen=True)
class ConsentRow:
    """Somebody else who may read meter data: what, until when, and when they last did."""

    id: str
    title: str
    detail: str
    badge: Badge = Badge()
    can_stop: bool = False


@dataclass(frozen=True)
class Token:
    """The secret that a third party reads with; shown once and never again."""

    value: str = ""
    party: str = ""
    address: str = ""
    until: str = ""


@dataclass(frozen=True)
class MyDataPage:
    """One's own meter data: what there is to download, and who else may read it."""

    ready: bool = False
    title: str = "My data"
    meaning: str = ""
    downloads: tuple[LinkRow, ...] = ()
    can_download: bool = False
    can_share: bool = False
    consents: tuple[ConsentRow, ...] = ()
    scopes: tuple[Choice, ...] = ()
    first_end: str = ""
    usual_end: str = ""
    last_end: str = ""


@dataclass(frozen=True)
class Asked:
    """The question before a consent is given or stopped, with what it will do."""

    title: str = ""
    effects: tuple[Effect, ...] = ()
    act: str = ""
    keep: str = ""
