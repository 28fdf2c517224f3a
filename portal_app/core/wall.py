"""The second wall: PostgreSQL itself shows a transaction the rows of one company and no others.

The first wall is `core/access.py`, whose every statement names the company. Should one forget to, row-level
security still shows nothing of another company: each transaction says for which company it is
(`portal.company`), or that it is asked before anybody is known (`portal.door`), and a transaction that says
neither sees no row at all. SQLite has no such wall; there the first one stands alone.
"""

from sqlalchemy import text
from sqlmodel import Session

from portal_app.core.tables import METADATA

_COMPANY = "(SELECT NULLIF(current_setting('portal.company', true), ''))"
_OPEN = "(SELECT current_setting('portal.door', true) = 'open')"
# As sub-selects, PostgreSQL works both out once a statement and not once a row.

BEFORE_SIGN_IN = {
    "account": "an invitation names the account that it leads to",
    "audit_entry": "a refused sign-in is written down",
    "audit_head": "a refused sign-in is written down",
    "authenticator": "the second step of a sign-in is checked before there is a session",
    "ceremony": "a passkey's challenge is given to nobody in particular",
    "company": "the address of the portal tells which company it is",
    "dataconsent": "who brings a consent's token is known by that token alone",
    "directory_token": "a directory is known by its token alone",
    "invitation": "who is invited is known by the invitation's token alone",
    "job": "a worker leases the job that waits longest, of whichever company",
    "mailed_link": "a mailed link is known by its token alone",
    "member": "who signs in is given their places",
    "outside_name": "another house names somebody as it knows them",
    "passkey": "a passkey names its person before there is a session",
    "person": "somebody signs in by e-mail, and several companies may know it",
    "recovery_code": "the second step of a sign-in is checked before there is a session",
    "sign_in": "a cookie names its session, and only the session names the company",
    "sign_in_step": "half a sign-in is not yet a session",
    "sign_on": "which other houses vouch for people is asked at the door",
    "sign_on_try": "who comes back from another house has no session yet",
    "staff_invitation": "who is invited is known by the invitation's token alone",
    "way_back": "who lost everything has no session",
}
"""The tables that `before_sign_in` may read and write, each with its reason; no bill and no reading."""

_ITS_OWN = {
    "company": f"id = {_COMPANY}",
    # A challenge belongs to a person or, before a sign-in by passkey, to nobody yet; it names no company.
    "ceremony": "EXISTS (SELECT 1 FROM person WHERE person.id = ceremony.person_id)",
}
"""What makes a row a company's own in the tables that do not say so in a column."""

FREE: dict[str, str] = {}
"""Tables that hold no company's rows and have no wall, each with its reason; there is none."""


def rule_of(table: str) -> str:
    """The condition that PostgreSQL puts on every row of a table.

    Raises TypeError for a table that says neither whose its rows are nor why it does not need to.
    """
    if table not in _ITS_OWN and "company_id" not in METADATA.tables[table].columns:
        raise TypeError(f"{table} has no company_id: say in core/wall.py whose its rows are")
    own = _ITS_OWN.get(table, f"company_id = {_COMPANY}")
    return f"{own} OR {_OPEN}" if table in BEFORE_SIGN_IN else own


def stand_in(db: Session, company_id: str, *, door: bool = False) -> None:
    """Tell PostgreSQL for which company this transaction is, or that it is one before anybody is known.

    It forgets both when the transaction ends.
    """
    said = {"company": company_id, "door": "open" if door else ""}
    db.execute(
        text("SELECT set_config('portal.company', :company, true), set_config('portal.door', :door, true)"),
        said,
    )
