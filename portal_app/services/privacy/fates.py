"""What becomes of every table's rows when somebody is deleted: erased, unnamed, or kept and why."""

from collections.abc import Mapping
from typing import Any

from portal_app.shapes.leaving import UNNAMED, Ends, Fate

_DOOR = "How you sign in: password, passkeys, second steps, devices, links"
_SAID = "Mails, news and what you chose to be told"
_AGREED = "What you agreed to, and in which words"
_BILLS = "Bills, payments and what was booked"
_TAX = "Tax law asks for seven years. They name the account they were for"
_PLACES = "Your places in accounts, and invitations to you"
_BOOKED = Fate(_BILLS, account="keep", why=_TAX, days=2557)

HOUSE: dict[str, tuple[Fate, ...]] = {
    "sign_in": (Fate(_DOOR, person="erase"),),
    "sign_in_step": (Fate(_DOOR, person="erase"),),
    "authenticator": (Fate(_DOOR, person="erase"),),
    "recovery_code": (Fate(_DOOR, person="erase"),),
    "passkey": (Fate(_DOOR, person="erase"),),
    "mailed_link": (Fate(_DOOR, person="erase", by=(("person_id", "id"), ("email", "email"))),),
    "outside_name": (Fate(_DOOR, person="erase"),),
    "way_back": (Fate(_DOOR, person="erase"),),
    "directory_seat": (Fate(_DOOR, person="erase"),),
    "directory_person": (Fate(_DOOR, person="erase"),),
    "member": (Fate(_PLACES, person="erase", account="erase"),),
    "invitation": (Fate(_PLACES, person="erase", account="erase", by=(("email", "email"),)),),
    "staff_invitation": (Fate(_PLACES, person="erase", by=(("email", "email"),)),),
    "draft": (Fate("What you typed and did not send", person="erase"),),
    "preference": (Fate(_SAID, person="erase"),),
    "consent": (
        Fate(_AGREED, person="erase", account="erase"),
        Fate(_AGREED, person="unname", by=(("on_behalf", "name"),), sets={"on_behalf": UNNAMED}),
    ),
    "mail": (Fate(_SAID, person="erase", by=(("recipient", "email"),)),),
    "news": (Fate(_SAID, person="erase", account="erase"),),
    "own_copy": (Fate("Copies of your data", person="erase", file=("file_name", "copies")),),
    "use_event": (Fate("Which pages you opened", person="unname", sets={"person_id": "", "session": ""}),),
    "hold": (Fate("Why your rows had to be kept", person="erase", account="erase"),),
    "bill": (_BOOKED,),
    "bill_line": (_BOOKED,),
    "ledger_entry": (_BOOKED,),
    "transfer": (_BOOKED,),
    "autopay_notice": (_BOOKED,),
    "budget_review": (_BOOKED,),
    "payment": (
        Fate(_BILLS, person="unname", sets={"asked_by": UNNAMED}),
        Fate(_BILLS, person="unname", by=(("on_behalf", "name"),), sets={"on_behalf": UNNAMED}),
        _BOOKED,
    ),
    "budget_plan": (
        Fate(_BILLS, person="unname", by=(("enrolled_by", "name"),), sets={"enrolled_by": UNNAMED}),
        _BOOKED,
    ),
    "autopay": (
        Fate(
            _BILLS,
            person="unname",
            by=(("person_id", "id"), ("email", "email")),
            sets={"state": "off", "email": "", "authorised_by": UNNAMED},
        ),
        _BOOKED,
    ),
    "delivery": (
        Fate(
            "How your bills arrive",
            person="unname",
            account="erase",
            by=(("email", "email"), ("confirmed_by", "name")),
            sets={"how": "paper", "email": "", "confirmed_by": UNNAMED},
        ),
    ),
    "erasure": (
        Fate(
            "That you asked to be deleted, and when it was done",
            person="keep",
            why="It shows that we did it. No name stands there",
            days=1096,
            lapses=True,
        ),
    ),
    "audit_entry": (
        Fate(
            "The trail of who did what: a number in place of your name, network addresses, reasons typed",
            person="keep",
            why="It is sealed so that nobody can change it, and proves what was done for and to an account",
        ),
    ),
    "person": (
        Fate(
            "Your name, email and password",
            person="unname",
            by=(("id", "id"),),
            sets={
                "name": UNNAMED,
                "password_hash": "",
                "locale": "",
                "external_id": "",
                "demo_says": "",
                "email_proved_at": None,
                "standing": "deleted",
            },
        ),
    ),
    "account": (
        Fate(
            "The account's name and phone number",
            account="unname",
            sets={"name": "A closed account", "phone": "", "standing": "closed"},
        ),
    ),
}
"""Of what every kind holds. Children stand before what they hang on."""

NOBODY: dict[str, str] = {
    "audit_head": "the last link of a chain of seals",
    "bill_counter": "a number",
    "ceremony": "a challenge for five minutes; those of a person go with their passkeys",
    "company": "the company itself",
    "directory_group": "groups of a directory, without people",
    "directory_token": "how a directory is let in",
    "job": "what is to be done; mails to somebody who was deleted are swept away a day later",
    "sign_on": "another house that vouches for people",
    "sign_on_try": "a way out and back, gone within a day, that names nobody",
    "task_run": "how long a task took, without a person",
    "task_setting": "what the operator set",
}
"""Tables that hold nothing of a person, each with its reason."""


_known: dict[str, Ends] = {}


def know(kinds: Mapping[str, Ends]) -> None:
    """Learn what each served kind adds; the assembly and the jobs call it once."""
    _known.clear()
    _known.update(kinds)


def of(kind: str) -> dict[str, tuple[Fate, ...]]:
    """The fates of every table with a person's rows, children first."""
    return {**_known.get(kind, Ends()).fates, **HOUSE}


def owner_of(kind: str) -> str:
    """The role that owns an account of that kind."""
    return _known.get(kind, Ends()).owner


def why_open(access: Any, account_id: str) -> tuple[str, ...]:
    """Why an account cannot close yet, as its kind sees it."""
    asks = _known.get(access.visitor.kind, Ends()).stays
    return asks(access, account_id) if asks else ()
