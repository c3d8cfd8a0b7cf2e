"""PDFs: a Django template in one language, turned into PDF/UA-1 by WeasyPrint in a short-lived child."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import loader
from django.utils import translation

from family_support.documents.children import RenderError, make_paper

__all__ = ["RenderError", "render_pdf"]

SECONDS = 90
# A file for each weight: a variable font has to be made static again in every paper, which took longer than the rest.
FONTS = ("Inter-Regular.woff2", "Inter-Bold.woff2")


@cache
def _asset(name: str) -> str:
    """The path of a static file: as built, else as collected."""
    found = finders.find(name)
    if found:
        return str(found)
    if staticfiles_storage.exists(name):
        return str(staticfiles_storage.path(name))
    raise RenderError()


def paper_files() -> list[str]:
    """What a paper is made with: the style first, then the fonts. RenderError when one is missing."""
    return [_asset("pdf/pdf.css"), *(_asset(f"dist/{font}") for font in FONTS)]


def render_pdf(template: str, context: dict[str, Any], language: str, *, title: str) -> bytes:
    """A PDF of the template in kk, ru or en. The same input gives the same bytes.

    ``title`` becomes the document's metadata and must name no person: a kind of document, a number.
    RenderError when the child fails or takes longer than 90 seconds. The renderer fetches nothing: text that
    people typed stays text.
    """
    with translation.override(language):
        html = loader.render_to_string(template, {**context, "title": title, "language": language})
    return make_paper(paper_files(), html.encode(), seconds=SECONDS)
