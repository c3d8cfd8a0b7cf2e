"""The plan on paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from family_support.access.decorators import allowed
from ipr.papers import plan_pdf
from ipr.views.loading import read_version
from ipr.views.plan import PAPERS

LANGUAGES = ("kk", "ru", "en")


@require_safe
@allowed(*PAPERS)
def plan_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as PDF, in the language of the page or the one asked for; marked as a draft until it is approved."""
    version = read_version(request, pk)
    wanted = request.GET.get("language", "")
    language = wanted if wanted in LANGUAGES else (get_language() or "ru")[:2]
    answer = HttpResponse(plan_pdf(version, language), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="plan-{version.plan.case.number}-{version.number}.pdf"'
    return answer
