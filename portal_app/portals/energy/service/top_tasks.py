"""The three top tasks of the home, and what comes first where there are no figures yet."""

from portal_app.core.access import Access
from portal_app.shapes.billing import Owed
from portal_app.shapes.tasks import TaskButton

START = TaskButton("Start service", "/energy/account/move?kind=start", "home", primary=True)
READ = TaskButton("Send a meter reading", "/energy/account/reading", "usage", primary=True)


def usual(access: Access, owed: Owed) -> tuple[TaskButton, ...]:
    """The three top tasks; somebody who may only look is led to look."""
    return (
        _pay_task(access, owed),
        TaskButton("See why it is high", "/energy/usage", "usage"),
        TaskButton("Report an outage", "/energy/outages/report", "bolt")
        if access.may("outage.report")
        else TaskButton("Follow an outage", "/energy/outages", "bolt"),
    )


def begin(access: Access, owed: Owed, first: TaskButton) -> tuple[TaskButton, ...]:
    """What somebody without figures does first; the usual three where a bill waits or one may only look."""
    always = usual(access, owed)
    if owed.cents or not access.may("service.request"):
        return always
    return first, TaskButton("Go paperless", "/energy/billing/paperless", "bill"), always[-1]


def _pay_task(access: Access, owed: Owed) -> TaskButton:
    several = owed.count > 1
    due = f"{owed.count} bills, first due {owed.due}" if several else f"due {owed.due}"
    return TaskButton(
        "Pay my bill" if access.may("bill.pay") else "See my bill",
        f"/energy/billing/bill?id={owed.bill_id}" if owed.bill_id and not several else "/energy/billing",
        "bill",
        figure=owed.amount if owed.cents else "",
        says=due if owed.due else "nothing to pay",
        primary=True,
    )
