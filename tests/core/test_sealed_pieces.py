"""Large files that wait stand sealed on the disk, and are read as if they did not."""

import gzip
import os
import secrets
from pathlib import Path

import pytest

from portal_app.core.sealed_pieces import PIECE, seal_file, unsealed
from portal_app.core.vault import WrongKey

pytestmark = pytest.mark.line("S-45", "S-70")
ABOUT = "readings"


@pytest.fixture
def kept(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, bytes]:
    plain = os.urandom(getattr(request, "param", 3 * PIECE + 17))
    path = tmp_path / "waiting"
    path.write_bytes(plain)
    seal_file(path, ABOUT)
    return path, plain


@pytest.mark.parametrize("kept", [0, 1, PIECE - 1, PIECE, PIECE + 1, 4 * PIECE], indirect=True)
def test_what_was_sealed_is_read_again_and_stands_nowhere_plain(kept):
    path, plain = kept
    with unsealed(path, ABOUT) as stream:
        assert stream.read() == plain
    assert len(plain) < 32 or plain[:32] not in path.read_bytes()
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.stat().st_mode & 0o077 == 0


def test_it_is_read_in_any_order_as_readers_of_feeds_do(kept):
    path, plain = kept
    with unsealed(path, ABOUT) as stream:
        for at in (2 * PIECE - 3, 0, len(plain) - 2, PIECE, len(plain) + 5):
            stream.seek(at)
            assert stream.read(10) == plain[at : at + 10]
            assert stream.tell() == max(at, min(at + 10, len(plain)))


def test_a_gzipped_file_unfolds_from_it(tmp_path):
    path = tmp_path / "waiting"
    text = secrets.token_hex(PIECE).encode()
    path.write_bytes(gzip.compress(text))
    seal_file(path, ABOUT)
    with unsealed(path, ABOUT) as stream, gzip.GzipFile(fileobj=stream) as plain:
        assert plain.read() == text


def _cut(kept: bytes) -> bytes:
    return kept[: -(PIECE // 2)]


def _without_the_last(kept: bytes) -> bytes:
    return kept[: kept.index(b"\n") + 1 + 3 * (PIECE + 28)]


def _swapped(kept: bytes) -> bytes:
    head = kept.index(b"\n") + 1
    first, second = kept[head : head + PIECE + 28], kept[head + PIECE + 28 : head + 2 * (PIECE + 28)]
    return kept[:head] + second + first + kept[head + 2 * (PIECE + 28) :]


def _changed(kept: bytes) -> bytes:
    return kept[:-1] + bytes([kept[-1] ^ 1])


def _unsealed(_kept: bytes) -> bytes:
    return b"<feed/>\n" * 100


@pytest.mark.parametrize("harm", [_cut, _without_the_last, _swapped, _changed, _unsealed])
def test_a_file_that_was_harmed_is_refused(kept, harm):
    path, _ = kept
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(WrongKey), unsealed(path, ABOUT) as stream:
        stream.read()


def test_a_piece_of_another_file_is_refused(kept, tmp_path):
    path, plain = kept
    other = tmp_path / "other"
    other.write_bytes(plain)
    seal_file(other, ABOUT)
    ours, theirs = path.read_bytes(), other.read_bytes()
    at = ours.index(b"\n") + 1
    path.write_bytes(ours[:at] + theirs[at : at + PIECE + 28] + ours[at + PIECE + 28 :])
    with pytest.raises(WrongKey), unsealed(path, ABOUT) as stream:
        stream.read(1)


def test_it_opens_only_as_what_it_was_sealed_as(kept):
    with pytest.raises(WrongKey), unsealed(kept[0], "photos") as stream:
        stream.read(1)
