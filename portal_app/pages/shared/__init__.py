"""Pages that every kind has.

Named here: `OFFERED` stand behind each kind's prefix,
`OPEN` need no sign-in.
"""

from portal_app.pages.page import OpenPage, Page
from portal_app.pages.shared import (
    audit,
    brand,
    choosing,
    directories,
    house_rules,
    joining,
    leaving,
    mailed,
    passkeys,
    people,
    privacy,
    security,
    sign_on,
)

OFFERED: tuple[Page, ...] = (
    *security.PAGES,
    *mailed.PAGES,
    *passkeys.PAGES,
    *people.PAGES,
    *brand.PAGES,
    *directories.PAGES,
    *audit.PAGES,
    *privacy.PAGES,
    *house_rules.PAGES,
    *sign_on.PAGES,
    *leaving.PAGES,
)
OPEN: tuple[OpenPage, ...] = (
    *security.OPEN_PAGES,
    *choosing.OPEN,
    *mailed.OPEN,
    *leaving.OPEN,
    *joining.PAGES_OPEN,
)
