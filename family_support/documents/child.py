"""What runs in an interpreter of its own, started by children.py, with nothing of the server in it.

`svg`: JSON with the Vega-Lite specifications of a page on stdin, their SVGs as JSON on stdout; no data can be fetched.
`serve`: the standard input is a socket; each message names a paper's files and brings a socket of the paper's own.
A fork reads HTML from that, answers with PDF/UA-1 and ends: this process itself never sees a paper (ADR 29).
"""

import gc
import hashlib
import io
import json
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

SECONDS = 60
# Writable memory by job, in bytes; addresses that are only reserved cost nothing, but the charts' engine takes many.
MEMORY = {"pdf": 3 * 1024**3 // 2, "svg": 3 * 1024**3}
LARGEST_FILE = 16 * 1024**2
# An idle server of papers gives its memory back; the next paper starts another.
IDLE_SECONDS = 600


def restrict(job: str) -> None:
    """Bound processor time, memory, open files and written files before anything is read."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY[job], MEMORY[job]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@cache
def plain_font(path: str) -> bytes:
    """The font as it is after unpacking WOFF2, which costs as much as a paper and is the same for all."""
    from fontTools.ttLib import TTFont  # as WeasyPrint does it for itself

    unpacked = io.BytesIO()
    with TTFont(path) as font:
        font.flavor = None
        font.save(unpacked)
    return unpacked.getvalue()


def make_pdf(body: bytes, style: str, *fonts: str) -> bytes:
    """PDF/UA-1 of the HTML; its identifier is the input's hash, so the same input gives the same bytes.

    Nothing but these files can be fetched: no other file, no address, no data: URL.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    known = {"project:pdf.css": (Path(style).read_bytes(), "text/css")}
    for font in fonts:
        known[f"project:{Path(font).name}"] = plain_font(font), "font/ttf"

    class Fetcher(URLFetcher):
        """Gives the project's own files and refuses everything else."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url not in known:
                raise ValueError("refused")
            content, kind = known[url]
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    identifier = hashlib.sha256(body).hexdigest()[:32].encode()
    document = HTML(string=body.decode(), base_url="project:", url_fetcher=Fetcher())
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return pdf


def make_svgs(body: bytes) -> bytes:
    """SVGs of charts, in their order."""
    import vl_convert

    job = json.loads(body)
    return json.dumps(
        [
            vl_convert.vegalite_to_svg(
                spec, config=job["config"], format_locale=job["format"], allowed_base_urls=[]
            )
            for spec in job["specs"]
        ]
    ).encode()


def one_paper(paper: socket.socket, seconds: float, files: list[str]) -> None:
    """In the fork: the paper's length and its bytes, so that the reader knows a whole one from a piece."""
    signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends it, whatever it is at
    restrict("pdf")
    with paper, paper.makefile("rwb") as stream:
        pdf = make_pdf(stream.read(), *files)
        stream.write(len(pdf).to_bytes(8, "big") + pdf)


def serve(control: socket.socket) -> None:
    """A fork for each message, until the server process ends (or has ended) or nothing was asked for long."""
    import weasyprint  # noqa: F401  (what every fork needs)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks: their answer tells all
    control.settimeout(IDLE_SECONDS)
    while True:
        try:
            message, descriptors, _flags, _address = socket.recv_fds(control, 4096, 1)
        except TimeoutError:
            control.shutdown(
                socket.SHUT_RD
            )  # what was sent before this is still served, and then comes the end
            continue
        if not message:
            return
        seconds, *files = json.loads(message)
        with suppress(Exception):  # a fork without its fonts says so itself
            for font in files[1:]:
                plain_font(font)
        gc.freeze()  # the forks' collector need not walk what they share
        if os.fork() == 0:
            ended = 1
            try:
                control.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                one_paper(socket.socket(fileno=descriptors[0]), seconds, files)
                ended = 0
            finally:
                os._exit(ended)
        os.close(descriptors[0])


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(socket.socket(fileno=0))
    else:
        restrict("svg")
        sys.stdout.buffer.write(make_svgs(sys.stdin.buffer.read()))
