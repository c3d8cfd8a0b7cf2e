"""Short-lived children for work that must not touch the server's memory, files or network."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from family_support.base.errors import AppError

log = logging.getLogger(__name__)
CHILD = Path(__file__).resolve().with_name("child.py")

# The child inherits none of the server's secrets; the font cache needs a home of some kind.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/tmp", "SOURCE_DATE_EPOCH": "0"}  # noqa: S108


class RenderError(AppError):
    """503: the document or the chart could not be made; a second try may succeed."""

    status = 503
    default_code = "render_failed"
    default_detail = _("The document could not be made. Try again in a few minutes.")


def run_child(job: str, arguments: list[str], body: bytes, *, seconds: int) -> bytes:
    """Run a job of child.py ("pdf", "svg") in a fresh interpreter and return its output.

    The body goes through the standard input. RenderError when it fails or takes longer than ``seconds``; what it
    complained about is not logged, as it may hold words of the document.
    """
    command = [sys.executable, "-I", str(CHILD), job, *arguments]
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
