"""One's own sign-in: second steps, recovery codes, devices; and the pages between two steps.

Nothing secret is ever a var: what a person reads once is put straight into its place on the page.
"""

from functools import partial
from urllib.parse import urlencode

import reflex as rx

from portal_app.core.ids import new_id
from portal_app.services.identity import codes as code_rules
from portal_app.services.identity import connections, devices, factors, own_password, proofs, rules, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.passwords import WEAK
from portal_app.shapes.people import Who
from portal_app.shapes.security import ProofWays, Removal, SecurityPage
from portal_app.shapes.status import Notice
from portal_app.state.session import Acting, in_thread
from portal_app.state.shared.passkeys import PasskeysState

SECRET = "app-secret"  # noqa: S105 -- the name of a place on the page
CODES = "recovery-codes"

BUSY = "We are busy just now and nothing was changed. Try again in a moment."
THROTTLED = "That was tried too often. For your safety, wait 15 minutes and try again."
CODE_PROBLEMS = {
    "wrong": code_rules.WRONG,
    "late": "That took longer than 15 minutes. Scan the new picture and type the code it gives.",
    "throttled": THROTTLED,
    "busy": BUSY,
}
PROVE_PROBLEMS = {"throttled": THROTTLED, "busy": BUSY}
PASSWORD_PROBLEMS = {**WEAK, "throttled": THROTTLED, "busy": BUSY}
DONE = {
    "password": Notice(
        "Your password was changed", "You were signed out everywhere else. We sent you a mail."
    ),
}


def _put(place: str, text: str) -> rx.event.EventSpec:
    """Write something into a field of the page, and nowhere else."""
    return rx.set_value(place, text)  # pyright: ignore[reportReturnType]


class SecurityState(Acting, rx.State):
    """How somebody signs in, and where they are signed in."""

    page: SecurityPage = SecurityPage()
    removing: str = ""
    leaving: bool = False
    parting: Removal = Removal()

    async def _show(self) -> None:
        self.removing, self.leaving, self.parting = "", False, Removal()
        self.page = await self._do(devices.security)

    @rx.event
    async def load(self):
        """Fill the page when it opens."""
        await self._show()
        done = DONE.get(str(self.router.url.query_parameters.get("done", "")))
        if done is not None:
            await self._say(done)
        return PasskeysState.load

    @rx.event
    async def refresh(self):
        """Show how it stands after another part of the page changed it."""
        await self._show()

    @rx.event
    def ask_remove(self, app_id: str):
        """Ask once before an app counts no longer."""
        self.removing = app_id[:26]

    @rx.event
    def ask_leave(self):
        """Ask once before every other session ends."""
        self.leaving = True

    @rx.event
    async def ask_part(self, connection_id: str):
        """Say what ending a connection would mean; whoever needs a fresh proof first goes there."""
        self.parting = await self._do(connections.removal, connection_id)

    @rx.event
    async def part(self):
        """End the connection that was asked about."""
        name = await self._do(connections.remove, self.parting.id)
        await self._show()
        await self._say(Notice(f"{name} no longer signs you in", "We sent you a mail.", "good"))

    @rx.event
    def keep(self):
        """Leave everything as it is."""
        self.removing, self.leaving, self.parting = "", False, Removal()

    @rx.event
    async def remove(self):
        """Remove the app that was asked about."""
        app_id, self.removing = self.removing, ""
        await self._do(factors.remove_app, app_id)
        await self._show()
        await self._say(
            Notice("The app no longer counts", "Delete its entry in the app as well. We sent you a mail.")
        )

    @rx.event
    async def end_one(self, name: str):
        """Sign out on one other device."""
        device = await self._do(devices.end_one, name[:26])
        await self._show()
        await self._say(Notice(f"Signed out on {device}", "What was open there shows nothing any more."))

    @rx.event
    async def end_others(self):
        """Sign out everywhere else."""
        ended = await self._do(devices.end_others)
        await self._show()
        others = f"{ended} other {'session' if ended == 1 else 'sessions'}"
        await self._say(Notice(f"Signed out of {others}", "You stay signed in here."))


class NewAppState(Acting, rx.State):
    """Adding an authenticator app: its picture, its secret, the first code."""

    shown: bool = False
    picture: str = ""
    problem: str = ""
    next_place: str = ""

    @rx.event
    async def load(self):
        """Draw a secret and put it in its place; the same one for fifteen minutes."""
        self.shown, self.picture = False, ""
        asked = self.router.url.query_parameters
        self.problem = CODE_PROBLEMS.get(str(asked.get("problem", "")), "")
        self.next_place = identity.own_path(asked.get("next", ""))
        secret = await self._do(factors.begin_app)
        # A new address each time: a browser must not show the picture of an older secret.
        self.shown, self.picture = True, f"/auth/authenticator/picture?v={new_id()}"
        return _put(SECRET, secret)


class CodesState(Acting, rx.State):
    """Recovery codes: how many are left, and new ones, shown once."""

    ready: bool = False
    made: bool = False
    left: int = 0
    left_words: str = ""
    next_place: str = ""
    asking: bool = False

    @rx.event
    async def load(self):
        """Say how many are left; whoever has just set up a first second step gets theirs at once."""
        asked = self.router.url.query_parameters
        # Codes that stood here before this visit are gone from the page.
        self.asking = self.made = False
        visitor = await self._visitor()
        own = rules.security_page(visitor.kind, visitor.staff)
        self.next_place = identity.own_path(asked.get("next", "")) or own
        await self._count()
        self.ready = True
        if asked.get("new") and not self.left:
            return CodesState.make
        return None

    async def _count(self) -> None:
        self.left = await self._do(factors.codes_left)
        self.left_words = factors.codes_in_words(self.left)

    @rx.event
    async def ask(self):
        """Ask once before older codes stop working."""
        await self._do(factors.check_codes)
        self.asking = True

    @rx.event
    def keep(self):
        """Leave the codes as they are."""
        self.asking = False

    @rx.event
    async def make(self):
        """Make ten new codes and put them in their place."""
        self.asking = False
        await self._do(factors.check_codes)
        visitor = await self._visitor()
        shown, kept = await self._outside(factors.draw_codes, visitor.person_id)
        await self._do(factors.keep_codes, kept)
        await self._count()
        self.made = True
        return _put(CODES, "\n".join(shown))


class PasswordState(Acting, rx.State):
    """Changing one's own password."""

    ready: bool = False
    has_password: bool = True
    email: str = ""
    current_problem: str = ""
    new_problem: str = ""

    @rx.event
    async def load(self):
        """Say what to mend, if anything; whoever needs a fresh proof first goes there."""
        problem = str(self.router.url.query_parameters.get("problem", ""))
        self.current_problem = proofs.WRONG_PASSWORD if problem == "wrong" else ""
        self.new_problem = PASSWORD_PROBLEMS.get(problem, "")
        self.has_password, self.email = await self._do(own_password.begin)
        self.ready = True


class ProveState(Acting, rx.State):
    """Showing once more that it is oneself, before something that matters."""

    who: Who = Who()
    ways: ProofWays = ProofWays()
    next_place: str = ""
    problem: str = ""
    email: str = ""

    @rx.event
    async def load(self):
        """Ask for what this person can prove themselves with."""
        asked = self.router.url.query_parameters
        self.next_place = identity.own_path(asked.get("next", ""))
        visitor = await in_thread(partial(identity.visitor_of, self.router.headers.cookie))
        if visitor is None or visitor.viewed_by:
            return rx.redirect(f"/sign-in?{urlencode({'next': self.next_place or '/account'})}")
        self.who = await self._do(devices.house)
        ways = await self._outside(proofs.ways_for, visitor.person_id)
        problem = str(asked.get("problem", ""))
        wrong = code_rules.WRONG if ways.any else proofs.WRONG_PASSWORD
        self.problem = wrong if problem == "wrong" else PROVE_PROBLEMS.get(problem, "")
        self.email = visitor.email
        self.ways = ProofWays(
            ready=True,
            name=visitor.name,
            code=ways.takes_code,
            app=ways.app,
            password=ways.password and not ways.any,
            passkey=ways.passkey,
        )
        return None


class SecondState(Acting, rx.State):
    """Between the two steps of a sign-in: whose it is, and what may prove it."""

    who: Who = Who()
    ways: ProofWays = ProofWays()
    problem: str = ""

    @rx.event
    async def load(self):
        """Ask for the second step; whoever has nothing to finish starts at the sign-in."""
        step = steps.step_in(self.router.headers.cookie)
        found = await in_thread(partial(steps.waiting, step)) if step else None
        if found is None:
            return rx.redirect("/sign-in?problem=over")
        self.problem = CODE_PROBLEMS.get(str(self.router.url.query_parameters.get("problem", "")), "")
        self.who = Who(company=found.company, brand=found.brand)
        self.ways = ProofWays(
            ready=True,
            name=found.name.split()[0],
            code=found.ways.takes_code,
            app=found.ways.app,
            passkey=found.ways.passkey,
        )
        return None


class EnrolState(Acting, rx.State):
    """Setting up the second step that one's role asks for, before anything else."""

    who: Who = Who()
    must: bool = True
    done: bool = False
    go_to: str = ""

    @rx.event
    async def load(self):
        """Begin with an app, show the recovery codes after it, then lead on."""
        visitor = await self._visitor()
        asked = self.router.url.query_parameters
        home = identity.home_of(visitor.kind, visitor.staff)
        self.go_to = identity.own_path(asked.get("next", "")) or home
        self.must, self.done = visitor.must_enrol, not visitor.must_enrol
        self.who = await self._do(devices.house)
        if self.must:
            return NewAppState.load
        return CodesState.load if asked.get("new") else rx.redirect(self.go_to)
