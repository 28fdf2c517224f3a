"""Billing: what is owed, one bill, paying it, autopay, paperless and the same amount every month."""

import reflex as rx

from portal_app.core.errors import NotYours
from portal_app.portals.energy.service import bills
from portal_app.services.billing import service as billing
from portal_app.shapes.billing import AutopayOffer, AutopayView, BudgetOffer, DeliveryView
from portal_app.shapes.energy import BillingPage, BillPage
from portal_app.shapes.money import PaymentRequest
from portal_app.shapes.status import Notice
from portal_app.state.session import Acting


class BillingState(Acting, rx.State):
    """Every bill and how they are paid."""

    page: BillingPage = BillingPage()
    checked: Notice = Notice()
    """What the check of a bill that came by post or mail found."""

    @rx.event
    async def load(self):
        """Fill the page when it opens."""
        self.checked = Notice()
        self.page = await self._do(bills.billing_page)

    @rx.event
    async def check(self, form: dict):
        """Say whether a bill is the company's own, from the number and the check code on it."""
        self.checked = Notice()
        number, code = (str(form.get(name, ""))[:40] for name in ("number", "code"))
        self.checked = await self._do(billing.check_bill, number, code)


class BillState(Acting, rx.State):
    """One bill, and paying it by bank transfer."""

    page: BillPage = BillPage()
    missing: bool = False
    request: PaymentRequest = PaymentRequest("", "", 0, "", "", "")

    @rx.event
    async def load(self):
        """Open the bill that the address names; one that is not theirs is not there."""
        self.request = PaymentRequest("", "", 0, "", "", "")
        self.page, self.missing = BillPage(), False
        try:
            self.page = await self._do(bills.bill_page, str(self.router.url.query_parameters.get("id", "")))
        except NotYours:
            self.missing = True

    @rx.event
    async def pay(self):
        """Ask to pay it; the same reference comes back on every tap."""
        self.request = await self._do(bills.pay, self.page.id)

    @rx.event
    def put_away(self):
        """Close the payment's sheet; what was recorded stays."""
        self.request = PaymentRequest("", "", 0, "", "", "")


class AutopayState(Acting, rx.State):
    """Autopay: set up, change, pause and stop."""

    view: AutopayView = AutopayView()
    offer: AutopayOffer = AutopayOffer()
    bank: str = ""
    last_four: str = ""
    day_rule: str = "due"
    limit: str = ""
    stopping: bool = False

    async def _show(self) -> None:
        self.view = await self._do(billing.autopay)
        self.offer, self.stopping = AutopayOffer(), False

    def _wish(self) -> billing.Wish:
        return billing.Wish(self.bank, self.last_four, self.day_rule, self.limit)

    @rx.event
    async def load(self):
        """Show how autopay stands."""
        await self._show()

    @rx.event
    def set_bank(self, value: str):
        """Keep what is typed."""
        self.bank = str(value)[:60]

    @rx.event
    def set_last_four(self, value: str):
        """Keep what is typed."""
        self.last_four = str(value)[:8]

    @rx.event
    def set_limit(self, value: str):
        """Keep what is typed."""
        self.limit = str(value)[:12]

    @rx.event
    def set_day_rule(self, value: str):
        """Choose the day of the debit."""
        self.day_rule = str(value)[:4]

    @rx.event
    async def offer_words(self):
        """Show the words one agrees to, before anything is agreed."""
        if self.view.state in ("on", "paused"):
            self.offer = await self._do(billing.autopay_offer, self._wish())
        else:
            self.offer = await self._do(billing.autopay_set_up, self._wish())

    @rx.event
    def back(self):
        """Change what was typed before agreeing."""
        self.offer = AutopayOffer()

    @rx.event
    async def agree(self):
        """Agree to the very words that were shown."""
        if self.view.state in ("on", "paused"):
            said = await self._do(billing.autopay_change, self._wish(), self.offer.agreed)
        else:
            said = await self._do(billing.autopay_authorise, self.offer.agreed)
        await self._sent("autopay")
        await self._show()
        await self._say(said)

    @rx.event
    async def pause(self):
        """Pause it."""
        said = await self._do(billing.autopay_pause)
        await self._show()
        await self._say(said)

    @rx.event
    async def resume(self):
        """Go on with it."""
        said = await self._do(billing.autopay_resume)
        await self._show()
        await self._say(said)

    @rx.event
    def ask_stop(self, asked: bool):
        """Ask once before autopay is stopped."""
        self.stopping = bool(asked)

    @rx.event
    async def stop(self):
        """Stop it for good."""
        said = await self._do(billing.autopay_stop)
        await self._show()
        await self._say(said)

    @rx.event
    async def stop_next(self):
        """Stop the next debit only."""
        said = await self._do(billing.stop_next_debit)
        await self._show()
        await self._say(said)


class PaperlessState(Acting, rx.State):
    """Paper or paperless, with its confirmation."""

    view: DeliveryView = DeliveryView()
    email: str = ""

    @rx.event
    async def load(self):
        """Show how bills arrive."""
        self.view = await self._do(billing.delivery)
        self.email = self.view.email or (await self._visitor()).email

    @rx.event
    def set_email(self, value: str):
        """Keep what is typed."""
        self.email = str(value)[:254]

    @rx.event
    async def choose(self, paperless: bool):
        """Choose, and get it confirmed."""
        said = await self._do(billing.choose_paperless, bool(paperless), self.email)
        await self._sent("paperless")
        self.view = await self._do(billing.delivery)
        await self._say(said)


class BudgetState(Acting, rx.State):
    """The same amount every month: shown first, then joined."""

    offer: BudgetOffer = BudgetOffer()
    leaving: bool = False

    @rx.event
    async def load(self):
        """Work out the amount before anybody joins."""
        self.offer = await self._do(billing.budget_offer)
        self.leaving = False

    @rx.event
    async def enrol(self):
        """Join at the amount that was shown."""
        said = await self._do(billing.enrol_budget, self.offer.cents, self.offer.site_id)
        self.offer = await self._do(billing.budget_offer)
        await self._say(said)

    @rx.event
    def ask_leave(self, asked: bool):
        """Ask once before the plan ends."""
        self.leaving = bool(asked)

    @rx.event
    async def leave(self):
        """Leave the plan."""
        said = await self._do(billing.leave_budget, self.offer.site_id)
        self.offer = await self._do(billing.budget_offer)
        self.leaving = False
        await self._say(said)
