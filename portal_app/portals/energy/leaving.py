"""What becomes of an energy account's rows when its people are deleted, and why it cannot close yet."""

from sqlmodel import col, or_

from portal_app.core.access import Access
from portal_app.core.clock import today
from portal_app.portals.energy.tables import ServiceAgreement, ServiceRequest
from portal_app.services.billing.tables import Bill
from portal_app.shapes.leaving import UNNAMED, Ends, Fate

_ASKED = "Requests, outage reports and readings you sent, with their photos"
_CHOSEN = "Alerts, choices and the medical list"
_METERS = "The place with its meters and supply"
_READINGS = "Meter readings"
_ERASED = Fate(_CHOSEN, account="erase")
_GRID = Fate(_METERS, account="keep", why="Wires and meters stay at the place. Nobody's name stands there")
_READ = Fate(
    _READINGS, account="keep", why="Bills rest on them and can be asked about", days=1096, lapses=True
)


def stays(access: Access, account_id: str) -> tuple[str, ...]:
    """Why an account cannot close yet: a supply that runs, an open bill, a request under way."""
    of_account = col(Bill.account_id) == account_id
    owed = (of_account, col(Bill.state).in_(("issued", "part_paid")), col(Bill.total_cents) > 0)
    ended = col(ServiceAgreement.stops).is_(None) | (
        col(ServiceAgreement.stops) >= today(access.visitor.zone)
    )
    runs = (col(ServiceAgreement.account_id) == account_id, ended)
    open_ones = or_(
        *(
            col(ServiceRequest.state) == state
            for state in ("submitted", "needs_info", "identity_ok", "scheduled", "rescheduled", "in_progress")
        )
    )
    asked = (col(ServiceRequest.account_id) == account_id, open_ones)
    found = (
        (access.first(Bill, *owed), "a bill is open"),
        (access.first(ServiceAgreement, *runs), "power or gas is still supplied"),
        (access.first(ServiceRequest, *asked), "a request is under way"),
    )
    return tuple(words for row, words in found if row is not None)


ENDS = Ends(
    fates={
        "requeststep": (
            Fate(_ASKED, person="unname", account="erase", by=(("by", "name"),), sets={"by": UNNAMED}),
        ),
        "servicerequest": (Fate(_ASKED, account="erase"),),
        "outagereport": (Fate(_ASKED, account="erase"),),
        "selfread": (
            Fate(_ASKED, person="unname", sets={"by": UNNAMED}),
            Fate(_ASKED, account="erase", file=("photo", "photos")),
        ),
        "outagewatch": (Fate("Who is told of outages, by mail or text", person="erase", account="erase"),),
        "dataconsent": (
            Fate("Who else may read your meter data: they no longer may", person="erase", account="erase"),
        ),
        "energychoice": (_ERASED,),
        "highbillalert": (_ERASED,),
        "neighbourgroup": (_ERASED,),
        "readingsummary": (_READ,),
        "dayuse": (_READ,),
        "interval": (_READ,),
        "register": (_GRID,),
        "meter": (_GRID,),
        "serviceagreement": (_GRID,),
        "premise": (_GRID,),
    },
    stays=stays,
)

NOBODY = {
    "dayweather": "weather",
    "etrchange": "estimates of outages",
    "importrun": "files that the company read in, by its own people",
    "mapground": "roads and rivers",
    "outage": "outages, as everybody may see them",
    "outagestep": "steps of outages, by the company's own people",
    "plannedwork": "work that was announced",
    "tariffversion": "tariffs",
    "weatherreading": "weather",
}
"""Energy tables that hold nothing of a customer, each with its reason."""
