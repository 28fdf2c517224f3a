"""Links and codes that go by mail: good once, for a while, for one purpose, and only hashes of them kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import col

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.errors import TooMany
from portal_app.core.outbox import Job
from portal_app.services.identity import links, mailing
from portal_app.services.identity.tables import MailedLink

ANN = "ann@bright.example"


def made(company_id: str, purpose: str = "reset", **facts):
    with before_sign_in() as db:
        return links.make(db, purpose, company_id, email=ANN, **facts)


def used(token: object, purpose: str = "reset") -> MailedLink:
    with before_sign_in() as db:
        link = links.use_up(db, token, purpose)
        db.expunge(link)
        return link


@pytest.mark.line("S-07")
@pytest.mark.usefixtures("both_engines")
def test_a_link_is_kept_as_a_hash_and_opens_once(door, clock):
    one = made(door, person_id="p1", goes_to="/energy/billing")
    assert len(one.token) >= 43
    with before_sign_in(reads_only=True) as db:
        (kept,) = db.exec(unscoped(MailedLink))
        assert one.token not in repr(kept)
        assert kept.ends_at - kept.made_at == timedelta(minutes=30)
    assert links.look(one.token, "reset") is not None
    assert links.look(one.token, "reset") is not None, "a look uses nothing up"
    assert used(one.token).goes_to == "/energy/billing"
    assert links.look(one.token, "reset") is None
    with pytest.raises(links.StaleLink):
        used(one.token)


@pytest.mark.line("S-07")
def test_wrong_used_expired_and_foreign_links_hear_the_same(door, clock):
    late, other = made(door), made(door, "invite")
    clock.move(minutes=31)
    said = set()
    for token in (
        late.token,
        other.token,
        other.token[:-1] + "A" * 1,
        "x",
        "",
        None,
        7,
        "\ud800" * 43,
        late.id,
    ):
        assert links.look(token, "reset") is None
        with pytest.raises(links.StaleLink) as stale:
            used(token)
        said.add(stale.value.sentence)
    assert len(said) == 1
    assert used(other.token, "invite").email == ANN, "an invitation lasts seven days"


@pytest.mark.line("S-07")
@pytest.mark.usefixtures("both_engines")
def test_of_two_at_once_one_gets_the_link(door):
    one = made(door)

    def try_it(_n: int) -> bool:
        try:
            used(one.token)
        except links.StaleLink:
            return False
        return True

    with ThreadPoolExecutor(4) as together:
        assert sum(together.map(try_it, range(4))) == 1


@pytest.mark.line("S-03")
@pytest.mark.usefixtures("both_engines")
def test_a_code_opens_once_and_dies_after_five_wrong_ones(door):
    one = made(door, "sign_in", with_code=True)
    wrong = f"{(int(one.code) + 1) % 1_000_000:06}"
    for _ in range(4):
        with pytest.raises(links.WrongCode):
            links.use_up_code(wrong, "sign_in", ANN)
    assert links.use_up_code(f" {one.code[:3]} {one.code[3:]} ", "sign_in", ANN).id == one.id
    with pytest.raises(links.WrongCode):
        links.use_up_code(one.code, "sign_in", ANN)
    two = made(door, "sign_in", with_code=True)
    for _ in range(5):
        with pytest.raises(links.WrongCode):
            links.use_up_code("000000" if two.code != "000000" else "000001", "sign_in", ANN)
    for _ in range(2):
        with pytest.raises(links.WrongCode):
            links.use_up_code(two.code, "sign_in", ANN)


@pytest.mark.line("S-03")
def test_wrong_links_from_one_network_are_refused_within_ten(door):
    for _ in range(8):
        with pytest.raises(links.StaleLink), links.guarded("192.0.2.7"):
            used("A" * 43)
    with pytest.raises(TooMany), links.guarded("192.0.2.7"):
        used("A" * 43)
    with links.guarded("192.0.2.8"):
        used(made(door).token)


def test_what_is_withdrawn_opens_nothing_and_the_rest_still_does(door):
    mine, hers, other = (
        made(door, person_id="p1"),
        made(door, person_id="p2"),
        made(door, "invite", person_id="p1"),
    )
    with before_sign_in() as db:
        assert links.withdraw(db, "reset", person_id="p1") == 1
        with pytest.raises(TypeError):
            links.withdraw(db, "reset")
    assert links.look(mine.token, "reset") is None
    assert links.look(hers.token, "reset") is not None
    assert links.look(other.token, "invite") is not None


def test_a_bound_link_knows_its_browser(door):
    bound, free = made(door, "sign_in", browser="b" * 43), made(door, "sign_in")
    at_home, elsewhere = (links.look(one.token, "sign_in") for one in (bound, free))
    assert at_home is not None
    assert elsewhere is not None
    assert not links.is_bound_elsewhere(at_home, "b" * 43)
    assert links.is_bound_elsewhere(at_home, "c" * 43)
    assert links.is_bound_elsewhere(at_home, "")
    assert not links.is_bound_elsewhere(elsewhere, "")


@pytest.mark.line("S-07")
def test_what_a_mail_lets_one_do_stands_sealed_in_the_queue(door):
    with before_sign_in() as db:
        one = links.make(db, "sign_in", door, email=ANN, with_code=True)
        where = links.address("/sign-in/link", one.token)
        assert mailing.send(db, door, ANN, "Sign in", ["Hello,"], link=where, code=one.code, key="k1")
        assert not mailing.send(db, door, ANN, "Sign in", ["Hello,"], key="k1")
    with before_sign_in(reads_only=True) as db:
        (job,) = db.exec(unscoped(Job, col(Job.kind) == "mail.send"))
    assert one.token not in job.payload
    assert one.code not in job.payload
