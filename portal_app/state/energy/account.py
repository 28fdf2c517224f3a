"""The account page and all news: both renew themselves when something moves."""

import reflex as rx

from portal_app.portals.energy.service import account
from portal_app.shapes.energy import AccountPage
from portal_app.shapes.tasks import NewsRow
from portal_app.state.live import watch
from portal_app.state.session import Acting


class AccountState(Acting, rx.State):
    """The account one is in: places, requests, tasks, choices."""

    page: AccountPage = AccountPage()

    @rx.event
    async def load(self):
        """Fill the page when it opens, and keep it true from then on."""
        visitor = await self._visitor()
        self.page = await self._do(account.account)
        watch(self, f"requests:{visitor.account_id}", AccountState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something changed."""
        self.page = await self._do(account.account)


class NewsState(Acting, rx.State):
    """Everything that was told to the account."""

    ready: bool = False
    rows: list[NewsRow] = []

    @rx.event
    async def load(self):
        """Fill the list when the page opens, and keep it true from then on."""
        visitor = await self._visitor()
        self.rows = list(await self._do(account.news))
        self.ready = True
        watch(self, f"news:{visitor.account_id}", NewsState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something was told."""
        self.rows = list(await self._do(account.news))
