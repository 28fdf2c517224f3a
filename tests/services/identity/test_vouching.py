"""The rules for people whom another house vouches for: whose addresses may come, as what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core.errors import Refusal
from portal_app.services.identity import vouching
from portal_app.services.identity.vouching import NotVouched, Vouched

GOOD = {"email": "Ada@Bright.example", "email_verified": True, "name": "Ada  Ames"}
HERE = ("bright.example", "second.example")
NAMED = {"operator": "operator", "administrator": "administrator"}


@pytest.mark.line("S-06")
def test_a_confirmed_address_of_a_proved_domain_comes_in():
    assert vouching.email_of(Vouched("1", GOOD), HERE) == "ada@bright.example"
    assert vouching.email_of(Vouched("1", GOOD | {"email_verified": "true"}), HERE) == "ada@bright.example"


@pytest.mark.line("S-06")
@pytest.mark.parametrize("said", [False, None, "yes", 1, "True", [True]])
def test_an_address_that_is_not_confirmed_does_not(said):
    with pytest.raises(NotVouched) as no:
        vouching.email_of(Vouched("1", GOOD | {"email_verified": said}), HERE)
    assert no.value.why == "unproved"


@pytest.mark.line("S-06")
@pytest.mark.parametrize(
    "email",
    [
        "ada@other.example",
        "ada@sub.bright.example",
        "ada@notbright.example",
        "ada@bright.example.evil.example",
        "ada@other.example@bright.example.evil",
    ],
)
def test_an_address_of_a_foreign_domain_does_not(email):
    with pytest.raises(NotVouched) as no:
        vouching.email_of(Vouched("1", GOOD | {"email": email}), HERE)
    assert no.value.why in ("domain", "unproved")


@given(st.text(max_size=60) | st.none() | st.integers() | st.lists(st.text(max_size=5), max_size=3))
def test_whatever_is_said_to_be_an_address_is_one_of_ours_or_refused(said):
    try:
        email = vouching.email_of(Vouched("1", GOOD | {"email": said}), HERE)
    except NotVouched:
        return
    assert email.rpartition("@")[2] in HERE


def test_somebody_is_called_what_the_other_house_says_or_like_their_address():
    assert vouching.name_of(Vouched("1", GOOD), "ada@bright.example") == "Ada Ames"
    for said in (None, "", "  ", 7, "x" * 121, "a\u202eb", "a\0b"):
        assert vouching.name_of(Vouched("1", {"name": said}), "ada@bright.example") == "ada"


@pytest.mark.line("S-06")
def test_the_first_group_of_the_mapping_that_somebody_has_decides():
    mapping = {"bosses": "administrator", "crew": "operator"}
    assert vouching.role_of(("crew", "bosses"), mapping) == "administrator"
    assert vouching.role_of(("crew",), mapping) == "operator"
    assert vouching.role_of((), {"*": "operator"}) == "operator"
    with pytest.raises(NotVouched) as no:
        vouching.role_of(("visitors",), mapping)
    assert no.value.why == "role"


def test_the_values_of_a_claim_are_read_whatever_its_form():
    claims = {"groups": ["a", 7, "b"], "role": "c", "realm_access": {"roles": ["d"]}, "x": {"y": 1}}
    who = Vouched("1", claims)
    assert vouching.values_of(who, "groups") == ("a", "b")
    assert vouching.values_of(who, "role") == ("c",)
    assert vouching.values_of(who, "realm_access.roles") == ("d",)
    assert vouching.values_of(who, "nothing") == vouching.values_of(who, "x.y.z") == ()


def test_domains_are_read_as_people_type_them():
    assert vouching.read_domains(" @Bright.Example,\nsecond.example; bright.example. ") == HERE
    for typed in (
        "",
        "bright",
        "a@b.example",
        "bright.example/x",
        "-a.example",
        "a..b",
        "x" * 200 + ".example",
    ):
        with pytest.raises(Refusal) as no:
            vouching.read_domains(typed)
        assert no.value.field == "domains"
    with pytest.raises(Refusal):
        vouching.read_domains(" ".join(f"d{n}.example" for n in range(vouching.MOST_DOMAINS + 1)))


def test_a_mapping_is_read_a_line_each_and_kept_in_its_order():
    typed = "cn=bosses,dc=x = Administrator\n\n crew=operator\n* = operator"
    mapping = vouching.read_roles(typed, NAMED)
    assert list(mapping.items()) == [
        ("cn=bosses,dc=x", "administrator"),
        ("crew", "operator"),
        ("*", "operator"),
    ]
    assert vouching.read_mapping(vouching.write_mapping(mapping)) == mapping
    for wrong in ("", "crew", "crew = king", "= operator", "\n".join(f"g{n} = operator" for n in range(21))):
        with pytest.raises(Refusal) as no:
            vouching.read_roles(wrong, NAMED)
        assert no.value.field == "roles"
    assert vouching.read_mapping("not json") == vouching.read_mapping("[1]") == {}
