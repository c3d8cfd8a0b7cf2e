"""The list of notices, its counter in the frame, and marking as read."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import EVERYBODY
from family_support.base import clock
from family_support.notifications import actions, queries
from family_support.ui.tables import per_page

# A machine has no inbox.
READERS = EVERYBODY


@require_safe
@allowed(*READERS)
def notice_list(request: HttpRequest) -> HttpResponse:
    """One's own notices, newest first; `?unread=1` leaves out those read."""
    actor = request.actor
    only_unread = request.GET.get("unread") == "1"
    rows = queries.of_actor(actor)
    if only_unread:
        rows = rows.unread()
    page = Paginator(rows, per_page(request)).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": queries.lines(page.object_list, actor),
        "only_unread": only_unread,
        "unread": queries.unread_count(actor),
    }
    return render(request, "notifications/list.html", context)


@require_safe
@allowed(*READERS)
def notice_counter(request: HttpRequest) -> HttpResponse:
    """The bell with its number, asked for by the page itself from time to time.

    Such a question is no activity of a person: it must not keep an idle session alive, so the session is not saved.
    """
    response = render(request, "ui/notices_link.html")
    request.session.save = _not_saved  # type: ignore[method-assign]
    return response


def _not_saved(must_create: bool = False) -> None:
    return None


@require_POST
@allowed(*READERS)
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read and go where it leads; without a place of its own, back to the list."""
    actor = request.actor
    notice = actions.mark_read(notice_id=pk, by=actor, now=clock.now())
    (line,) = queries.lines([notice], actor)
    stay = request.POST.get("stay") == "1"
    return HttpResponseRedirect(reverse("notices") if stay or not line.url else line.url)


@require_POST
@allowed(*READERS)
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark all of one's notices as read."""
    actions.mark_all_read(by=request.actor, now=clock.now())
    return HttpResponseRedirect(reverse("notices"))
