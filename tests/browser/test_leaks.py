"""Secrets go through a whole served portal, and are then looked for wherever something is left."""

import base64
import io
import re
import secrets
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from PIL import Image
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP

from portal_app.core import sealed_files, vault
from portal_app.state.sealing import ABOUT, HEAD
from tests import engines
from tests.browser import leaks
from tests.browser.conftest import served
from tests.browser.hand import MAYA, OMAR, ROSA
from tests.browser.newcomers import newcomer
from tests.browser.pages import PHONE, Portal, calm
from tests.browser.test_identity_mailed import PostBox, code_in, link_in, post_box  # noqa: F401 -- a fixture

OWN = "/energy/account/security"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture(scope="module")
def held(_valkey_server: str) -> Iterator[redis.Redis]:
    """The Valkey in which this portal keeps what open pages hold."""
    with redis.Redis.from_url(_valkey_server) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="module")
def portal(
    post_box: tuple[PostBox, str],  # noqa: F811
    held: redis.Redis,
    _valkey_server: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """A portal of its own that mails, keeps its open pages in Valkey, and logs all that it can."""
    talkative = {"REFLEX_LOGLEVEL": "debug", "GRANIAN_LOG_ACCESS_ENABLED": "true"}
    folder = tmp_path_factory.mktemp("leaks") / "var"
    with served(folder, "leaks", SMTP_URL=post_box[1], REDIS_URL=_valkey_server, **talkative) as here:
        yield here


@pytest.fixture
def box(post_box: tuple[PostBox, str]) -> PostBox:  # noqa: F811
    """What was mailed."""
    return post_box[0]


def token_of(link: str) -> str:
    """The secret in a mailed link."""
    return parse_qs(urlsplit(link).query)["token"][0]


def reached(page: Page, path: str) -> Page:
    """The page that a form led to, once it is calm."""
    page.wait_for_url(lambda url: urlsplit(url).path == path)
    return calm(page)


def types_password(page: Page, email: str, password: str) -> None:
    calm(page).get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def signs_out(page: Page) -> None:
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    reached(page, "/sign-in")


class Journey:
    """Somebody's ways through the portal; `secret` holds what must not be left anywhere."""

    def __init__(self, portal: Portal, box: PostBox, watched: leaks.Watched) -> None:
        self.portal, self.box, self.watched = portal, box, watched
        self.secret: dict[str, str | bytes] = {}
        self.links: dict[str, str] = {}
        self.tabs: dict[str, str] = {}

    def took(self, page: Page) -> None:
        """Note the cookies and the token of a page as they are now."""
        self.secret |= leaks.cookies_of(page.context)
        token = page.evaluate("sessionStorage.getItem('token')")
        self.tabs[f"tab {token[:4]}"] = token

    def new_password(self, page: Page, email: str) -> str:
        """Set a password by a mailed link, a weak one first, and sign in with it."""
        password = f"four loud marmots {secrets.token_hex(6)}"
        page.goto("/reset")
        calm(page).get_by_label("Email").fill(email)
        page.get_by_role("button", name="Mail me the link").click()
        expect(page.get_by_text("Look at your mail")).to_be_visible()
        link = link_in(self.box.newest(email, "new password"), self.portal)
        page.goto(link)
        calm(page).get_by_label("New password").fill("password1234")
        page.get_by_role("button", name="Set my password").click()
        expect(calm(page).get_by_text("one of the first that others would try")).to_be_visible()
        page.get_by_label("New password").fill(password)
        page.get_by_role("button", name="Set my password").click()
        expect(page.get_by_role("status").get_by_text("Your new password is set")).to_be_visible()
        types_password(page, email, password + "x")
        expect(page.get_by_text("do not belong together").first).to_be_visible()
        types_password(page, email, password)
        reached(page, "/energy")
        self.links["link for a password"] = token_of(link)
        self.secret |= {"password": password}
        self.took(page)
        return password

    def second_step(self, page: Page, email: str, password: str) -> list[str]:
        """Set up an app, and sign in with its code."""
        page.goto(f"{OWN}/app")
        typed_out = calm(page).get_by_label("Or type this into the app")
        expect(typed_out).to_have_value(re.compile(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}"))
        app = TOTP(typed_out.input_value().replace(" ", ""))
        began = int(time.time()) // 30
        page.get_by_label("Code from your app").fill(app.generate_otp(began))
        page.get_by_role("button", name="Turn on").click()
        shown = reached(page, f"{OWN}/codes").get_by_label("Your recovery codes")
        expect(shown).to_have_value(re.compile(r"([2-9a-z]{5}-[2-9a-z]{5}\s?){10}"))
        codes = shown.input_value().split()
        self.took(page)
        signs_out(page)
        types_password(page, email, password)
        reached(page, "/sign-in/second")
        self.took(page)
        page.get_by_label("Code").fill(app.generate_otp(began + 1))
        page.get_by_role("button", name="Go on").click()
        reached(page, "/energy")
        self.took(page)
        self.secret |= {"app": app.secret, "app, typed out": typed_secret(app.secret)}
        self.secret |= {"app, as bytes": base64.b32decode(app.secret)}
        self.secret |= {f"recovery code {number}": code for number, code in enumerate(codes)}
        self.secret |= {f"recovery code {n} in one": code.replace("-", "") for n, code in enumerate(codes)}
        return codes

    def by_mail(self, page: Page, email: str, recovery: str) -> None:
        """Come in by a link in a mail, and by a recovery code where the second step is asked for."""
        signs_out(page)
        page.goto("/sign-in/mailed")
        calm(page).get_by_label("Email").fill(email)
        page.get_by_role("button", name="Email me a sign-in link").click()
        expect(calm(page).get_by_label("Code of six digits")).to_be_visible()
        mail = self.box.newest(email, "Sign in to")
        self.links["link to sign in"] = token_of(link_in(mail, self.portal))
        self.secret["mailed code"] = code_in(mail)
        self.secret |= leaks.cookies_of(page.context)
        page.goto(link_in(mail, self.portal))
        calm(page).get_by_role("button", name="Sign in").click()
        reached(page, "/sign-in/second").get_by_label("Code").fill(recovery)
        page.get_by_role("button", name="Go on").click()
        reached(page, "/energy")
        self.took(page)

    def photo(self, page: Page) -> None:
        """Send a reading with a photo, and leave something half typed."""
        drawn = io.BytesIO()
        Image.frombytes("RGB", (120, 90), secrets.token_bytes(120 * 90 * 3)).save(drawn, "PNG")
        page.goto("/energy/account/reading")
        page.wait_for_selector("[data-whole='1']", state="attached")
        calm(page)
        self.secret["unsent reading"] = "7261934850"
        with page.expect_response("**/drafts"):
            page.get_by_label("What the meter shows").press_sequentially("7261934850")
        action = page.locator("form[enctype='multipart/form-data']").get_attribute("action") or ""
        register = parse_qs(urlsplit(action).query)["register_id"][0]
        self.secret["photo as it was sent"] = drawn.getvalue()[200:260]
        sent = page.context.request.post(
            f"{self.portal.url}/files/energy/reading-photo?register_id={register}&reading=99998",
            multipart={"photo": {"name": "m.png", "mimeType": "image/png", "buffer": drawn.getvalue()}},
            headers={"Origin": self.portal.url},
        )
        assert "sent=READ-" in sent.url
        (kept,) = (self.portal.data_dir / "photos").glob("*.jpg")
        with engines.pointed_at(self.portal.database_url, self.portal.data_dir):
            self.secret["photo as it is kept"] = sealed_files.load("photos", kept.name)[400:460]
        self.took(page)

    def directory(self, page: Page) -> None:
        """Make a token for a directory, and let the directory use it, and a wrong one."""
        page.goto("/energy/account/directory")
        calm(page).get_by_role("button", name="Let a directory in").click()
        page.get_by_label("What is it called?").fill("Okta")
        page.get_by_role("button", name="Make the token").click()
        place = page.get_by_label("Token", exact=True)
        expect(place).to_have_value(re.compile(r"[\w-]{43}"))
        self.secret["directory's token"] = place.input_value()
        self.secret["directory's wrong token"] = wrong = secrets.token_urlsafe(32)
        for token, status in ((place.input_value(), 201), (wrong, 401)):
            answer = page.context.request.post(
                f"{self.portal.url}/scim/v2/Users",
                data={"schemas": [USER], "userName": "nel@books.example", "displayName": "Nel"},
                headers={"authorization": f"Bearer {token}"},
            )
            assert answer.status == status
        self.took(page)

    def provider(self, page: Page) -> None:
        """Set up a provider for the company's own people, with its secret."""
        page.goto("/staff/energy/sign-on")
        calm(page).get_by_role("button", name="Add by OpenID Connect").click()
        page.get_by_label("Name on the button").fill("Brightwater Works")
        page.get_by_label("Issuer").fill("https://login.brightwater.example")
        page.get_by_label("Client ID").fill("portal")
        page.get_by_label("Email domains").fill("brightwater.example")
        page.get_by_label("Which group is what here?").fill("crew = Operator")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Client secret Brightwater Works").click()
        self.secret["provider's secret"] = secret = f"s3cret-{secrets.token_hex(12)}"
        page.get_by_role("textbox", name="Client secret").fill(secret)
        page.get_by_role("button", name="Keep the secret").click()
        expect(page.get_by_text("A secret is kept")).to_be_visible()
        self.took(page)

    def look(self, page: Page) -> str:
        """Look at the portal as a customer; gives the reason that was typed."""
        why = f"Case {secrets.token_hex(6)}: the bill does not open"
        page.goto("/staff/energy/customers")
        calm(page).get_by_role("searchbox").fill("Maya")
        page.keyboard.press("Enter")
        page.get_by_role("link", name=re.compile("Maya Lund")).first.click()
        page.get_by_role("link", name=re.compile("Their people")).click()
        page.get_by_role("button", name="See what they see Maya Lund").click()
        page.get_by_label("Why do you look?").fill(why)
        page.get_by_role("button", name="Begin to look").click()
        reached(page, "/energy")
        self.took(page)
        page.get_by_role("region", name="You only look").get_by_role("button", name="Stop looking").click()
        reached(page, "/staff/energy/customers/people")
        self.took(page)
        return why


def typed_secret(secret: str) -> str:
    """An app's secret as its page types it out."""
    return " ".join(re.findall("....", secret))


def opened(portal: Portal, held: redis.Redis) -> Iterator[tuple[str, bytes]]:
    """What open pages hold, as the portal itself reads it."""
    with engines.pointed_at(portal.database_url, portal.data_dir):
        for key in held.scan_iter():
            kept = held.get(key) if held.type(key) == b"string" else None
            if isinstance(kept, bytes) and kept.startswith(HEAD):
                yield f"page {key[:80]!r}", vault.unseal_bytes(kept.removeprefix(HEAD), ABOUT)


def as_places(name: str, texts: list[str]) -> list[tuple[str, bytes]]:
    return [(f"{name} {text[:90]}", text.encode("utf-8", "replace")) for text in texts]


@pytest.mark.line("S-71")
@pytest.mark.parametrize("around", [("", ""), ("a", "bc"), ("xy", "")])
def test_a_secret_is_found_however_it_is_spelled(around: tuple[str, str]) -> None:
    secret = "four loud marmots 1/2+3?"
    whole = f"{around[0]}{secret}{around[1]}".encode()
    written = (
        whole, whole.hex().encode(), whole.hex().upper().encode(), base64.b64encode(whole),
        base64.urlsafe_b64encode(whole), b"/x?y=four%20loud%20marmots%201%2F2%2B3%3F",
    )  # fmt: skip
    for one in written:
        assert leaks.left({"it": secret}, [("there", b"before " + one + b" after")]) == ["it in there"]
    assert leaks.left({"it": secret}, [("there", b"four loud marmots")]) == []


@pytest.mark.line("S-71", "S-16", "S-10", "S-07")
@pytest.mark.timeout(600)
def test_nothing_secret_is_left_in_a_file_a_store_a_log_an_address_or_a_browser(
    portal: Portal,
    held: redis.Redis,
    box: PostBox,
    new_page: Callable[..., Page],
    sign_in: Callable[..., Page],
) -> None:
    watched = leaks.Watched()
    ways = Journey(portal, box, watched)
    nia, maya, omar, rosa = (watched.watch(new_page(PHONE)) for _ in range(4))
    email = newcomer(portal).email
    password = ways.new_password(nia, email)
    codes = ways.second_step(nia, email, password)
    ways.by_mail(nia, email, codes[0])
    ways.photo(sign_in(maya, MAYA))
    ways.directory(sign_in(omar, OMAR))
    ways.provider(sign_in(rosa, ROSA))
    why = ways.look(rosa)

    cookies = {name: value for name, value in ways.secret.items() if name.startswith("cookie ")}
    browser = [*as_places("address", watched.addresses), *as_places("history", watched.history())]
    browser += [*as_places("console", watched.said), *watched.kept()]
    referers = as_places("Referer", watched.referers)
    log = [("log", portal.log.read_bytes())]
    stored = list(leaks.files(portal.data_dir))
    kept = list(leaks.in_redis(held))

    # What is there to be found is found: else nothing below would say anything.
    assert len(cookies) >= 6
    assert leaks.left({"email": email}, stored), "rows were looked at"
    assert leaks.left({"why": why}, stored), "the trail keeps the reason for a look in words"
    assert leaks.left({"door": "/auth/reset/new"}, log), "requests were logged"
    assert leaks.left({"next": "/reset?sent=1"}, browser), "addresses were seen"
    assert len(leaks.left(ways.links, browser)) >= 2, "mailed links were opened"
    assert leaks.left({"own": portal.url}, referers), "Referers were seen"
    assert len(leaks.left(ways.tabs, kept)) >= 1, "pages are held in Valkey, by their tokens"
    assert leaks.left(ways.tabs, watched.kept()), "the browser's own keeping was looked at"
    assert any(where.startswith("cache") for where, _ in browser), "so were the caches of its worker"
    assert leaks.left(ways.tabs, as_places("socket", watched.sockets)), "the framework names the tab there"
    assert leaks.left(cookies, opened(portal, held)), "pages hold the cookie of their socket"

    never = {**ways.secret, **ways.links}
    assert leaks.left({**never, **ways.tabs, "why": why}, log) == []
    assert leaks.left({**never, "why": why}, kept) == []
    assert leaks.left({**never, **ways.tabs, "why": why}, referers) == []
    assert leaks.left({**ways.secret, "why": why}, browser) == []
    assert leaks.left({**never, **ways.tabs}, stored) == []
    of_links = [one for one in browser if not one[0].startswith(("address", "history"))]
    assert leaks.left(ways.links, of_links) == []
    assert leaks.left(ways.tabs, [one for one in browser if one[0].startswith(("address", "history"))]) == []
    strays = [
        address
        for address in (*watched.addresses, *watched.history())
        if any(link in address for link in ways.links.values())
        and urlsplit(address).path not in ("/reset/new", "/sign-in/link")
    ]
    assert strays == [], "a link stands in no address but its own page's"
    for name, token in cookies.items():
        assert not leaks.left(
            {name: token}, [("cookies for scripts", nia.evaluate("document.cookie").encode())]
        )
