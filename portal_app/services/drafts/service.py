"""Keeping what somebody typed until it is sent: it outlives the session, and nobody else ever sees it."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.services.drafts.tables import Draft

KEPT_FOR = timedelta(days=30)
MOST, MOST_FIELDS, LONGEST, _MOST_TEXT, _LONGEST_KEY = 30, 60, 20_000, 40_000, 80
_LATE = timedelta(seconds=5)


def _checked(facts: Mapping[str, Any]) -> dict[str, str]:
    kept = {
        name: text
        for name, text in facts.items()
        if isinstance(name, str) and isinstance(text, str) and 0 < len(name) <= 80 and len(text) <= LONGEST
    }
    if len(kept) > MOST_FIELDS or sum(map(len, kept.values())) > _MOST_TEXT:
        raise Refusal("That is more than can be kept before it is sent.")
    return kept


def keep(access: Access, key: str, facts: Mapping[str, Any]) -> None:
    """Keep the fields of a form as they stand; nothing in any of them keeps nothing. Raises Refusal."""
    if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_KEY:
        raise Refusal("That form is not known.")
    _write(access, _named(access, key), _checked(facts))


def _named(access: Access, key: str) -> str:
    """A form under the account it is filled in for, so that it does not come back in another one."""
    return f"{access.visitor.account_id}:{key}"


def _write(access: Access, name: str, facts: Mapping[str, str]) -> None:
    said = json.dumps(facts) if any(facts.values()) else ""
    draft = access.first(Draft, col(Draft.key) == name)
    if draft is None:
        known = access.all(Draft, order=col(Draft.changed_at))
        for oldest in known[: max(0, len(known) - MOST + 1)]:
            access.remove(Draft, col(Draft.id) == oldest.id)
        # A second tab may just have kept the same form: then that one stands until the next keystroke.
        access.add_many(Draft, [{"key": name, "facts": said}], skip_known=True)
    elif draft.facts or not said or now() - draft.changed_at > _LATE:
        access.change(draft, facts=said, changed_at=now())


@reads
def kept(access: Access, keys: list[str]) -> dict[str, dict[str, str]]:
    """What this person left in these forms, by form; a form in which nothing is kept is not among them."""
    asked = {_named(access, key): key for key in keys[:MOST]}
    found = access.all(Draft, col(Draft.key).in_(asked), col(Draft.changed_at) > now() - KEPT_FOR)
    return {asked[draft.key]: json.loads(draft.facts) for draft in found if draft.facts}


def discard(access: Access, *keys: str) -> None:
    """Forget what was kept of these forms: they were sent, or put away."""
    for key in keys:
        # Emptied, not removed: the last keystrokes may still be on their way here, and come too late.
        _write(access, _named(access, key), {})
