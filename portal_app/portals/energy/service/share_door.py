"""The door for third parties: whoever shows a token that still counts gets the readings it was given for."""

from functools import partial

from sqlmodel import col

from portal_app.core.access import acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Company
from portal_app.core.clock import now, today
from portal_app.portals.energy.service.export import Wanted, feed, series
from portal_app.portals.energy.service.sharing import hashed
from portal_app.portals.energy.tables import DataConsent
from portal_app.shapes.files import Download

_LONGEST_TOKEN = 200


def shared_feed(token: str) -> Download | None:
    """The readings a consent covers, as Green Button XML; None for any token that does not count (any more).

    An unknown, an ended and a withdrawn one are all the same to whoever asks. Each use is written down.
    """
    if not 0 < len(token) <= _LONGEST_TOKEN:
        return None
    with before_sign_in(reads_only=True) as db:
        consent = db.exec(unscoped(DataConsent, col(DataConsent.token_hash) == hashed(token))).first()
        company = db.get(Company, consent.company_id) if consent is not None else None
    if consent is None or company is None:
        return None
    opens = partial(
        acting_for_company, company.id, kind=company.kind, zone=company.zone, actor=f"consent:{consent.id}"
    )
    with opens() as access:
        counts = (
            col(DataConsent.id) == consent.id,
            col(DataConsent.revoked_at).is_(None),
            col(DataConsent.ends_on) >= today(company.zone),
        )
        if not access.update(DataConsent, *counts, used_at=now()):
            return None
        access.note("data.read", f"consent:{consent.id}", account_id=consent.account_id, party=consent.party)
        every = consent.scope == "all"
        commodity = "" if every else consent.scope
        wanted = Wanted(consent.account_id, commodity=commodity, costs=every, streets=False)
        found = series(access, wanted)
    reading = partial(opens, reads_only=True)
    return Download("readings.xml", "application/atom+xml", feed(reading, found, wanted, company.zone))
