"""Private files: nothing of them to be read on the disk, nothing opened in another's place."""

import stat

import pytest

from portal_app.core import sealed_files, vault
from portal_app.core.errors import NotYours, Refusal
from portal_app.settings import settings

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.line("S-70"), pytest.mark.line("S-45")]


def folder():
    return settings().data_dir / "photos"


def test_a_file_lies_sealed_under_a_random_name_for_its_owner_alone():
    name = sealed_files.keep("photos", b"the meter in the cellar", ".jpg")
    place = folder() / name
    assert len(name) > 30
    assert b"meter" not in place.read_bytes()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700
    assert sealed_files.load("photos", name) == b"the meter in the cellar"
    assert sealed_files.keep("photos", b"the meter in the cellar", ".jpg") != name
    assert len(list(folder().iterdir())) == 2


def test_one_file_put_in_the_place_of_another_is_refused():
    mine, other = (sealed_files.keep("photos", words) for words in (b"mine", b"other"))
    (folder() / mine).write_bytes((folder() / other).read_bytes())
    with pytest.raises(vault.WrongKey):
        sealed_files.load("photos", mine)


@pytest.mark.parametrize("name", ["", "../keys", "/etc/passwd", "no-such.jpg", "..", "."])
def test_a_name_leads_nowhere_but_into_its_folder(name):
    vault.ring()
    with pytest.raises(NotYours):
        sealed_files.load("photos", name)


def test_a_file_from_before_is_read_and_then_sealed_where_it_lies():
    folder().mkdir(parents=True)
    (folder() / "old.jpg").write_bytes(b"\xff\xd8 plain")
    assert sealed_files.load("photos", "old.jpg") == b"\xff\xd8 plain"
    assert ("photos", 1, 0) in list(sealed_files.seal_anew())
    assert b"plain" not in (folder() / "old.jpg").read_bytes()
    assert sealed_files.load("photos", "old.jpg") == b"\xff\xd8 plain"
    assert ("photos", 0, 0) in list(sealed_files.seal_anew())


def test_a_dropped_file_is_gone():
    name = sealed_files.keep("photos", b"x")
    sealed_files.drop("photos", name)
    sealed_files.drop("photos", name)
    assert list(folder().iterdir()) == []


@pytest.mark.line("S-43")
def test_a_company_has_its_own_room_and_no_more(monkeypatch):
    monkeypatch.setenv("PORTAL_COMPANY_MEGABYTES", "1")
    settings.cache_clear()
    sealed_files.keep("photos", b"x" * 700_000, ".jpg", company_id="c1")
    with pytest.raises(Refusal, match="no more room"):
        sealed_files.keep("photos", b"x" * 700_000, ".jpg", company_id="c1")
    name = sealed_files.keep("photos", b"x" * 700_000, ".jpg", company_id="c2")
    assert 700_000 < sealed_files.taken_by("c2") < 701_000
    sealed_files.drop("photos", name)
    assert sealed_files.taken_by("c2") == 0
    monkeypatch.undo()
    settings.cache_clear()
