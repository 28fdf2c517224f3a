"""A lost connection: told in the page's own words, in its own line."""

from portal_app import portal_app as assembled
from portal_app.components import theme
from portal_app.components.connection import connection
from tests.components import drawn


def test_a_lost_connection_leaves_a_mark_and_nothing_while_all_is_well():
    choice = next(node for node in drawn.nodes(connection()) if "cond_state" in node)
    assert "connectErrors.length > 0" in choice["cond_state"]
    assert drawn.props(drawn.named(connection(), "span")[0])["id"] == '"connection-lost"'


def test_the_mark_shows_the_line_that_every_frame_has():
    assert ":root:has(#connection-lost) .offline{display:flex}" in theme.css()


def test_no_overlay_of_the_framework_speaks_to_people():
    assert assembled.app.toaster is None
    names = [name for _, name in assembled.app.app_wraps]
    assert names.count("Overlay") == 1
    assert "ExtraOverlay" not in names
