"""Whether the page still reaches the server: a mark that the offline line of every frame answers to."""

import reflex as rx
from reflex.components.core.banner import has_connection_errors


def connection() -> rx.Component:
    """Nothing while all is well; a hidden mark while the connection is gone."""
    lost = rx.el.span(hidden=True, custom_attrs={"id": "connection-lost"})
    return rx.fragment(rx.cond(has_connection_errors, lost))
