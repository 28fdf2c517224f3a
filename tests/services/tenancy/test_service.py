"""Companies, accounts, people and places."""

import pytest

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.accounts import Person
from portal_app.core.errors import NotYours, Refusal
from portal_app.services.tenancy import rules
from portal_app.services.tenancy import service as tenancy


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("slug", "named"),
    [
        ("Bright", {}),
        ("", {}),
        ("-x", {}),
        ("ok", {"zone": "Mars/Base"}),
        ("ok", {"zone": "../etc"}),
        ("ok", {"currency": "usd"}),
        ("ok", {"locale": "xx_YY_ZZ"}),
    ],
)
def test_a_company_with_an_impossible_fact_is_refused(slug, named):
    with pytest.raises(Refusal):
        tenancy.create_company(slug, "energy", "Bright Power", **named)
    assert tenancy.portals_for("") == []


@pytest.mark.usefixtures("database")
def test_two_companies_cannot_share_a_short_name():
    tenancy.create_company("bright", "energy", "Bright Power")
    with pytest.raises(Refusal, match="already"):
        tenancy.create_company("bright", "telecom", "Bright Phone")


@pytest.mark.usefixtures("database")
def test_the_front_door_leads_to_the_hosts_own_company_or_to_one_of_each_kind():
    tenancy.create_company("bright", "energy", "Bright Power", host="My.Bright.example")
    tenancy.create_company("bright-two", "energy", "Dim Power")
    tenancy.create_company("fjord", "telecom", "Fjord Mobile")
    assert [each.slug for each in tenancy.portals_for("my.bright.example:443")] == ["bright"]
    assert [each.slug for each in tenancy.portals_for("localhost:3000")] == ["bright", "fjord"]
    assert tenancy.company_of_kind("telecom").route == "/telecom"
    assert tenancy.company_named("nobody") is None
    assert tenancy.company_at("") is None


def test_the_same_number_or_email_is_not_given_twice_in_one_company(people):
    with acting_for_company(people.company.id) as house:
        account = tenancy.open_account(house, "77", "House 77")
        tenancy.add_person(house, "new@first.example", "New Person")
    with acting_for_company(people.company.id) as house:
        with pytest.raises(Refusal):
            tenancy.open_account(house, "77", "House 77")
        with pytest.raises(Refusal):
            tenancy.add_person(house, "NEW@first.example ", "New Person")
        assert tenancy.account_numbered(house, "77").id == account.id
    with acting_for_company(people.other_company.id) as house:
        tenancy.open_account(house, "77", "House 77")
        tenancy.add_person(house, "new@first.example", "New Person")


@pytest.mark.line("S-20")
@pytest.mark.parametrize(
    "act",
    [
        lambda access, _: tenancy.open_account(access, "99", "Mine"),
        lambda access, _: tenancy.add_person(access, "x@y.example", "X"),
        lambda access, people: tenancy.set_standing(access, people.owner.person_id, "suspended"),
        lambda access, people: tenancy.give_place(access, people.account, people.account, "owner"),
        lambda access, people: tenancy.take_place(access, people.account, people.account),
    ],
)
def test_customers_open_no_accounts_and_add_nobody(people, act):
    for visitor in people.customers:
        with pytest.raises(Refusal), acting_for(visitor) as access:
            act(access, people)


@pytest.mark.line("S-21")
def test_a_place_never_joins_two_companies(people):
    with acting_for_company(people.company.id) as house:
        mine = tenancy.add_person(house, "new@first.example", "New Person")
    with acting_for_company(people.other_company.id) as house:
        theirs = tenancy.add_person(house, "new@second.example", "New Person")
        with pytest.raises(NotYours):
            tenancy.give_place(house, people.outside_account, mine)
        with pytest.raises(NotYours):
            tenancy.give_place(house, people.account, theirs)


@pytest.mark.line("X-03")
def test_the_header_names_the_person_their_account_and_their_company(people):
    with acting_for(people.owner) as access:
        shown = tenancy.who(access)
        assert tenancy.accounts_to_switch(access) == []
    assert (shown.name, shown.initials, shown.account, shown.account_label) == (
        "Olive",
        "O",
        "1001",
        "12 Elm Street",
    )
    assert shown.company == "First Energy"
    with acting_for(people.outsider) as access:
        assert tenancy.who(access).company == "Second Energy"
    with acting_for(people.staff) as access:
        assert tenancy.who(access).staff


def test_somebody_with_two_accounts_may_choose_between_them(people):
    with acting_for_company(people.company.id) as house:
        olive = house.get(Person, people.owner.person_id)
        tenancy.give_place(house, people.other_account, olive, "viewer")
    with acting_for(people.owner) as access:
        choices = tenancy.accounts_to_switch(access)
    assert [(each.detail, each.current) for each in choices] == [
        ("Account 1001", True),
        ("Account 1002", False),
    ]


def test_the_simple_home_is_kept_for_the_person(people):
    with acting_for(people.owner) as access:
        tenancy.choose_simple(access, True)
    with acting_for(people.owner) as access:
        assert tenancy.who(access).simple
    with acting_for(people.viewer) as access:
        assert not tenancy.who(access).simple


@pytest.mark.parametrize(
    ("name", "letters"), [("Maya Lindqvist", "ML"), ("Omar", "O"), ("ana maria de sousa", "AS"), ("42", "?")]
)
def test_initials_are_the_first_and_the_last_names(name, letters):
    assert rules.initials(name) == letters
