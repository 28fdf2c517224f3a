"""The sign-in page before anybody is known: whose house it is, what to mend, whom to look around as."""

from dataclasses import dataclass
from functools import partial
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote, urlencode

import reflex as rx

from portal_app.registry import kind_named
from portal_app.services.identity import by_mail, sign_on, vouching
from portal_app.services.identity import service as identity
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.companies import CompanyFacts
from portal_app.shapes.people import DemoPerson, Who
from portal_app.shapes.portal import NavEntry
from portal_app.shapes.sign_on import HouseOffer
from portal_app.shapes.status import Notice
from portal_app.shapes.tasks import LinkRow
from portal_app.state.session import Acting, in_thread

TYPED_COOKIE = "portal_typed"


def _of_house(sentence: str) -> Notice:
    first, _, rest = sentence.partition(". ")
    return Notice(first.removesuffix("."), rest, "attention")


PROBLEMS = {
    "wrong": Notice(
        "That email and password do not belong together",
        "Check both and try again. Capital and small letters count in a password.",
        "urgent",
    ),
    "throttled": Notice(
        "That was tried too often",
        "For your safety this stays shut for 15 minutes. Then try again; nothing else has changed.",
        "attention",
    ),
    "over": Notice(
        "That took too long, or was tried too often",
        "Sign in again from the start; what you wanted to do is kept.",
        "attention",
    ),
    "ended": Notice(
        "You are signed out",
        "Your time here was over, or you signed out elsewhere. Sign in again and you are back where you "
        "were; what you typed is kept.",
        "attention",
    ),
    "reset": Notice(
        "Your new password is set", "You are signed out everywhere. Sign in with it now.", "good"
    ),
    "busy": Notice("We are busy just now", "You are not signed in yet. Try again in a moment.", "attention"),
    "house_connect": Notice(
        "Sign in once the way you always do",
        "You have a sign-in here already. Do it here within 15 minutes; from then on your company signs you "
        "in.",
        "info",
    ),
    **{f"house_{why}": _of_house(sentence) for why, sentence in vouching.SENTENCES.items()},
}
"""What the door may say, by the word it sends along."""


@dataclass(frozen=True)
class _Door:
    """What is known of this house before anybody has signed in."""

    company: CompanyFacts = CompanyFacts()
    welcome: str = ""
    people: tuple[DemoPerson, ...] = ()
    news: tuple[LinkRow, ...] = ()
    open_door: NavEntry | None = None


def _door(host: str, slug: str) -> _Door:
    offered = tenancy.portals_for(host, slug)
    people = tuple(person for each in offered for person in tenancy.people_to_look_around_as(each.kind))
    if len(offered) != 1:
        return _Door(people=people)
    (company,) = offered
    kind = kind_named(company.kind)
    if kind is None:
        return _Door(company=company, people=people)
    named = company.slug if company.slug == slug else ""
    if named or tenancy.company_at(host) is not None:
        people = tuple(person for person in people if person.company == company.name)
    opens, onward = kind.open_door, f"?{urlencode({'company': named})}" if named else ""
    return _Door(
        company=company,
        welcome=kind.welcome,
        people=people,
        news=tuple(kind.open_news(host, slug)) if kind.open_news is not None else (),
        open_door=NavEntry(opens.label, company.route + opens.route + onward, opens.icon) if opens else None,
    )


def typed_in(cookie_header: str) -> str:
    """The e-mail address that was typed at the last try, from its short-lived cookie."""
    return identity.clean_email(_kept_in(cookie_header))


def typed_who_in(cookie_header: str) -> str:
    """The e-mail address or phone that a login was looked for by at the last try."""
    return by_mail.clean_who(_kept_in(cookie_header))


def _kept_in(cookie_header: str) -> str:
    try:
        jar = SimpleCookie(cookie_header)
    except CookieError:
        return ""
    typed = jar.get(TYPED_COOKIE)
    return unquote(typed.value) if typed is not None else ""


class SignInState(Acting, rx.State):
    """The sign-in page; the form itself is a native one and goes to the door over HTTP."""

    who: Who = Who()
    welcome: str = "Sign in"
    phone_line: str = ""
    said: Notice = Notice()
    email: str = ""
    next_place: str = ""
    company_slug: str = ""
    onward: str = ""
    """What goes along to the other ways in: where somebody wants to go, and at which company."""
    houses: list[HouseOffer] = []
    """Other houses for the domain of what was typed, whether or not anybody has that address."""
    people: list[DemoPerson] = []
    news: list[LinkRow] = []
    open_label: str = ""
    open_to: str = ""

    @rx.event
    async def load(self):
        """Fill the page; somebody who is signed in already goes straight on."""
        asked = self.router.url.query_parameters
        next_place = identity.own_path(asked.get("next", ""))
        visitor = await in_thread(partial(identity.visitor_of, self.router.headers.cookie))
        if visitor is not None:
            return rx.redirect(next_place or identity.home_of(visitor.kind, visitor.staff))
        slug = str(asked.get("company", ""))[:60]
        door = await in_thread(partial(_door, self.router.headers.host, slug))
        self._show(door)
        self.said = PROBLEMS.get(asked.get("problem", ""), Notice())
        hint = identity.clean_email(asked.get("login_hint", ""))
        self.email = typed_in(self.router.headers.cookie) or hint
        self.next_place = next_place
        self.company_slug = slug if slug and slug == door.company.slug else ""
        along = {"next": next_place, "company": self.company_slug}
        self.onward = f"?{urlencode({name: value for name, value in along.items() if value})}"
        await self._offer(self.email)
        return None

    @rx.event
    async def typed(self, email: str):
        """Offer the house that vouches for people with such an address."""
        await self._offer(email)

    async def _offer(self, email: str) -> None:
        found = await in_thread(partial(sign_on.offered, str(email)[:300], self.company_slug))
        # With the address, so that the house need not ask for it again.
        typed = identity.clean_email(email)
        along = {"email": typed, "next": self.next_place, "company": self.company_slug}
        self.houses = [
            HouseOffer(
                one.name,
                "/auth/sign-on/start?"
                + urlencode({"house": one.id} | {name: value for name, value in along.items() if value}),
            )
            for one in found
        ]

    def _show(self, door: _Door) -> None:
        self.who = Who(company=door.company.name, brand=door.company.brand)
        self.welcome = door.welcome or "Sign in"
        self.phone_line = door.company.phone
        self.people, self.news = list(door.people), list(door.news)
        self.open_label = door.open_door.label if door.open_door else ""
        self.open_to = door.open_door.route if door.open_door else ""
