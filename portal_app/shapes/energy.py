"""The energy screens as shapes: each page's figures and sentences, ready to draw."""

from dataclasses import dataclass

from portal_app.shapes.charts import BarChart, CompareBar, Fact, MapView, Rule
from portal_app.shapes.forms import Choice, Effect, Help, WizardProgress
from portal_app.shapes.money import BigNumber, ExplainedLine, InvoiceLine, SumLine
from portal_app.shapes.status import Alert, Badge, Happening, Notice, Stage
from portal_app.shapes.tasks import CheckRow, LinkRow, NewsRow, TaskButton, TipRow


@dataclass(frozen=True)
class BillCard:
    """The latest bill on the home: how much, till when, what changed, its few sums."""

    shown: bool = False
    id: str = ""
    title: str = ""
    badge: Badge = Badge()
    figure: BigNumber = BigNumber()
    lines: tuple[SumLine, ...] = ()
    link_to: str = ""
    pdf: str = ""


@dataclass(frozen=True)
class EnergyHome:
    """Home: the bill so far on its rule, three tasks, what moved, the latest bill, days, tips."""

    ready: bool = False
    who: str = ""
    standing: Badge = Badge()
    title: str = ""
    figure: BigNumber = BigNumber()
    rule: Rule = Rule()
    meaning: str = ""
    alert: Alert = Alert()
    tasks: tuple[TaskButton, ...] = ()
    news_title: str = ""
    since: str = ""
    news: tuple[NewsRow, ...] = ()
    no_news: str = ""
    bill: BillCard = BillCard()
    days: BarChart = BarChart()
    tips_title: str = ""
    tips: tuple[TipRow, ...] = ()
    premises: tuple[LinkRow, ...] = ()
    more_premises: tuple[LinkRow, ...] = ()
    more_premises_words: str = ""
    foot: str = ""


@dataclass(frozen=True)
class OddDay:
    """What made one odd day: parts that sum to it."""

    shown: bool = False
    title: str = ""
    total: str = ""
    reason: str = ""
    lines: tuple[SumLine, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class UsagePage:
    """Usage: why it is higher, days with last year and similar homes on one axis, the odd day's sum."""

    ready: bool = False
    title: str = ""
    meaning: str = ""
    premise: str = ""
    premises: tuple[Choice, ...] = ()
    commodity: str = "electricity"
    commodities: tuple[Choice, ...] = ()
    span: str = "bill"
    unit: str = "energy"
    unit_word: str = "kWh"
    money_note: str = ""
    chart: BarChart = BarChart()
    odd: OddDay = OddDay()
    odd_days: tuple[LinkRow, ...] = ()
    odd_days_words: str = ""
    compare_title: str = ""
    compare: tuple[CompareBar, ...] = ()
    compare_badge: Badge = Badge()
    compare_note: str = ""
    forecast: Rule = Rule()
    forecast_words: str = ""
    tips_title: str = ""
    tips: tuple[TipRow, ...] = ()
    tariffs: tuple[LinkRow, ...] = ()
    tariffs_note: str = ""
    weather_note: str = ""
    earlier: str = ""
    later: str = ""
    foot: str = ""


@dataclass(frozen=True)
class BillingPage:
    """Billing: what is owed, bills newest first, how it is paid and delivered."""

    ready: bool = False
    owed: BigNumber = BigNumber()
    owed_words: str = ""
    pay_words: str = ""
    pay_id: str = ""
    pay_label: str = ""
    bills: tuple[InvoiceLine, ...] = ()
    bills_open: int = 0
    payments: tuple[LinkRow, ...] = ()
    autopay: LinkRow = LinkRow(title="")
    paperless: LinkRow = LinkRow(title="")
    budget: LinkRow = LinkRow(title="")


@dataclass(frozen=True)
class BillPage:
    """One bill, line by line, with why it differs from the one before."""

    ready: bool = False
    id: str = ""
    title: str = ""
    period: str = ""
    number: str = ""
    badge: Badge = Badge()
    figure: BigNumber = BigNumber()
    lines: tuple[ExplainedLine, ...] = ()
    total_label: str = ""
    total: str = ""
    why_title: str = ""
    why: tuple[SumLine, ...] = ()
    why_words: str = ""
    pdf: str = ""
    csv: str = ""
    payable: bool = False
    pay_words: str = ""
    pay_label: str = ""
    bank_notice: Notice = Notice()
    """That the bank account printed on the bill is not the company's any more."""


@dataclass(frozen=True)
class OutagePage:
    """Outages for one person: at their address with its stages, the map, what is planned."""

    ready: bool = False
    title: str = ""
    meaning: str = ""
    active: bool = False
    outage_id: str = ""
    stages: tuple[Stage, ...] = ()
    happened: tuple[Happening, ...] = ()
    facts: tuple[Fact, ...] = ()
    map: MapView = MapView()
    others: tuple[LinkRow, ...] = ()
    planned: tuple[LinkRow, ...] = ()
    premises: tuple[Choice, ...] = ()
    premise_id: str = ""
    watching: bool = False
    watch_words: str = ""
    promises: str = ""
    reported: bool = False


@dataclass(frozen=True)
class AccountPage:
    """Account: service, requests, readings, alerts and choices; settings two taps away."""

    ready: bool = False
    name: str = ""
    number: str = ""
    who: str = ""
    standing: Badge = Badge()
    meaning: str = ""
    premises: tuple[LinkRow, ...] = ()
    requests: tuple[LinkRow, ...] = ()
    tasks: tuple[LinkRow, ...] = ()
    choices: tuple[LinkRow, ...] = ()
    consents: tuple[LinkRow, ...] = ()
    draft: LinkRow = LinkRow(title="")


@dataclass(frozen=True)
class RequestPage:
    """One service request with its stages and what is needed next."""

    ready: bool = False
    id: str = ""
    kind: str = ""
    version: int = 0
    title: str = ""
    meaning: str = ""
    reference: str = ""
    standing: Badge = Badge()
    stages: tuple[Stage, ...] = ()
    happened: tuple[Happening, ...] = ()
    facts: tuple[LinkRow, ...] = ()
    can_cancel: bool = False
    can_move: bool = False
    question: str = ""
    day: str = ""
    earliest: str = ""
    latest: str = ""
    slot: str = ""
    slots: tuple[Choice, ...] = ()
    cancel_title: str = ""
    cancel_effects: tuple[Effect, ...] = ()
    cancel_act: str = ""
    other_question: str = ""
    others: tuple[Choice, ...] = ()
    pair_words: str = ""
    pair_to: str = ""
    alone_question: str = ""
    help: Help = Help()


@dataclass(frozen=True)
class MovePage:
    """Start, stop or move service: the question one is at, with what was answered before."""

    ready: bool = False
    id: str = ""
    kind: str = ""
    question: str = ""
    title: str = ""
    hint: str = ""
    progress: WizardProgress = WizardProgress()
    next_label: str = "Next question"
    choices: tuple[Choice, ...] = ()
    value: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""
    day: str = ""
    earliest: str = ""
    latest: str = ""
    review: tuple[LinkRow, ...] = ()
    seam: str = ""
    asks: bool = False
    ask_title: str = ""
    ask_effects: tuple[Effect, ...] = ()
    ask_act: str = ""
    help: Help = Help()


@dataclass(frozen=True)
class ReadingPage:
    """Send a reading: the dial it is about, what it stood at, what was sent before; book a visit."""

    ready: bool = False
    title: str = ""
    meaning: str = ""
    dials: tuple[Choice, ...] = ()
    register_id: str = ""
    dial_words: str = ""
    hint: str = ""
    unit: str = ""
    sent: tuple[LinkRow, ...] = ()
    visits: tuple[Choice, ...] = ()
    visit_place: str = ""
    booked: tuple[LinkRow, ...] = ()
    help: Help = Help()


@dataclass(frozen=True)
class ChoicesPage:
    """Alerts and choices of an account, as they are set now."""

    ready: bool = False
    alert_kind: str = "usual"
    alert_kinds: tuple[Choice, ...] = ()
    alert_at: str = ""
    alert_sign: str = "$"
    alert_words: str = ""
    temperature: str = "F"
    temperatures: tuple[Choice, ...] = ()
    medical: bool = False
    medical_says: str = ""
    medical_words: str = ""
    planned_notice: bool = True
    phone: str = ""
    email: str = ""
    paperless: bool = False
    paperless_words: str = ""
    may_change: bool = True
    topics: tuple[LinkRow, ...] = ()


@dataclass(frozen=True)
class StaffRequest:
    """One request as the utility's own people see it: whose, where it stands, what may happen to it."""

    ready: bool = False
    id: str = ""
    version: int = 0
    kind: str = ""
    title: str = ""
    reference: str = ""
    standing: Badge = Badge()
    stages: tuple[Stage, ...] = ()
    facts: tuple[LinkRow, ...] = ()
    happened: tuple[Happening, ...] = ()
    events: tuple[Choice, ...] = ()
    day: str = ""
    earliest: str = ""
    slot: str = ""
    pair_words: str = ""
    pair_to: str = ""
    alone_words: str = ""
    needs_connection: bool = False
    feeders: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class CustomersPage:
    """Customers found by name, number or street, and one of them opened."""

    ready: bool = False
    found_words: str = ""
    rows: tuple[LinkRow, ...] = ()
    id: str = ""
    title: str = ""
    standing: Badge = Badge()
    facts: tuple[LinkRow, ...] = ()
    premises: tuple[LinkRow, ...] = ()
    unplaced: tuple[Choice, ...] = ()
    requests: tuple[LinkRow, ...] = ()
    people: tuple[LinkRow, ...] = ()


@dataclass(frozen=True)
class OperatorPage:
    """The operator's board: active outages, requests that wait, imports."""

    ready: bool = False
    counts: tuple[LinkRow, ...] = ()
    outages: tuple[LinkRow, ...] = ()
    requests: tuple[LinkRow, ...] = ()
    runs: tuple[LinkRow, ...] = ()
    first: tuple[CheckRow, ...] = ()
    """What the administrator of a new company does first."""


@dataclass(frozen=True)
class OperatorOutage:
    """One outage as its operator sees it."""

    ready: bool = False
    id: str = ""
    version: int = 0
    title: str = ""
    reference: str = ""
    standing: Badge = Badge()
    stages: tuple[Stage, ...] = ()
    facts: tuple[LinkRow, ...] = ()
    events: tuple[Choice, ...] = ()
    touched: tuple[LinkRow, ...] = ()
    touched_words: str = ""
    reports: tuple[Happening, ...] = ()
    happened: tuple[Happening, ...] = ()
    estimates: tuple[str, ...] = ()
    etr: str = ""
    merge_into: tuple[Choice, ...] = ()
