"""The operator's page: the system administrator acts, the security officer reads."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.operations import actions, queries

READERS = (Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER)


@require_safe
@never_cache
@allowed(*READERS)
def operations(request: HttpRequest) -> HttpResponse:
    """Who is alive, what waits, what was given up, what stopped and when."""
    return render(request, "operations/page.html", _context(request))


@require_safe
@never_cache
@allowed(*READERS)
def operations_state(request: HttpRequest) -> HttpResponse:
    """The page's content alone, asked for by the page itself from time to time.

    Such a question is no activity of a person: it must not keep an idle session alive, so the session is not saved.
    """
    response = render(request, "operations/state.html", _context(request))
    request.session.save = _not_saved  # type: ignore[method-assign]
    return response


def _not_saved(must_create: bool = False) -> None:
    return None


def _context(request: HttpRequest) -> dict[str, object]:
    now = clock.now()
    return {"found": queries.overview(now), "may_retry": actions.can_retry(request.actor), "now": now}


@require_POST
@allowed(Role.SYSTEM_ADMIN)
def deliveries_retry(request: HttpRequest) -> HttpResponse:
    """Deliver again what was given up for one cause."""
    number = actions.retry_deliveries(
        event_type=request.POST.get("type", ""),
        handler=request.POST.get("handler", ""),
        error=request.POST.get("error", ""),
        by=request.actor,
        now=clock.now(),
    )
    messages.success(
        request,
        ngettext("%(number)d delivery is tried again.", "%(number)d deliveries are tried again.", number)
        % {"number": number},
    )
    return redirect("operations")
