"""What an uploaded file really is: found by its content, never by its name or by what the browser says of it."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

import magic
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from family_support.base.errors import Invalid

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXTENSIONS = {PDF: ("pdf",), PNG: ("png",), JPEG: ("jpg", "jpeg"), DOCX: ("docx",), XLSX: ("xlsx",)}
OFFICE_PARTS = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml"}
# libmagic names an office file by its parts, or only as the archive that it is, depending on its version.
ARCHIVES = {"application/zip", "application/octet-stream", DOCX, XLSX}

NAME_LENGTH = 150
MAX_PIXELS = 60_000_000
MAX_ENTRIES = 3_000
MAX_UNPACKED = 150 * 1024 * 1024  # bytes
MAX_RATIO = 200  # unpacked to packed; XML of an honest sheet reaches 30 to 60
RATIO_FROM = 5 * 1024 * 1024  # bytes; below that a ratio says nothing
CHUNK = 1024 * 1024
_ENDINGS = {ending: kind for kind, endings in EXTENSIONS.items() for ending in endings}
_CONTROL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checked upload: the bytes to keep (images without metadata), what they are, and a harmless name."""

    content: bytes
    content_type: str
    name: str


def refused(code: str, text: str | Promise, field: str) -> Invalid:
    """The refusal of a file, beside its form field."""
    return Invalid(code, fields={field: text})


def clean_name(name: str) -> str:
    """The last part of a path-like name, without control and direction marks, at most 150 characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(char for char in last if unicodedata.category(char) not in _CONTROL).strip(" .")
    path = PurePosixPath(kept or "file")
    ending = path.suffix[:10]
    return path.name[: len(path.name) - len(path.suffix)][: NAME_LENGTH - len(ending)].rstrip() + ending


def accept(content: bytes, name: str, *, field: str = "file") -> Accepted:
    """Check an upload by content against the allow-list (PDF, PNG, JPEG, DOCX, XLSX).

    Errors: Invalid with `fields[field]`: empty file, other type, name and content that disagree, a damaged image, an
    archive that unpacks to too much or holds a program.
    """
    if not content:
        raise refused("file_empty", _("The file is empty."), field)
    kind = _kind(content, field)
    name = clean_name(name)
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    if not ending:
        name = f"{name}.{EXTENSIONS[kind][0]}"
    elif ending not in _ENDINGS:
        raise _not_allowed(field)
    elif _ENDINGS[ending] != kind:
        raise refused(
            "file_mismatch",
            _("The name of the file says one type and its content another. Save it again in its own format."),
            field,
        )
    if kind in (PNG, JPEG):
        content = _without_metadata(content, kind, field)
    return Accepted(content, kind, name)


def _not_allowed(field: str) -> Invalid:
    return refused("file_type", _("Only PDF, PNG, JPEG, DOCX and XLSX files are accepted."), field)


def _kind(content: bytes, field: str) -> str:
    found = magic.from_buffer(content[: 64 * 1024], mime=True)
    if found == PDF:
        # A reader looks for the end of the document in the last kilobytes; a program behind a header has none.
        # One that is an archive too would be opened by whatever looks for an archive's end first.
        if b"%%EOF" not in content[-4096:] or zipfile.is_zipfile(io.BytesIO(content)):
            raise refused("file_damaged", _("The PDF is damaged or incomplete. Save it again."), field)
        return PDF
    if found in (PNG, JPEG):
        return str(found)
    if found in ARCHIVES and content.startswith(b"PK\x03\x04"):
        return _office_kind(content, field)
    raise _not_allowed(field)


def _office_kind(content: bytes, field: str) -> str:
    damaged = refused("file_damaged", _("The document is damaged or protected by a password."), field)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            kinds = [kind for kind, part in OFFICE_PARTS.items() if part in names]
            if "[Content_Types].xml" not in names or len(kinds) != 1:
                raise _not_allowed(field)
            if any(name.rpartition("/")[2].lower() in {"vbaproject.bin", "vbadata.xml"} for name in names):
                raise refused(
                    "file_macros", _("The document holds a program (macros). Save it without macros."), field
                )
            if len(entries) > MAX_ENTRIES or any(entry.flag_bits & 1 for entry in entries):
                raise damaged
            _unpack(archive, entries, len(content), field)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise damaged from error
    return kinds[0]


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], packed: int, field: str) -> None:
    """Unpack into nothing, counting: what the archive says of its own sizes is not believed."""
    limit = min(MAX_UNPACKED, max(packed * MAX_RATIO, RATIO_FROM))
    unpacked = 0
    for entry in entries:
        with archive.open(entry) as part:
            while piece := part.read(CHUNK):
                unpacked += len(piece)
                if unpacked > limit:
                    raise refused("file_bomb", _("The document unpacks to more than it may hold."), field)


def _without_metadata(content: bytes, kind: str, field: str) -> bytes:
    """The picture drawn again: no place, camera, thumbnail, comment or hidden trailer goes along."""
    damaged = refused("file_damaged", _("The picture is damaged. Save or photograph it again."), field)
    try:
        with Image.open(io.BytesIO(content), formats=["PNG" if kind == PNG else "JPEG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise refused(
                    "picture_too_large", _("The picture has too many pixels. Make it smaller."), field
                )
            drawn = ImageOps.exif_transpose(picture)
            if kind == JPEG:
                clean = drawn if drawn.mode in ("L", "RGB") else drawn.convert("RGB")
            else:
                clean = drawn if drawn.mode in ("1", "L", "LA", "RGB", "RGBA") else drawn.convert("RGBA")
            bare = Image.new(clean.mode, clean.size)
            bare.paste(clean)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise damaged from error
    target = io.BytesIO()
    if kind == JPEG:
        bare.save(target, "JPEG", quality=90, optimize=True)
    else:
        bare.save(target, "PNG", optimize=False)
    return target.getvalue()
