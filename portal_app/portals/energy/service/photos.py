"""Photos that customers send: made anew without position data, kept sealed where no page reaches them."""

from io import BytesIO
from pathlib import Path

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from portal_app.core import sealed_files
from portal_app.core.errors import NotYours, Refusal
from portal_app.shapes.files import Upload

FOLDER = "photos"
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2400
TYPES = {".jpg", ".jpeg", ".jfif", ".png", ".webp"}
_HEAD = 64 * 1024
_UNREADABLE = "That photo cannot be opened. Take it again and send the new one."
FORMATS = ("JPEG", "PNG", "WEBP")


def draw(upload: Upload) -> bytes:
    """Draw a photo anew as a JPEG of at most 2,400 pixels a side, with nothing else that the file carried.

    Slow, so nothing may be locked meanwhile. Raises Refusal for what is no photo, above 10 MB or above 40
    million pixels.
    """
    arrived = upload.path
    if upload.size > MOST_BYTES:
        raise Refusal("That photo is larger than 10 MB. Send a smaller one: most phones offer that.", "photo")
    _check_type(arrived)
    try:
        with Image.open(arrived, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refusal("That photo has more than 40 million pixels. Send a smaller one.", "photo")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except Image.DecompressionBombError as trouble:
        raise Refusal("That photo has more than 40 million pixels. Send a smaller one.", "photo") from trouble
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as trouble:
        raise Refusal(_UNREADABLE, "photo") from trouble
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A fresh canvas: what stood beside the pixels in the file (place, device, thumbnail) stays behind.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    drawn = BytesIO()
    clean.save(drawn, "JPEG", quality=85)
    return drawn.getvalue()


def keep(upload: Upload, company_id: str = "") -> str:
    """Store a photo that was drawn anew, sealed, under a random name and give that name.

    Raises Refusal for one that was not drawn, or without room for it.
    """
    if not upload.drawn:
        raise Refusal(_UNREADABLE, "photo")
    return sealed_files.keep(FOLDER, upload.drawn, ".jpg", company_id=company_id)


def _check_type(arrived: Path) -> None:
    """Tell a photo by its first bytes; the name its sender gave it does not count."""
    with arrived.open("rb") as file:
        begins = file.read(_HEAD)
    try:
        matches = puremagic.magic_string(begins)
    except (puremagic.PureError, ValueError):
        matches = []
    surest = max((match.confidence for match in matches), default=0)
    if not any(match.extension.lower() in TYPES for match in matches if match.confidence == surest):
        raise Refusal("That is not a photo we can read. Send a JPEG, PNG or WebP picture.", "photo")


def load(name: str) -> bytes:
    """A stored photo. Raises NotYours when there is none of that name, WrongKey when it cannot be opened."""
    try:
        return sealed_files.load(FOLDER, name)
    except NotYours as trouble:
        raise NotYours("There is no photo with this reading.") from trouble


def drop(name: str) -> None:
    """Remove a photo that no reading names after all."""
    sealed_files.drop(FOLDER, name)
