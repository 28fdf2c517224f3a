"""What signing in leaves behind is forgotten in time."""

import pytest

from portal_app.core.access import acting_for_company
from portal_app.jobs.handlers import handlers, repeating
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import SignIn, Step
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.people import ANN, enrolled, stored


@pytest.mark.usefixtures("both_engines")
def test_sessions_and_second_steps_of_long_ago_are_forgotten_and_todays_are_kept(door, clock):
    enrolled()
    identity.sign_in(ANN, PASSWORD, None, "192.0.2.1")
    clock.move(days=91)
    identity.sign_in(ANN, PASSWORD, None, "192.0.2.1")
    errand = handlers()["identity.forget_old"]
    with acting_for_company(door) as house:
        what = errand.prepare(house, {})
    gone = errand.go(what)
    with acting_for_company(door) as house:
        errand.settle(house, {}, gone)
    assert gone == 3
    assert len(stored(Step)) == 1
    assert stored(SignIn) == []


def test_it_comes_round_every_night():
    (job,) = [one for one in repeating() if one.kind == "identity.forget_old"]
    assert (job.schedule, job.per_company) == ("29 3 * * *", False)
