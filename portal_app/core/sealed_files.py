"""Private files on disk: sealed, under random names, in folders of the data folder that no page reaches."""

import os
from collections.abc import Iterator
from pathlib import Path

from portal_app.core import vault
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.ids import new_secret
from portal_app.settings import settings

FOLDERS = ("photos", "copies")
"""Every folder of the data folder whose files are sealed; `manage keys rotate` seals all of them anew."""

_HEAD = b"sealed.1\n"
_BATCH = 200


def _place(folder: str, name: str) -> Path:
    if folder not in FOLDERS:
        raise TypeError(f"{folder} is not a folder of sealed files")
    return settings().data_dir / folder / Path(name).name


def _about(place: Path) -> str:
    # The name is part of it, so that one sealed file cannot be put in the place of another.
    return f"{place.parent.name}/{place.name}"


def _write(place: Path, plain: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = place.with_name(f".{new_secret(12)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_HEAD + vault.seal_bytes(plain, _about(place)))
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)


def keep(folder: str, plain: bytes, ending: str = "", *, company_id: str = "") -> str:
    """Store bytes sealed under a random name, such as "qX3...f8.jpg", and give that name.

    With `company_id` the file counts against that company's room. Raises Refusal when there is none left.
    """
    if company_id and taken_by(company_id) + len(plain) > settings().company_megabytes * 1024**2:
        raise Refusal(
            "There is no more room for files here just now. Nothing was kept. Tell us, please.", "file"
        )
    name = f"{company_id}{'.' if company_id else ''}{new_secret(24)}{ending}"
    _write(_place(folder, name), plain)
    return name


def taken_by(company_id: str) -> int:
    """How many bytes the files of a company take."""
    return sum(
        place.stat().st_size
        for folder in FOLDERS
        for place in (settings().data_dir / folder).glob(f"{company_id}.*")
    )


def load(folder: str, name: str) -> bytes:
    """What was kept under that name; one from before files were sealed comes as it lies there.

    Raises NotYours when there is none, WrongKey when it cannot be opened.
    """
    place = _place(folder, name)
    if not name or not place.is_file():
        raise NotYours
    kept = place.read_bytes()
    return vault.unseal_bytes(kept.removeprefix(_HEAD), _about(place)) if kept.startswith(_HEAD) else kept


def drop(folder: str, name: str) -> None:
    """Remove a file; none of that name is no trouble."""
    if name:
        _place(folder, name).unlink(missing_ok=True)


def seal_anew() -> Iterator[tuple[str, int, int]]:
    """Seal every private file under the first key, one folder after the other.

    Gives the folder, how many files were sealed and how many could not be opened, a batch at a time. Files
    that the first key sealed are passed over, so it may be begun again at any time.
    """
    for folder in FOLDERS:
        names = sorted(
            place.name for place in (settings().data_dir / folder).glob("[!.]*") if place.is_file()
        )
        for start in range(0, len(names), _BATCH):
            done, shut = 0, 0
            for name in names[start : start + _BATCH]:
                try:
                    done += _seal_file(folder, name)
                except vault.WrongKey:
                    shut += 1
                except NotYours:
                    continue  # it was removed meanwhile
            yield folder, done, shut


def _seal_file(folder: str, name: str) -> bool:
    place = _place(folder, name)
    with place.open("rb") as file:
        begins = file.read(64)
    first = next(iter(vault.ring()))
    if begins.startswith(_HEAD) and vault.key_name_of(begins.removeprefix(_HEAD)) == first:
        return False
    _write(place, load(folder, name))
    return True
