"""Setting up another house: four steps, each with a fresh proof, by an administrator and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.core.errors import NotAllowed, NotYours, ProveAgain, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.registry import KINDS
from portal_app.services.identity import saml, saml_metadata
from portal_app.services.identity.links import StaleLink
from portal_app.services.identity.tables import OutsideName, SignOn
from portal_app.services.people import sign_ons, staff
from portal_app.shapes.sign_on import SignOnForm
from tests.portals.conftest import do
from tests.saml_house import House, key
from tests.services.people.conftest import mails, token

pytestmark = pytest.mark.usefixtures("both_engines")
GOOD = SignOnForm(
    name="First Works",
    issuer="https://login.first.example",
    client_id="portal",
    domains="first.example, second.example",
    roles="bosses = Administrator\ncrew = operator",
)


def _staff(house, role, **changes):
    with before_sign_in() as db:
        row = Person(
            company_id=house.company.id, email=f"{role}@first.example", name=role.title(), staff_role=role
        )
        db.add(row)
        db.flush()
        facts = {"person_id": row.id, "name": row.name, "email": row.email, "role": role}
    return replace(house.staff, **facts, permissions=KINDS[0].roles[role], proved_at=now(), **changes)


@pytest.fixture
def boss(house):
    """An administrator of the first company who has just proved who they are."""
    return _staff(house, "administrator")


def kept() -> list[SignOn]:
    with before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(SignOn)))


def tried(well: bool = True) -> None:
    with before_sign_in() as db:
        one = db.exec(unscoped(SignOn)).one()
        one.tried_at, one.tried_well, one.tried_says = now(), well, "It works."
        db.add(one)


def refused(who, act, *given) -> Refusal:
    with pytest.raises(Refusal) as no:
        do(who, act, *given)
    return no.value


@pytest.mark.line("S-06")
def test_a_house_is_set_up_proved_tried_and_only_then_turned_on(house, boss):
    do(boss, sign_ons.save, "", GOOD)
    (one,) = kept()
    assert not one.working
    assert "prove" in refused(boss, sign_ons.turn, one.id).sentence
    do(boss, sign_ons.mail_proof, one.id, "first.example", "postmaster")
    mail = mails()[-1]
    assert mail["to"] == "postmaster@first.example"
    assert "/staff/energy/sign-on?token=" in mail["link"]
    assert do(boss, sign_ons.page, token()).confirms == "first.example"
    do(boss, sign_ons.confirm_domain, token())
    assert kept()[0].domains_proved == "first.example"
    assert isinstance(refused(boss, sign_ons.confirm_domain, token()), StaleLink), "once"
    assert "try it" in refused(boss, sign_ons.turn, one.id).sentence
    tried(False)
    assert "try it" in refused(boss, sign_ons.turn, one.id).sentence
    tried()
    assert do(boss, sign_ons.turn, one.id).title == "On: First Works"
    (row,) = do(boss, sign_ons.page).rows
    assert (row.badge.text, row.unproved, row.turn) == ("On", True, "Turn off")
    said = {fact.label: fact.value for fact in row.facts}
    assert said["Email domains"] == "first.example (proved), second.example (not proved)"
    assert said["Somebody new"] == "bosses: Administrator; crew: Operator"
    do(boss, sign_ons.turn, one.id)
    assert not kept()[0].working
    with before_sign_in(reads_only=True) as db:
        acts = {entry.action for entry in db.exec(unscoped(AuditEntry))}
    assert acts >= {
        "identity.sign_on_set_up", "identity.sign_on_domain_asked", "identity.sign_on_domain_proved",
        "identity.sign_on_turned",
    }  # fmt: skip


@pytest.mark.line("S-06", "S-25")
def test_everything_about_it_is_for_administrators_of_that_company(house, boss):
    do(boss, sign_ons.save, "", GOOD)
    (one,) = kept()
    acts = [
        (sign_ons.page,), (sign_ons.may_change,), (sign_ons.unproved, one.id), (sign_ons.form_of, one.id),
        (sign_ons.save, "", GOOD), (sign_ons.save, one.id, GOOD), (sign_ons.keep_secret, one.id, "x"),
        (sign_ons.mail_proof, one.id, "first.example", "admin"), (sign_ons.confirm_domain, "A" * 43),
        (sign_ons.may_try, one.id), (sign_ons.turn, one.id), (sign_ons.ask_to_remove, one.id),
        (sign_ons.remove, one.id),
    ]  # fmt: skip
    for who in (house.owner, _staff(house, "operator"), house.outsider):
        for act, *given in acts:
            assert isinstance(refused(replace(who, proved_at=now()), act, *given), NotAllowed)
    elsewhere = replace(boss, company_id=house.outsider.company_id)
    for act, *given in acts:
        if one.id in given:
            assert isinstance(refused(elsewhere, act, *given), NotYours)
    assert kept()[0].client_secret == ""


@pytest.mark.line("S-05", "S-06")
def test_every_change_asks_for_a_proof_of_the_last_five_minutes(house, boss):
    do(boss, sign_ons.save, "", GOOD)
    (one,) = kept()
    do(boss, sign_ons.mail_proof, one.id, "first.example", "postmaster")
    tried()
    stale = replace(boss, proved_at=now() - timedelta(minutes=6))
    for act, *given in (
        (sign_ons.may_change,), (sign_ons.form_of, one.id), (sign_ons.unproved, one.id),
        (sign_ons.save, "", GOOD), (sign_ons.keep_secret, one.id, "a secret"),
        (sign_ons.mail_proof, one.id, "second.example", "admin"), (sign_ons.confirm_domain, token()),
        (sign_ons.may_try, one.id), (sign_ons.remove, one.id),
    ):  # fmt: skip
        assert isinstance(refused(stale, act, *given), ProveAgain)
    do(boss, sign_ons.confirm_domain, token())
    assert isinstance(refused(stale, sign_ons.turn, one.id), ProveAgain)


@pytest.mark.line("S-06")
@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "x" * 61),
        ("issuer", "http://login.first.example"),
        ("issuer", "https://login.first.example?x=1"),
        ("issuer", "login.first.example"),
        ("client_id", ""),
        ("client_id", "a\0b"),
        ("domains", "first"),
        ("roles", ""),
        ("roles", "crew = owner"),
        ("role_claim", ""),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(house, boss, field, typed):
    no = refused(boss, sign_ons.save, "", replace(GOOD, **{field: typed}))
    assert no.field == field
    assert kept() == []


@pytest.mark.line("S-06")
def test_a_house_of_one_account_gives_places_in_it_and_in_no_other(house, boss):
    theirs = replace(GOOD, whom="account", roles="* = Viewer", account=house.account.number)
    do(boss, sign_ons.save, "", theirs)
    (one,) = kept()
    assert (one.for_staff, one.account_id, one.role_map) == (False, house.account.id, '{"*": "viewer"}')
    form = do(boss, sign_ons.form_of, one.id)
    assert (form.whom, form.account, form.roles) == ("account", house.account.number, "* = Viewer")
    assert refused(boss, sign_ons.save, "", replace(theirs, account="none")).field == "account"
    elsewhere = replace(theirs, account=house.outside_account.number)
    if house.outside_account.number != house.account.number:
        assert refused(boss, sign_ons.save, "", elsewhere).field == "account"
    assert refused(boss, sign_ons.save, "", replace(theirs, roles="* = operator")).field == "roles"


@pytest.mark.line("S-06")
def test_nobody_gives_a_role_that_may_more_than_their_own(house):
    runs = _staff(house, "operator")
    runs = replace(runs, permissions=runs.permissions | {"sign_on.run"})
    assert refused(runs, sign_ons.save, "", GOOD).field == "roles"
    assert do(runs, sign_ons.save, "", replace(GOOD, roles="crew = operator")).tone == "good"


@pytest.mark.line("S-06", "S-70")
def test_another_issuer_is_another_house_and_a_new_secret_is_tried_again(house, boss):
    do(boss, sign_ons.save, "", GOOD)
    (one,) = kept()
    do(boss, sign_ons.keep_secret, one.id, " a secret ")
    assert kept()[0].client_secret == "a secret"
    assert refused(boss, sign_ons.keep_secret, one.id, "").field == "secret"
    do(boss, sign_ons.mail_proof, one.id, "first.example", "postmaster")
    do(boss, sign_ons.confirm_domain, token())
    tried()
    do(boss, sign_ons.turn, one.id)
    do(boss, sign_ons.save, one.id, replace(GOOD, name="First"))
    assert (kept()[0].working, kept()[0].client_secret) == (True, "a secret")
    do(boss, sign_ons.keep_secret, one.id, "another secret")
    assert not kept()[0].working
    tried()
    do(boss, sign_ons.turn, one.id)
    do(boss, sign_ons.save, one.id, replace(GOOD, issuer="https://other.first.example"))
    assert (kept()[0].working, kept()[0].client_secret, kept()[0].tried_well) == (False, "", False)
    assert kept()[0].domains_proved == "first.example"
    do(boss, sign_ons.save, one.id, replace(GOOD, domains="second.example"))
    assert kept()[0].domains_proved == ""


@pytest.mark.line("S-06")
def test_a_domain_is_proved_by_its_own_mailboxes_and_its_link_by_its_own_company_within_a_day(
    house, boss, clock
):
    do(boss, sign_ons.save, "", GOOD)
    (one,) = kept()
    assert refused(boss, sign_ons.mail_proof, one.id, "evil.example", "postmaster").field == "domain"
    assert refused(boss, sign_ons.mail_proof, one.id, "first.example", "boss").field == "mailbox"
    do(boss, sign_ons.mail_proof, one.id, "first.example", "postmaster")
    first = token()
    do(boss, sign_ons.mail_proof, one.id, "first.example", "admin")
    assert isinstance(refused(boss, sign_ons.confirm_domain, first), StaleLink), "the newest counts"
    elsewhere = replace(boss, company_id=house.outsider.company_id)
    assert do(elsewhere, sign_ons.page, token()).confirms == ""
    assert isinstance(refused(elsewhere, sign_ons.confirm_domain, token()), StaleLink)
    clock.move(hours=25)
    late = replace(boss, proved_at=now())
    assert isinstance(refused(late, sign_ons.confirm_domain, token()), StaleLink)
    assert kept()[0].domains_proved == ""


@pytest.mark.line("S-06")
def test_a_house_that_is_removed_leaves_nothing_of_itself_and_everybody_it_brought(house, boss):
    do(boss, sign_ons.save, "", GOOD)
    (one,) = kept()
    with before_sign_in() as db:
        facts = {"company_id": one.company_id, "person_id": house.owner.person_id}
        db.add(OutsideName(**facts, sign_on_id=one.id, issuer=one.issuer, subject="1"))
    assert do(boss, sign_ons.ask_to_remove, one.id).title == "Remove First Works?"
    do(boss, sign_ons.remove, one.id)
    assert kept() == []
    with before_sign_in(reads_only=True) as db:
        assert list(db.exec(unscoped(OutsideName))) == []
        assert db.exec(unscoped(Person, col(Person.id) == house.owner.person_id)).one()
    assert isinstance(refused(boss, sign_ons.remove, one.id), NotYours)


@pytest.mark.line("S-06")
def test_who_runs_the_portal_sees_by_which_house_a_colleague_signs_in(house, boss):
    do(boss, sign_ons.save, "", GOOD)
    (one,) = kept()
    crew = _staff(house, "operator")
    with before_sign_in() as db:
        facts = {"company_id": one.company_id, "person_id": crew.person_id}
        db.add(OutsideName(**facts, sign_on_id=one.id, issuer=one.issuer, subject="1"))
    more = {row.email: row.more for row in do(boss, staff.staff).people}
    assert more[crew.email] == "Never signed in. Signs in through First Works"
    assert "Signs in through" not in more[boss.email]


@pytest.mark.line("S-06")
def test_a_saml_provider_is_set_up_by_its_metadata_and_its_page_says_until_when_it_holds(house, boss):
    by_saml = replace(GOOD, protocol="saml", issuer="", client_id="")
    do(boss, sign_ons.save, "", by_saml)
    (one,) = kept()
    assert (one.protocol, one.working) == ("saml", False)
    assert "metadata" in refused(boss, sign_ons.turn, one.id).sentence
    papers = House("https://login.first.example")
    told = saml_metadata.read(papers.metadata(key("old", days=-3)).encode())
    do(boss, sign_ons.keep_metadata, one.id, told)
    page = do(boss, sign_ons.page)
    assert page.saml
    assert page.saml_name == f"{page.saml_door}/metadata"
    said = {fact.label: fact for fact in page.rows[0].facts}
    assert said["SAML provider"].value == "https://login.first.example/metadata"
    assert said["Certificates"].value.startswith("Ran out ")
    assert "; Until " in said["Certificates"].value
    do(boss, sign_ons.save, one.id, replace(by_saml, protocol="oidc", name="First"))
    assert (kept()[0].protocol, kept()[0].issuer) == ("saml", told.entity), "what it speaks stays"
    assert do(boss, sign_ons.form_of, one.id).protocol == "saml"
    tried()
    do(boss, sign_ons.mail_proof, one.id, "first.example", "postmaster")
    do(boss, sign_ons.confirm_domain, token())
    do(boss, sign_ons.turn, one.id)
    do(boss, sign_ons.keep_metadata, one.id, replace(told, address="https://login.first.example/metadata"))
    assert kept()[0].working, "the same certificates"
    assert do(boss, sign_ons.page).rows[0].next == ""
    with before_sign_in() as db:
        soon = replace(told, keys=(read_key("soon", days=20),))
        db.get_one(SignOn, one.id).facts = saml_metadata.write(soon)
    assert do(boss, sign_ons.page).rows[0].next.startswith("Its last certificate runs out on ")
    do(boss, sign_ons.keep_metadata, one.id, replace(told, keys=(read_key("other"),)))
    assert (kept()[0].working, kept()[0].tried_well) == (False, False)
    taken = replace(GOOD, issuer=told.entity)
    assert refused(boss, sign_ons.save, "", taken).field == "issuer"
    with before_sign_in(reads_only=True) as db:
        acts = {entry.action for entry in db.exec(unscoped(AuditEntry))}
    assert "identity.sign_on_metadata_kept" in acts


@pytest.mark.line("S-06", "S-25")
def test_metadata_is_for_administrators_of_that_company_with_a_fresh_proof(house, boss):
    do(boss, sign_ons.save, "", replace(GOOD, protocol="saml"))
    do(boss, sign_ons.save, "", GOOD)
    one, other = sorted(kept(), key=lambda row: row.protocol, reverse=True)
    told = saml_metadata.read(House("https://login.first.example").metadata().encode())
    operator = _staff(house, "operator")
    for act, *given in ((sign_ons.may_keep_metadata, one.id), (sign_ons.keep_metadata, one.id, told)):
        for who in (house.owner, operator, house.outsider):
            assert isinstance(refused(replace(who, proved_at=now()), act, *given), NotAllowed)
        elsewhere = replace(boss, company_id=house.outsider.company_id)
        assert isinstance(refused(elsewhere, act, *given), NotYours)
        stale = replace(boss, proved_at=now() - timedelta(minutes=6))
        assert isinstance(refused(stale, act, *given), ProveAgain)
        assert isinstance(refused(boss, act, other.id, *given[1:]), NotYours), "that one speaks OpenID"


@pytest.mark.line("S-06")
def test_without_the_libraries_the_page_says_so_and_no_saml_provider_is_set_up(house, boss, monkeypatch):
    monkeypatch.setattr(saml, "installed", lambda: False)
    assert not do(boss, sign_ons.page).saml
    assert (
        "requirements-saml.txt" in refused(boss, sign_ons.save, "", replace(GOOD, protocol="saml")).sentence
    )
    assert kept() == []


def read_key(name: str, days: int = 365) -> str:
    house = House("https://x.example", signs_with=key(name, days))
    return saml_metadata.read(house.metadata().encode()).keys[0]
