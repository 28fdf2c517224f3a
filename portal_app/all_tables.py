"""Every module that holds tables, named one by one, so that migrations see them all."""

from portal_app.core import accounts, outbox, tables, trail
from portal_app.portals.energy import tables as energy
from portal_app.services.adoption import tables as adoption
from portal_app.services.billing import tables as billing
from portal_app.services.consents import tables as consents
from portal_app.services.drafts import tables as drafts
from portal_app.services.identity import tables as identity
from portal_app.services.notifications import tables as notifications
from portal_app.services.privacy import tables as privacy
from portal_app.services.scim import tables as scim
from portal_app.services.tenancy import tables as tenancy

MODULES = (
    accounts,
    outbox,
    trail,
    identity,
    tenancy,
    consents,
    adoption,
    notifications,
    privacy,
    scim,
    drafts,
    billing,
    energy,
)
METADATA = tables.METADATA
