"""Pages that every kind has.

Named here: `OFFERED` stand behind each kind's prefix,
`OPEN` need no sign-in.
"""

from portal_app.pages.page import OpenPage, Page

OFFERED: tuple[Page, ...] = ()
OPEN: tuple[OpenPage, ...] = ()
