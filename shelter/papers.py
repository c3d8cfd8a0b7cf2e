"""The written notice about minors as PDF: who came, when, whom to call. Never where the house is (R256 26)."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from cases.papers import chosen_language
from family_support.deadlines.explanation import why
from family_support.deadlines.queries import for_subject
from family_support.documents.render import render_pdf
from shelter.models import MinorNotice

LANGUAGES = (("kk", "Қазақша"), ("ru", "Русский"))


def notice_pdf(notice: MinorNotice, wanted: str) -> bytes:
    """The notice in Kazakh or Russian; another language asked for is answered in Russian."""
    language = chosen_language(wanted)
    if language not in dict(LANGUAGES):
        language = "ru"
    with translation.override(language):
        title = _("Notice about a minor")
        term = for_subject(("shelter.minornotice", notice.pk)).first()
        reason = why(term) if term else ""
    stay = notice.stay
    residents = list(stay.residents.select_related("person"))
    center = stay.place.shelter.center
    context = {
        "notice": notice,
        "stay": stay,
        "center": center,
        "adult": stay.person,
        "minors": [row for row in residents if row.is_minor and row.arrival == notice.arrival],
        "contact": stay.case.lead,
        "term": term,
        "why": reason,
    }
    return render_pdf("pdf/minor_notice.html", context, language, title=title)
