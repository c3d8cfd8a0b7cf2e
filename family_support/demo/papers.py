"""A sheet of paper that stands for every scan of the demo."""

import io
from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def scan(name: str) -> SimpleUploadedFile:
    """A one-page PDF under an innocent name."""
    return SimpleUploadedFile(f"{name}.pdf", _pdf(), content_type="application/pdf")


def screenshot(name: str) -> SimpleUploadedFile:
    """A small picture under an innocent name."""
    return SimpleUploadedFile(f"{name}.png", _png(), content_type="image/png")


@cache
def _png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (320, 200), (238, 242, 247)).save(target, "PNG")
    return target.getvalue()


@cache
def _pdf() -> bytes:
    """The smallest honest PDF: one A4 page with a word on it."""
    stream = b"BT /F1 24 Tf 72 760 Td (Demo scan) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            table,
            size,
            len(body),
        )
    )
