"""Staffing on paper: a Center's, and the country's or a region's."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from family_support.documents.render import render_pdf
from staffing.presenting import band_lines
from staffing.queries import Country, Staffing


def center_pdf(found: Staffing, language: str) -> bytes:
    """The Center's staffing on a day as PDF/UA in kk, ru or en. Errors: RenderError."""
    with translation.override(language):
        context = {"found": found, "band_lines": band_lines(found.computation)}
        return render_pdf("pdf/staffing.html", context, language, title=_("Staffing of the Center"))


def country_pdf(found: Country, language: str) -> bytes:
    """Sums by region and position, and the Centers, as PDF/UA in kk, ru or en. Errors: RenderError."""
    with translation.override(language):
        return render_pdf(
            "pdf/staffing_country.html", {"found": found}, language, title=_("Staffing of the Centers")
        )
