"""The mails themselves: plain and drawn, safe to open, readable whatever colour a company chose."""

import json
import re
from email import message_from_bytes
from email.policy import default

import pytest

from portal_app.core import vault
from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.accounts import Company
from portal_app.services.identity import mailing
from portal_app.services.notifications import post, service
from portal_app.services.notifications.letterhead import letterhead
from portal_app.settings import settings
from portal_app.shapes.colour import contrast
from tests.cast import allowed
from tests.services.notifications.test_service import post_box, work  # noqa: F401 -- the same server

LINK = "/energy/billing/bill?id=b7"
NASTY = "<script>alert(1)</script> & <img src=x onerror=y> {{ 7 * 7 }} {% raw %}"


def company(**facts) -> Company:
    return Company(slug="bright", kind="energy", name="Bright Power", phone="555 0100", **facts)


def letter(house: Company | None = None, **payload) -> post.Letter:
    facts = {"job": "j1", "to": "ann@bright.example", "subject": "Your bill", "text": "$121.37", **payload}
    return post.letter(house or company(), facts)


def parts_of(mail) -> tuple[str, str]:
    return tuple(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[return-value]


@pytest.mark.line("X-30")
@pytest.mark.usefixtures("both_engines")
def test_a_mail_has_a_plain_and_a_drawn_part_with_the_same_words_and_the_same_way_on(people, post_box):  # noqa: F811
    with acting_for(people.owner) as access:
        service.mail(
            access,
            "ann@b.example",
            "Your bill is ready",
            "Hello Ann,\n\n$121.37",
            "m1",
            link=LINK,
            button="Pay",
        )
    work()
    (mail,) = post_box.mails
    assert mail.get_content_type() == "multipart/alternative"
    assert mail["Subject"] == "Your bill is ready"
    assert mail["From"].addresses[0].display_name == people.company.name
    assert mail["From"].addresses[0].addr_spec == settings().mail_from
    for words in parts_of(mail):
        for said in ("Hello Ann,", "$121.37", "Pay", people.company.name, f"{settings().public_url}{LINK}"):
            assert said in words
    assert f'href="{settings().public_url}{LINK}"' in parts_of(mail)[1]


def test_reading_a_mail_fetches_nothing_from_anywhere():
    mail = message_from_bytes(bytes(post.message_of(letter(link=LINK))), policy=default)
    _, html = parts_of(mail)
    comments_out = re.sub(r"<!--.*?-->", "", html, flags=re.S)
    fetched = re.findall(r"""(?:src|background|srcset)\s*=\s*["']([^"']+)""", html)
    assert [one for one in fetched if not one.startswith("cid:")] == []
    assert not re.search(r"@import|url\(|<link|<script|<form", html)
    assert set(re.findall(r'href="([^"]+)"', comments_out)) == {f"{settings().public_url}{LINK}"}
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert fetched == [f"cid:{picture['Content-ID'].strip('<>')}"]
    assert picture.get_content().startswith(b"\x89PNG")


@pytest.mark.line("S-36")
def test_what_people_typed_stands_in_a_mail_as_text():
    what = letter(
        subject=NASTY, text=f"Hello {NASTY},\n\n{NASTY}\nsecond line", small=NASTY, button=NASTY, link=LINK
    )
    assert "<script>" not in what.html
    assert "<img src=x" not in what.html
    assert (
        what.html.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;img src=x onerror=y&gt; {{ 7 * 7 }}")
        >= 4
    )
    assert "<br>second line" in what.html
    assert NASTY in what.text


@pytest.mark.line("S-36")
def test_no_header_of_a_mail_takes_a_second_line():
    house = company()
    house.name = "Bright\r\nBcc: all@b.example"
    message = post.message_of(letter(house, subject="Hello\r\nBcc: all@b.example"))
    assert message["Bcc"] is None
    assert message["From"].addresses[0].display_name == "Bright Bcc: all@b.example"
    again = message_from_bytes(bytes(message), policy=default)
    assert [name for name in again if name.lower() == "bcc"] == []


@pytest.mark.parametrize("link", ["https://evil.example/x", "//evil.example", "javascript:alert(1)", ""])
def test_a_link_that_leads_elsewhere_is_left_out(link):
    what = letter(link=link)
    assert "href=" not in re.sub(r"<!--.*?-->", "", what.html, flags=re.S)
    assert "evil" not in what.html + what.text


@pytest.mark.line("S-07")
@pytest.mark.usefixtures("both_engines")
def test_the_company_reads_what_was_mailed_without_the_link_and_the_code(people, post_box):  # noqa: F811
    link = f"{settings().public_url}/sign-in/link?token={'t' * 43}"
    with acting_for_company(people.company.id) as house:
        mailing.send(
            house.db, people.company.id, "ann@b.example", "Sign in", ["Hello Ann,"], link=link, code="123456"
        )
    work()
    (mail,) = post_box.mails
    for words in parts_of(mail):
        assert link in words
        assert "123 456" in words
    with acting_for(allowed(people.staff, "mail.see"), reads_only=True) as access:
        (kept,) = service.mails(access)
    assert "Hello Ann," in kept.text
    assert "token" not in kept.text
    assert "123" not in kept.text


def test_a_secret_sealed_with_another_key_is_no_mail():
    sealed = vault.seal(json.dumps({"link": "/x"}), "something else")
    with pytest.raises(vault.WrongKey):
        letter(before=["Hello"], sealed=sealed)


@pytest.mark.parametrize(
    "accent", ["", "#025b4b", "#f2c94c", "#ffffff", "#000000", "#7f7f7f", "#ff0000", "red", "url(x)"]
)
def test_the_button_is_readable_in_any_colour_by_day_and_by_night(accent):
    house = company(accent=accent)
    head = letterhead(house)
    assert contrast(head.accent, head.on_accent) >= 4.5
    assert contrast(head.night, head.on_night) >= 4.5
    assert contrast(head.night, "#17201e") >= 3
    assert len(head.accent) == 7
    html = letter(house, link=LINK).html
    assert "prefers-color-scheme: dark" in html
    assert 'name="color-scheme" content="light dark"' in html


def test_a_companys_own_mark_goes_along_and_a_broken_one_does_no_harm():
    own = letterhead(
        company(mark='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>')
    )
    broken = letterhead(company(mark="<svg"))
    assert own.mark.startswith(b"\x89PNG")
    assert broken.mark.startswith(b"\x89PNG")
    assert own.mark != broken.mark


@pytest.mark.line("X-30")
def test_a_mail_of_a_company_with_a_host_of_its_own_leads_there():
    at_home = f"{settings().public_url}{LINK}"
    own = at_home.replace("localhost", "my.bright.example")
    assert at_home in letter(link=LINK).text
    what = letter(company(host="my.bright.example"), link=LINK)
    assert own in what.text
    assert f'href="{own}"' in what.html
    assert at_home not in what.text + what.html
    assert "evil.example" not in letter(company(host="my.bright.example"), link="https://evil.example/x").text
