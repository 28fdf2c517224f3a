"""Warning of a high bill while there is still time to act: every day, once a bill period and place."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access, SystemAccess
from portal_app.core.accounts import Company
from portal_app.core.clock import now
from portal_app.core.errands import Errand
from portal_app.core.money import written
from portal_app.portals.energy.rules.forecast import AlertDecision, Forecast, Range, SoFar, high_bill_alert
from portal_app.portals.energy.service import choices, insight, places
from portal_app.portals.energy.tables import EnergyChoice, HighBillAlert, Premise
from portal_app.services.billing.company import company_of
from portal_app.services.notifications import service as notifications

CHECK = "energy.high_bill.check"


@dataclass(frozen=True)
class Warned:
    """What was decided for one place: to warn, or to look again later."""

    premise_id: str
    account_id: str
    street: str
    period_from: date
    likely_cents: int
    decision: AlertDecision


def ask_everybody(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job, daily: have every account with a place looked at, each in a job of its own."""
    day = str(payload.get("slot") or now().date())[:10]
    statement = access.columns(Premise, Premise.account_id).distinct()
    for (account_id,) in access.db.execute(statement).all():
        access.later(CHECK, {"account_id": account_id}, key=f"high-bill:{account_id}:{day}")


def decide(access: SystemAccess, payload: dict[str, Any]) -> list[Warned] | None:
    """Look at every place of an account; only reads, for it counts two years of days."""
    account_id = str(payload["account_id"])
    choice = access.first(EnergyChoice, col(EnergyChoice.account_id) == account_id)
    if choices.kind_of(choice) == "off":
        return None
    found = []
    for place in access.all(Premise, col(Premise.account_id) == account_id):
        warned = _look(access, company_of(access), place, choice)
        if warned is not None:
            found.append(warned)
    return found or None


def _look(access: Access, company: Company, place: Premise, choice: EnergyChoice | None) -> Warned | None:
    looked = [insight.insight(access, supply) for supply in places.supplies(access, place)]
    looked = [each for each in looked if each.rows]
    if not looked:
        return None
    main = looked[0]
    outlooks, so_fars = [], []
    for each in looked:
        priced = each.priced(each.start, min(each.known_until, each.end))
        usual = each.last_year(each.start, each.end)
        outlooks.append(each.outlook(priced, usual.total if usual else None))
        so_fars.append(each.so_far(priced))
    sent = access.first(
        HighBillAlert, col(HighBillAlert.premise_id) == place.id, col(HighBillAlert.period_from) == main.start
    )
    outlook = together(outlooks)
    decision = _decision(company, place, outlook, so_fars[0], choice, sent is not None)
    if not decision.text or not (decision.send or decision.not_before):
        return None
    likely = outlook.cost.likely if outlook.cost else 0
    return Warned(place.id, place.account_id, place.street, main.start, likely, decision)


def _decision(
    company: Company,
    place: Premise,
    outlook: Forecast,
    so_far: SoFar,
    choice: EnergyChoice | None,
    sent: bool,
) -> AlertDecision:
    return high_bill_alert(
        outlook,
        so_far,
        choices.threshold_of(choice),
        already_sent=sent,
        now=now(),
        zone=place.zone or company.zone,
        money=lambda cents: written(cents, company.currency, company.locale),
    )


def together(outlooks: list[Forecast]) -> Forecast:
    """The outlooks of one place's supplies as one bill; the use is that of the first, electricity."""
    first = outlooks[0]
    costs = [each.cost for each in outlooks]
    cost = None
    if all(costs):
        known = [each for each in costs if each is not None]
        cost = Range(sum(c.low for c in known), sum(c.likely for c in known), sum(c.high for c in known))
    usual = [each.typical for each in outlooks]
    typical = None if any(each is None for each in usual) else sum(each or 0 for each in usual)
    return Forecast(cost, first.use, first.so_far, typical, first.method, first.message)


def warn(access: SystemAccess, payload: dict[str, Any], found: list[Warned]) -> None:
    """Write down what was decided, once a place and bill period, and tell the account's people."""
    for warned in found:
        if not warned.decision.send:
            _later(access, payload, warned.decision.not_before)
            continue
        row = {
            "account_id": warned.account_id,
            "premise_id": warned.premise_id,
            "period_from": warned.period_from,
            "likely_cents": warned.likely_cents,
            "at": now(),
        }
        if access.add_many(HighBillAlert, [row], skip_known=True) != 1:
            continue
        access.note("alert.high_bill", f"premise:{warned.premise_id}", account_id=warned.account_id)
        notifications.tell_everybody(
            access,
            warned.account_id,
            "high-bill",
            f"High bill ahead at {warned.street}",
            f"{warned.decision.text} See which days made it so, and what to do.",
            "/energy/usage",
            f"high-bill:{warned.premise_id}:{warned.period_from}",
        )


def _later(access: SystemAccess, payload: dict[str, Any], when: datetime | None) -> None:
    account_id = str(payload["account_id"])
    if when is not None:
        key = f"high-bill:{account_id}:{when:%Y-%m-%dT%H:%M}"
        access.later(CHECK, {"account_id": account_id}, key=key, run_at=when)


def _as_it_is(found: list[Warned]) -> list[Warned]:
    return found


LOOK = Errand(prepare=decide, go=_as_it_is, settle=warn)
