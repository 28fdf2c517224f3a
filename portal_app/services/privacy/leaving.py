"""Delete me: asked for with a fresh proof, taken back by a tap or a link, done after fourteen days."""

from datetime import date, datetime, timedelta

from babel.dates import format_date
from sqlmodel import col

from portal_app.core import outbox, when
from portal_app.core.access import Access, acting_for_company, reads, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import local, now
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.ids import reference
from portal_app.services.identity import links, mailing
from portal_app.services.identity.links import StaleLink
from portal_app.services.privacy import plans
from portal_app.services.privacy.tables import Erasure
from portal_app.shapes.files import Download
from portal_app.shapes.forms import Effect
from portal_app.shapes.leaving import EndPage
from portal_app.shapes.status import Notice
from portal_app.shapes.tasks import LinkRow

COOLING_OFF = timedelta(days=14)
REMINDS = timedelta(days=3)
"""So long before the end the person is reminded."""
STOP_PAGE = "/leaving/stop"
OPEN = ("asked", "held")
_DEMO = "The people of the demo stay, so that the next visitor finds them too. Nothing is deleted."


def open_wish(access: Access) -> Erasure | None:
    """The wish to be deleted that stands, if there is one."""
    return access.first(Erasure, col(Erasure.state).in_(OPEN), order=col(Erasure.made_at).desc())


def _customer(access: Access) -> None:
    if access.visitor.staff:
        raise NotYours


def day_of(moment: datetime, zone: str) -> date:
    """The day of a moment where the company is."""
    return local(moment, zone).date()


def written(value: date, locale: str) -> str:
    """A day as a mail says it: "6 December 2026"."""
    return format_date(value, "d MMMM y", locale=locale)


@reads
def page(access: Access) -> EndPage:
    """What goes, what stays and why, and how a wish to be deleted stands."""
    _customer(access)
    visitor, wish = access.visitor, open_wish(access)
    end = wish.due_at if wish else now() + COOLING_OFF
    day = day_of(end, visitor.zone)
    found = plans.plan(access, visitor.person_id, day)
    day_words = written(day, visitor.locale)
    common = EndPage(
        ready=True,
        goes=tuple(LinkRow(words) for words in found.goes),
        stays=tuple(
            LinkRow(one.words, f"{one.why}. {plans.until_words(one, visitor.locale)}".strip())
            for one in found.stays
        ),
        accounts=tuple(LinkRow(plans.account_words(account)) for account in found.accounts),
        file_to=f"/files/{visitor.kind}/what-goes?erasure_id={wish.id}" if wish else "",
        question=f"Delete your account on {day_words}?",
        effects=(
            Effect(
                "calendar", f"Nothing happens before {day_words}. Until then you can keep it with one tap."
            ),
            Effect("mail", "We mail you now, three days before, and when it is done."),
            Effect("lock", "After that nobody can bring it back, not even we."),
        ),
    )
    return _standing(common, wish, found, day_words)


def _standing(common: EndPage, wish: Erasure | None, found: plans.Plan, day_words: str) -> EndPage:
    if wish is None:
        return common
    says = f"Until then everything works as before. Reference {wish.reference}."
    title, state = f"Your account is deleted on {day_words}", "asked"
    if found.held:
        state, why = "held", " and ".join(found.held)
        says = f"It has to wait while this is kept: {why}. It is done once that is over. {says}"
        title = "Your account waits to be deleted"
    return EndPage(
        **{**vars(common), "state": state, "title": title, "says": says, "reference": wish.reference}
    )


def ask(access: Access) -> Notice:
    """Ask to be deleted in fourteen days; a second tap asks once.

    Raises ProveAgain without a fresh proof, Refusal for one of the demo's people.
    """
    _customer(access)
    visitor = access.visitor
    if access.get(Person, visitor.person_id).demo_says:
        raise Refusal(_DEMO)
    access.require_fresh()
    # Two taps at once wait here for each other.
    me = access.db.exec(access.rows(Person, col(Person.id) == visitor.person_id).with_for_update()).one()
    wish = open_wish(access)
    if wish is None:
        wish = access.add(Erasure, reference=reference("DEL"), due_at=now() + COOLING_OFF)
        access.later("privacy.remind", {"erasure": wish.id}, run_at=wish.due_at - REMINDS)
        access.later("privacy.erase", {"erasure": wish.id}, run_at=wish.due_at)
        access.note("privacy.erasure_asked", wish.reference, account_id="")
        company = access.db.get_one(Company, visitor.company_id)
        day = written(day_of(wish.due_at, company.zone), visitor.locale)
        mail_before(
            access,
            company,
            me,
            wish,
            f"Your account at {company.name} is deleted on {day}",
            f"you asked us to delete your account. We do it on {day}. Reference {wish.reference}.",
        )
    day_words = written(day_of(wish.due_at, visitor.zone), visitor.locale)
    text = "Until then you can keep it with one tap, here or in the mail we sent you."
    return Notice(f"Your account is deleted on {day_words}", text, "good", wish.reference)


def mail_before(
    access: Access, company: Company, person: Person, wish: Erasure, subject: str, says: str
) -> None:
    """Mail somebody what will happen and the link that keeps their account."""
    lasts = max(wish.due_at - now(), timedelta(days=1))
    made = links.make(
        access.db, "stay", company.id, person_id=person.id, email=person.email, about=wish.id, lasts=lasts
    )
    mailing.send(
        access.db,
        company.id,
        person.email,
        subject,
        (f"Hello {person.name},", says, "Until then everything works as before. Changed your mind?"),
        link=links.address(STOP_PAGE, made.token),
        button="Keep my account",
        after=("If it was not you who asked, press the button, change your password and tell us.",),
    )
    access.poke(outbox.TOPIC)


def stop(access: Access) -> Notice:
    """Keep the account after all. Raises Refusal when nothing is asked."""
    _customer(access)
    wish = open_wish(access)
    if wish is None or not _stop(access, wish):
        raise Refusal("Nothing is waiting to be deleted.")
    return Notice("Your account stays", "Everything is as it was before.", "good", wish.reference)


def _stop(access: Access, wish: Erasure) -> bool:
    still = (col(Erasure.id) == wish.id, col(Erasure.state).in_(OPEN))
    if access.update(Erasure, *still, state="cancelled", cancelled_at=now()) != 1:
        return False
    person = access.db.get_one(Person, wish.person_id)
    company = access.db.get_one(Company, wish.company_id)
    links.withdraw(access.db, "stay", person_id=person.id)
    access.note("privacy.erasure_stopped", wish.reference, account_id="")
    mailing.send(
        access.db,
        company.id,
        person.email,
        f"Your account at {company.name} stays",
        (f"Hello {person.name},", f"nothing is deleted. Your request {wish.reference} is taken back."),
        key=f"erasure-stopped:{wish.id}",
    )
    access.poke(outbox.TOPIC)
    return True


def stop_by_link(token: object, address: str = "") -> None:
    """Keep the account after all, by the link in a mail. Raises StaleLink, TooMany."""
    with links.guarded(address):
        link = links.look(token, "stay")
        if link is None:
            raise StaleLink
        with acting_for_company(link.company_id, actor="leaving") as access:
            link = links.use_up(access.db, token, "stay")
            wish = access.db.exec(unscoped(Erasure, col(Erasure.id) == link.about)).first()
            if wish is None or not _stop(access, wish):
                raise StaleLink


def what_goes(access: Access, erasure_id: str = "") -> Download:
    """What will be erased and what stays, why and until when, as a text to keep. Raises NotYours."""
    _customer(access)
    visitor, wish = access.visitor, access.get(Erasure, erasure_id)
    if wish.state not in OPEN:
        raise NotYours
    day = day_of(wish.due_at, visitor.zone)
    found = plans.plan(access, visitor.person_id, day)
    head = f"When your account is deleted on {written(day, visitor.locale)}"
    made = f"As of {when.moment(now(), now(), visitor.zone, visitor.locale)}, {day_of(now(), visitor.zone)}"
    lines = [head, made, "", *plans.report(found, visitor.locale), ""]
    return Download("what-is-deleted.txt", "text/plain; charset=utf-8", "\n".join(lines).encode())


DOWNLOADS = {"what-goes": what_goes}
