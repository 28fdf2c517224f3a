"""The ways in that a mail opens, on a phone, with a real mail server: each mail is read and pressed."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.pages import PASSWORD, PHONE, Portal, axe, calm

MAYA, OMAR, ROSA = (f"{name}@brightwater.example" for name in ("maya", "omar", "rosa"))
BILLS = "/energy/billing"


class PostBox:
    """Takes mail like a server does."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[attr-defined, arg-type]
        return "250 OK"

    def newest(self, to: str, subject: str) -> EmailMessage:
        """The newest mail to somebody with these words in its subject, waited for."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            for mail in reversed(self.mails):
                if mail["To"] == to and subject in mail["Subject"]:
                    return mail
            time.sleep(0.05)
        raise AssertionError(f"no {subject!r} for {to}: {[(m['To'], m['Subject']) for m in self.mails]}")


@pytest.fixture(scope="module")
def post_box() -> Iterator[tuple[PostBox, str]]:
    """A real mail server on loopback, and its address."""
    box = PostBox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, f"smtp://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(scope="module")
def portal(post_box: tuple[PostBox, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own, since passwords change here, that sends its mails."""
    folder: Path = tmp_path_factory.mktemp("mailed") / "var"
    with served(folder, "mailed", SMTP_URL=post_box[1]) as here:
        yield here


@pytest.fixture
def box(post_box: tuple[PostBox, str]) -> PostBox:
    """What was mailed."""
    return post_box[0]


def words_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return part.get_content()


def link_in(mail: EmailMessage, portal: Portal) -> str:
    """The one address that the plain part leads to; the button leads there too."""
    (found,) = set(re.findall(r"https?://\S+", words_of(mail)))
    assert found.startswith(portal.url)
    assert f'href="{found.replace("&", "&amp;")}"' in words_of(mail, "html")
    return found


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"Code: (\d{3} \d{3})", words_of(mail))
    assert found is not None
    return found[1]


def is_easy(page: Page) -> None:
    """Nothing sideways at 390 and 320 pixels, and nothing that axe complains about."""
    assert axe(page) == []
    no_wider_than_a_phone(page)


def no_wider_than_a_phone(page: Page) -> None:
    """Nothing sideways at 390 and 320 pixels."""
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size(PHONE)


@pytest.mark.line("X-22", "S-07")
def test_a_forgotten_password_is_set_anew_from_the_mail(phone: Page, portal: Portal, box: PostBox) -> None:
    phone.goto(f"/sign-in?next={BILLS}")
    forgot = calm(phone).get_by_role("link", name="Forgot your password?")
    expect(forgot).to_have_attribute("href", re.compile("next=%2Fenergy%2Fbilling"))
    forgot.click()
    phone.wait_for_url("**/reset?**")
    calm(phone).get_by_label("Email").fill(OMAR)
    is_easy(phone)
    phone.get_by_role("button", name="Mail me the link").click()
    expect(phone.get_by_text("Look at your mail")).to_be_visible()
    mail = box.newest(OMAR, "new password")
    phone.goto(link_in(mail, portal))
    calm(phone).get_by_label("New password").fill("password1234")
    is_easy(phone)
    phone.get_by_role("button", name="Set my password").click()
    expect(calm(phone).get_by_text("one of the first that others would try")).to_be_visible()
    phone.get_by_label("New password").fill("eight calm herons")
    phone.get_by_role("button", name="Set my password").click()
    expect(phone.get_by_role("status").get_by_text("Your new password is set")).to_be_visible()
    calm(phone).get_by_label("Email").fill(OMAR)
    phone.get_by_label("Password").fill("eight calm herons")
    phone.get_by_role("button", name="Sign in", exact=True).click()
    phone.wait_for_url("**/energy")
    phone.goto(link_in(mail, portal))
    expect(calm(phone).get_by_text("This link no longer works")).to_be_visible()


@pytest.mark.line("B-X2", "X-30")
def test_somebody_comes_from_a_mail_to_the_very_action_without_a_password(
    phone: Page, new_page: Callable[..., Page], portal: Portal, box: PostBox
) -> None:
    phone.goto(f"{BILLS}/autopay")
    phone.wait_for_url("**/sign-in?**next=**")
    way = calm(phone).get_by_role("link", name="Email me a sign-in link")
    expect(way).to_have_attribute("href", re.compile("next=%2Fenergy%2Fbilling%2Fautopay"))
    way.click()
    phone.wait_for_url("**/sign-in/mailed?**")
    calm(phone).get_by_label("Email").fill(MAYA)
    is_easy(phone)
    phone.get_by_role("button", name="Email me a sign-in link").click()
    expect(calm(phone).get_by_label("Code of six digits")).to_be_visible()
    is_easy(phone)
    mail = box.newest(MAYA, "Sign in to")
    elsewhere = new_page(PHONE)
    elsewhere.goto(link_in(mail, portal))
    expect(calm(elsewhere).get_by_role("heading", name="Sign in to Brightwater")).to_be_visible()
    is_easy(elsewhere)
    elsewhere.reload()
    calm(elsewhere).get_by_role("button", name="Sign in").click()
    elsewhere.wait_for_url(f"**{BILLS}/autopay")
    phone.get_by_label("Code of six digits").fill(code_in(mail))
    phone.get_by_role("button", name="Sign in", exact=True).click()
    expect(phone.get_by_text("That code does not fit")).to_be_visible()


@pytest.mark.line("B-X2", "X-30")
def test_the_code_is_typed_where_one_wants_to_be(phone: Page, box: PostBox) -> None:
    phone.goto("/sign-in/mailed?next=%2Fenergy%2Fusage%3Fspan%3Dyear")
    calm(phone).get_by_label("Email").fill(MAYA)
    before = len(box.mails)
    phone.get_by_role("button", name="Email me a sign-in link").click()
    expect(calm(phone).get_by_label("Email")).to_have_value(MAYA)
    until = time.monotonic() + 20
    while len(box.mails) == before and time.monotonic() < until:
        phone.wait_for_timeout(50)
    phone.get_by_label("Code of six digits").fill(code_in(box.newest(MAYA, "Sign in to")))
    phone.get_by_role("button", name="Sign in", exact=True).click()
    phone.wait_for_url("**/energy/usage?span=year")


@pytest.mark.line("X-24", "S-04")
def test_a_login_is_found_and_a_stranger_hears_the_same(phone: Page, portal: Portal, box: PostBox) -> None:
    heard = []
    for who in (OMAR, "nobody@nowhere.example"):
        phone.goto("/sign-in")
        calm(phone).get_by_role("link", name="Can't find the login?").click()
        phone.wait_for_url("**/sign-in/find**")
        calm(phone).get_by_label("Email or phone").fill(who)
        phone.get_by_role("button", name="Find my login").click()
        expect(phone.get_by_text("Look at your mail")).to_be_visible()
        heard.append(calm(phone).get_by_role("main").inner_text())
    assert heard[0] == heard[1]
    assert not [mail for mail in box.mails if mail["To"] == "nobody@nowhere.example"]
    is_easy(phone)


@pytest.mark.line("X-22")
def test_who_lost_everything_is_checked_by_staff_and_the_owner_can_stop_it(
    phone: Page, new_page: Callable[..., Page], sign_in: Callable[..., Page], portal: Portal, box: PostBox
) -> None:
    phone.goto("/sign-in/lost")
    calm(phone).get_by_label("Email you signed in with").fill(MAYA)
    phone.get_by_label("Email where we can write to you now").fill("maya.new@elsewhere.example")
    phone.get_by_label("What happened").fill("My phone fell into the lake and took my mail with it.")
    is_easy(phone)
    phone.get_by_role("button", name="Ask to be let in again").click()
    expect(phone.get_by_text("Your request is with our people")).to_be_visible()
    number = re.search(r"WB-[A-Z0-9]{6}", calm(phone).get_by_role("main").inner_text())
    assert number is not None
    assert number[0] in words_of(box.newest(MAYA, "Somebody wants to get into"))
    desk = sign_in(new_page(PHONE), ROSA, "/staff/energy/way-back")
    expect(desk.get_by_text("My phone fell into the lake")).to_be_visible()
    desk.get_by_role("button", name="Decide").first.click()
    desk.get_by_role("button", name="Let them in, a day from now").click()
    expect(desk.get_by_text("Write down how you checked").first).to_be_visible()
    desk.get_by_label("How did you check who it is?").fill(
        "Called the number on the account, asked for the bill."
    )
    no_wider_than_a_phone(desk)
    desk.get_by_role("button", name="Let them in, a day from now").click()
    expect(desk.get_by_text("They can come back in a day")).to_be_visible()
    stop = box.newest(MAYA, "opens again on")
    phone.goto(link_in(stop, portal))
    calm(phone).get_by_role("button", name="Stop it").click()
    expect(phone.get_by_text("It is stopped")).to_be_visible()
    desk.reload()
    expect(calm(desk).get_by_text("Stopped from the account's own address")).to_be_visible()


@pytest.mark.line("X-22")
def test_the_people_of_the_demo_see_how_an_address_changes_and_keep_theirs(
    phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, MAYA, "/energy/account/security")
    phone.get_by_role("link", name="Change my email").click()
    phone.wait_for_url("**/energy/account/security/email")
    calm(phone).get_by_label("New email").fill("maya@elsewhere.example")
    phone.get_by_role("button", name="Mail me a link there").click()
    expect(phone.get_by_text("The people of the demo keep their address").first).to_be_visible()
    no_wider_than_a_phone(phone)


def test_the_demos_people_still_have_their_one_password(phone: Page, sign_in: Callable[..., Page]) -> None:
    sign_in(phone, MAYA, password=PASSWORD)
    phone.wait_for_url("**/energy")
