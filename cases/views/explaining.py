"""The explanation of a due date on paper; its page is that of `deadlines`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from cases.papers import deadline_pdf, file_answer
from family_support.access.decorators import allowed
from family_support.base import clock
from family_support.deadlines.views import EXPLAINED_TO, shown_deadline


@require_safe
@allowed(*EXPLAINED_TO)
def explain_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Clause, event, days counted and skipped, changes, levels: what an inspector takes along."""
    deadline = shown_deadline(request, pk)
    content = deadline_pdf(deadline, request.actor, clock.now(), request.GET.get("language", ""))
    return file_answer(content, f"date-{deadline.pk}.pdf")
