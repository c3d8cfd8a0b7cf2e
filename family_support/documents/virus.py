"""Uploads before ClamAV: clamd's INSTREAM over its socket. What it does not call clean is not kept."""

from __future__ import annotations

import logging
import socket
import struct
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from family_support.documents.sniffing import refused

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3
# For each wait, not for the whole: a document of 15 MB takes a second or two.
ANSWER_SECONDS = 30
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
PORT = 3310


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"


class ScannerState(StrEnum):
    OK = "ok"
    DOWN = "down"
    NOT_CONFIGURED = "not configured"


def _connect() -> socket.socket:
    """`tcp://host:port` or `unix:///path` of CLAMAV_URL."""
    address = urlsplit(settings.CLAMAV_URL)
    if address.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(address.path)
        except BaseException:
            connection.close()
            raise
        return connection
    return socket.create_connection((address.hostname or "", address.port or PORT), CONNECT_SECONDS)


def _answer(connection: socket.socket) -> str:
    """Until the zero byte that ends an answer in clamd's `z` form."""
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        piece = connection.recv(1024)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0").decode("ascii", "replace").strip()


def _said_of(content: bytes) -> str:
    with _connect() as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            piece = content[start : start + CHUNK]
            connection.sendall(struct.pack("!L", len(piece)) + piece)
        connection.sendall(struct.pack("!L", 0))
        return _answer(connection)


def scan(content: bytes) -> Verdict:
    """What clamd says: clean or infected by its exact words; whatever else happens is "unknown"."""
    try:
        said = _said_of(content)
    except OSError as error:
        logger.error("virus_scan_failed error=%s", type(error).__name__)
        return Verdict.UNKNOWN
    if said == "stream: OK":
        return Verdict.CLEAN
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        logger.warning("virus_found signature=%s", said.removeprefix("stream: ").removesuffix(" FOUND")[:80])
        return Verdict.INFECTED
    # Larger than clamd's StreamMaxLength, or not clamd at all. Not its words: they are nobody's we know.
    logger.error("virus_scan_failed error=answer")
    return Verdict.UNKNOWN


def check_clean(content: bytes, *, field: str = "file") -> None:
    """Nothing where no scanner is configured. Errors: Invalid with `fields[field]`: infected, or not checked because
    the scanner does not answer (fails closed; the rest of the form stays typed)."""
    if not settings.CLAMAV_URL:
        return
    verdict = scan(content)
    if verdict is Verdict.INFECTED:
        raise refused("file_infected", _("The file holds a virus and was not kept."), field)
    if verdict is Verdict.UNKNOWN:
        raise refused(
            "file_unchecked",
            _("The file could not be checked for viruses and was not kept. Try again in a few minutes."),
            field,
        )


def state() -> ScannerState:
    """Whether clamd answers, for the health page."""
    if not settings.CLAMAV_URL:
        return ScannerState.NOT_CONFIGURED
    try:
        with _connect() as connection:
            connection.settimeout(CONNECT_SECONDS)
            connection.sendall(b"zPING\0")
            return ScannerState.OK if _answer(connection) == "PONG" else ScannerState.DOWN
    except OSError:
        return ScannerState.DOWN
