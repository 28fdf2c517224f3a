"""Pages that every kind has.

Named here: `OFFERED` stand behind each kind's prefix,
`OPEN` need no sign-in.
"""

from portal_app.pages.page import OpenPage, Page
from portal_app.pages.shared import joining, people, security

OFFERED: tuple[Page, ...] = (*security.PAGES, *people.PAGES)
OPEN: tuple[OpenPage, ...] = (*security.OPEN_PAGES, *joining.PAGES_OPEN)
