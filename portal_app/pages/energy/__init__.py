"""Every screen of the energy portal."""

from portal_app.pages.energy import home, outages
from portal_app.pages.page import Band, Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.home import HomeState
from portal_app.state.energy.outages import OpenReportState, OutageBandState, OutagesState, ReportState

BAND = Band(OutageBandState.alert, OutageBandState.load)

_OUTAGE_HELP = Help(
    "Help with this outage page",
    (
        "The first line says when power is most likely back. The second time is when 8 of 10 outages like it were over.",
        "If your neighbours have light and you do not, check your main switch first, then report it.",
        "Stay away from lines on the ground and call us at once.",
    ),
    "Report an outage",
    "/energy/outages/report",
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
                "The large figure is your bill so far in this period, before it is sent. The line under it shows where "
                "it is heading: the notch is your usual bill, the hatched part is where it will likely end.",
                "A bar in another colour is a day far above your usual one. Tap “See why it is high” for its reasons.",
            ),
            "See why it is high",
            "/energy/usage",
        ),
    ),
    Page(
        "/outages",
        "Outages",
        outages.outages,
        load=OutagesState.load,
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
        guide=_OUTAGE_HELP,
    ),
    Page(
        "/report",
        "Report an outage",
        outages.report_openly,
        load=OpenReportState.load,
        who="anyone",
        frame="simple",
        guide=_OUTAGE_HELP,
    ),
)
