"""Coming in by another house: with a certified provider, and with one that lies in every way there is."""

import base64
import hmac
import json

import pytest
from joserfc.jwk import RSAKey
from sqlmodel import col, text

from portal_app.core.access import acting_for_company, before_sign_in
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import oidc, sessions, sign_on, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.sign_on import Wish
from portal_app.services.identity.steps import Where
from portal_app.services.identity.tables import OutsideName, SignIn, SignOn, SignOnTry
from portal_app.services.identity.vouching import Away, NotVouched
from tests.other_house import CLIENT, SECRET, certified, hostile, query_of, sign_in_there
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.mails import newest
from tests.services.identity.people import ANN, stored
from tests.services.identity.test_by_mail import add_second_step

HERE = Where("192.0.2.1", "Firefox on Linux", "/staff/energy/outages")
BACK = "http://localhost:3000/auth/sign-on/back/bright"
PEOPLE = {
    "ada": {"email": "ada@bright.example", "email_verified": True, "name": "Ada Ames", "groups": ["crew"]},
    "ann": {"email": ANN, "email_verified": True, "name": "Ann Ames", "groups": ["crew"]},
    "unproved": {"email": "una@bright.example", "email_verified": False, "groups": ["crew"]},
    "foreign": {"email": "eve@evil.example", "email_verified": True, "groups": ["crew"]},
    "nobody": {"email": "ned@bright.example", "email_verified": True, "groups": ["visitors"]},
}


@pytest.fixture(autouse=True)
def _nothing_remembered():
    oidc.forget_all()
    yield
    oidc.forget_all()


def set_up(company_id: str, issuer: str, **changes) -> str:
    values = {
        "name": "Bright Works",
        "issuer": issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "domains": "bright.example",
        "domains_proved": "bright.example",
        "role_map": '{"crew": "operator"}',
        **changes,
    }
    with acting_for_company(company_id, kind="energy") as house:
        return house.add(SignOn, **values).id


def change(sign_on_id: str, **values) -> None:
    with before_sign_in() as db:
        one = db.get_one(SignOn, sign_on_id)
        for name, value in values.items():
            setattr(one, name, value)
        db.add(one)


@pytest.fixture(scope="module")
def issuer():
    """A certified provider."""
    with certified(BACK, PEOPLE) as here:
        yield here


@pytest.fixture
def liar():
    """A provider that signs whatever it is told to."""
    with hostile() as house:
        yield house


def out(**wish) -> sign_on.Out:
    return sign_on.begin(Wish(**wish), HERE)


def come(answer: dict[str, str], browser: str, slug: str = "bright") -> sign_on.Back:
    return sign_on.come_back(slug, answer, browser, HERE)


def by(login: str) -> sign_on.Back:
    """Go out to the certified provider, sign in there, and come back."""
    way = out(email="somebody@bright.example")
    return come(sign_in_there(way.address, login), way.browser)


def lied(liar, **answer: str) -> sign_on.Back:
    """Go out to the lying one and come back with what it says."""
    way = out(email="somebody@bright.example")
    asked = query_of(way.address)
    liar.nonce = liar.nonce or asked["nonce"]
    return come({"state": asked["state"], "code": "a code", **answer}, way.browser)


def why(act) -> str:
    with pytest.raises(NotVouched) as no:
        act()
    return no.value.why


def nobody_came() -> bool:
    return not stored(SignIn) and not stored(OutsideName)


real = pytest.mark.slow


@real
@pytest.mark.line("S-06")
@pytest.mark.usefixtures("both_engines")
def test_somebody_new_is_made_known_by_their_group_and_comes_in_again_as_the_same(door, issuer):
    set_up(door, issuer)
    came = by("ada")
    assert isinstance(came.found, steps.LetIn)
    assert came.goes_to == "/staff/energy/outages"
    (ada,) = stored(Person, col(Person.email) == "ada@bright.example")
    assert (ada.name, ada.staff_role, ada.password_hash) == ("Ada Ames", "operator", "")
    assert ada.email_proved_at is not None
    assert came.found.visitor.person_id == ada.id
    again = by("ada")
    assert again.found.visitor.person_id == ada.id
    (named,) = stored(OutsideName)
    assert (named.issuer, named.subject, named.person_id) == (issuer, "ada", ada.id)
    assert {signed.how for signed in stored(SignIn)} == {"sign_on"}
    acts = [entry.action for entry in stored(AuditEntry)]
    assert "identity.sign_on_joined" in acts
    assert acts.count("identity.sign_in") == 2


@real
@pytest.mark.line("S-06")
def test_somebody_known_by_that_address_is_connected_only_once_they_sign_in_themselves(door, issuer):
    set_up(door, issuer)
    way = out(email=ANN)
    came = come(sign_in_there(way.address, "ann"), way.browser)
    assert (came.found, came.connects) == (None, "Bright Works")
    assert nobody_came()
    bob = identity.sign_in("bob@bright.example", PASSWORD).visitor
    assert not sign_on.connect(bob, way.browser), "only whoever has that very address"
    ann = identity.sign_in(ANN, PASSWORD).visitor
    assert not sign_on.connect(ann, "A" * 43), "only in the browser that was vouched in"
    assert sign_on.connect(ann, way.browser)
    assert not sign_on.connect(ann, way.browser), "once"
    told = newest()
    assert (told.to, told.subject) == (ANN, "Bright Works signs you in now")
    assert by("ann").found.visitor.person_id == ann.person_id
    assert stored(SignOnTry)[0].email == ""


@real
@pytest.mark.line("S-06")
def test_whoever_may_not_come_is_refused_in_words_and_it_is_written_down(door, issuer):
    one = set_up(door, issuer)
    assert why(lambda: by("unproved")) == "unproved"
    assert why(lambda: by("foreign")) == "domain"
    assert why(lambda: by("nobody")) == "role"
    change(one, makes_people=False)
    assert why(lambda: by("ada")) == "unknown"
    assert nobody_came()
    refused = [entry for entry in stored(AuditEntry) if entry.action == "identity.sign_on_refused"]
    assert len(refused) == 4
    assert "evil.example" not in repr(refused), "no stranger's address in the trail"


@real
@pytest.mark.line("S-06")
def test_a_code_counts_once_even_with_a_fresh_way_out(door, issuer):
    set_up(door, issuer)
    way = out(email=ANN)
    answer = sign_in_there(way.address, "ada")
    assert come(answer, way.browser).found
    assert why(lambda: come(answer, way.browser)) == "stale", "a state counts once"
    fresh = out(email=ANN)
    replayed = answer | {"state": query_of(fresh.address)["state"]}
    assert why(lambda: come(replayed, fresh.browser)) == "wrong", "its verifier and its code are over"


@real
@pytest.mark.line("S-06")
def test_a_customers_house_brings_people_into_the_account_that_was_named(door, issuer):
    (account,) = stored(Account, col(Account.number) == "3")
    set_up(door, issuer, for_staff=False, account_id=account.id, role_map='{"crew": "viewer"}')
    came = by("ada")
    (place,) = stored(Member, col(Member.person_id) == came.found.visitor.person_id)
    assert (place.account_id, place.role) == (account.id, "viewer")
    assert not came.found.visitor.staff


@pytest.mark.line("S-06")
@pytest.mark.usefixtures("both_engines")
def test_a_right_answer_of_the_other_provider_lets_somebody_in(door, liar):
    set_up(door, liar.issuer)
    assert lied(liar).found.visitor.email == "ada@bright.example"
    (sent,) = liar.codes
    assert sent["code"] == "a code"
    assert sent["redirect_uri"] == BACK
    assert len(sent["code_verifier"]) >= 43


def written(header: dict[str, str]) -> str:
    """A token's header as it stands in it."""
    return base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")


NOT_HIS = RSAKey.generate_key(2048, {"kid": "one"})
LIES = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "somebody else"},
    "no audience": {"aud": None},
    "two audiences and no azp": {"aud": [CLIENT, "somebody else"]},
    "an azp that is not ours": {"aud": [CLIENT, "somebody else"], "azp": "somebody else"},
    "an azp that is not ours alone": {"azp": "somebody else"},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "over": {"exp": 1_000_000_000, "iat": 999_999_000},
    "no end": {"exp": None},
    "an end that is no time": {"exp": "tomorrow"},
    "from the future": {"iat": 9_000_000_000, "exp": 9_000_000_300},
    "for a year": {"exp": 4_000_000_000},
    "nobody": {"sub": None},
    "a subject that is no text": {"sub": 7},
    "another access token": {"at_hash": "bm90IHRoZSByaWdodA"},
}


@pytest.mark.line("S-06")
@pytest.mark.parametrize("claims", LIES.values(), ids=LIES.keys())
def test_a_token_that_does_not_say_what_it_must_lets_nobody_in(door, liar, claims):
    set_up(door, liar.issuer)
    liar.claims = claims
    assert why(lambda: lied(liar)) == "wrong"
    assert nobody_came()


@pytest.mark.line("S-06")
@pytest.mark.parametrize("how", ["none", "HS256 with the public key", "HS256 with the secret", "another key"])
def test_a_token_that_is_not_signed_by_its_issuer_lets_nobody_in(door, liar, how):
    set_up(door, liar.issuer)
    way = out(email=ANN)
    asked = query_of(way.address)
    liar.nonce = asked["nonce"]
    if how == "another key":
        liar.key = NOT_HIS
    elif how == "none":
        liar.raw = f"{written({'alg': 'none', 'kid': 'one'})}.{liar.token().split('.')[1]}."
    else:
        secret = liar.keys[0].as_pem(private=False) if "public" in how else SECRET.encode()
        said = f"{written({'alg': 'HS256', 'kid': 'one'})}.{liar.token().split('.')[1]}"
        sealed = hmac.new(secret, said.encode(), "sha256").digest()
        liar.raw = f"{said}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"
    assert why(lambda: come({"state": asked["state"], "code": "a code"}, way.browser)) == "wrong"
    assert nobody_came()


@pytest.mark.line("S-06")
def test_a_new_key_is_looked_up_by_its_name_and_one_that_is_gone_counts_no_more(door, liar, monkeypatch):
    set_up(door, liar.issuer)
    assert lied(liar).found
    monkeypatch.setattr(oidc, "_ANEW", 0.0)
    gone, liar.nonce = liar.keys[0], ""
    liar.keys = [RSAKey.generate_key(2048, {"kid": "two"})]
    assert lied(liar).found
    liar.nonce, liar.key = "", gone
    assert why(lambda: lied(liar)) == "wrong"


@pytest.mark.line("S-06")
def test_an_answer_of_another_house_than_the_asked_one_is_refused(door, liar):
    set_up(door, liar.issuer)
    assert why(lambda: lied(liar, iss="https://evil.example")) == "wrong"
    assert liar.codes == [], "a mixed-up code is sent to nobody"
    liar.says = {"authorization_response_iss_parameter_supported": True}
    oidc.forget_all()
    assert why(lambda: lied(liar)) == "wrong", "this house always says who it is"
    liar.nonce = ""
    assert lied(liar, iss=liar.issuer).found


@pytest.mark.line("S-06")
def test_a_way_out_counts_once_in_its_own_browser_for_ten_minutes_at_its_own_company(door, liar, clock):
    set_up(door, liar.issuer)
    way = out(email=ANN)
    answer = {"state": query_of(way.address)["state"], "code": "a code"}
    assert why(lambda: come(answer, out(email=ANN).browser)) == "stale", "another browser"
    assert why(lambda: come(answer, "")) == "stale", "no browser"
    assert why(lambda: come({"code": "a code"}, way.browser)) == "stale", "no state"
    assert why(lambda: come(answer | {"state": "A" * 43}, way.browser)) == "stale", "a guessed state"
    late = out(email=ANN)
    clock.move(minutes=11)
    late_answer = {"state": query_of(late.address)["state"], "code": "a code"}
    assert why(lambda: come(late_answer, late.browser)) == "stale", "too late"
    elsewhere = out(email=ANN)
    there = {"state": query_of(elsewhere.address)["state"], "code": "a code"}
    assert why(lambda: come(there, elsewhere.browser, "other")) == "stale", "another company's address"
    assert liar.codes == []


@pytest.mark.line("S-06")
def test_what_was_refused_there_is_told_and_its_state_is_over(door, liar):
    set_up(door, liar.issuer)
    way = out(email=ANN)
    answer = {"state": query_of(way.address)["state"], "error": "access_denied"}
    assert why(lambda: come(answer, way.browser)) == "refused"
    assert why(lambda: come(answer, way.browser)) == "stale"


@pytest.mark.line("S-06")
def test_who_stands_at_userinfo_must_be_the_same_person(door, liar):
    set_up(door, liar.issuer)
    liar.claims = {"email": None, "email_verified": None, "groups": None}
    told = {"email": "ada@bright.example", "email_verified": True, "groups": ["crew"]}
    liar.userinfo = {"sub": "somebody else", **told}
    assert why(lambda: lied(liar)) == "wrong"
    liar.userinfo, liar.nonce = {"sub": "ada-1", **told}, ""
    assert lied(liar).found.visitor.role == "operator"


@pytest.mark.line("S-06")
def test_a_configuration_of_somebody_else_or_an_answer_that_leads_elsewhere_is_not_followed(door, liar):
    set_up(door, liar.issuer)
    for says in (
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ):
        liar.says = says
        oidc.forget_all()
        assert why(lambda: out(email=ANN)) == "wrong"
    liar.says, liar.redirects = {}, "http://127.0.0.1:1/"
    oidc.forget_all()
    assert why(lambda: out(email=ANN)) == "away"


@pytest.mark.line("S-06")
@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/x",
        "https://0.0.0.0/x",
        "http://198.51.100.7/x",
        "http://127.0.0.1/x",
        "ftp://127.0.0.1/x",
    ],
)
def test_nothing_of_our_own_network_is_asked_outside_a_demo_at_home(monkeypatch, address):
    monkeypatch.setattr(oidc, "_at_home", lambda: False)
    with pytest.raises(Away):
        oidc.look_up(address)


@pytest.mark.parametrize(
    "said",
    ["", "https://", "https://a@b.example", "https://a.example/#x", "https://a.example?x=1", "//a.example",
     "https://a.example/\n", "https://a.example:99999999/", 7, None, "https://\u0430.example"],
)  # fmt: skip
def test_what_is_no_address_of_another_house_is_none(said):
    assert not oidc.is_address(said, bare=True)


@pytest.mark.line("S-06")
def test_a_house_is_offered_by_the_domain_alone_whether_or_not_anybody_is_known(door, liar):
    one = set_up(door, liar.issuer)
    known, unknown = sign_on.offered(ANN), sign_on.offered("nobody-at-all@bright.example")
    assert known == unknown == (sign_on.Offer(one, "Bright Works"),)
    assert sign_on.offered(ANN, "bright")
    assert sign_on.offered(ANN, "another") == sign_on.offered("ann@right.example") == ()
    assert sign_on.offered("not an address") == sign_on.offered(None) == ()
    assert [sign_on.any_at(where) for where in ("", "bright", "another")] == [True, True, False]
    change(one, working=False)
    assert sign_on.offered(ANN) == ()
    assert why(lambda: out(sign_on_id=one)) == "none"
    change(one, working=True, domains_proved="")
    assert sign_on.offered(ANN) == ()
    assert not sign_on.any_at()


@pytest.mark.line("S-06")
def test_a_suspended_person_stays_out_and_a_second_step_is_still_asked(door, liar):
    set_up(door, liar.issuer)
    visitor = lied(liar).found.visitor
    with before_sign_in() as db:
        person = db.get_one(Person, visitor.person_id)
        person.standing = "suspended"
        db.add(person)
    liar.nonce = ""
    assert why(lambda: lied(liar)) == "shut"
    with before_sign_in() as db:
        person = db.get_one(Person, visitor.person_id)
        person.standing = "active"
        db.add(person)
    add_second_step("ada@bright.example")
    liar.nonce = ""
    assert isinstance(lied(liar).found, steps.Awaits)


@pytest.mark.line("S-06")
def test_the_same_name_at_another_house_is_another_person(door, liar):
    set_up(door, liar.issuer)
    assert lied(liar).found
    with hostile() as second:
        with before_sign_in() as db:
            one = db.exec(sign_on.unscoped(SignOn)).one()
            one.issuer = second.issuer
            db.add(one)
        second.claims = {"email": "zoe@bright.example", "name": "Zoe", "groups": ["crew"]}
        liar_ada = {row.email for row in stored(Person)}
        came = lied(second)
        assert came.found.visitor.email == "zoe@bright.example"
        assert "zoe@bright.example" not in liar_ada


@pytest.mark.line("S-06", "S-63")
def test_trying_lets_nobody_in_and_says_what_would_come_of_it(door, liar):
    one = set_up(door, liar.issuer, working=False)
    way = out(sign_on_id=one, tried_by="somebody")
    asked = query_of(way.address)
    liar.nonce = asked["nonce"]
    assert come({"state": asked["state"], "code": "a code"}, way.browser).tried
    (kept,) = stored(SignOn)
    assert kept.tried_well
    assert kept.tried_says == "It works. ada@bright.example would be made known here as operator."
    liar.claims, liar.nonce = {"groups": ["visitors"]}, ""
    way = out(sign_on_id=one, tried_by="somebody")
    asked = query_of(way.address)
    liar.nonce = asked["nonce"]
    assert come({"state": asked["state"], "code": "a code"}, way.browser).tried
    (kept,) = stored(SignOn)
    assert not kept.tried_well
    assert "group" in kept.tried_says
    assert nobody_came()
    assert not stored(Person, col(Person.email) == "ada@bright.example")


@pytest.mark.line("S-06", "S-70")
def test_the_secret_stands_sealed_and_in_no_trail(door, liar):
    set_up(door, liar.issuer)
    lied(liar)
    with before_sign_in(reads_only=True) as db:
        raw = db.execute(text("SELECT client_secret FROM sign_on")).scalar_one()
    assert SECRET not in raw
    sessions.settle()
    assert SECRET not in repr(stored(AuditEntry))
    assert stored(Company)[0].slug == "bright"
