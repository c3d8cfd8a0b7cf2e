"""Uploads before ClamAV: the protocol, failing closed, and the standard test file before a real clamd."""

from __future__ import annotations

import hashlib
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.models import Case
from family_support.base.actor import Actor
from family_support.base.errors import Invalid
from family_support.documents import virus
from family_support.documents.models import Attachment
from local.processes import dying_with_parent
from tests.documents import samples
from tests.documents.conftest import files
from tests.documents.test_uploads import add

# The standard test file of scanners, in two halves: this file is not to be taken for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
UNCHECKED = {
    "ru": "Файл не удалось проверить на вирусы, он не сохранён. Попробуйте ещё раз через несколько минут.",
    "kk": "Файлды вирусқа тексеру мүмкін болмады, ол сақталған жоқ. Бірнеше минуттан кейін қайталап көріңіз.",
    "en": "The file could not be checked for viruses and was not kept. Try again in a few minutes.",
}


class Daemon:
    """Speaks clamd's side of a socket: keeps what it was sent, says what it is told to."""

    def __init__(self, says: bytes) -> None:
        self.says, self.received, self.command = says, b"", b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        connection, _peer = self.socket.accept()
        with connection, connection.makefile("rb") as stream:
            while (char := stream.read(1)) not in (b"\0", b""):
                self.command += char
            if self.command == b"zINSTREAM":
                while (length := struct.unpack("!L", stream.read(4))[0]) > 0:
                    self.received += stream.read(length)
            connection.sendall(self.says)

    def close(self) -> None:
        self.socket.close()


def closed() -> str:
    """An address nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    ("says", "verdict"),
    [
        (b"stream: OK\0", virus.Verdict.CLEAN),
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", virus.Verdict.INFECTED),
        (b"INSTREAM size limit exceeded. ERROR\0", virus.Verdict.UNKNOWN),
        (b"HTTP/1.1 200 OK\r\n\0", virus.Verdict.UNKNOWN),
        (b"stream: OK or so\0", virus.Verdict.UNKNOWN),
        (b"", virus.Verdict.UNKNOWN),
    ],
)
def test_its_exact_words_decide(says: bytes, verdict: virus.Verdict, settings: object) -> None:
    daemon = Daemon(says)
    settings.CLAMAV_URL = daemon.url  # type: ignore[attr-defined]
    content = b"x" * (virus.CHUNK * 2 + 5)
    assert virus.scan(content) is verdict
    daemon.thread.join(5)
    assert (daemon.command, daemon.received) == (b"zINSTREAM", content)
    daemon.close()


def test_a_silent_scanner_does_not_hold_a_form_for_ever(
    settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virus, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{server.getsockname()[1]}"  # type: ignore[attr-defined]
        assert virus.scan(b"x") is virus.Verdict.UNKNOWN


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_without_an_answer_nothing_is_kept(
    language: str, case: Case, worker: Actor, media: Path, settings: object
) -> None:
    settings.CLAMAV_URL = closed()  # type: ignore[attr-defined]
    with translation.override(language), pytest.raises(Invalid) as refusal:
        add(case, worker)
    with translation.override(language):
        said = {name: [str(text) for text in texts] for name, texts in refusal.value.fields.items()}
    assert (refusal.value.code, said) == ("file_unchecked", {"file": [UNCHECKED[language]]})
    assert not files(media)
    assert not Attachment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["not configured", "down", "ok"])
def test_the_health_page_says_how_it_stands(state: str, client: Client, settings: object) -> None:
    daemon = Daemon(b"PONG\0")
    urls = {"not configured": "", "down": closed(), "ok": daemon.url}
    settings.CLAMAV_URL = urls[state]  # type: ignore[attr-defined]
    assert client.get(reverse("health")).json()["virus_scanner"] == state
    daemon.close()


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real clamd with one signature of our own, that of the test file: nothing is fetched."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        pytest.skip("no clamd here (Debian: clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (folder / "own.hdb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test\n")
    socket_path = Path(f"/tmp/fs-clamd-{folder.stat().st_ino}.sock")  # noqa: S108 - sockets take short paths only
    (folder / "clamd.conf").write_text(
        f"Foreground yes\nLocalSocket {socket_path}\nDatabaseDirectory {folder}\nStreamMaxLength 16M\n"
    )
    process = subprocess.Popen(
        [program, f"--config-file={folder / 'clamd.conf'}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dying_with_parent(),
    )
    for _ in range(200):
        if socket_path.exists() or process.poll() is not None:
            break
        time.sleep(0.05)
    yield f"unix://{socket_path}"
    process.terminate()
    process.wait(10)
    socket_path.unlink(missing_ok=True)


def test_a_real_clamd_finds_the_test_file(
    clamd: str, case: Case, worker: Actor, media: Path, settings: object
) -> None:
    settings.CLAMAV_URL = clamd  # type: ignore[attr-defined]
    assert virus.state() is virus.ScannerState.OK
    assert virus.scan(EICAR) is virus.Verdict.INFECTED
    # As a part of an honest document, which is what gets as far as the scanner.
    infected = samples.office(more={"word/embeddings/x.bin": EICAR})
    with translation.override("en"), pytest.raises(Invalid) as refusal:
        add(case, worker, infected, "акт.docx")
    assert refusal.value.code == "file_infected"
    with translation.override("en"):
        assert str(refusal.value.fields["file"][0]) == "The file holds a virus and was not kept."
    assert not files(media)
    assert add(case, worker).size == len(samples.PDF)
