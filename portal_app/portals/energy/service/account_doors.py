"""The account section's doors: files down and up, jobs, and what comes round."""

from collections.abc import Callable
from typing import Any

from portal_app.portals.energy.service import high_bill, readings_sent, request_steps, tidings
from portal_app.shapes.files import UploadDoor

DOWNLOADS: dict[str, Callable[..., Any]] = {
    "reading-photo": readings_sent.reading_photo,
    "planned-work": tidings.planned_work,
}
UPLOADS: dict[str, UploadDoor] = {"reading-photo": readings_sent.DOOR}
JOBS: dict[str, Any] = {
    "energy.request.tell": request_steps.tell_step,
    "energy.outage.tell": tidings.tell_outage,
    "energy.work.tell": tidings.tell_work,
    "energy.high_bill": high_bill.ask_everybody,
    high_bill.CHECK: high_bill.LOOK,
}
CRONS: dict[str, str] = {"energy.high_bill": "20 17 * * *"}
