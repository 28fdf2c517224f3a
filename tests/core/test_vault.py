"""What is sealed: opened by its key alone, refused in a sentence otherwise."""

import base64
import json
import stat
import subprocess
import sys

import pytest
from structlog.testing import capture_logs

from portal_app.core import vault
from portal_app.core.errors import Refusal
from portal_app.settings import WrongSetting, settings

pytestmark = pytest.mark.line("S-70")


@pytest.fixture
def own_folder(monkeypatch, tmp_path):
    """A data folder without a key yet, and no ring from outside."""
    monkeypatch.delenv("PORTAL_KEYS", raising=False)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "var"))
    settings.cache_clear()
    yield tmp_path / "var"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def hang(own_folder, monkeypatch):
    """Hang up a ring of keys, the first one sealing."""

    def put(*keys: str) -> None:
        monkeypatch.setenv("PORTAL_KEYS", ",".join(keys))
        settings.cache_clear()

    return put


@pytest.mark.parametrize("plain", ["a", "JBSWY3DPEHPK3PXP", "naïve \ud800 \0 ☃", "x" * 100_000])
def test_what_is_sealed_comes_back_and_cannot_be_read_meanwhile(own_folder, plain):
    kept = vault.seal(plain, "authenticator.secret")
    assert vault.unseal(kept, "authenticator.secret") == plain
    assert kept != vault.seal(plain, "authenticator.secret")
    assert len(plain) < 10 or plain.encode("utf-8", "surrogatepass") not in base64.urlsafe_b64decode(kept)


def test_another_key_of_the_same_name_is_refused_in_a_sentence(hang):
    one, other = (vault.new_key().partition(":")[2] for _ in range(2))
    hang(f"a:{one}")
    kept = vault.seal("secret words", "draft.facts")
    hang(f"a:{other}")
    with capture_logs() as logs, pytest.raises(vault.WrongKey) as no:
        vault.unseal(kept, "draft.facts")
    assert isinstance(no.value, Refusal)
    assert logs[0]["reference"] in no.value.sentence
    assert "draft.facts" not in no.value.sentence
    assert "secret words" not in json.dumps(logs)


def test_a_key_that_is_not_on_the_ring_is_refused(hang):
    first, second = vault.new_key(), vault.new_key()
    hang(first)
    kept = vault.seal_bytes(b"plain", "photos/x.jpg")
    hang(second, first)
    assert vault.unseal_bytes(kept, "photos/x.jpg") == b"plain"
    hang(second)
    with pytest.raises(vault.WrongKey) as no:
        vault.unseal_bytes(kept, "photos/x.jpg")
    assert "not on the ring" in no.value.why


def test_any_changed_byte_is_found(own_folder):
    kept = vault.seal_bytes(b"forty-two", "about")
    for place in range(len(kept)):
        changed = kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :]
        with pytest.raises(vault.WrongKey):
            vault.unseal_bytes(changed, "about")


@pytest.mark.parametrize("junk", ["", "plain words", "é", "a.b", "====", "QUJD"])
def test_what_was_never_sealed_is_refused_and_not_shown(own_folder, junk):
    with pytest.raises(vault.WrongKey):
        vault.unseal(junk, "about")


def test_what_is_sealed_for_one_thing_does_not_open_as_another(own_folder):
    kept = vault.seal("JBSWY3DPEHPK3PXP", "authenticator.secret")
    with pytest.raises(vault.WrongKey):
        vault.unseal(kept, "draft.facts")


def test_the_first_key_of_the_ring_seals_and_every_key_opens(hang):
    first, second = vault.new_key(), vault.new_key()
    hang(first)
    old = vault.seal("old", "x")
    hang(second, first)
    new = vault.seal("new", "x")
    assert (vault.unseal(old, "x"), vault.unseal(new, "x")) == ("old", "new")
    assert vault.key_name_of(base64.urlsafe_b64decode(new)) == second.partition(":")[0]


@pytest.mark.parametrize(
    "said", ["short:QUJD", "no-colon", "bad name:" + "A" * 43 + "=", ":" + "A" * 43 + "=", ",", "x:%%%"]
)
def test_a_ring_nobody_can_work_with_is_said_so_without_the_key(hang, said):
    hang(said)
    with pytest.raises(WrongSetting) as no:
        vault.ring()
    assert "manage keys new" in str(no.value)
    assert "A" * 40 not in str(no.value)


def test_a_key_named_twice_is_refused(hang):
    one = vault.new_key()
    hang(one, one)
    with pytest.raises(WrongSetting, match="twice"):
        vault.ring()


def test_without_a_ring_a_key_file_for_its_owner_alone_is_made_once(own_folder):
    kept = vault.seal("words", "x")
    file = own_folder / "keys"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    vault._ring.cache_clear()
    assert vault.unseal(kept, "x") == "words"
    assert [place.name for place in own_folder.iterdir()] == ["keys"]


def test_an_emptied_key_file_is_said_so(own_folder):
    own_folder.mkdir()
    (own_folder / "keys").write_text("")
    with pytest.raises(WrongSetting, match="empty"):
        vault.ring()


def test_processes_that_start_at_once_have_one_key(own_folder):
    asks = "from portal_app.core import vault; import sys; sys.stdout.write(next(iter(vault.ring())))"
    racers = [
        subprocess.Popen([sys.executable, "-c", asks], stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own
        for _ in range(3)
    ]
    names = {racer.communicate(timeout=60)[0] for racer in racers}
    assert names == {(own_folder / "keys").read_text().partition(":")[0]}
