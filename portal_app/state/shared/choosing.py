"""At which company somebody goes on whom several know, between their password and everything else."""

from functools import partial

import reflex as rx

from portal_app.services.identity import choosing
from portal_app.services.identity import service as identity
from portal_app.shapes.people import CompanyChoice
from portal_app.state.session import Acting, in_thread


class ChoiceState(Acting, rx.State):
    """The companies at which the password was right; the form is a native one."""

    companies: list[CompanyChoice] = []
    next_place: str = ""

    @rx.event
    async def load(self):
        """Show whoever has just typed their password what they may choose; others start at the sign-in."""
        value = choosing.value_in(self.router.headers.cookie)
        found = await in_thread(partial(choosing.offered, value))
        self.companies = list(found)
        self.next_place = identity.own_path(self.router.url.query_parameters.get("next", ""))
        return None if found else rx.redirect("/sign-in?problem=over")
