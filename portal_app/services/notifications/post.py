"""The way to the mail server: one message over SMTP, the same message number for the same mail.

Every mail of the house passes here and looks alike: words, at most one button, a foot with the company's
name. It always has a plain part; its HTML part fetches nothing when it is read.
"""

import hashlib
import json
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from portal_app.core import vault
from portal_app.core.accounts import Company
from portal_app.core.clock import now
from portal_app.services.identity import links
from portal_app.services.identity.mailing import SEALED
from portal_app.services.notifications.letterhead import Letterhead, letterhead
from portal_app.settings import settings

NOT_SET = "not sent: no mail server set"
_TEMPLATES = Path(__file__).parent / "templates"
_HIDDEN = "(only in the mail itself)"


@dataclass(frozen=True)
class Letter:
    """One mail, ready to go. `kept` is what the company may read of it later: its words, no secret."""

    recipient: str
    subject: str
    text: str
    message_id: str
    calendar: str = ""
    """An iCalendar file to go along, for what people put in their calendar."""
    html: str = ""
    kept: str = ""
    sender: str = ""
    mark: bytes = b""


@dataclass(frozen=True)
class _Words:
    """What a mail says, whichever way it was asked for."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    small: str
    button: str
    link: str
    code: str
    sealed: bool

    def plain(self, *, whole: bool) -> str:
        """The words as text; without `whole` what only the reader may know is left out."""
        parts = list(self.before)
        hide = self.sealed and not whole
        if self.code:
            parts.append(f"Code: {_HIDDEN if hide else _spoken(self.code)}")
        if self.link:
            parts.append(f"{self.button}:\n{_HIDDEN if hide else self.link}")
        return "\n\n".join([*parts, *self.after])


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


@lru_cache(maxsize=1)
def _plain() -> Template:
    loader = FileSystemLoader(_TEMPLATES)
    environment = Environment(loader=loader, undefined=StrictUndefined)  # noqa: S701 -- plain text
    return environment.get_template("letter.txt")


@lru_cache(maxsize=1)
def _drawn() -> Template:
    """The layout of every mail: MJML made into HTML once, then filled with everything escaped."""
    import mrml  # noqa: PLC0415 -- read where the first mail is written

    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["lines"] = _lines
    return environment.from_string(mrml.to_html((_TEMPLATES / "letter.mjml").read_text()).content)


def letter(company: Company, payload: dict[str, Any]) -> Letter:
    """The mail that a job asks for. All attempts of one job bear the same message number."""
    subject = " ".join(str(payload["subject"]).split())[:200]
    number = hashlib.sha256(f"{company.id} {payload['job']}".encode()).hexdigest()[:32]
    host = settings().mail_from.rpartition("@")[2]
    words, head = _words(company, payload), letterhead(company)
    shown = {"head": head, "small": words.small}
    return Letter(
        recipient=str(payload["to"]),
        subject=subject,
        text=_plain().render(**shown, kept=words.plain(whole=True)),
        message_id=f"<{number}@{host}>",
        calendar=str(payload.get("calendar", "")),
        html=_html(head, words, subject, str(payload.get("title") or subject), f"{number}.mark@{host}"),
        kept=words.plain(whole=False),
        sender=head.name,
        mark=head.mark,
    )


def _words(company: Company, payload: dict[str, Any]) -> _Words:
    secret: dict[str, str] = {}
    if payload.get("sealed"):
        secret = json.loads(vault.unseal(payload["sealed"], SEALED))
    before = payload["before"] if "before" in payload else str(payload["text"]).split("\n\n")
    return _Words(
        before=tuple(str(line).strip() for line in before if str(line).strip()),
        after=tuple(str(line).strip() for line in payload.get("after", ())),
        small=str(payload.get("small", "")),
        button=str(payload.get("button") or "Open it in the portal"),
        link=links.at_host(_own_address(str(secret.get("link") or payload.get("link", ""))), company.host),
        code=str(secret.get("code", "")),
        sealed=bool(secret),
    )


def _own_address(link: str) -> str:
    """The whole address of a page of ours; nothing for any other."""
    home = settings().public_url.rstrip("/")
    whole = f"{home}{link}" if link.startswith("/") and not link.startswith("//") else link
    return whole if whole.startswith(f"{home}/") else ""


def _html(head: Letterhead, words: _Words, subject: str, title: str, mark_id: str) -> str:
    spoken = [line for line in words.before if not line.startswith("Hello")]
    return _drawn().render(
        head=head,
        subject=subject,
        title=title,
        preheader=" ".join(" ".join(spoken[:1]).split())[:140],
        before=words.before,
        after=words.after,
        small=words.small,
        button=words.button,
        link=words.link,
        code=_spoken(words.code),
        mark_id=mark_id,
    )


def _spoken(code: str) -> str:
    return f"{code[:3]} {code[3:]}" if len(code) == 6 else code


def send(what: Letter) -> str:
    """Hand one mail to the server; gives how it ended. Raises OSError or SMTPException when refused."""
    address = settings().smtp_url
    if not address:
        return NOT_SET
    with _server(address) as server:
        server.send_message(message_of(what))
    return "sent"


def message_of(what: Letter) -> EmailMessage:
    """A mail as the server takes it: plain and drawn, a calendar entry attached where it has one."""
    message = EmailMessage()
    name, _, host = settings().mail_from.rpartition("@")
    message["From"] = Address(what.sender, name, host) if what.sender else settings().mail_from
    message["To"] = what.recipient
    message["Subject"] = what.subject
    message["Message-ID"] = what.message_id
    message["Date"] = now()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(what.text)
    if what.html:
        message.add_alternative(what.html, subtype="html")
    if what.html and what.mark:
        drawn = message.get_body(("html",))
        mark_id = what.message_id.replace("@", ".mark@")
        if isinstance(drawn, EmailMessage):
            drawn.add_related(what.mark, "image", "png", cid=mark_id, disposition="inline")
    if what.calendar:
        message.add_attachment(
            what.calendar, subtype="calendar", params={"method": "PUBLISH"}, filename="planned-work.ics"
        )
    return message


def _server(address: str) -> smtplib.SMTP:
    url = urlsplit(address)
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, url.port or 465, timeout=20, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=20)
        if url.port == 587 or "starttls" in url.query:
            server.starttls(context=ssl.create_default_context())
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server
