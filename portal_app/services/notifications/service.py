"""Tell people what moved: on the portal since their last visit, and by mail where they want it."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, func

from portal_app.core import queue
from portal_app.core.access import Access, SystemAccess, reads
from portal_app.core.accounts import Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.errands import Errand
from portal_app.services.notifications import post, rules
from portal_app.services.notifications.post import Letter
from portal_app.services.notifications.tables import Mail, News, Preference
from portal_app.shapes.tasks import NewsRow

FOR_THE_NEW = timedelta(days=14)


def tell(
    access: Access,
    account_id: str,
    title: str,
    detail: str,
    link: str,
    key: str,
    *,
    about: str = "",
    whose: str = "",
) -> bool:
    """Put news on an account's home; False when the same key was told before.

    `whose` names the person whose doing it is about; only who may see that person's things is told.
    """
    row = {
        "account_id": account_id,
        "title": title[:160],
        "detail": detail[:400],
        "link": link,
        "key": key,
        "about": about,
        "at": now(),
        "person_id": whose,
    }
    new = access.add_many(News, [row], skip_known=True) == 1
    if new:
        access.poke(f"news:{account_id}")
    return new


def tell_everybody(  # a piece of news has these facts
    access: SystemAccess,
    account_id: str,
    topic: str,
    title: str,
    detail: str,
    link: str,
    key: str,
    *,
    whose: str = "",
) -> int:
    """Put news on an account's home and mail its people who want that topic by mail; says how many mails.

    A place that has ended gets none, nor does one that does not show what `whose` person did.
    """
    if not tell(access, account_id, title, detail, link, key, about=topic, whose=whose):
        return 0
    company = access.db.get_one(Company, access.visitor.company_id)
    members = access.all(Member, col(Member.account_id) == account_id)
    ids = [member.person_id for member in members if rules.hears_of(member, whose, now())]
    people = access.all(Person, col(Person.id).in_(ids), col(Person.standing) == "active")
    return sum(_mail_person(access, company, person, topic, title, detail, link, key) for person in people)


def _mail_person(
    access: SystemAccess,
    company: Company,
    person: Person,
    topic: str,
    title: str,
    detail: str,
    link: str,
    key: str,
) -> int:
    wish = access.first(Preference, col(Preference.person_id) == person.id, col(Preference.topic) == topic)
    wish = wish or Preference(company_id=company.id, person_id=person.id, topic=topic)
    if wish.channel != "mail":
        return 0
    run_at = rules.may_tell_at(now(), company.zone, wish.quiet_from, wish.quiet_to)
    words = f"Hello {person.name},\n\n{detail or title}"
    return mail(
        access,
        person.email,
        title,
        words,
        f"mail:{key}:{person.id}",
        run_at=run_at,
        link=link,
        small="You get this because you asked to be told by mail. Change that under Account on the portal.",
    )


def mail(
    access: Access,
    to: str,
    subject: str,
    text: str,
    key: str | None,
    *,
    run_at: datetime | None = None,
    link: str = "",
    button: str = "",
    small: str = "",
    calendar: str = "",
) -> bool:
    """Send one mail after the commit; False when the same key was asked for before.

    `text` is paragraphs parted by an empty line; `link` the page of ours where the reader goes on and
    `button` what it is called; `small` says why the mail came; `calendar` is an iCalendar file.
    """
    payload = {"to": to, "subject": subject, "text": text}
    more = {"link": link, "button": button, "small": small, "calendar": calendar}
    payload |= {name: value for name, value in more.items() if value}
    return access.later("mail.send", payload, key=key, run_at=run_at)


@reads
def since(access: Access, last_seen: datetime | None = None, limit: int = 10) -> list[NewsRow]:
    """What moved since this person was last here, newest first."""
    last_seen = last_seen or access.visitor.last_seen
    newer = [] if last_seen is None else [col(News.at) > last_seen]
    found = access.all(News, *newer, order=(col(News.at).desc(), col(News.id).desc()), limit=limit)
    return [NewsRow(title=row.title, detail=row.detail, link_to=row.link) for row in found]


@reads
def unseen(access: Access) -> int:
    """How much moved since this person was last here; for somebody new, in the last two weeks."""
    last_seen = access.visitor.last_seen or now() - FOR_THE_NEW
    newer = col(News.at) > last_seen
    return access.db.exec(access.columns(News, func.count(col(News.id))).where(newer)).one()  # pyright: ignore[reportCallIssue, reportArgumentType]


@reads
def preferences(access: Access) -> list[Preference]:
    """How the person wants to hear of what; topics they never chose for are told by mail."""
    return access.all(Preference, order=col(Preference.topic))


def choose(access: Access, topic: str, channel: str, quiet_from: int = 1260, quiet_to: int = 480) -> None:
    """Set how the person wants to hear of one topic. Raises Refusal for what does not exist."""
    rules.check_preference(channel, quiet_from, quiet_to)
    values: dict[str, Any] = {"channel": channel, "quiet_from": quiet_from, "quiet_to": quiet_to}
    known = access.first(Preference, col(Preference.topic) == topic)
    if known is None:
        access.add(Preference, topic=topic, **values)
    else:
        access.change(known, **values)
    access.note("notifications.chosen", topic, channel=channel)


@reads
def mails(access: Access, limit: int = 100) -> list[Mail]:
    """The mails of the company and how each ended, newest first; those that never left are among them."""
    access.require("mail.see")
    stored = access.all(Mail, order=col(Mail.at).desc(), limit=limit)
    stuck = [job for job in queue.dead(access.db, access.visitor.company_id) if job.kind == "mail.send"]
    company = access.db.get_one(Company, access.visitor.company_id)
    return [_stuck(company, job) for job in stuck] + stored


def _stuck(company: Company, job: queue.Job) -> Mail:
    what = post.letter(company, {**queue.payload_of(job), "job": job.id})
    values = {"recipient": what.recipient, "subject": what.subject, "text": what.kept, "at": job.made_at}
    state = "not sent: refused by the mail server"
    return Mail(id=job.id, company_id=job.company_id, message_id=what.message_id, state=state, **values)


def _prepare(access: SystemAccess, payload: dict[str, Any]) -> Letter | None:
    what = post.letter(access.db.get_one(Company, access.visitor.company_id), payload)
    sent = access.first(Mail, col(Mail.message_id) == what.message_id)
    return None if sent else what


def _settle(access: SystemAccess, payload: dict[str, Any], answer: str) -> None:
    what = post.letter(access.db.get_one(Company, access.visitor.company_id), payload)
    access.add(
        Mail,
        recipient=what.recipient,
        subject=what.subject,
        text=what.kept,
        message_id=what.message_id,
        state=answer,
    )


JOBS = {"mail.send": Errand(prepare=_prepare, go=post.send, settle=_settle)}
