"""What goes by mail: a new password, a sign-in link and its code, and finding a login again."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.link import link
from portal_app.components.blocks.empty import empty
from portal_app.components.blocks.facts import facts
from portal_app.components.blocks.fields import field, text_area
from portal_app.components.blocks.notice import notices
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.draw import each, when, words
from portal_app.components.frames import Around, frame_for
from portal_app.pages.page import OpenPage, Page
from portal_app.shapes.charts import Fact
from portal_app.shapes.forms import Help
from portal_app.state.session import SessionState
from portal_app.state.shared.mailed import MailedState, OwnEmailState, WayBackState


def screen(*parts: Any) -> rx.Component:
    """One of these pages in its frame, in the company's colours."""
    stand = Around(who=MailedState.who, home="/sign-in")
    return frame_for("simple")(stand, rx.el.section(*parts, class_name="stack loose"))


def head(title: Any, text: Any) -> rx.Component:
    """What the page is for, and what happened on it."""
    return rx.el.div(
        rx.el.h1(title), rx.el.p(text, class_name="quiet"), notices(MailedState.said), class_name="stack even"
    )


def hidden(name: str, value: Any) -> rx.Component:
    """A field that goes along unseen."""
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)


def form(action: str, *parts: rx.Component) -> rx.Component:
    """A form that goes over HTTP and not over the socket."""
    return rx.el.form(*parts, method="post", action=action, on_submit=None, class_name="stack")


def _going() -> list[rx.Component]:
    return [hidden("next", MailedState.next_place), hidden("company", MailedState.company_slug)]


def _email(autocomplete: str = "username") -> rx.Component:
    return field(
        "Email", "email", kind="email", autocomplete=autocomplete, value=MailedState.email, maxLength=254
    )


def _ways(*more: rx.Component) -> rx.Component:
    ways = [*more, link("Back to sign in", "/sign-in", before="back", after="")]
    return rx.el.div(*ways, class_name="stack tight")


def stale(title: str, action: str, to: str) -> rx.Component:
    """A link that does not work any more, and how to get another."""
    return empty(
        title, "Each link works once and only for a while. Ask for a new one.", "lock", action, to, alone=True
    )


def linked(works: rx.Component, otherwise: rx.Component) -> rx.Component:
    """The page of a link: what it is for while it works, the way to another where it does not."""
    waiting = rx.el.p("One moment.", class_name="quiet")
    return screen(when(MailedState.looked, when(MailedState.works, works, otherwise), waiting))


def forgot() -> rx.Component:
    """Ask for a link that sets a new password."""
    return screen(
        head(
            "Choose a new password",
            "Type the email you sign in with. We mail you a link that works once, for 30 minutes.",
        ),
        form(
            "/auth/reset",
            *_going(),
            _email(),
            button("Mail me the link", "primary", wide=True, type="submit"),
        ),
        _ways(link("I can't get at that mail any more", "/sign-in/lost")),
    )


def new_password(action: str, title: str, says: Any, says_button: str, again: str) -> rx.Component:
    """Set a new password by a link."""
    return linked(
        rx.el.div(
            head(title, says),
            form(
                action,
                hidden("token", MailedState.token),
                rx.el.input(
                    type="hidden",
                    name="username",
                    value=MailedState.link.email,
                    read_only=True,
                    auto_complete="username",
                ),
                field(
                    "New password",
                    "password",
                    kind="new-password",
                    hint="At least 12 characters; a few words in a row do well.",
                    error=MailedState.password_problem,
                    maxLength=128,
                ),
                button(says_button, "primary", wide=True, type="submit"),
            ),
            class_name="stack loose",
        ),
        stale("This link no longer works", "Ask for a new link", again),
    )


def reset() -> rx.Component:
    """Set a new password by the link that was mailed."""
    says = words(
        "For ", MailedState.link.email, " at ", MailedState.link.company, ". You are signed out everywhere."
    )
    return new_password("/auth/reset/new", "Choose a new password", says, "Set my password", "/reset")


def _ask_link() -> rx.Component:
    return rx.el.div(
        head(
            "Sign in by mail",
            "We mail you a link and a code. Each works once, for 15 minutes; you need no password.",
        ),
        form(
            "/auth/mailed",
            *_going(),
            _email(),
            button("Email me a sign-in link", "primary", wide=True, type="submit"),
        ),
        class_name="stack loose",
    )


def _type_code() -> rx.Component:
    return rx.el.div(
        head("Type the code", "Press the button in the mail, or type its code here."),
        form(
            "/auth/mailed/code",
            *_going(),
            _email(),
            field(
                "Code of six digits",
                "code",
                kind="code",
                error=MailedState.code_problem,
                maxLength=12,
            ),
            button("Sign in", "primary", wide=True, type="submit"),
        ),
        form(
            "/auth/mailed",
            *_going(),
            hidden("email", MailedState.email),
            button("Mail me a new one", wide=True, type="submit"),
        ),
        class_name="stack loose",
    )


def mailed() -> rx.Component:
    """Ask for a sign-in link, then type its code where it is read on another device."""
    return screen(
        when(MailedState.sent, _type_code, _ask_link),
        _ways(link("Can't find the login?", "/sign-in/find")),
    )


def come() -> rx.Component:
    """Come in by the link that was mailed: one button."""
    return linked(
        rx.el.div(
            head(words("Sign in to ", MailedState.link.company), words("As ", MailedState.link.email, ".")),
            when(
                MailedState.link.elsewhere,
                lambda: rx.el.p("Another browser asked for this link. Go on only if that was you."),
            ),
            form(
                "/auth/mailed/link",
                hidden("token", MailedState.token),
                button("Sign in", "primary", wide=True, type="submit"),
            ),
            class_name="stack loose",
        ),
        stale("This link no longer works", "Mail me a new one", "/sign-in/mailed"),
    )


def find() -> rx.Component:
    """Find the portal one has a login at, by e-mail or phone."""
    return screen(
        head(
            "Find your login",
            "Type the email or the phone number that the company knows. We mail you a link for each portal "
            "where you have a login.",
        ),
        form(
            "/auth/find",
            field(
                "Email or phone",
                "who",
                value=MailedState.email,
                autocomplete="username",
                autoCapitalize="none",
                maxLength=254,
            ),
            button("Find my login", "primary", wide=True, type="submit"),
        ),
        _ways(link("I lost my mail and my second step too", "/sign-in/lost")),
    )


def lost() -> rx.Component:
    """Ask somebody of the company to be let in again."""
    asks = form(
        "/auth/lost",
        *_going(),
        field(
            "Email you signed in with",
            "email",
            kind="email",
            autocomplete="username",
            value=MailedState.email,
            error=MailedState.email_problem,
            maxLength=254,
        ),
        field(
            "Email where we can write to you now",
            "reach",
            kind="email",
            error=MailedState.reach_problem,
            maxLength=254,
        ),
        text_area(
            "What happened, and how can we check that it is you?",
            "says",
            hint="Such as a number we can call, or a bill you have at hand. No passwords, no card numbers.",
            error=MailedState.says_problem,
            max_length=600,
        ),
        button("Ask to be let in again", "primary", wide=True, type="submit"),
    )
    return screen(
        head(
            "Lost everything?",
            "Without your password, your mail and your second step, our people check who you are. "
            "That takes a day at least.",
        ),
        when(MailedState.sent, rx.fragment(), asks),
        _ways(
            link("I can still read my mail", "/reset"),
            link("I have a recovery code", "/sign-in"),
        ),
    )


def _pressed(title: Any, text: Any, action: str, says: str, done: rx.Component | None = None) -> rx.Component:
    """A link's page with one button; `done` is what stands there once it was pressed."""
    asks = linked(
        rx.el.div(
            head(title, text),
            form(
                action,
                hidden("token", MailedState.token),
                button(says, "primary", wide=True, type="submit"),
            ),
            class_name="stack loose",
        ),
        stale("This link no longer works", "Back to sign in", "/sign-in"),
    )
    return asks if done is None else when(MailedState.sent, screen(done), asks)


def new_email() -> rx.Component:
    """Confirm a new address."""
    return _pressed(
        "Sign in with this address",
        words("From now on you sign in to ", MailedState.link.company, " with ", MailedState.link.email, "."),
        "/auth/email/confirm",
        "Confirm this address",
        empty(
            "Your address is changed",
            "Sign in with it from now on. The old address was told, and can take it back for seven days.",
            "check",
            "Go on",
            "/",
            alone=True,
        ),
    )


def old_email() -> rx.Component:
    """Take a changed address back."""
    return _pressed(
        "Take your address back",
        words(
            "You sign in with ", MailedState.link.email, " again. Everybody is signed out, and what was set "
            "up since the change is undone.",
        ),
        "/auth/email/undo",
        "That was not me",
    )  # fmt: skip


def way_back_open() -> rx.Component:
    """Set a new password by a way back that was granted."""
    says = words("For ", MailedState.link.email, ". Your second steps are dropped; set up a new one after.")
    return new_password("/auth/way-back", "Welcome back", says, "Set my password", "/sign-in/lost")


def way_back_stop() -> rx.Component:
    """Stop a way back that somebody else asked for."""
    return _pressed(
        "That was not me",
        words("Stop the request to get into ", MailedState.link.email, " at ", MailedState.link.company, "."),
        "/auth/way-back/stop",
        "Stop it",
        empty(
            "It is stopped",
            "Nobody gets in. If you think that somebody knows your password, choose a new one.",
            "check",
            "Choose a new password",
            "/reset",
            alone=True,
        ),
    )


# For people who are signed in


def _problem(name: str) -> Any:
    return rx.cond(SessionState.problem_field == name, SessionState.problem_text, "")


def own_email() -> rx.Component:
    """Change the address one signs in with."""
    state = OwnEmailState
    return when(
        state.ready,
        rx.el.section(
            rx.el.h1("Change my email"),
            rx.el.p("You sign in with ", rx.el.b(state.email, class_name="strong"), "."),
            rx.el.p(
                "We mail a link to the new address. Once you press it, you sign in with that one, and the "
                "old one is told and can undo it for seven days.",
                class_name="quiet",
            ),
            field(
                "New email",
                "email",
                kind="email",
                value=state.typed,
                on_change=state.set_typed,
                error=_problem("email"),
                maxLength=254,
            ),
            button("Mail me a link there", "primary", wide=True, on_click=state.ask),
            class_name="stack",
            custom_attrs={"data-draft": "own-email"},
        ),
        headline_skeleton("One moment"),
    )


def _decide() -> rx.Component:
    state = WayBackState
    return rx.el.div(
        text_area(
            "How did you check who it is?",
            "why",
            value=state.why,
            on_change=state.set_why,
            hint="Such as: called the number on the account and asked for the last bill.",
            error=_problem("why"),
            max_length=400,
        ),
        rx.el.div(
            button("Let them in, a day from now", "primary", on_click=state.approve),
            button("Refuse", "danger", on_click=state.refuse),
            class_name="beside",
        ),
        class_name="stack",
        custom_attrs={"data-draft": words("way-back:", state.open_id)},
    )


def _asker(row: Any) -> rx.Component:
    state = WayBackState
    facts_of = (
        Fact("Says", row.says),
        Fact("Answer to", row.reach),
        Fact("Accounts", row.whose, row.phone),
        Fact("Came", row.came),
    )
    return rx.el.article(
        rx.el.div(
            rx.el.h2(row.name),
            rx.el.p(row.email, ", ", rx.el.span(row.reference, class_name="num"), class_name="small quiet"),
            class_name="stack tight",
        ),
        rx.el.p(row.state, class_name="strong"),
        facts(facts_of),
        when(row.decided, lambda: rx.el.p(row.decided, class_name="small quiet")),
        when(row.opens, lambda: rx.el.p(row.opens, class_name="small")),
        when(
            row.own,
            lambda: rx.el.p("Somebody else has to decide about your own request.", class_name="small"),
        ),
        rx.cond(
            row.waits,
            rx.cond(
                state.open_id == row.id,
                _decide(),
                rx.el.div(button("Decide", low=True, on_click=state.look(row.id))),
            ),
            rx.fragment(),
        ),
        class_name="section stack",
    )


def way_back() -> rx.Component:
    """Who lost everything and asks to be let in again, and deciding about it."""
    state = WayBackState
    nobody = empty(
        "Nobody asks to be let in again",
        "When somebody loses their password, their mail and their second step, they stand here.",
        "check",
    )
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1("Lost sign-ins"),
            rx.el.p(
                "Check who it is by a way of your own: call the number on the account, ask for what only "
                "they know. What they wrote here proves nothing.",
                class_name="quiet",
            ),
            class_name="stack tight whole",
        ),
        when(state.rows, rx.el.div(each(state.rows, _asker), class_name="stack loose"), nobody),
    )
    return when(state.ready, shown, rx.fragment(headline_skeleton("Loading requests"), rows_skeleton(3)))


_EMAIL_HELP = (
    "The link goes to the new address and works for an hour. Nothing changes before you press it.",
    "The old address gets a mail with a button that takes it back, for seven days.",
)

PAGES = (
    Page(
        "/account/security/email",
        "Change my email",
        own_email,
        OwnEmailState.load,
        guide=Help("Help with changing your email", _EMAIL_HELP),
        under="/account",
        back_to="/account/security",
        back_text="Sign-in and devices",
    ),
    Page(
        "/account/email",
        "Change my email",
        own_email,
        OwnEmailState.load,
        who="staff",
        guide=Help("Help with the email you sign in with", _EMAIL_HELP),
        back_to="/account",
        back_text="Sign-in and devices",
    ),
    Page(
        "/way-back",
        "Lost sign-ins",
        way_back,
        WayBackState.load,
        needs="people.recover",
        who="staff",
        guide=Help(
            "Help with lost sign-ins",
            (
                "Letting somebody in opens nothing for 24 hours. The account's own address is told and can "
                "stop it.",
                "Nobody decides about their own request, and every decision is written down with its reason.",
            ),
        ),
        back_to="/account",
        back_text="Sign-in and devices",
    ),
)

OPEN = (
    OpenPage("/reset", "Choose a new password", forgot, MailedState.load_asking),
    OpenPage("/reset/new", "Choose a new password", reset, MailedState.load_link),
    OpenPage("/sign-in/mailed", "Sign in by mail", mailed, MailedState.load_asking),
    OpenPage("/sign-in/link", "Sign in", come, MailedState.load_link),
    OpenPage("/sign-in/find", "Find your login", find, MailedState.load_asking),
    OpenPage("/sign-in/lost", "Lost everything?", lost, MailedState.load_lost),
    OpenPage("/email/new", "Confirm your new address", new_email, MailedState.load_link),
    OpenPage("/email/undo", "Take your address back", old_email, MailedState.load_link),
    OpenPage("/way-back/open", "Welcome back", way_back_open, MailedState.load_link),
    OpenPage("/way-back/stop", "Stop a request", way_back_stop, MailedState.load_link),
)
