"""The trail of who did what: its page, its search, its file."""

from tests.matrix.entry import needs

HANDLERS = {
    "shared.audit.TrailState.check": needs("audit.see"),
    "shared.audit.TrailState.load": needs("audit.see"),
    "shared.audit.TrailState.look": needs("audit.see"),
    "shared.audit.TrailState.older": needs("audit.see").shows_less(
        "there is nothing older before a first look"
    ),
}
ROUTES = {"GET /files/energy/audit": needs("audit.see")}
