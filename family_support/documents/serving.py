"""Stored bytes as a download, whole or the one piece that was asked for, so that a broken download goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from family_support.base.errors import Missing

CHUNK = 64 * 1024
_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Unsatisfiable(Exception):
    """The piece lies outside the file."""


def piece_of(wanted: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a Range header, or None where the whole is the answer: several pieces, other units,
    nonsense (RFC 9110 lets a server take no notice). Unsatisfiable when it lies outside."""
    match = _ONE_RANGE.fullmatch(wanted.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return max(size - int(last), 0), size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return int(first), min(int(last), size - 1) if last else size - 1


def _part(file: File, first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (piece := file.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece


def download(
    request: HttpRequest, stored: str, content_type: str, name: str, sha256: str
) -> HttpResponseBase:
    """A stored file as an attachment: 200, 206 with the piece, or 416. The browser neither guesses a type nor keeps a
    copy; `If-Range` with another version's tag gives the whole."""
    try:
        file = default_storage.open(stored, "rb")
    except FileNotFoundError as error:
        raise Missing from error
    tag, size = f'"{sha256}"', file.size
    wanted = request.headers.get("Range", "")
    if request.headers.get("If-Range", tag) != tag:
        wanted = ""
    response: HttpResponseBase
    try:
        piece = piece_of(wanted, size)
    except Unsatisfiable:
        file.close()
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{size}"
    else:
        if piece is None:
            response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
        else:
            first, last = piece
            response = StreamingHttpResponse(_part(file, first, last), status=206, content_type=content_type)
            response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
            response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
            response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = tag
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
