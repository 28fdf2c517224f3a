"""`company create` and `company link`, as an operator types them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog

from portal_app import manage
from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.trail import AuditEntry
from portal_app.services.billing import past
from portal_app.services.people import joining
from portal_app.settings import settings

pytestmark = pytest.mark.usefixtures("both_engines", "database", "_log_as_before")
CREATE = ["company", "create", "Acme Power", "--kind", "energy"]


@pytest.fixture
def _log_as_before():
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def _rows(table):
    with before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(table)))


def _token(printed: str) -> str:
    (link,) = re.findall(r"http\S+/join\?token=\S+", printed)
    return parse_qs(urlsplit(link).query)["token"][0]


@pytest.mark.line("S-08")
def test_a_company_is_created_with_a_link_for_its_first_administrator(capsys):
    words = [
        "--slug",
        "acme",
        "--zone",
        "America/Chicago",
        "--currency",
        "USD",
        "--admin",
        "Ida@acme.example",
    ]
    assert manage.main([*CREATE, *words, "--host", "my.acme.example"]) == 0
    printed = capsys.readouterr().out
    assert "Acme Power is there. Its short name is acme." in printed
    assert joining.look(_token(printed), "").email == "ida@acme.example"
    (company,) = _rows(Company)
    assert (company.name, company.zone, company.host) == ("Acme Power", "America/Chicago", "my.acme.example")
    assert not _rows(Person), "nobody is there before the link is taken up"


@pytest.mark.line("S-08")
def test_a_lost_link_is_replaced_and_works_no_more(capsys):
    assert manage.main([*CREATE, "--admin", "ida@acme.example"]) == 0
    lost = _token(capsys.readouterr().out)
    assert manage.main(["company", "link", "acme-power"]) == 0
    found = _token(capsys.readouterr().out)
    assert [joining.look(each, "").state for each in (lost, found)] == ["stale", "new"]


def test_without_an_administrator_the_next_command_is_named(capsys):
    assert manage.main(CREATE) == 0
    assert "company link acme-power --admin EMAIL" in capsys.readouterr().out
    assert manage.main(["company", "link", "acme-power"]) == 1
    assert "Say whom the link is for" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--slug", "bright"], "There is a company called 'bright' already."),
        (["--host", "my.bright.example:443"], "Another company is at my.bright.example already."),
        (["--host", "my bright"], "'my bright' is not a host name"),
        (["--kind", "enrgy"], "There is no kind of portal called enrgy. There are: energy."),
        (["--zone", "Mars/Base"], "'Mars/Base' is not a time zone"),
        (["--currency", "XQQ"], "'XQQ' is not a currency code"),
        (["--slug", "Not So"], "'Not So' must be small letters"),
        (["--admin", "ida"], "'ida' is not an email address"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence_and_changes_nothing(capsys, words, said):
    bright = ["company", "create", "Bright", "--kind", "energy", "--host", "my.bright.example"]
    assert manage.main(bright) == 0
    assert manage.main([*CREATE, *words]) == 1
    assert said in capsys.readouterr().err
    assert [company.slug for company in _rows(Company)] == ["bright"]


def test_a_link_for_an_unknown_company_is_refused(capsys):
    assert manage.main(["company", "link", "nobody"]) == 1
    assert "There is no company called nobody." in capsys.readouterr().err


@pytest.mark.line("S-08")
def test_migrating_without_the_demo_leaves_no_company_and_no_person(monkeypatch):
    monkeypatch.setenv("PORTAL_DEMO", "0")
    settings.cache_clear()
    assert manage.main(["migrate"]) == 0
    assert (_rows(Company), _rows(Person)) == ([], [])
    monkeypatch.delenv("PORTAL_DEMO")
    settings.cache_clear()


@pytest.mark.line("S-76")
def test_how_long_bills_are_kept_is_set_by_the_operator(capsys):
    assert manage.main(CREATE) == 0
    slug = _rows(Company)[0].slug
    assert manage.main(["company", "bills", slug, "--years", "10"]) == 0
    assert "10 years after the year" in capsys.readouterr().out
    assert past.years_of(_rows(Company)[0]) == 10
    assert manage.main(["company", "bills", slug, "--years", "2"]) != 0
    assert manage.main(["company", "bills", "nobody", "--years", "8"]) == 1
    assert past.years_of(_rows(Company)[0]) == 10


@pytest.mark.line("S-39")
def test_a_company_is_given_a_host_later_and_loses_it_again(capsys):
    assert manage.main([*CREATE, "--slug", "acme"]) == 0
    assert manage.main(["company", "create", "Bolt", "--kind", "energy", "--host", "my.bolt.example"]) == 0
    assert manage.main(["company", "host", "acme", "My.Acme.example"]) == 0
    assert "Acme Power is at my.acme.example as well." in capsys.readouterr().out
    assert {company.slug: company.host for company in _rows(Company)} == {
        "acme": "my.acme.example",
        "bolt": "my.bolt.example",
    }
    assert manage.main(["company", "host", "acme", "my.bolt.example"]) == 1
    assert manage.main(["company", "host", "acme", "no host"]) == 1
    assert manage.main(["company", "host", "nobody", "my.x.example"]) == 1
    assert _hosts("acme") == "my.acme.example"
    assert manage.main(["company", "host", "acme"]) == 0
    assert _hosts("acme") == ""
    acts = [entry.action for entry in _rows(AuditEntry)]
    assert acts.count("tenancy.host_set") == 2


def _hosts(slug: str) -> str:
    return next(company.host for company in _rows(Company) if company.slug == slug)
