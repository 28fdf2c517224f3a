"""Every file that somebody opens is written down: who, which, when."""

import json

import pytest
from sqlmodel import col, select

from portal_app.core.access import reads
from portal_app.core.errors import NotYours
from portal_app.core.trail import AuditEntry
from portal_app.endpoints import files
from portal_app.services.adoption.perform import perform
from portal_app.shapes.files import Download
from tests.engines import past_the_wall

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("S-63")]


@reads
def photo(access, read_id):
    """Stands for any download of a kind."""
    if read_id == "foreign":
        raise NotYours
    return Download("meter.jpg", "image/jpeg", b"x")


def entries():
    with past_the_wall() as db:
        return list(db.exec(select(AuditEntry).order_by(col(AuditEntry.seq))))


def test_an_opened_file_is_written_down_with_its_name_and_what_was_asked_for(people):
    assert perform(people.owner, files._noted(photo, "photo"), read_id="r1").content == b"x"
    [entry] = entries()
    assert (entry.action, entry.actor, entry.about) == ("file.taken", people.owner.person_id, "photo")
    assert json.loads(entry.facts) == {"file": "meter.jpg", "read_id": "r1"}


def test_a_refused_file_is_written_down_as_refused(people):
    with pytest.raises(NotYours):
        perform(people.outsider, files._noted(photo, "photo"), read_id="foreign")
    assert [entry.action for entry in entries()] == ["access.refused"]
