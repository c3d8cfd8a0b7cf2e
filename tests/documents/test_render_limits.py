"""The renderer's child: it asks nobody for anything, whatever the markup says, and is stopped at each of its limits."""

from __future__ import annotations

import base64
import io
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils import translation
from pypdf import PdfReader

from family_support.documents import children
from family_support.documents import render as module
from family_support.documents.children import CHILD, RenderError
from family_support.documents.render import render_pdf

FILE = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><text>root:x:0</text></svg>").decode()
# Every way in which HTML and CSS name something to be fetched, for each kind of address.
TRICKS = """
<link rel="stylesheet" href="{0}"><link rel="attachment" href="{0}"><base href="{0}">
<style>@import url("{0}"); @font-face {{ font-family: stolen; src: url("{0}") }}
 p {{ background: url("{0}"); font-family: stolen; list-style-image: url("{0}"); content: url("{0}") }}
 @page {{ background: url("{0}") }}</style>
<p>Текст</p><img alt="x" src="{0}"><img alt="x" srcset="{0} 2x"><object data="{0}"></object><embed src="{0}">
<iframe src="{0}"></iframe><input type="image" alt="x" src="{0}"><a rel="attachment" href="{0}">x</a>
<svg><image href="{0}" width="9" height="9"/><use href="{0}#x"/><text>x</text></svg>
"""


def rendered(html: str, monkeypatch: pytest.MonkeyPatch) -> PdfReader:
    page = f'<html lang="ru"><title>x</title><body>{html}</body></html>'
    monkeypatch.setattr(module.loader, "render_to_string", lambda name, context: page)
    return PdfReader(io.BytesIO(render_pdf("x", {}, "ru", title="x")))


def test_no_address_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_bytes(base64.b64decode(FILE))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        found = rendered(
            "".join(
                TRICKS.format(each)
                for each in (
                    f"http://{address}/a.svg",
                    f"//{address}/a.svg",
                    f"ftp://{address}/a.svg",
                    secret.as_uri(),
                    f"../../../../{secret}",
                    "file:///etc/passwd",
                    f"data:image/svg+xml;base64,{FILE}",
                    "project:../settings.py",
                )
            ),
            monkeypatch,
        )
        with pytest.raises(TimeoutError):
            server.accept()
    text = " ".join(page.extract_text() for page in found.pages)
    assert "Текст" in text
    assert "root:" not in text
    assert "SECRET_KEY" not in text
    assert not found.attachments
    assert not [image for page in found.pages for image in page.images]


def test_what_takes_too_long_is_stopped_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "SECONDS", 1)
    begun = time.monotonic()
    with translation.override("ru"), pytest.raises(RenderError) as told:
        rendered("<p>слово</p>" * 400_000, monkeypatch)
    assert time.monotonic() - begun < 20
    assert told.value.status == 503
    assert told.value.code == "render_failed"
    assert "слово" not in caplog.text
    assert "child_timeout" in caplog.text


@pytest.mark.parametrize(
    ("limits", "act", "ended"),
    [
        pytest.param("SECONDS=1", "while True: pass", {-9, -24}, id="processor time"),
        pytest.param("MEMORY={'pdf': 2**27}", "bytearray(2**28)", {1}, id="memory"),
        pytest.param("LARGEST_FILE=999", "open(sys.argv[1], 'wb').write(bytes(9999))", {1, -25}, id="files"),
        pytest.param("", "[open('/dev/null') for _ in range(200)]", {1}, id="open files"),
    ],
)
def test_each_limit_ends_it(limits: str, act: str, ended: set[int], tmp_path: Path) -> None:
    """The same restriction that the child puts on itself, with small numbers where the real ones would take long."""
    assignments = [f"child[{name!r}]={value}" for name, _is, value in [limits.partition("=")] if name]
    lines = [
        "import runpy, sys",
        f"child = runpy.run_path({str(CHILD)!r})['restrict'].__globals__",
        *assignments,
        "child['restrict']('pdf')",
        act,
        "print('went on')",
    ]
    done = subprocess.run(
        [sys.executable, "-I", "-c", "\n".join(lines), str(tmp_path / "large")],
        env=children.ENVIRONMENT,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode in ended, done.stderr
    assert b"went on" not in done.stdout
