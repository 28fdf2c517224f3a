"""What an open page holds, as it is kept in Redis: sealed, and opened by nobody else's hand."""

import pickle
from pathlib import Path
from typing import Any

import pytest
from reflex.state import BaseState
from reflex_base.utils.exceptions import StateSchemaMismatchError

from portal_app.settings import settings
from portal_app.state import sealing
from portal_app.state.binding import BoundState
from portal_app.state.sealing import seal_states
from tests.engines import pointed_at

pytestmark = pytest.mark.line("S-71")


@pytest.fixture(autouse=True)
def _sealing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(BaseState, "_serialize", BaseState._serialize)
    monkeypatch.setattr(BaseState, "_deserialize", vars(BaseState)["_deserialize"])
    with pointed_at(f"sqlite:///{tmp_path / 'x.db'}", tmp_path):
        yield


def held() -> BoundState:
    state = BoundState(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    state._session = "meter-photo-4929"
    return state


def test_what_a_page_holds_is_kept_sealed_and_comes_back_the_same():
    assert b"meter-photo-4929" in sealing._plain(held())
    seal_states()
    kept = BaseState._serialize(held())
    assert b"meter-photo-4929" not in kept
    again: Any = BaseState._deserialize(kept)
    assert again._session == "meter-photo-4929"


class Harm:
    """A pickle that runs something when it is opened."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self):
        return Path.touch, (self.place,)


def test_nothing_is_unpickled_that_was_not_sealed_here(tmp_path):
    kept = sealing._plain(held())
    harm = pickle.dumps((1, Harm(tmp_path / "ran")))
    seal_states()
    sealed = BaseState._serialize(held())
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for stranger in (kept, harm, sealed[:20] + harm, changed, b""):
        with pytest.raises(StateSchemaMismatchError):
            BaseState._deserialize(stranger)
    assert not (tmp_path / "ran").exists()


def test_a_page_sealed_under_a_key_that_is_gone_begins_anew(tmp_path):
    seal_states()
    kept = BaseState._serialize(held())
    with pointed_at(settings().db_url, tmp_path / "other"), pytest.raises(StateSchemaMismatchError):
        BaseState._deserialize(kept)
