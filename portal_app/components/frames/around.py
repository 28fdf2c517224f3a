"""What every frame is given, and the parts they all share."""

from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx

from portal_app.components.atoms.link import anchor, back
from portal_app.components.atoms.surface import heard
from portal_app.components.blocks.banner import banner
from portal_app.components.blocks.looking import looking
from portal_app.components.blocks.notice import notices
from portal_app.components.draw import either, ids, live, shape, svg, when, words
from portal_app.components.icons import icon
from portal_app.shapes.people import Who
from portal_app.shapes.portal import NavEntry
from portal_app.shapes.status import Alert, Notice

Layout = Literal["", "two", "two head", "even"]


@dataclass(frozen=True)
class Around:
    """Everything around a page. Plain values or Vars, except where it says plain.

    nav          plain: at most five entries, their routes as they stand in the address bar
    current      plain: the route of the entry this page belongs to ("" for none)
    home         plain: where the mark leads
    title, brand plain: the name and the mark until the person's company is known
    layout       plain: "" one column, "two" 1.5 to 1, "two head" the home, "even" halves, from desktop on
    who          the person; `who.simple` turns on the simple view, `who.brand` picks mark and colours
    alert        the band on top, drawn when `alert.shown`
    news_count   unread news; `news_to` is where they stand, "" leaves the entry out
    notice       said and shown until dismissed, drawn when `notice.title`; `on_dismiss` is its handler
    help_button  what opens the help of this page (class "mast-act", icon and word); None leaves it out
    menu         entries of the person's menu before sign-out: account switch, settings
    simple_switch  the switch of the simple view, in the person's menu
    switcher     hub only: the product switcher left of the words
    back_to, back_text  the way back, on top of a page of the simple frame
    footer       one line: the clock of the page, how fresh its figures are
    gate         plain: the two-column sign-in form of the simple frame
    """

    nav: tuple[NavEntry, ...] = ()
    current: str = ""
    home: str = "/"
    title: str = "My portal"
    brand: str = "brightwater"
    layout: Layout = ""
    who: Any = Who()
    alert: Any = Alert()
    news_count: Any = 0
    news_to: str = ""
    notice: Any = Notice()
    on_dismiss: Any = None
    help_button: rx.Component | None = None
    menu: rx.Component | None = None
    simple_switch: rx.Component | None = None
    switcher: rx.Component | None = None
    back_to: str = ""
    back_text: str = "Back"
    footer: Any = ""
    gate: bool = False


_MARKS = {
    "brightwater": (
        shape("path", fill="currentColor", d="M14 1.5c5 5.7 9 10 9 15.3a9 9 0 0 1-18 0C5 11.5 9 7.2 14 1.5Z"),
        shape(
            "path",
            class_name="cut",
            d="M15.3 9.5 11 16.2h5.6L12.6 22",
            fill="none",
            strokeWidth="2.2",
            strokeLinejoin="round",
            strokeLinecap="round",
        ),
    ),
    "fjord": (
        shape("path", fill="currentColor", d="M2 3h6.5L14 14.5 19.5 3H26L16.6 20h-5.200Z"),
        shape(
            "path",
            fill="none",
            stroke="currentColor",
            strokeWidth="2.6",
            strokeLinecap="round",
            d="M5 25h18",
        ),
    ),
}


def _drawn_mark(brand: str) -> rx.Component:
    parts = _MARKS.get(brand) or (
        shape("circle", cx=14, cy=14, r=10.5, fill="none", stroke="currentColor", strokeWidth="3"),
        shape("circle", cx=14, cy=14, r=4.5, fill="currentColor"),
    )
    return svg(*parts, viewBox="0 0 28 28")


def _fetched_mark(brand: Any) -> rx.Component:
    """A mark of the company's own, on white since that is what pictures are drawn for."""
    return rx.el.img(src=words("/brand/", brand, ".png"), alt="", class_name="own", height="28")


def _mark_picture(brand: Any, before: str) -> rx.Component:
    if not live(brand):
        return _fetched_mark(brand) if brand.endswith(".m") else _drawn_mark(brand or before)
    drawn = rx.match(brand, *((name, _drawn_mark(name)) for name in _MARKS), _drawn_mark(before))
    return rx.cond(brand.contains(".m"), _fetched_mark(brand), drawn)


def _colours(brand: Any) -> rx.Component:
    """The colours of a company that has chosen its own: a sheet by that name, kept by browsers for good."""
    sheet = rx.el.link(rel="stylesheet", href=words("/brand/", brand, ".css"))
    if not live(brand):
        return sheet if "." in brand else rx.fragment()
    return rx.cond(brand.contains("."), sheet, rx.fragment())


def worn_mark(brand: Any) -> rx.Component:
    """The mark of any company, in its own colours, for a row that names it."""
    return rx.el.span(
        _colours(brand), _mark_picture(brand, ""), class_name="mark", custom_attrs={"data-brand": brand}
    )


def mark(around: Around, **props: Any) -> rx.Component:
    """The company's mark and name; leads home."""
    who = around.who
    return anchor(
        _mark_picture(who.brand, around.brand),
        rx.el.span(either(who.company, who.company, around.title)),
        href=around.home,
        class_name="mark",
        **props,
    )


def _news(around: Around) -> list[rx.Component]:
    if not around.news_to:
        return []
    count = around.news_count
    shown = when(count, rx.el.b(heard(", "), words(count), heard(" new"), class_name="count"))
    return [anchor(icon("bell"), rx.el.span("News"), shown, href=around.news_to, class_name="mast-act")]


def _sign_out() -> rx.Component:
    return rx.el.form(
        rx.el.button(icon("out", "small"), "Sign out", class_name="menu-act", type="submit"),
        method="post",
        action="/auth/sign-out",
        on_submit=None,
    )


def _stands_in(who: Any) -> Any:
    """The account one is in; the mail address where the account has no name but one's own."""
    named = either(who.account_label, who.account_label, who.email)
    return either(who.account_label == who.name, who.email, named)


def _person(around: Around) -> rx.Component:
    who = around.who
    entries = [entry for entry in (around.menu, around.simple_switch) if entry is not None]
    menu = rx.el.details(
        rx.el.summary(
            rx.el.span(who.initials, class_name="face-s", aria_hidden="true"),
            rx.el.span(
                either(who.several, who.account_label, who.first_name),
                heard(", your menu"),
                class_name="first",
            ),
            class_name="mast-act",
        ),
        rx.el.div(
            rx.el.div(
                rx.el.p(who.name, class_name="strong"),
                rx.el.p(_stands_in(who), class_name="small quiet"),
                class_name="whose",
            ),
            *entries,
            _sign_out(),
            class_name="menu-in",
        ),
        class_name="menu",
    )
    return when(who.name, menu)


def mast(around: Around) -> rx.Component:
    """The header: the mark; News, Help and the person, each with its word."""
    helps = [around.help_button] if around.help_button is not None else []
    acts = rx.el.div(*_news(around), *helps, _person(around), class_name="mast-acts")
    return rx.el.header(mark(around), acts, class_name="mast")


def _entry(entry: NavEntry, current: str) -> rx.Component:
    here = {"aria_current": "page"} if entry.route == current else {}
    return rx.el.li(anchor(icon(entry.icon), rx.el.span(entry.label), href=entry.route, **here))


def tabs(around: Around, *before: rx.Component) -> rx.Component:
    """The main navigation: at the bottom on phones, where the frame puts it on desktop."""
    entries = rx.el.ul(*(_entry(entry, around.current) for entry in around.nav))
    return rx.el.nav(*before, entries, class_name="tabs", aria_label="Main")


def above(around: Around) -> rx.Component:
    """Between header and page: the offline line, the alert, and what was just said."""
    offline = rx.el.p(
        icon("t-attention", "small"),
        "You are offline. What you typed is kept.",
        class_name="offline attention",
    )
    return rx.el.div(
        rx.el.div(offline, role="status"),
        looking(around.who),
        banner(around.alert),
        rx.el.div(notices(around.notice, around.on_dismiss), class_name="said"),
        class_name="above",
    )


def page(around: Around, *children: rx.Component) -> rx.Component:
    """The page itself, and the target of the skip link."""
    home = anchor(icon("home"), "Back to the start", href=around.home, class_name="button way-back whole")
    ways = [home] if around.current != around.home else []
    if around.back_to:
        ways.append(rx.el.div(back(around.back_text, around.back_to), class_name="whole way"))
    return rx.el.main(
        *ways,
        *children,
        class_name=f"page {around.layout}".strip(),
        custom_attrs=ids("main", tabIndex=-1),
    )


def foot(around: Around) -> rx.Component:
    """The last line: how fresh the page is, and the switch between light and dark."""
    switch = rx.el.button("Light or dark", type="button", custom_attrs={"data-theme-switch": "true"})
    return rx.el.footer(rx.el.span(around.footer), switch, class_name="foot")


def framed(around: Around, name: str, *parts: rx.Component) -> rx.Component:
    """A whole screen: skip link, then the parts, dressed for the frame, the brand and the simple view."""
    skip = anchor("Skip to the page", href="#main", class_name="skip")
    return rx.el.div(
        _colours(around.who.brand),
        skip,
        rx.el.div(
            rx.el.div(*parts, class_name=words("frame-in ", name, either(around.who.simple, " easy", ""))),
            class_name="frame",
            custom_attrs={"data-brand": either(around.who.brand, around.who.brand, around.brand)},
        ),
    )
