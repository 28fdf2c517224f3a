"""Every var of a state goes to the browser, used or not: each was looked at, and stands on a list.

A new one fails here. Look at it first: does the page need it, and is it this person's own? Nothing secret,
nobody else's row, no right that a later event would believe. Then add its line to `public_vars.txt` here.
"""

from pathlib import Path

import pytest
import reflex as rx

from portal_app import portal_app

LIST = Path(__file__).with_name("public_vars.txt")
NEVER = ("password", "secret", "token_hash", "session", "cookie", "permission", "company_id", "person_id")


def _states(of: type = rx.State) -> list[type]:
    return [of, *(deeper for part in of.get_substates() for deeper in _states(part))]  # pyright: ignore[reportAttributeAccessIssue]


def public_vars() -> set[str]:
    """Each var of ours that a browser is sent, as "module.State.var"."""
    assert portal_app.app
    ours = [state for state in _states() if state.__module__.startswith("portal_app.")]
    own = {
        f"{state.__module__.removeprefix('portal_app.state.')}.{state.__name__}.{name}"
        for state in ours
        for name in {**state.base_vars, **state.computed_vars}  # pyright: ignore[reportAttributeAccessIssue]
        if not name.startswith("_")
    }
    assert len(own) > 100
    return own


@pytest.mark.line("S-22", "S-30")
def test_every_var_that_a_browser_is_sent_was_looked_at():
    looked_at = {line.strip() for line in LIST.read_text().splitlines() if line.strip()}
    assert sorted(public_vars() - looked_at) == []


@pytest.mark.line("S-22")
def test_no_var_is_named_like_what_must_never_leave_the_server():
    names = [one.rpartition(".")[2].lower() for one in public_vars()]
    # What is wrong with what was typed is a sentence of ours.
    assert [name for name in names if name.startswith(NEVER) and not name.endswith("_problem")] == []
