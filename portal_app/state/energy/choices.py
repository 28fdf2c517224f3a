"""Alerts and choices of an account."""

import reflex as rx

from portal_app.portals.energy.service import choices
from portal_app.shapes.energy import ChoicesPage
from portal_app.shapes.forms import Choice
from portal_app.state.session import Acting


class ChoicesState(Acting, rx.State):
    """When to warn, which units, who needs power for their health, what to be told."""

    page: ChoicesPage = ChoicesPage()
    alert_kind: str = "usual"
    alert_at: str = ""
    phone: str = ""
    medical_says: str = ""
    channels: list[Choice] = list(choices.CHANNELS)

    async def _show(self) -> None:
        self.page = await self._do(choices.choices)
        self.alert_kind, self.alert_at = self.page.alert_kind, self.page.alert_at
        self.phone, self.medical_says = self.page.phone, self.page.medical_says

    @rx.event
    async def load(self):
        """Fill the page when it opens."""
        await self._show()

    @rx.event
    def choose_alert(self, kind: str):
        """Choose when to be warned; it counts once it is saved."""
        self.alert_kind = kind

    @rx.event
    def set_alert_at(self, value: str):
        """Keep what is typed."""
        self.alert_at = str(value)[:40]

    @rx.event
    def set_phone(self, value: str):
        """Keep what is typed."""
        self.phone = str(value)[:40]

    @rx.event
    def set_medical_says(self, value: str):
        """Keep what is typed."""
        self.medical_says = str(value)[:200]

    @rx.event
    async def save_alert(self):
        """Save when to be warned."""
        wishes = {"alert_kind": self.alert_kind, "alert_at": self.alert_at}
        await self._say(await self._do(choices.choose, wishes))
        await self._show()

    @rx.event
    async def save_phone(self):
        """Save the phone number and what we should know."""
        wishes = {"phone": self.phone, "medical_says": self.medical_says}
        await self._say(await self._do(choices.choose, wishes))
        await self._sent("health")
        await self._show()

    @rx.event
    async def choose_temperature(self, unit: str):
        """See temperatures in this unit."""
        await self._say(await self._do(choices.choose, {"temperature": unit}))
        await self._show()

    @rx.event
    async def set_medical(self, on: bool):
        """Join the medical list or leave it; what was typed beside it is saved along."""
        wishes = {"medical": bool(on), "phone": self.phone, "medical_says": self.medical_says}
        await self._say(await self._do(choices.choose, wishes))
        await self._sent("health")
        await self._show()

    @rx.event
    async def set_planned(self, on: bool):
        """Hear of planned work, or not."""
        await self._say(await self._do(choices.choose, {"planned_notice": bool(on)}))
        await self._show()

    @rx.event
    async def set_paperless(self, on: bool):
        """Get bills by mail only, or on paper again."""
        await self._say(await self._do(choices.choose_paperless, bool(on)))
        await self._show()

    @rx.event
    async def set_channel(self, topic: str, on: bool):
        """Hear of a topic by mail too, or here only."""
        await self._say(await self._do(choices.choose_channel, topic, "mail" if on else "portal"))
        await self._show()
