"""The account page: who one is here, the places, what is under way, what can be done and chosen."""

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, reads
from portal_app.core.clock import now, today
from portal_app.portals.energy.service import choices, moving, places, request_facts, requests
from portal_app.portals.energy.tables import EnergyChoice, Meter, Premise, ServiceAgreement
from portal_app.services.billing import service as billing
from portal_app.services.billing.company import company_of
from portal_app.services.notifications.tables import News
from portal_app.shapes.energy import AccountPage
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import LinkRow, NewsRow

_TASKS = {
    "service.request": LinkRow(
        title="Move, start or stop service",
        detail="One question at a time, about 2 minutes",
        link_to="/energy/account/move",
        icon="move",
    ),
    "reading.send": LinkRow(
        title="Send a meter reading",
        detail="With a photo if you like, or book a visit",
        link_to="/energy/account/reading",
        icon="meter",
    ),
}


@reads
def account(access: Access) -> AccountPage:
    """The account one is in: places, requests under way with whose turn it is, tasks, choices."""
    access.require("usage.see")
    mine, here = places.premises(access), places.account(access)
    rows = requests.requests(access)
    may_move = access.may("service.request")
    return AccountPage(
        ready=True,
        name=here.name,
        number=here.number,
        who=access.visitor.email
        if access.visitor.name == here.name
        else f"{access.visitor.name}, {access.visitor.email}",
        standing=Badge("Open", "good")
        if here.standing == "open"
        else Badge(here.standing.capitalize(), "attention"),
        meaning=requests.summed(rows),
        premises=tuple(_premise(access, place) for place in mine),
        requests=rows,
        tasks=tuple(task for needs, task in _TASKS.items() if access.may(needs)),
        choices=_choices(access),
        draft=moving.under_way(access) if may_move else LinkRow(title=""),
    )


def _premise(access: Access, place: Premise) -> LinkRow:
    day = today(place.zone or company_of(access).zone)
    agreements = access.all(ServiceAgreement, col(ServiceAgreement.premise_id) == place.id)
    on = [row.commodity for row in agreements if row.stops is None or row.stops >= day]
    ends = [row.stops for row in agreements if row.stops]
    meters = access.all(Meter, col(Meter.premise_id) == place.id)
    supplied = " and ".join(sorted(set(on))).capitalize()
    numbers = ", ".join(meter.number for meter in meters)
    badge = Badge()
    if ends and not on:
        badge = Badge(f"Ended {request_facts.day_words(access, max(ends))}", "neutral")
    elif ends:
        badge = Badge(f"Ends {request_facts.day_words(access, max(ends))}", "attention")
    return LinkRow(
        title=place.street,
        detail=". ".join(
            part
            for part in (
                place.label,
                supplied,
                f"Meter{'s' if len(meters) > 1 else ''} {numbers}" if numbers else "",
            )
            if part
        ),
        link_to=f"/energy/usage?place={place.id}",
        badge=badge,
        icon="home",
        id=place.id,
    )


def _choices(access: Access) -> tuple[LinkRow, ...]:
    found = access.first(EnergyChoice, col(EnergyChoice.account_id) == access.visitor.account_id)
    delivered = billing.delivery(access) if access.may("bill.see") else None
    alert = choices.alert_words(access, found)
    medical = Badge("Medical list", "info") if found and found.medical else Badge()
    rows = [
        LinkRow(title="Alerts and choices", detail=f"High-bill alert: {alert[:1].lower()}{alert[1:]}",
                link_to="/energy/account/choices", badge=medical, icon="bell"),
    ]  # fmt: skip
    if delivered is not None:
        how = "By mail" if delivered.paperless else "On paper"
        rows.append(
            LinkRow(title="How bills arrive", detail=how, link_to="/energy/account/choices", icon="mail")
        )
    if access.may("data.export"):
        rows.append(
            LinkRow(
                title="My data",
                detail="Download it, or let somebody read it",
                link_to="/energy/account/data",
                icon="download",
            )
        )
    rows.append(
        LinkRow(
            title="Sign-in and devices",
            detail="Second step, password, where you are signed in",
            link_to="/energy/account/security",
            icon="shield",
        )
    )
    rows.append(
        LinkRow(
            title="Your data",
            detail="A copy of everything we hold about you",
            link_to="/energy/account/privacy",
            icon="download",
        )
    )
    rows.append(
        LinkRow(
            title="Delete my account",
            detail="What goes, what stays and why",
            link_to="/energy/account/delete",
            icon="trash",
        )
    )
    if access.may("people.places"):
        rows.append(
            LinkRow(
                title="People",
                detail="Who may do what in this account",
                link_to="/energy/account/people",
                icon="person",
            )
        )
    rows.append(
        LinkRow(title="All news", detail="Everything we told you", link_to="/energy/news", icon="list")
    )
    return tuple(rows)


@reads
def news(access: Access) -> tuple[NewsRow, ...]:
    """Everything that was told to the account, newest first; the last hundred."""
    access.require("usage.see")
    found = access.all(
        News,
        col(News.account_id) == access.visitor.account_id,
        order=(col(News.at).desc(), col(News.id).desc()),
        limit=100,
    )
    who = access.visitor
    return tuple(
        NewsRow(
            row.title, f"{when.since(row.at, now(), who.zone, who.locale)}. {row.detail}".strip(), row.link
        )
        for row in found
    )
