"""What a screen holds when there is no place, bill or request of that name for the person."""

import pytest

from portal_app.state.energy.billing import BillState
from portal_app.state.energy.outages import OutagesState, ReportState
from portal_app.state.energy.requests import RequestState
from portal_app.state.energy.usage import UsageState
from tests.services.identity.conftest import door  # noqa: F401 -- a small company whose people sign in
from tests.state.energy.test_data_screens import ANN, opens  # noqa: F401 -- the same way in


@pytest.mark.parametrize("screen", [UsageState, OutagesState, ReportState])
def test_an_account_without_an_address_is_told_so(opens, screen):  # noqa: F811
    page = opens(screen, ANN)
    assert page.nowhere is True


@pytest.mark.parametrize("screen", [BillState, RequestState])
@pytest.mark.parametrize("query", ["", "?id=01aaaaaaaaaaaaaaaaaaaaaaaa"])
def test_a_bill_or_request_that_is_not_theirs_is_not_there(opens, screen, query):  # noqa: F811
    page = opens(screen, ANN, query)
    assert (page.missing, page.page.ready) == (True, False)
