"""Somebody new in a served portal, for tests that change how they sign in; a device that keeps passkeys."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from playwright.sync_api import CDPSession, Page
from sqlmodel import col

from portal_app.core.access import acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.services.identity import links, passwords, sessions
from portal_app.services.people.invitations import ABOUT
from portal_app.services.tenancy import service as tenancy
from portal_app.services.tenancy.tables import Invitation
from tests import engines
from tests.browser.pages import PASSWORD, Portal

_number = count(1)


@dataclass(frozen=True)
class Newcomer:
    """An ordinary customer whom no other test knows; their password is that of the demo."""

    portal: Portal
    email: str
    person_id: str

    def session(self, *, proved: timedelta) -> dict[str, Any]:
        """A cookie of a session of theirs that last proved itself so long ago."""
        with _at(self.portal), before_sign_in() as db:
            person = db.get_one(Person, self.person_id)
            value, _ = sessions.begin(db, person, how="password", proved_at=now() - proved)
        return {"name": "portal_session", "value": value, "url": self.portal.url, "httpOnly": True}

    def stored(self, table: type, *where: Any) -> list[Any]:
        """Their rows of a table."""
        with _at(self.portal), before_sign_in(reads_only=True) as db:
            return list(db.exec(unscoped(table, col(table.person_id) == self.person_id, *where)))


def _at(portal: Portal) -> Any:
    return engines.pointed_at(portal.database_url, portal.data_dir)


def newcomer(portal: Portal, slug: str = "brightwater") -> Newcomer:
    """Make somebody known to that company, with an account of their own."""
    number = next(_number)
    with _at(portal):
        with before_sign_in(reads_only=True) as db:
            company = db.exec(unscoped(Company, col(Company.slug) == slug)).one()
        with acting_for_company(company.id, kind=company.kind) as house:
            email = f"new-{number}@{slug}.example"
            person = tenancy.add_person(house, email, f"Nia Newman {number}")
            account = tenancy.open_account(house, f"9000-{number:04}", f"{number} New Street")
            tenancy.give_place(house, account, person)
            house.change(person, password_hash=passwords.keep(PASSWORD))
            return Newcomer(portal, email, person.id)


def invited(portal: Portal, slug: str = "brightwater") -> str:
    """The link in the mail that invites somebody new to an account of that company."""
    number = next(_number)
    with _at(portal):
        with before_sign_in(reads_only=True) as db:
            company = db.exec(unscoped(Company, col(Company.slug) == slug)).one()
        with acting_for_company(company.id, kind=company.kind) as house:
            account = tenancy.open_account(house, f"9100-{number:04}", f"{number} Invited Street")
            ends = now() + timedelta(days=7)
            email = f"invited-{number}@{slug}.example"
            one = house.add(Invitation, account_id=account.id, email=email, role="owner", ends_at=ends)
            made = links.make(house.db, "invite", company.id, email=email, about=f"{ABOUT}{one.id}")
    return f"{portal.url}/join?token={made.token}"


class Device:
    """A phone that keeps passkeys and unlocks for its person, or waits until told to (`awake`)."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self._id = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def _tell(self, what: str, **facts: Any) -> Any:
        return self._cdp.send(f"WebAuthn.{what}", {"authenticatorId": self._id, **facts})

    @property
    def keys(self) -> list[dict[str, Any]]:
        """The passkeys it keeps."""
        return self._tell("getCredentials")["credentials"]

    def awake(self, yes: bool) -> None:
        """Answer whatever is asked at once, or let every question wait."""
        self._tell("setAutomaticPresenceSimulation", enabled=yes)

    def unlocks(self, yes: bool) -> None:
        """Know its person by finger or face, or fail to."""
        self._tell("setUserVerified", isUserVerified=yes)

    def put_away(self) -> None:
        """Take it out of the browser."""
        with suppress(Exception):
            self._tell("removeVirtualAuthenticator")
