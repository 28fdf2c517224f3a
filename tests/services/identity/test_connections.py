"""By which other houses somebody signs in: seen, ended with a fresh proof, told by mail."""

import pytest

from portal_app.core.access import before_sign_in
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, ProveAgain
from portal_app.core.trail import AuditEntry
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import connections, devices
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import OutsideName
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.mails import newest
from tests.services.identity.people import ANN, stored
from tests.services.identity.test_sign_on import set_up

BOB = "bob@bright.example"


def connected(door: str, person_id: str, subject: str = "ann-there") -> str:
    """Connect somebody with what another house calls them."""
    house = set_up(door, "https://login.bright.example")
    values = {"issuer": "https://login.bright.example", "subject": subject, "used_at": now()}
    with before_sign_in() as db:
        row = OutsideName(company_id=door, person_id=person_id, sign_on_id=house, **values)
        db.add(row)
        db.flush()
        return row.id


def ann():
    return identity.sign_in(ANN, PASSWORD).visitor


@pytest.mark.line("S-06")
@pytest.mark.usefixtures("both_engines")
def test_whoever_is_connected_sees_by_which_house_and_ends_it_told_by_mail(door, clock):
    who = ann()
    row_id = connected(door, who.person_id)
    (row,) = perform(who, devices.security).connections
    assert (row.id, row.name) == (row_id, "Bright Works")
    assert row.detail == "Signs you in since Tue 10 Mar, last used Tue 10 Mar"
    asked = perform(who, connections.removal, row_id)
    said = " ".join(effect.text for effect in asked.effects)
    assert (asked.id, asked.name) == (row_id, "Bright Works")
    assert f"with your password or a link that we mail to {ANN}" in said
    assert perform(who, connections.remove, row_id) == "Bright Works"
    assert perform(who, devices.security).connections == ()
    assert stored(OutsideName) == []
    assert newest().subject == "Bright Works signs you in no more"
    (noted,) = [row for row in stored(AuditEntry) if row.action == "identity.sign_on_parted"]
    assert noted.about == who.person_id
    with pytest.raises(NotYours):
        perform(who, connections.remove, row_id)


@pytest.mark.line("S-06")
def test_a_connection_is_shown_to_its_person_alone_and_goes_only_with_a_fresh_proof(door, clock):
    who = ann()
    row_id = connected(door, who.person_id)
    bob = identity.sign_in(BOB, PASSWORD).visitor
    assert perform(bob, devices.security).connections == ()
    for act in (connections.removal, connections.remove):
        with pytest.raises(NotYours):
            perform(bob, act, row_id)
    clock.move(minutes=6)
    for act in (connections.removal, connections.remove):
        with pytest.raises(ProveAgain):
            perform(who, act, row_id)
    assert len(stored(OutsideName)) == 1
