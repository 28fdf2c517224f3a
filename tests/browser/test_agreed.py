"""What you agreed to, on a phone: read the words, say no with one tap, see it kept, say yes again."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col

from portal_app.core.clock import now
from portal_app.services.consents.tables import Consent
from tests.browser.newcomers import newcomer
from tests.browser.pages import Portal, axe, calm

pytestmark = pytest.mark.line("S-75")


def test_somebody_says_no_sees_it_kept_and_says_yes_again(phone: Page, portal: Portal) -> None:
    nia = newcomer(portal)
    phone.context.add_cookies([nia.session(proved=now() - now())])
    phone.goto("/energy/account/privacy")
    compared = phone.get_by_role("switch", name="Compare my homes with similar ones nearby")
    expect(compared).to_be_checked()
    expect(phone.get_by_text("You have not answered anything yet.")).to_be_visible()
    calm(phone)
    assert axe(phone) == []
    for width in (390, 320):
        phone.set_viewport_size({"width": width, "height": 844})
        assert phone.evaluate("document.documentElement.scrollWidth") <= width
    box = compared.locator("xpath=ancestor::label").bounding_box()
    assert box is not None
    assert box["height"] >= 44, "a thumb finds it"
    compared.click()
    expect(phone.get_by_text("Said no: Compare my homes")).to_be_visible()
    expect(compared).not_to_be_checked()
    phone.reload()
    expect(compared).not_to_be_checked()
    calm(phone)
    compared.click()
    expect(phone.get_by_text("Agreed: Compare my homes")).to_be_visible()
    expect(phone.get_by_text("Said no: Compare my homes")).to_be_visible()
    mine = nia.stored(Consent, col(Consent.purpose) == "neighbours")
    assert sorted(one.yes for one in mine) == [False, True]
    assert [one.withdrawn_at is None for one in mine if one.yes] == [True]
    assert all(one.page == "/account/privacy" and one.words for one in mine)
