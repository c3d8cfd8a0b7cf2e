"""What runs in an interpreter of its own, started by children.py: input on stdin, result on stdout.

`pdf STYLE FONT`: HTML in, PDF/UA-1 out; nothing but those two files can be fetched: no file, no address, no data: URL.
`svg`: JSON with a Vega-Lite specification in, SVG out; no data can be fetched.
"""

import hashlib
import json
import resource
import sys
from pathlib import Path

SECONDS = 60
# Writable memory by job, in bytes; addresses that are only reserved cost nothing, but the charts' engine takes many.
MEMORY = {"pdf": 3 * 1024**3 // 2, "svg": 3 * 1024**3}
LARGEST_FILE = 16 * 1024**2


def restrict(job: str) -> None:
    """Bound processor time, memory, open files and written files before anything is read."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY[job], MEMORY[job]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def make_pdf(body: bytes, style: str, font: str) -> bytes:
    """PDF/UA-1 of the HTML; its identifier is the input's hash, so the same input gives the same bytes."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    known = {
        "project:pdf.css": (Path(style), "text/css"),
        "project:InterVariable.woff2": (Path(font), "font/woff2"),
    }

    class Fetcher(URLFetcher):
        """Gives the project's own two files and refuses everything else."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url not in known:
                raise ValueError("refused")
            path, kind = known[url]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    identifier = hashlib.sha256(body).hexdigest()[:32].encode()
    document = HTML(string=body.decode(), base_url="project:", url_fetcher=Fetcher())
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return pdf


def make_svg(body: bytes) -> bytes:
    """SVG of a chart."""
    import vl_convert

    job = json.loads(body)
    svg: str = vl_convert.vegalite_to_svg(
        job["spec"], config=job["config"], format_locale=job["format"], allowed_base_urls=[]
    )
    return svg.encode()


if __name__ == "__main__":
    job, *files = sys.argv[1:]
    restrict(job)
    given = sys.stdin.buffer.read()
    sys.stdout.buffer.write(make_pdf(given, *files) if job == "pdf" else make_svg(given))
