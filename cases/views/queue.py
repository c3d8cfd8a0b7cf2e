"""The journal of intakes: a tab for each state, by channel, with what waits on top."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases import queues
from cases.forms.lists import IntakeFilter
from cases.models import Intake, IntakeTransfer
from cases.permissions import LIST_ROLES, can_register
from cases.tables import IntakeTable
from cases.views.common import center_of
from family_support.access.decorators import allowed
from family_support.base import clock
from family_support.ui.components import Tab
from family_support.ui.tables import page_of, per_page
from family_support.workdays.queries import load_calendar

OFFERED = "offered"


def titles() -> dict[str, str]:
    return {
        "received": _("To be registered"),
        "registered": _("Registered"),
        "refused": _("Refused"),
        "transferred": _("Transferred"),
    }


@require_safe
@allowed(*LIST_ROLES)
def intake_list(request: HttpRequest) -> HttpResponse:
    """What came in, as the actor may see it; a director also sees what other Centers offer."""
    actor, now = request.actor, clock.now()
    tab = request.GET.get("tab", "")
    offers = list(_offers(request))
    if tab != OFFERED or not actor.is_director:
        tab = tab if tab in queues.TABS else "received"
    context = {
        "tab": tab,
        "tabs": _tabs(request, tab, len(offers)),
        "tiles": queues.tiles(actor, now),
        "may_register": can_register(actor),
        "now": now,
    }
    if tab == OFFERED:
        return render(request, "cases/intake_list.html", {**context, "offers": offers})
    chosen = IntakeFilter(request.GET, queryset=queues.journal(actor, tab))
    table = page_of(request, IntakeTable(chosen.qs), per_page=per_page(request))
    rows: list[Intake] = [row.record for row in table.paginated_rows]
    table.rows_shown = queues.rows_of(rows, actor, now, load_calendar(center=center_of(request)))
    context |= {"table": table, "filter": chosen, "count": table.page.paginator.count}
    return render(request, "cases/intake_list.html", context)


def _offers(request: HttpRequest) -> list[IntakeTransfer]:
    if not request.actor.is_director:
        return []
    rows = IntakeTransfer.objects.offered_to(request.actor).pending()
    return list(rows.select_related("from_center", "case", "intake").order_by("proposed_at"))


def _tabs(request: HttpRequest, current: str, offers: int) -> list[Tab]:
    counts = queues.counts(request.actor)
    found = [Tab(title, f"?tab={code}", code == current, counts[code]) for code, title in titles().items()]
    if request.actor.is_director:
        found.append(Tab(_("From other Centers"), f"?tab={OFFERED}", current == OFFERED, offers))
    return found
