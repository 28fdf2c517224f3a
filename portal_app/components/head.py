"""What stands in the head of every document: the face, the theme before the first paint, the small script."""

import reflex as rx

# Inline, since a file would hold up the first paint for a round trip.
_CHOSEN_THEME = (
    'try{var t=localStorage.getItem("theme");'
    'if(t=="light"||t=="dark")document.documentElement.dataset.theme=t}catch(_){}'
)


def head() -> list[rx.Component]:
    """The head's parts, all of our own host; nothing that needs `eval`."""
    return [
        rx.el.link(
            rel="preload",
            href="/inter-latin-wght.woff2",
            custom_attrs={"as": "font", "type": "font/woff2", "crossOrigin": ""},
        ),
        rx.el.link(rel="icon", href="/icon.svg", type="image/svg+xml"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.meta(name="theme-color", content="#f7fbfa"),
        rx.el.meta(name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        rx.el.script(_CHOSEN_THEME),
        rx.el.script(src="/theme.js", custom_attrs={"defer": True}),
        rx.el.script(src="/portal.js", custom_attrs={"defer": True}),
    ]
