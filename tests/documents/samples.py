"""Uploads, honest and not."""

from __future__ import annotations

import io
import struct
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PROGRAM = b"\x7fELF\x02\x01\x01" + bytes(200)
WINDOWS_PROGRAM = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(200)
PLACE = 0x8825  # GPS block


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def office(main: str = "word/document.xml", *, more: dict[str, bytes] | None = None) -> bytes:
    """A small office document."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            'content-types"/>',
        )
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(main, "<document>Акт обследования</document>")
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return target.getvalue()


def bomb(main: str = "word/document.xml") -> bytes:
    """A document of a few kilobytes that unpacks to two hundred megabytes."""
    return office(main, more={f"word/media/{number}.xml": bytes(20_000_000) for number in range(10)})


def lying_bomb() -> bytes:
    """The same, whose directory says that each part is small."""
    content = bytearray(office(more={"word/media/1.xml": bytes(40_000_000)}))
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        struct.pack_into("<I", content, place + 24, 10)
        place += 4
    return bytes(content)


def picture(kind: str, *, size: tuple[int, int] = (40, 20), mode: str = "RGB") -> bytes:
    """A picture that tells where and by whom it was taken."""
    target = io.BytesIO()
    image = Image.new(mode, size, 200 if mode in ("L", "1") else None)
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(PLACE).update({1: "N", 2: (51.0, 10.0, 0.0), 3: "E", 4: (71.0, 26.0, 0.0)})
    image.save(target, kind, exif=exif, **({"comment": b"home address"} if kind == "JPEG" else {}))
    return target.getvalue()
