"""What was kept long enough goes, what was not stays, and only the company's own."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal_app.core import own_rows
from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.clock import now
from portal_app.core.trail import AuditEntry
from portal_app.jobs.handlers import handlers, repeating
from portal_app.services.drafts import service as drafts
from portal_app.services.drafts.tables import Draft
from portal_app.services.identity.tables import Ceremony, MailedLink, SignIn, Step
from portal_app.services.notifications.tables import Mail
from portal_app.services.privacy import keeping
from tests.engines import past_the_wall

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("S-76")]


def stored(table):
    with past_the_wall() as db:
        return list(db.exec(select(table)))


def forget(company_id: str):
    with acting_for_company(company_id) as access:
        return keeping.forget_old(access, {})


@pytest.fixture
def old_and_young(people, clock) -> None:
    """A session, a step, a link, a draft and a mail of both companies, just before and after their time."""
    for visitor in (people.owner, people.outsider):
        for late in (timedelta(minutes=-1), timedelta(minutes=1)):
            with acting_for(visitor) as access:
                key = f"{visitor.name} {late}"
                access.add(SignIn, id=key, ends_at=now() - timedelta(days=90) + late)
                access.add(Step, id=key, how="password", ends_at=now() - timedelta(days=1) + late)
                access.add(Draft, key=key, facts="{}", changed_at=now() - drafts.KEPT_FOR + late)
            with acting_for_company(visitor.company_id) as access:
                at = now() - timedelta(days=730) + late
                access.add(Mail, recipient="x", subject=key, text="x", message_id=key, state="sent", at=at)
                ends = now() - timedelta(days=30) + late
                access.db.add(
                    MailedLink(id=key, company_id=visitor.company_id, purpose="reset", ends_at=ends)
                )


def test_what_is_over_goes_and_what_is_not_stays(people, old_and_young):
    assert forget(people.company.id) == dict.fromkeys(
        ("sign_in", "sign_in_step", "mailed_link", "mail", "draft"), 1
    )
    for table in (SignIn, Step, MailedLink, Mail, Draft):
        left = [row.company_id for row in stored(table)]
        assert sorted(left) == sorted([people.company.id] + [people.other_company.id] * 2), table
    assert forget(people.company.id) == {}


def test_it_is_written_down_how_much_went(people, old_and_young):
    forget(people.company.id)
    with past_the_wall() as db:
        [entry] = db.exec(select(AuditEntry).where(col(AuditEntry.action) == "privacy.forgotten"))
    assert entry.facts == '{"removed": "1 draft, 1 mail, 1 mailed_link, 1 sign_in, 1 sign_in_step"}'


def test_challenges_that_nobody_answered_go(people, clock):
    with past_the_wall() as db:
        for number, late in enumerate((-1, 1)):
            db.add(Ceremony(id=f"c{number}", ends_at=now() + timedelta(minutes=late), **_ceremony(number)))
    with acting_for_company("") as access:
        keeping.forget_ceremonies(access, {})
    assert [row.id for row in stored(Ceremony)] == ["c1"]


def _ceremony(number: int) -> dict[str, str]:
    taken = {"id", "ends_at"}
    fields = Ceremony.model_fields.items()
    return {name: f"{name}{number}" for name, info in fields if name not in taken and info.is_required()}


def test_each_rule_names_a_moment_of_a_companys_table_and_its_reason(people):
    for name, kept in keeping.RULES.items():
        columns = own_rows.tables()[name].__table__.columns
        assert "company_id" in columns
        assert kept.since in columns
        assert kept.days > 0
        assert kept.why


def test_the_jobs_come_round(people):
    assert {"privacy.forget_old", "privacy.forget_ceremonies"} <= handlers().keys()
    assert {"privacy.forget_old", "privacy.forget_ceremonies"} <= {entry.kind for entry in repeating()}
