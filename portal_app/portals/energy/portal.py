"""The energy utility's portal: is my power on, what do I owe, why is it high."""

from portal_app.portals.energy import permissions, seed
from portal_app.portals.energy.leaving import ENDS
from portal_app.portals.energy.own_data import OWN_DATA
from portal_app.portals.energy.service import (
    account_doors,
    agreements,
    bill_doors,
    data_doors,
    home,
    reporting,
    share_door,
    texting,
)
from portal_app.services.adoption.permissions import PERMISSIONS as ADOPTION
from portal_app.services.audit import reading as audit
from portal_app.services.audit.permissions import PERMISSIONS as AUDIT
from portal_app.services.billing.permissions import PERMISSIONS as BILLING
from portal_app.services.identity import permissions as identity
from portal_app.services.notifications.permissions import PERMISSIONS as NOTIFICATIONS
from portal_app.services.privacy import agreed, copies, leaving
from portal_app.services.privacy import permissions as privacy
from portal_app.services.scim import permissions as scim
from portal_app.services.tenancy import brand
from portal_app.services.tenancy import permissions as tenancy
from portal_app.shapes.portal import Kind, NavEntry, TopTask

KIND = Kind(
    key="energy",
    title="Energy",
    welcome="Sign in to see your power, bills and outages",
    open_door=NavEntry("Report an outage, no sign-in", "/report", "bolt"),
    open_news=reporting.open_news,
    frame="topbar",
    nav=(
        NavEntry("Usage", "/usage", "usage"),
        NavEntry("Billing", "/billing", "bill"),
        NavEntry("Outages", "/outages", "bolt"),
        NavEntry("Account", "/account", "person"),
    ),
    staff_nav=(
        NavEntry("Outages", "/outages", "bolt"),
        NavEntry("Requests", "/requests", "list"),
        NavEntry("Customers", "/customers", "person"),
        NavEntry("Data", "/data", "upload"),
    ),
    top_tasks=(
        TopTask("pay", "Pay my bill", "/billing", "bill", "portals.energy.service.bills.pay", 480),
        TopTask(
            "why", "See why it is high", "/usage", "usage", "portals.energy.service.usage.usage_page", 600
        ),
        TopTask(
            "outage",
            "Report an outage",
            "/outages/report",
            "bolt",
            "portals.energy.service.outages.report_outage",
            360,
        ),
    ),
    roles={
        "owner": permissions.OWNS | tenancy.OWNS | scim.OWNS,
        "member": permissions.SEES | {"reading.send", "bill.pay"},
        "viewer": permissions.SEES - {"outage.report"},
        "operator": permissions.RUNS | {"customer.look_as"},
        "administrator": permissions.RUNS
        | tenancy.ADMINISTERS
        | identity.ADMINISTERS
        | privacy.ADMINISTERS
        | scim.ADMINISTERS,
    },
    scopes=permissions.SCOPES,
    role_words=permissions.ROLE_WORDS,
    staff_roles=frozenset({"operator", "administrator"}),
    permissions={
        **permissions.PERMISSIONS,
        **BILLING,
        **ADOPTION,
        **AUDIT,
        **NOTIFICATIONS,
        **identity.PERMISSIONS,
        **tenancy.PERMISSIONS,
        **privacy.PERMISSIONS,
        **scim.PERMISSIONS,
    },
    seed=seed.load,
    home=home.home,
    shared=share_door.shared_feed,
    texted=texting.answer,
    own_data=OWN_DATA,
    purposes=agreements.PURPOSES,
    ends=ENDS,
    downloads={
        **audit.DOWNLOADS,
        **agreed.DOWNLOADS,
        **copies.DOWNLOADS,
        **leaving.DOWNLOADS,
        **bill_doors.DOWNLOADS,
        **account_doors.DOWNLOADS,
        **data_doors.DOWNLOADS,
    },
    uploads={**account_doors.UPLOADS, **data_doors.UPLOADS, "mark": brand.mark_door("energy")},
    jobs={**bill_doors.JOBS, **account_doors.JOBS, **data_doors.JOBS},
    crons={**bill_doors.CRONS, **account_doors.CRONS},
)
