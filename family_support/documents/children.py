"""Short-lived children for work that must not touch the server's memory, files or network (ADR 29)."""

from __future__ import annotations

import atexit
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from family_support.base.errors import AppError

log = logging.getLogger(__name__)
CHILD = Path(__file__).resolve().with_name("child.py")

# The child inherits none of the server's secrets; the font cache needs a home of some kind.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp", "SOURCE_DATE_EPOCH": "0"}  # noqa: S108

# A server that takes no message for so long hangs, and is replaced.
SERVER_SECONDS = 10


class RenderError(AppError):
    """503: the document or the chart could not be made; a second try may succeed."""

    status = 503
    default_code = "render_failed"
    default_detail = _("The document could not be made. Try again in a few minutes.")


def run_child(job: str, body: bytes, *, seconds: float) -> bytes:
    """Run a job of child.py ("svg") in a fresh interpreter and return its output.

    The body goes through the standard input. RenderError when it fails or takes longer than ``seconds``; what it
    complained about is not logged, as it may hold words of the document.
    """
    command = [sys.executable, "-I", str(CHILD), job]
    try:
        done = subprocess.run(
            command, input=body, capture_output=True, timeout=seconds, env=ENVIRONMENT, check=False
        )
    except subprocess.TimeoutExpired as error:
        log.error("child_timeout job=%s seconds=%d", job, seconds)
        raise RenderError() from error
    if done.returncode or not done.stdout:
        log.error("child_failed job=%s code=%d", job, done.returncode)
        raise RenderError()
    return done.stdout


class PaperServer:
    """This process's child that has imported the PDF renderer once and forks for each paper (ADR 29).

    It is started by the first paper, ends with this process, and is this process's alone: a fork begins with none.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(CHILD), "serve"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=ENVIRONMENT,
            )
        ours.settimeout(SERVER_SECONDS)
        self._control = ours
        return ours

    def ask(self, message: bytes, descriptor: int) -> None:
        """Hand over a paper's socket; to a new server where there is none or the last one has ended."""
        with self._lock:
            if self._control:
                try:
                    socket.send_fds(self._control, [message], [descriptor])
                    return
                except OSError:
                    self._end()
            socket.send_fds(self._start(), [message], [descriptor])

    def _end(self) -> None:
        """Forks on their way end by themselves."""
        if self._control:
            self._control.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None

    def end(self) -> None:
        with self._lock:
            self._end()

    def forget(self) -> None:
        """In a fork: the server and its answers are the parent's."""
        if self._control:
            self._control.close()
        if self._process:
            self._process.returncode = 0  # not a child of this process: nothing to wait for
        self.__init__()  # type: ignore[misc]  # the lock too may have been held by a thread that is not here


papers = PaperServer()
os.register_at_fork(after_in_child=papers.forget)
atexit.register(papers.end)


def make_paper(files: list[str], body: bytes, *, seconds: float) -> bytes:
    """A PDF of the HTML by a short-lived fork of the paper server.

    RenderError when it fails or takes longer than ``seconds``: then the fork ends itself.
    """
    until = time.monotonic() + seconds
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            # A second more for the fork's own clock: it is the reader who tells that it was too slow.
            papers.ask(json.dumps([seconds + 1, *files]).encode(), theirs.fileno())
        try:
            ours.settimeout(max(seconds, 0.001))
            ours.sendall(body)
            ours.shutdown(socket.SHUT_WR)
            answer = bytearray()
            while piece := ours.recv(1 << 20):
                answer += piece
                ours.settimeout(max(until - time.monotonic(), 0.001))
        except TimeoutError as error:
            log.error("child_timeout job=pdf seconds=%d", seconds)
            raise RenderError() from error
        except OSError as error:
            log.error("child_failed job=pdf")
            raise RenderError() from error
    if len(answer) <= 8 or int.from_bytes(answer[:8], "big") != len(answer) - 8:
        log.error("child_failed job=pdf")
        raise RenderError()
    return bytes(answer[8:])
