"""Every screen of the energy portal."""

from portal_app.pages.energy import billing, home, operator, outages, usage
from portal_app.pages.energy.account import PAGES_ACCOUNT
from portal_app.pages.energy.choices import PAGES_CHOICES
from portal_app.pages.energy.customers import PAGES_CUSTOMERS
from portal_app.pages.energy.data import PAGES_DATA
from portal_app.pages.energy.my_data import PAGES_MY_DATA
from portal_app.pages.energy.news import PAGES_NEWS
from portal_app.pages.energy.requests import PAGES_REQUESTS
from portal_app.pages.energy.staff_requests import PAGES_STAFF_REQUESTS
from portal_app.pages.page import Band, Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.billing import AutopayState, BillingState, BillState, BudgetState, PaperlessState
from portal_app.state.energy.home import HomeState
from portal_app.state.energy.operator import BoardState, RunOutageState
from portal_app.state.energy.outages import OpenReportState, OutageBandState, OutagesState, ReportState
from portal_app.state.energy.usage import UsageState

BAND = Band(OutageBandState.alert, OutageBandState.load)

_OUTAGE_HELP = Help(
    "Help with this outage page",
    (
        "The first line says when power is most likely back. The second time is when 8 of 10 "
        "outages like it were over.",
        "If your neighbours have light and you do not, check your main switch first, then report it.",
        "Stay away from lines on the ground and call us at once.",
    ),
    "Report an outage",
    "/energy/outages/report",
)

_REPORT_HELP = Help(
    "Help with reporting an outage",
    (
        "Say which place is dark and how much of it, then tap the button. That is all we need.",
        "If only some rooms are dark, a fuse of your own is likely: check it first.",
        "Tapping twice sends it once. You get a reference, and the outage page follows it by itself.",
    ),
    "See outages now",
    "/energy/outages",
)

_OPEN_REPORT_HELP = Help(
    "Help with reporting without signing in",
    (
        "Type your account number, as on a bill, or the phone number we have for you. "
        "Blanks and dashes do not matter.",
        "The answer is the same for every number, so that nobody learns who is a customer.",
        "Stay away from lines on the ground and call us at once.",
    ),
)

PAGES = (
    Page(
        "",
        "Your bill so far",
        home.home,
        load=HomeState.load,
        needs="usage.see",
        headline=home.headline_first,
        layout="two head",
        footer=HomeState.home.foot,
        guide=Help(
            "Help with your home page",
            (
                "The large figure is your bill so far in this period, before it is sent. The line "
                "under it shows where "
                "it is heading: the notch is your usual bill, the hatched part is where it will likely end.",
                "A bar in another colour is a day far above your usual one. Tap “See why it is "
                "high” for its reasons.",
            ),
            "See why it is high",
            "/energy/usage",
        ),
    ),
    Page(
        "/usage",
        "See why it is high",
        usage.usage,
        load=UsageState.load,
        needs="usage.see",
        layout="two",
        footer=UsageState.page.foot,
        guide=Help(
            "Help with your use",
            (
                "Each bar is a day. The small line on it is the same day last year; the dashed "
                "line is what similar "
                "homes used a day. A bar in another colour lay more than 30 % above the middle of "
                "your last eight of "
                "that weekday.",
                "A dashed outline is a day or month that is not finished. A gap is a day without a "
                "reading: we never "
                "fill it in.",
                "Money leaves out what the line under the chart names.",
            ),
        ),
    ),
    Page(
        "/billing",
        "Pay my bill",
        billing.billing,
        load=BillingState.load,
        needs="bill.see",
        layout="even",
        guide=Help(
            "Help with your bills",
            (
                "The large figure is what is open on all your bills together. Tap a bill to see "
                "every line and to pay it.",
                "Paid by bank transfer? It shows as paid one or two bank days later, by the "
                "reference you gave.",
                "A bill came by mail or on paper and you are not sure of it? “Check that a bill is ours” "
                "tells, from the number and the check code printed on it.",
            ),
        ),
    ),
    Page(
        "/billing/bill",
        "My bill",
        billing.bill,
        load=BillState.load,
        needs="bill.see",
        under="/billing",
        back_to="/billing",
        back_text="All bills",
        layout="even",
        guide=Help(
            "Help with this bill",
            (
                "Tap a line: it opens and says in plain words what it is and how it was worked out.",
                "The table beside it takes the difference from your last bill apart, to the cent.",
                "To pay, tap the button and transfer the amount with the reference it shows. "
                "Tapping twice gives the same one.",
            ),
        ),
    ),
    Page(
        "/billing/autopay",
        "Autopay",
        billing.autopay,
        load=AutopayState.load,
        needs="bill.see",
        under="/billing",
        back_to="/billing",
        back_text="All bills",
        frame="",
        guide=Help(
            "Help with autopay",
            (
                "You read the exact words before you agree, and get a copy by mail.",
                "We write at least ten days before each debit, with its amount. Until three "
                "business days before it you "
                "can stop that one debit here.",
            ),
        ),
    ),
    Page(
        "/billing/paperless",
        "Paper or paperless",
        billing.paperless,
        load=PaperlessState.load,
        needs="bill.see",
        under="/billing",
        back_to="/billing",
        back_text="All bills",
        guide=Help(
            "Help with paperless bills",
            (
                "Paperless bills come as a mail with a link; the PDF is always here as well. You "
                "can go back to paper at any time.",
            ),
        ),
    ),
    Page(
        "/billing/budget",
        "The same amount every month",
        billing.budget,
        load=BudgetState.load,
        needs="bill.see",
        under="/billing",
        back_to="/billing",
        back_text="All bills",
        guide=Help(
            "Help with the same amount every month",
            (
                "The amount is a twelfth of your last twelve bills. After every third bill we check it. If "
                "it is off by more than 10 %, we write to you before the first bill with the new amount. "
                "After twelve bills we compare it with what you used: the rest comes on one bill, or back to "
                "you.",
            ),
        ),
    ),
    Page(
        "/outages",
        "Outages",
        outages.outages,
        load=OutagesState.load,
        own_alert=True,
        needs="outage.see",
        layout="even",
        guide=_OUTAGE_HELP,
    ),
    Page(
        "/outages/report",
        "Report an outage",
        outages.report,
        load=ReportState.load,
        needs="outage.report",
        under="/outages",
        back_to="/outages",
        back_text="Outages",
        guide=_REPORT_HELP,
    ),
    Page(
        "/report",
        "Report an outage",
        outages.report_openly,
        load=OpenReportState.load,
        who="anyone",
        frame="simple",
        guide=_OPEN_REPORT_HELP,
    ),
    Page(
        "",
        "Right now",
        operator.board,
        load=BoardState.load,
        needs="outage.run",
        who="staff",
        layout="even",
        guide=Help(
            "Help with the board",
            (
                "Outages stand in the order of their next promise: a step or a time that is about "
                "to pass comes first, and "
                "turns red when it has passed.",
                "Requests are those that wait for us, the oldest first.",
            ),
        ),
    ),
    Page(
        "/outages",
        "Outages",
        operator.outages,
        load=RunOutageState.load,
        needs="outage.run",
        who="staff",
        layout="even",
        guide=Help(
            "Help with running an outage",
            (
                "Choose what happened; only steps that are possible now are offered. Customers who "
                "are touched see it within "
                "seconds, and get news and mail if they asked for it.",
                "A time that moves needs a reason: people read it word for word.",
                "A step back is allowed and stands in the log as one.",
            ),
        ),
    ),
    *PAGES_ACCOUNT,
    *PAGES_REQUESTS,
    *PAGES_CHOICES,
    *PAGES_MY_DATA,
    *PAGES_NEWS,
    *PAGES_STAFF_REQUESTS,
    *PAGES_CUSTOMERS,
    *PAGES_DATA,
)
