"""A company's brand: its name, a colour that can be read, a mark drawn anew from a picture."""

import base64
import re
from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlmodel import col

from portal_app.core.access import Access, before_sign_in, reads, unscoped
from portal_app.core.accounts import Company
from portal_app.core.errors import Refusal
from portal_app.settings import settings
from portal_app.shapes.companies import BrandPage, Look
from portal_app.shapes.files import Upload, UploadDoor
from portal_app.shapes.palette import DRAWN, Verdict, look_at
from portal_app.shapes.status import Notice

SETS = "company.brand"
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
_LARGEST = (448, 112)
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_BEFORE, _AFTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><image width="28" height="28" '
    'href="data:image/png;base64,',
    '"/></svg>',
)
_PLAIN = DRAWN["brightwater"]
"""What a company wears that has no brand of its own yet."""


@reads
def page(access: Access) -> BrandPage:
    """The brand as it is, for its page."""
    access.require(SETS)
    company = access.db.get_one(Company, access.visitor.company_id)
    return BrandPage(
        ready=True,
        name=company.name,
        accent=company.accent or DRAWN.get(company.brand, _PLAIN),
        mark=f"/brand/{company.worn}.png" if company.mark else "",
        host=company.host,
        common=f"{settings().public_url.rstrip('/')}/c/{company.slug}",
        points_to=urlsplit(settings().public_url).hostname or "",
        command=f"company host {company.slug} {company.host or 'my.company.example'}",
    )


def clean_colour(typed: object) -> str:
    """A colour as it is kept, "#025b4b". Raises Refusal for anything else."""
    colour = typed.strip().lower() if isinstance(typed, str) else ""
    if not _COLOUR.fullmatch(colour):
        raise Refusal("Choose a colour, or type it such as #025b4b.", "accent")
    return colour


def verdict(colour: object) -> Verdict:
    """Whether a colour can be read everywhere, and if not, what can. Raises Refusal for what is no colour."""
    return look_at(clean_colour(colour))


def save(access: Access, name: str, colour: str) -> Notice:
    """Keep a name and a colour.

    Raises Refusal, with its field, for a name that cannot be and for a colour that cannot be read.
    """
    access.require(SETS)
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Refusal("Type the company's name, with at most 120 letters.", "name")
    accent = clean_colour(colour)
    found = look_at(accent)
    if not found.fits:
        raise Refusal(found.says, "accent")
    company = access.db.get_one(Company, access.visitor.company_id)
    before = {"name": company.name, "accent": company.accent}
    if accent == DRAWN.get(company.brand, _PLAIN) and not company.accent:
        accent = ""
    if company.short_name == company.name:
        company.short_name = name[:60]
    company.name, company.accent = name, accent
    access.db.add(company)
    access.note("tenancy.brand_changed", company.id, account_id="", before=before, name=name, accent=accent)
    return Notice("Your brand is saved", "Customers see it from the next page they open.", "good")


def _may(access: Access) -> None:
    access.require(SETS)


def take_mark(access: Access, upload: Upload) -> str:
    """Keep a picture as the company's mark: drawn anew, on white, nothing else of the file kept.

    Raises Refusal for what is no picture, an SVG among them, since one may hold a script.
    """
    access.require(SETS)
    company = access.db.get_one(Company, access.visitor.company_id)
    company.mark = _BEFORE + base64.b64encode(upload.drawn or draw_anew(upload)).decode() + _AFTER
    access.db.add(company)
    access.note("tenancy.mark_changed", company.id, account_id="", bytes=upload.size)
    return f"/staff/{access.visitor.kind}/brand?saved=mark"


def drop_mark(access: Access) -> Notice:
    """Go back to the mark of the house."""
    access.require(SETS)
    company = access.db.get_one(Company, access.visitor.company_id)
    company.mark = ""
    access.db.add(company)
    access.note("tenancy.mark_removed", company.id, account_id="")
    return Notice("Your mark is removed", "Pages and mails show the plain one again.", "good")


def draw_anew(upload: Upload) -> bytes:
    """A picture as it is kept: a small PNG on white. Raises Refusal for what is no picture."""
    try:
        with Image.open(upload.path, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Refusal("That picture has more than 40 million pixels. Send a smaller one.", "mark")
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except Image.DecompressionBombError as trouble:
        raise Refusal(
            "That picture has more than 40 million pixels. Send a smaller one.", "mark"
        ) from trouble
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as trouble:
        raise Refusal(
            "That is no picture we can read. Send a PNG, JPEG or WebP; no SVG.", "mark"
        ) from trouble
    upright.thumbnail(_LARGEST)
    clean = Image.new("RGB", upright.size, "#ffffff")
    clean.paste(upright, mask=upright.getchannel("A"))
    drawn = BytesIO()
    clean.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def mark_door(kind: str) -> UploadDoor:
    """The door by which a company of a kind hands its mark in."""
    larger = "Send a smaller picture."
    back = f"/staff/{kind}/brand"
    return UploadDoor(_may, take_mark, back, most_bytes=MOST_BYTES, larger=larger, draw=draw_anew)


def look_of(slug: str) -> Look | None:
    """What a company's pages wear of its own; None for a company that is not served here."""
    with before_sign_in(reads_only=True) as db:
        company = db.exec(unscoped(Company, col(Company.slug) == slug)).first()
        if company is None or (company.demo and not settings().demo):
            return None
        found = company.mark.removeprefix(_BEFORE).removesuffix(_AFTER)
        return Look(
            company.worn,
            company.accent or DRAWN.get(company.brand, ""),
            base64.b64decode(found) if company.mark else b"",
        )
