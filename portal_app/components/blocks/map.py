"""A map drawn from our own GeoJSON, without tiles, and the same as a list."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.blocks.facts import facts
from portal_app.components.draw import each, either, live, percent, shape, styled, svg, when, words
from portal_app.components.icons import icon, tone_icon
from portal_app.shapes.charts import Fact, MapShape, MapView

_NEAR_TOP = 24
"""Per cent of the height above which the label of home stands under its place, not over it."""


def _ground(part: Any) -> rx.Component:
    return shape("path", d=part.path, class_name=words("ground ", part.kind))


def _area(part: Any) -> rx.Component:
    return shape("path", d=part.path, class_name=words("area ", part.tone))


def _name(part: Any) -> rx.Component:
    return when(
        part.label,
        lambda: rx.el.span(
            part.label, class_name="place", custom_attrs=styled(left=percent(part.x), top=percent(part.y))
        ),
    )


def _point(part: Any) -> rx.Component:
    return rx.el.span(
        when(part.kind == "group", lambda: rx.el.b(part.label), lambda: tone_icon(part.tone)),
        class_name=words("pin ", part.tone),
        custom_attrs=styled(left=percent(part.x), top=percent(part.y), size_=words(part.radius, "rem")),
    )


def _home(view: Any) -> rx.Component:
    return when(
        view.home_x >= 0,
        lambda: rx.el.span(
            icon("home", "small"),
            rx.el.span(view.home_label),
            class_name=either(view.home_y < _NEAR_TOP, "home-pin below", "home-pin"),
            custom_attrs=styled(
                left=percent(view.home_x), top=percent(view.home_y), at_=percent(view.home_x)
            ),
        ),
    )


def _entry(part: Any, alone: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                when(
                    part.link_to,
                    lambda: rx.el.a(part.label, href=part.link_to),
                    lambda: rx.el.span(part.label),
                ),
                class_name="strong",
            ),
            rx.el.span(tone_icon(part.tone), part.word, class_name=words("badge ", part.tone)),
            class_name="apart",
        ),
        rx.el.p(part.said, class_name="small"),
        when(
            part.facts,
            lambda: rx.el.details(
                rx.el.summary("What we know"), facts(part.facts), class_name="more", open=alone
            ),
        ),
        class_name="map-entry stack tight",
    )


def _count(entries: Any) -> Any:
    return entries.length() if live(entries) else len(entries)


def _zoom(label: str, name: str, can: Any, handler: Any) -> rx.Component:
    return button(label, icon=name, low=True, disabled=either(can, False, True), on_click=handler)


def map_view(
    view: Any, *, on_closer: Any = None, on_wider: Any = None, listed: bool = True, alone_opened: Any = True
) -> rx.Component:
    """Draw a `MapView`: ground, areas, points with the shape of their tone, home, and all of it as a list.

    A single entry shows its facts at once with `alone_opened`; off where the page has them already.
    The buttons show where handlers are given; they change the zoom of the view and nothing else.
    """
    picture = rx.el.div(
        svg(
            each(view.ground, _ground),
            each(view.areas, _area),
            label=view.said,
            viewBox=words("0 0 ", view.width, " ", view.height),
            preserveAspectRatio="xMidYMid slice",
        ),
        rx.el.div(
            each(view.ground, _name),
            each(view.points, _point),
            _home(view),
            class_name="on-map",
            custom_attrs={"aria-hidden": "true"},
        ),
        class_name="map-view",
        custom_attrs=styled(aspectRatio=words(view.width, " / ", view.height)),
    )
    zoom = rx.fragment()
    if on_closer is not None and on_wider is not None:
        zoom = rx.el.div(
            _zoom("Closer", "plus", view.can_zoom_in, on_closer),
            _zoom("Wider", "minus", view.can_zoom_out, on_wider),
            class_name="beside",
        )
    legend = rx.fragment()
    if listed:
        legend = when(
            view.legend,
            lambda: rx.el.ul(
                each(view.legend, lambda part: _entry(part, (_count(view.legend) == 1) & alone_opened)),
                class_name="rows ruled map-list",
            ),
            lambda: rx.el.p(view.empty, class_name="quiet"),
        )
    return rx.el.div(
        picture,
        rx.el.div(
            zoom,
            when(view.source, lambda: rx.el.p(view.source, class_name="small quiet")),
            class_name="apart",
        ),
        legend,
        class_name="stack",
    )


_LAND = MapShape(id="land", path="M0 0L640 0L640 480L0 480Z", kind="land")
_GROUND = (
    _LAND,
    MapShape(
        id="lake", path="M430 0L640 0L640 190L560 210L480 150Z", kind="water", x=86, y=16, label="Clear Lake"
    ),
    MapShape(id="park", path="M60 300L210 280L240 400L90 430Z", kind="park", x=23, y=74, label="Mill Park"),
    MapShape(id="r1", path="M0 250L200 240L420 260L640 300", kind="road", x=62, y=51, label="Mill Road"),
    MapShape(id="r2", path="M300 0L310 240L330 480", kind="road"),
    MapShape(id="r3", path="M120 0L130 245", kind="road"),
)
_SIX = (
    Fact("Homes", "312"),
    Fact("Started", "12:50"),
    Fact("Likely back", "15:40"),
    Fact("Crew", "On the way"),
    Fact("Cause", "Fault on the line"),
    Fact("Updated", "13:42"),
)


def _town(**more: Any) -> MapView:
    out = MapShape(
        id="o1",
        path="M250 190L420 200L440 330L270 320Z",
        x=54,
        y=54,
        radius=3.5,
        tone="urgent",
        label="Mill Road",
        said="312 homes without power since 12:50, most likely back by 15:40.",
        kind="area",
        word="Power out",
        count=1,
        facts=_SIX,
    )
    planned = MapShape(
        id="o2",
        x=17,
        y=26,
        radius=2.75,
        tone="info",
        label="North Street",
        said="Planned work on Thu 27 August, 09:00 to 12:00. 14 homes.",
        kind="point",
        word="Planned",
        count=1,
        facts=(Fact("Homes", "14"), Fact("Cause", "Planned work"), Fact("Crew", "Not known yet")),
    )
    group = MapShape(id="g", x=80, y=78, radius=3.2, tone="attention", label="3", kind="group", count=3)
    return MapView(
        ground=_GROUND,
        areas=(out,),
        points=(out, planned, group),
        home_x=47,
        home_y=60,
        home_label="Your home",
        said="Outages in Millbrook: one at Mill Road touches your home, planned work at North Street.",
        can_zoom_in=True,
        legend=(out, planned),
        source="Streets: our own survey, 2026",
        **more,
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "an outage at home": lambda: map_view(_town(), on_closer=rx.noop(), on_wider=rx.noop()),
    "no outage now": lambda: map_view(
        MapView(
            ground=_GROUND, said="Millbrook, no outages", empty="No outages in Millbrook now. Updated 13:42."
        )
    ),
}
