"""Coming in by another house that speaks SAML: answers of a real provider, honest and altered in all ways."""

import base64
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta

import pytest
from saml2 import saml as said
from saml2.xmldsig import DIGEST_SHA1, SIG_RSA_SHA1
from sqlmodel import col

from portal_app.core import clock
from portal_app.core.access import before_sign_in
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import oidc, saml, saml_metadata, sessions, sign_on, sign_on_posted, steps
from portal_app.services.identity.saml_metadata import BadMetadata
from portal_app.services.identity.sign_on import Wish
from portal_app.services.identity.steps import Where
from portal_app.services.identity.tables import OutsideName, SignIn, SignOn, SignOnTry
from portal_app.services.identity.vouching import NotVouched
from tests.saml_house import House, key, posted
from tests.services.identity.people import ANN, stored
from tests.services.identity.test_by_mail import add_second_step
from tests.services.identity.test_sign_on import change, set_up, why

HERE = Where("192.0.2.1", "Firefox on Linux", "/staff/energy/outages")
AT = "http://localhost:3000/auth/sign-on/saml/bright"
OURS = saml_metadata.Ours(f"{AT}/metadata", AT)
PEOPLE = {
    "ada": {"mail": "ada@bright.example", "displayName": "Ada Ames", "groups": ["crew", "chess"]},
    "ann": {"mail": ANN, "groups": ["crew"]},
    "eve": {"mail": "eve@evil.example", "groups": ["crew"]},
    "ned": {"mail": "ned@bright.example", "groups": ["visitors"]},
    "una": {"groups": ["crew"]},
    "max": {"mail": "max@bright.example", "http://schemas.microsoft.com/claims/groups.link": "https://graph"},
    "ada@bright.example.evil.example": {"mail": "x@evil.example", "groups": ["crew"]},
}


@pytest.fixture(scope="module")
def house() -> House:
    """A provider that is asked by nobody but the test."""
    return House("https://login.bright.example", PEOPLE, ours=OURS)


@pytest.fixture
def one(door: str, house: House) -> str:
    """It as a company set it up."""
    return by_saml(door, house)


def by_saml(company_id: str, house: House, **changes) -> str:
    told = saml_metadata.read(house.metadata().encode())
    facts = {"protocol": "saml", "facts": saml_metadata.write(told), "client_id": "", "client_secret": ""}
    return set_up(company_id, told.entity, **{**facts, **changes})


def out(**wish) -> sign_on.Out:
    return sign_on.begin(Wish(**(wish or {"email": "somebody@bright.example"})), HERE)


def taken(asked, answer: str, slug: str = "bright") -> sign_on_posted.Kept:
    return sign_on_posted.take(slug, asked.state, answer, HERE)


def come(house: House, login: str = "ada", *, after=lambda xml: xml, **how) -> sign_on.Back:
    """Go out, sign in there, post the answer (changed after it was signed), and go on in the same browser."""
    way = out()
    asked = house.asked(way.address)
    kept = taken(asked, posted(after(house.answer(asked, login, **how))))
    return sign_on.come_back("bright", {"state": kept.state, "code": kept.code}, way.browser, HERE)


def nobody_came() -> bool:
    kept = [row for row in stored(SignOnTry) if row.answer]
    return not stored(SignIn) and not stored(OutsideName) and not kept


@contextmanager
def later(**by):
    with clock.at(now() + timedelta(**by)):
        yield


@pytest.mark.line("S-06")
@pytest.mark.usefixtures("both_engines")
def test_somebody_new_is_made_known_by_their_group_and_comes_in_again_as_the_same(door, house):
    one = by_saml(door, house)
    came = come(house)
    assert isinstance(came.found, steps.LetIn)
    assert came.goes_to == "/staff/energy/outages"
    assert [row.answer for row in stored(SignOnTry)] == [""], "read once and not kept"
    (ada,) = stored(Person, col(Person.email) == "ada@bright.example")
    assert (ada.name, ada.staff_role) == ("Ada Ames", "operator")
    (named,) = stored(OutsideName)
    assert (named.issuer, named.subject, named.sign_on_id) == (f"{house.address}/metadata", "ada", one)
    assert come(house).found.visitor.person_id == ada.id
    assert len(stored(OutsideName)) == 1


@pytest.mark.line("S-06")
def test_the_request_names_us_our_door_and_nobody(house, one):
    way = out(email=ANN)
    asked = house.asked(way.address)
    assert (asked.issuer, asked.door) == (OURS.entity, OURS.door)
    assert "bright.example" not in way.address.partition("?")[2]
    (tried,) = stored(SignOnTry)
    assert tried.nonce == asked.id


@pytest.mark.line("S-06")
@pytest.mark.parametrize(
    ("login", "reason"), [("eve", "domain"), ("ned", "role"), ("una", "unproved")]
)  # fmt: skip
def test_people_come_in_by_the_same_rules(house, one, login, reason):
    assert why(lambda: come(house, login)) == reason
    assert not stored(SignIn)
    assert not stored(OutsideName)


@pytest.mark.line("S-06")
def test_somebody_known_must_show_that_they_are_the_one(house, one):
    came = come(house, "ann")
    assert (came.found, came.connects) == (None, "Bright Works")
    assert stored(OutsideName) == []


@pytest.mark.line("S-05", "S-06")
def test_a_second_step_is_still_asked_for(house, one):
    assert come(house).found
    add_second_step("ada@bright.example")
    assert isinstance(come(house).found, steps.Awaits)


@pytest.mark.line("S-06")
def test_groups_that_were_left_out_are_not_taken_for_none(house, one):
    change(one, role_map='{"*": "operator"}', follows=True)
    assert why(lambda: come(house, "max")) == "role"
    assert not stored(SignIn)


# What is changed before the answer is signed by the very key of that house.


def _audience(response) -> None:
    response.assertion.conditions.audience_restriction[0].audience[0].text = "https://other.example/metadata"


def _no_audience(response) -> None:
    response.assertion.conditions.audience_restriction = []


def _second_audience(response) -> None:
    other = said.AudienceRestriction(audience=[said.Audience(text="https://other.example/metadata")])
    response.assertion.conditions.audience_restriction.append(other)


def _issuer(response) -> None:
    response.assertion.issuer.text = response.issuer.text = "https://evil.example/metadata"


def _issuer_inside(response) -> None:
    response.assertion.issuer.text = "https://evil.example/metadata"


def _destination(response) -> None:
    response.destination = f"{AT}/elsewhere"


def _no_destination(response) -> None:
    response.destination = None


def _confirmed(response):
    return response.assertion.subject.subject_confirmation[0].subject_confirmation_data


def _recipient(response) -> None:
    _confirmed(response).recipient = "https://other.example/acs"


def _recipient_around_ours(response) -> None:
    _confirmed(response).recipient = f"https://other.example/?{AT}"


def _no_recipient(response) -> None:
    _confirmed(response).recipient = None


def _request(response) -> None:
    response.in_response_to = "_another"


def _request_inside(response) -> None:
    _confirmed(response).in_response_to = "_another"


def _unasked(response) -> None:
    response.in_response_to = None
    _confirmed(response).in_response_to = None


def _no_end(response) -> None:
    _confirmed(response).not_on_or_after = None


def _no_end_of_conditions(response) -> None:
    response.assertion.conditions.not_on_or_after = None


def _to_come(response) -> None:
    response.assertion.conditions.not_before = f"{now() + timedelta(minutes=3):%Y-%m-%dT%H:%M:%SZ}"


def _ended(response) -> None:
    response.assertion.conditions.not_on_or_after = f"{now() - timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"


def _not_by_bearer(response) -> None:
    response.assertion.subject.subject_confirmation[
        0
    ].method = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"


def _transient(response) -> None:
    response.assertion.subject.name_id.format = said.NAMEID_FORMAT_TRANSIENT


def _name_of_another_site(response) -> None:
    response.assertion.subject.name_id.sp_name_qualifier = "https://other.example/metadata"


def _no_name(response) -> None:
    response.assertion.subject.name_id.text = " "


BEFORE = {
    "audience": _audience, "no audience": _no_audience, "second audience": _second_audience,
    "issuer": _issuer, "issuer of the assertion": _issuer_inside, "destination": _destination,
    "no destination": _no_destination, "recipient": _recipient,
    "recipient around ours": _recipient_around_ours,
    "no recipient": _no_recipient, "another request": _request, "another request inside": _request_inside,
    "not asked for": _unasked, "no end": _no_end, "no end of the conditions": _no_end_of_conditions,
    "to come": _to_come, "ended": _ended, "not by bearer": _not_by_bearer, "transient name": _transient,
    "name of another site": _name_of_another_site, "no name": _no_name,
}  # fmt: skip


@pytest.mark.line("S-06")
@pytest.mark.parametrize("lie", BEFORE)
def test_an_answer_that_is_signed_and_not_for_us_here_and_now_lets_nobody_in(house, one, lie):
    assert why(lambda: come(house, change=BEFORE[lie])) == "wrong"
    assert nobody_came()


@pytest.mark.line("S-06")
@pytest.mark.parametrize(
    "how",
    [
        {"signs": ()},
        {"signs": ("response",)},
        {"signs_with": key("another")},
        {"algorithm": SIG_RSA_SHA1},
        {"digest": DIGEST_SHA1},
    ],
    ids=["unsigned", "only the answer signed", "another key", "SHA-1", "digest by SHA-1"],
)
def test_an_answer_whose_assertion_is_not_well_signed_lets_nobody_in(house, one, how):
    assert why(lambda: come(house, **how)) == "wrong"
    assert nobody_came()


@pytest.mark.line("S-06")
def test_an_answer_may_be_signed_around_its_signed_assertion(house, one):
    assert come(house, signs=("assertion", "response")).found


# What is changed after it was signed.

_ASSERTION = re.compile(r"<(\w+):Assertion .*</\1:Assertion>", re.DOTALL)


def _taken_apart(xml: str) -> tuple[str, str]:
    found = _ASSERTION.search(xml)
    assert found is not None
    return found[0], xml.replace(found[0], "@HERE@")


def _for_eve(assertion: str) -> str:
    """The same assertion about somebody else, unsigned, under another name."""
    bare = re.sub(r"<(\w+):Signature .*</\1:Signature>", "", assertion, flags=re.DOTALL)
    return re.sub(r' ID="[^"]+"', ' ID="id-evil"', bare, count=1).replace("ada@bright", "ann@bright")


def _wrapped_before(xml: str) -> str:
    good, around = _taken_apart(xml)
    return around.replace("@HERE@", _for_eve(good) + good)


def _wrapped_after(xml: str) -> str:
    good, around = _taken_apart(xml)
    return around.replace("@HERE@", good + _for_eve(good))


def _wrapped_inside(xml: str) -> str:
    """The signed one moves into the forged one's own attribute value."""
    good, around = _taken_apart(xml)
    evil = _for_eve(good)
    return around.replace("@HERE@", re.sub(r"(<\w+:AttributeValue[^>]*>)", rf"\1{good}", evil, count=1))


def _wrapped_in_the_signature(xml: str) -> str:
    """The signed one moves into an Object of a signature that the forged one bears."""
    good, around = _taken_apart(xml)
    signature = re.search(r"<(\w+):Signature .*</\1:Signature>", good, re.DOTALL)
    assert signature is not None
    stuffed = signature[0].replace(
        f"</{signature[1]}:Signature>",
        f"<{signature[1]}:Object>{good}</{signature[1]}:Object></{signature[1]}:Signature>",
    )
    evil = _for_eve(good)
    return around.replace("@HERE@", evil.replace("<ns1:Subject", f"{stuffed}<ns1:Subject", 1))


def _same_name_twice(xml: str) -> str:
    found = re.search(r'<\w+:Assertion [^>]*ID="([^"]+)"', xml)
    assert found is not None
    return re.sub(r'(<\w+:Response [^>]*ID=")[^"]+', rf"\g<1>{found[1]}", xml, count=1)


def _doctype(xml: str) -> str:
    return f'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>{xml}'.replace("Ada Ames", "&x;")


def _bomb(xml: str) -> str:
    grown = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE r [<!ENTITY b0 "boom">{grown}]>{xml}'.replace("Ada Ames", "&b9;")


def _comment_in_the_name(xml: str) -> str:
    return xml.replace(">ada</", "><!-- -->ada</")


def _instruction(xml: str) -> str:
    return xml.replace(">ada</", "><?x y?>ada</")


def _encrypted(xml: str) -> str:
    good, around = _taken_apart(xml)
    return around.replace(
        "@HERE@", f'<s:EncryptedAssertion xmlns:s="{said.NAMESPACE}">{good}</s:EncryptedAssertion>'
    )


AFTER = {
    "another address": lambda xml: xml.replace("ada@bright.example", "ann@bright.example"),
    "another group": lambda xml: xml.replace(">chess<", ">bosses<"),
    "another end": lambda xml: re.sub(r'NotOnOrAfter="\d{4}', 'NotOnOrAfter="2099', xml),
    "forged before": _wrapped_before, "forged after": _wrapped_after, "forged around": _wrapped_inside,
    "forged around the signature": _wrapped_in_the_signature, "one name twice": _same_name_twice,
    "entity from a file": _doctype, "entities that grow": _bomb, "comment in the name": _comment_in_the_name,
    "instruction": _instruction, "encrypted": _encrypted, "no XML": lambda _: "x", "nothing": lambda _: "",
    "another root": lambda xml: _taken_apart(xml)[0],
    "text outside of ASCII that is no UTF-8": lambda xml: xml.replace("Ada Ames", "\udcff"),
}  # fmt: skip


@pytest.mark.line("S-06")
@pytest.mark.parametrize("lie", AFTER)
def test_an_answer_that_was_changed_lets_nobody_in(house, one, lie, monkeypatch):
    sent = lambda xml: base64.b64encode(AFTER[lie](xml).encode("utf-8", "surrogateescape")).decode()  # noqa: E731
    way = out()
    asked = house.asked(way.address)
    assert why(lambda: taken(asked, sent(house.answer(asked, "ada")))) == "wrong"
    assert nobody_came()


@pytest.mark.line("S-06")
def test_a_name_that_goes_on_after_a_comment_is_never_cut_short(house, one):
    login = "ada@bright.example.evil.example"
    cut = lambda xml: xml.replace(f">{login}<", ">ada@bright.example<!-- -->.evil.example<")  # noqa: E731
    assert why(lambda: come(house, login, after=cut)) == "wrong"


@pytest.mark.line("S-06")
def test_what_is_no_base64_or_too_long_is_refused(house, one):
    for answer in ("", "%%%", "A" * 200_000):
        asked = house.asked(out().address)
        assert why(lambda asked=asked, answer=answer: taken(asked, answer)) == "wrong"


@pytest.mark.line("S-06")
def test_an_answer_holds_for_minutes_by_our_own_clock(house, one):
    way = out()
    asked = house.asked(way.address)
    answer = posted(house.answer(asked, "ada"))
    with later(minutes=7):
        assert why(lambda: taken(asked, answer)) == "wrong"
    way = out()
    asked = house.asked(way.address)
    answer = posted(house.answer(asked, "ada"))
    with later(minutes=11):
        assert why(lambda: taken(asked, answer)) == "stale"


@pytest.mark.line("S-06")
def test_an_answer_counts_once_whoever_posts_it(house, one):
    way = out()
    asked = house.asked(way.address)
    answer = posted(house.answer(asked, "ada"))
    kept = taken(asked, answer)
    assert why(lambda: taken(asked, answer)) == "stale", "while it waits"
    back = {"state": kept.state, "code": kept.code}
    assert sign_on.come_back("bright", back, way.browser, HERE).found
    assert why(lambda: taken(asked, answer)) == "stale", "after it"
    assert why(lambda: sign_on.come_back("bright", back, way.browser, HERE)) == "stale"
    other = house.asked(out().address)
    assert why(lambda: taken(other, answer)) == "wrong", "for another way out"


@pytest.mark.line("S-06")
def test_a_wrong_answer_is_the_only_one_to_that_way_out(house, one):
    asked = house.asked(out().address)
    assert why(lambda: taken(asked, "x")) == "wrong"
    assert why(lambda: taken(asked, posted(house.answer(asked, "ada")))) == "stale"


@pytest.mark.line("S-06")
def test_only_the_browser_that_began_comes_in_with_the_code_it_was_given(house, one):
    for state, code, browser in (
        ("same", "same", "another"), ("same", "guessed", "same"), ("same", "", "same"), ("same", "same", ""),
    ):  # fmt: skip
        way = out()
        kept = taken(asked := house.asked(way.address), posted(house.answer(asked, "ada")))
        given = {"state": kept.state, "code": {"same": kept.code}.get(code, code)}
        who = {"same": way.browser, "another": out().browser}.get(browser, browser)
        assert why(lambda given=given, who=who: sign_on.come_back("bright", given, who, HERE)) == "stale", (
            state
        )
    assert not stored(SignIn)


@pytest.mark.line("S-06")
def test_nothing_that_was_not_asked_for_is_read(house, one, door):
    asked = house.asked(out().address)
    answer = posted(house.answer(asked, "ada"))
    for state, slug in (
        ("", "bright"),
        ("A" * 43, "bright"),
        ("https://evil.example", "bright"),
        (asked.state, "other"),
    ):
        with pytest.raises(NotVouched) as no:
            sign_on_posted.take(slug, state, answer, HERE)
        assert no.value.why == "stale"
    assert taken(asked, answer).code, "and the way out still stands"
    by_openid = set_up(door, "https://openid.bright.example")
    with before_sign_in() as db:
        facts = {"company_id": door, "sign_on_id": by_openid, "ends_at": now() + timedelta(minutes=5)}
        db.add(SignOnTry(id=sign_on.key_of("a state"), nonce="n", verifier="v", **facts))
    assert why(lambda: sign_on_posted.take("bright", "a state", answer, HERE)) == "stale"


@pytest.mark.line("S-06")
def test_what_a_house_refused_is_told_as_that(house, one):
    asked = house.asked(out().address)
    no = house.server().create_error_response(asked.id, asked.door, ValueError("no"))
    assert why(lambda: taken(asked, posted(str(no)))) == "refused"


@pytest.mark.line("S-06")
def test_a_house_never_speaks_for_the_people_of_another_that_bears_its_name(house, one, door):
    assert come(house).found
    (ada,) = stored(Person, col(Person.email) == "ada@bright.example")
    change(one, working=False)
    evil = House(house.address, PEOPLE, signs_with=key("evil"), ours=OURS)
    by_saml(door, evil)
    came = come(evil)
    assert came.found is None
    assert came.connects
    assert len(stored(OutsideName)) == 1
    assert ada.id


@pytest.mark.line("S-06")
def test_a_new_certificate_counts_beside_the_old_one_and_one_that_ran_out_does_not(house, one, door):
    told = saml_metadata.read(house.metadata(key("next")).encode())
    assert len(told.keys) == 2
    change(one, facts=saml_metadata.write(told))
    assert come(house, signs_with=key("next")).found
    assert come(house).found
    with later(days=366):
        assert saml_metadata.in_use(told.keys) == ()
        assert why(lambda: come(house)) == "wrong"


@pytest.mark.line("S-06", "S-63")
def test_trying_lets_nobody_in_and_says_what_would_come_of_it(house, one):
    change(one, working=False)
    assert why(lambda: out(sign_on_id=one)) == "none"
    for alter, well, says in (
        (None, True, "It works. ada@bright.example would be made known here as operator."),
        (_audience, False, "made for somebody else"),
    ):
        way = out(sign_on_id=one, tried_by="somebody")
        asked = house.asked(way.address)
        kept = taken(asked, posted(house.answer(asked, "ada", change=alter)))
        if well:
            assert sign_on.come_back(
                "bright", {"state": kept.state, "code": kept.code}, way.browser, HERE
            ).tried
        else:
            assert kept.tried_in == "energy"
        (row,) = stored(SignOn)
        assert (row.tried_well, says in row.tried_says or "audience" in row.tried_says) == (well, True)
    assert not stored(OutsideName)
    sessions.settle()
    assert "identity.sign_on_refused" in {entry.action for entry in stored(AuditEntry)}


@pytest.mark.line("S-06")
def test_without_the_libraries_nobody_goes_out_or_comes_in(house, one, monkeypatch):
    asked = house.asked(out().address)
    monkeypatch.setattr(saml, "installed", lambda: False)
    assert why(out) == "away"
    assert why(lambda: taken(asked, posted(house.answer(asked, "ada")))) == "away"


def _metadata_of(house: House, *changes: tuple[str, str]) -> bytes:
    text = house.metadata()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text.encode()


@pytest.mark.line("S-06")
def test_metadata_that_cannot_be_used_is_told_from_good(house):
    entity = "<ns0:EntityDescriptor"
    weak = House("https://login.bright.example", signs_with=key("weak", bits=1024))
    old = House("https://login.bright.example", signs_with=key("old", days=-1))
    troubles = {
        "metadata": [
            b"", b"x", b"<a/>", of_ours(), _metadata_of(house, ("IDPSSODescriptor", "SPSSODescriptor")),
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _metadata_of(house),
            _metadata_of(house, (f'entityID="{house.address}/metadata"', 'entityID=""')),
        ],
        "metadata_old": [_metadata_of(house, (entity, f'{entity} validUntil="2020-01-01T00:00:00Z"'))],
        "metadata_redirect": [
            _metadata_of(house, ("HTTP-Redirect", "SOAP")),
            _metadata_of(house, ("https://login.bright.example/sso", "http://login.bright.example/sso")),
            _metadata_of(house, ("https://login.bright.example/sso", "javascript:alert(1)")),
        ],
        "metadata_signed": [
            _metadata_of(house, ('WantAuthnRequestsSigned="false"', 'WantAuthnRequestsSigned="true"')),
        ],
        "metadata_keys": [weak.metadata().encode(), old.metadata().encode()],
    }  # fmt: skip
    for trouble, said_of_it in troubles.items():
        for text in said_of_it:
            with pytest.raises(BadMetadata) as no:
                saml_metadata.read(text)
            assert no.value.field == trouble, text[:300]
    good = saml_metadata.read(_metadata_of(house))
    assert saml_metadata.kept(good.entity, saml_metadata.write(good)) == good


def of_ours() -> bytes:
    return saml_metadata.of_ours(OURS).encode()


@pytest.mark.line("S-06")
def test_metadata_is_never_asked_of_our_own_network(monkeypatch):
    monkeypatch.setattr(oidc, "_at_home", lambda: False)
    for address in (
        "https://127.0.0.1/m",
        "https://10.0.0.1/m",
        "http://198.51.100.7/m",
        "file:///etc/passwd",
        "",
    ):
        with pytest.raises(BadMetadata) as no:
            saml_metadata.fetched(address)
        assert no.value.field == "metadata_away"


@pytest.mark.line("S-06")
def test_the_portal_starts_without_the_libraries_and_says_that_they_are_not_there():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.modules.update(dict.fromkeys(('lxml', 'xmlsec', 'onelogin')));"
            "from portal_app.endpoints import sign_on; from portal_app.services.identity import saml;"
            "print(saml.installed())",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "False"
    assert saml.installed()
