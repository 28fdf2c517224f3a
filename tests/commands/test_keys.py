"""Keys change hands: everything sealed stands under the new one before the old one goes."""

import json

import pytest
import structlog
from sqlmodel import text

from portal_app import manage
from portal_app.all_tables import METADATA
from portal_app.core import outbox, rotation, sealed_files, vault
from portal_app.core.access import acting_for, acting_for_company
from portal_app.jobs import run
from portal_app.services.identity.mailing import SEALED
from portal_app.services.identity.tables import Authenticator
from portal_app.settings import settings
from tests.engines import past_the_wall

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("S-70")]
OLD, NEW = vault.new_key(), vault.new_key()


@pytest.fixture(autouse=True)
def _log_as_before():
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture
def hang(monkeypatch):
    def put(*keys: str) -> None:
        monkeypatch.setenv("PORTAL_KEYS", ",".join(keys))
        settings.cache_clear()

    yield put
    monkeypatch.undo()
    settings.cache_clear()


def _raw(statement: str) -> list[str]:
    with past_the_wall() as db:
        return list(db.execute(text(statement)).scalars())


def _fill(people) -> tuple[str, str]:
    """Sealed rows of both companies, a waiting job with a secret in it, and a sealed and a plain file."""
    for visitor in (people.owner, people.outsider):
        with acting_for(visitor) as access:
            access.add(Authenticator, secret=f"SECRET OF {visitor.name}")
    with acting_for_company(people.company.id) as access:
        payload = {"to": "x", "sealed": vault.seal("https://portal/reset", SEALED)}
        outbox.enqueue(access.db, "mail.send", payload, company_id=people.company.id, key="secret-mail")
    sealed = sealed_files.keep("photos", b"sealed before", ".jpg")
    plain = settings().data_dir / "photos" / "plain.jpg"
    plain.write_bytes(b"plain before")
    return sealed, plain.name


def test_after_a_rotation_the_old_key_may_go(people, hang, capsys):
    hang(OLD)
    files = _fill(people)
    hang(NEW, OLD)
    assert manage.main(["keys", "rotate"]) == 0
    said = capsys.readouterr().out
    assert "authenticator.secret: 2 sealed anew" in said
    assert "job.payload: 1 sealed anew" in said
    assert "files in photos: 2 sealed anew" in said
    assert f"Nothing needs {OLD.partition(':')[0]} any more" in said
    hang(NEW)
    for visitor in (people.owner, people.outsider):
        with acting_for(visitor, reads_only=True) as access:
            assert [row.secret for row in access.all(Authenticator)] == [f"SECRET OF {visitor.name}"]
    [payload] = _raw("SELECT payload FROM job WHERE key = 'secret-mail'")
    assert vault.unseal(json.loads(payload)["sealed"], SEALED) == "https://portal/reset"
    assert [sealed_files.load("photos", name) for name in files] == [b"sealed before", b"plain before"]


def test_a_rotation_may_be_begun_again_and_then_does_nothing(people, hang, capsys):
    hang(OLD)
    _fill(people)
    hang(NEW, OLD)
    assert manage.main(["keys", "rotate"]) == 0
    before = _raw("SELECT secret FROM authenticator ORDER BY id")
    capsys.readouterr()
    assert manage.main(["keys", "rotate"]) == 0
    assert "0 sealed anew under" in capsys.readouterr().out
    assert _raw("SELECT secret FROM authenticator ORDER BY id") == before


def test_more_rows_than_a_batch_are_all_sealed_anew(people, hang, monkeypatch, capsys):
    monkeypatch.setattr(rotation, "_BATCH", 3)
    hang(OLD)
    with acting_for(people.owner) as access:
        for number in range(8):
            access.add(Authenticator, secret=f"secret {number}")
    hang(NEW, OLD)
    assert manage.main(["keys", "rotate"]) == 0
    assert "authenticator.secret: 8 sealed anew" in capsys.readouterr().out


def test_what_no_key_opens_is_counted_and_the_old_keys_are_to_be_kept(people, hang, capsys):
    hang(OLD)
    _fill(people)
    hang(NEW)
    before = _raw("SELECT secret FROM authenticator ORDER BY id")
    assert manage.main(["keys", "rotate"]) == 1
    told = capsys.readouterr()
    assert "2 cannot be opened" in told.out
    assert "Keep the old keys" in told.err
    assert _raw("SELECT secret FROM authenticator ORDER BY id") == before
    hang(NEW, OLD)
    assert manage.main(["keys", "rotate"]) == 0


def test_a_new_key_is_one_that_the_ring_takes(hang, capsys):
    assert manage.main(["keys", "new"]) == 0
    hang(capsys.readouterr().out.strip())
    assert vault.unseal(vault.seal("words", "x"), "x") == "words"


def test_every_sealed_column_is_found_and_is_of_a_company(people):
    sealed = list(rotation.sealed_columns(METADATA))
    found = [f"{table.name}.{column.name}" for table, column in sealed]
    assert {"authenticator.secret", "sign_on.client_secret", "draft.facts"} <= set(found)
    assert [column.type.about for _, column in sealed] == found
    assert not [table for table, _ in sealed if "company_id" not in table.columns]


def test_a_job_that_meets_a_wrong_key_is_put_back_and_the_next_one_runs(people, hang):
    hang(OLD)
    kept = vault.seal("words", "x")
    hang(NEW)
    ran = list[str]()

    def opens(_access, payload):
        vault.unseal(payload["kept"], "x")

    with acting_for_company(people.company.id) as access:
        access.later("test.opens", {"kept": kept})
        access.later("test.next", {})
    handlers = {"test.opens": opens, "test.next": lambda *_: ran.append("next")}
    ended = []
    while job := run.take():
        ended.append(run.run(job, handlers))
    assert (sorted(ended), ran) == (["done", "waiting"], ["next"])
