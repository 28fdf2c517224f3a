"""The way to the mail server: one message over SMTP, the same message number for the same mail."""

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal_app.core.clock import now
from portal_app.settings import settings

NOT_SET = "not sent: no mail server set"


@dataclass(frozen=True)
class Letter:
    """One mail, ready to go."""

    recipient: str
    subject: str
    text: str
    message_id: str
    calendar: str = ""
    """An iCalendar file to go along, for what people put in their calendar."""


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(  # noqa: S701 -- plain text, where escaping would spoil names
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def write(template: str, **facts: Any) -> tuple[str, str]:
    """Subject and text of a mail: the template's first line, and the rest."""
    subject, _, text = _templates().get_template(f"{template}.txt").render(**facts).partition("\n")
    return subject.strip(), text


def letter(company_id: str, payload: dict[str, Any]) -> Letter:
    """The mail that a job asks for. All attempts of one job bear the same message number."""
    subject = " ".join(str(payload["subject"]).split())[:200]
    number = hashlib.sha256(f"{company_id} {payload['job']}".encode()).hexdigest()[:32]
    host = settings().mail_from.rpartition("@")[2]
    calendar = str(payload.get("calendar", ""))
    return Letter(str(payload["to"]), subject, str(payload["text"]), f"<{number}@{host}>", calendar)


def send(what: Letter) -> str:
    """Hand one mail to the server; gives how it ended. Raises OSError or SMTPException when refused."""
    address = settings().smtp_url
    if not address:
        return NOT_SET
    with _server(address) as server:
        server.send_message(message_of(what))
    return "sent"


def message_of(what: Letter) -> EmailMessage:
    """A mail as the server takes it, its calendar entry attached where it has one."""
    message = EmailMessage()
    message["From"] = settings().mail_from
    message["To"] = what.recipient
    message["Subject"] = what.subject
    message["Message-ID"] = what.message_id
    message["Date"] = now()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(what.text)
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
