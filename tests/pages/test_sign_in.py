"""The sign-in page as it is drawn."""

import re

import pytest

from portal_app.pages.shared import sign_in
from portal_app.state.shared.sign_in import PROBLEMS

DRAWN = str(sign_in.sign_in().render())


def test_every_form_is_the_browsers_own_and_needs_no_script():
    assert DRAWN.count('action:"/auth/sign-in"') == 1
    assert DRAWN.count('action:"/auth/look-around"') == 1
    assert DRAWN.count('method:"post"') == DRAWN.count('action:"/auth/')
    assert "onSubmit" not in DRAWN


@pytest.mark.line("S-01")
def test_a_password_manager_knows_both_fields_and_pasting_is_not_stopped():
    assert re.search(r'autoComplete"?:"username webauthn"', DRAWN)
    assert re.search(r'autoComplete"?:"current-password"', DRAWN)
    assert "onPaste" not in DRAWN


def test_without_script_the_address_shows_what_went_wrong():
    for word, said in PROBLEMS.items():
        assert f"#{word}:target" in DRAWN
        assert said.title in DRAWN


def test_a_wrong_address_leads_back_to_the_start():
    drawn = str(sign_in.not_found().render())
    assert "We could not find that" in drawn
    assert re.search(r'to:"/"|href:"/"', drawn)
    assert "reloadDocument" in drawn


def test_somebody_signed_in_keeps_their_menu_at_a_wrong_address():
    drawn = str(sign_in.not_found().render())
    assert 'action:"/auth/sign-out"' in drawn
    assert 'action:"/auth/switch-account"' in drawn
    assert "Go to my home" in drawn
