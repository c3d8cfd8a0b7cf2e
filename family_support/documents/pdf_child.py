"""HTML on the standard input, PDF/UA-1 on the standard output. Run by render.py in an interpreter of its own.

Arguments: the style sheet, the font. Nothing else can be fetched: not a file, not an address, not a data: URL.
"""

import hashlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from limits import restrict  # noqa: E402

SECONDS = 60
MEMORY = 3 * 1024**3


def main(style: str, font: str) -> None:
    restrict(seconds=SECONDS, memory=MEMORY)
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

    body = sys.stdin.buffer.read()
    document = HTML(string=body.decode(), base_url="project:", url_fetcher=Fetcher())
    identifier = hashlib.sha256(body).hexdigest()[:32].encode()
    pdf = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main(*sys.argv[1:])
