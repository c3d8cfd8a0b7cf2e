"""Papers of the response: the plan, and the visit's sheet or protocol. None holds a shelter's address."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from family_support.base.actor import Actor
from family_support.documents.render import render_pdf
from family_support.ui.components import SummaryRow
from mobile_groups import queries
from mobile_groups.models import ResponsePlan, Visit
from mobile_groups.permissions import shows_place


def response_plan_pdf(plan: ResponsePlan, language: str) -> bytes:
    """Measures with the bodies that answer for them and their marks; it names no person. Errors: RenderError."""
    with translation.override(language):
        title = _("Response plan to alarm No. {number}").format(number=plan.alarm_id)
        watermark = _("DRAFT") if plan.state == ResponsePlan.State.DRAFT else ""
    context = {
        "plan": plan,
        "alarm": plan.alarm,
        "center": plan.alarm.case.center,
        "measures": plan.measures.select_related("agency"),
        "watermark": watermark,
    }
    return render_pdf("pdf/response_plan.html", context, language, title=title)


def visit_summary(visit: Visit, actor: Actor) -> list[SummaryRow]:
    """What the group takes along: the alarm's summary, or what it may know without a threat."""
    if visit.alarm is not None:
        return queries.summary_of(visit.alarm, actor)
    return queries.early_summary_of(visit, actor)


def visit_pdf(visit: Visit, actor: Actor, language: str) -> bytes:
    """Before the return a sheet to fill in by hand, afterwards the protocol. Errors: RenderError."""
    written = visit.state in (Visit.State.BACK, Visit.State.SIGNED)
    with translation.override(language):
        title = _("Protocol of visit No. {number}") if written else _("Sheet of visit No. {number}")
        title = title.format(number=visit.pk)
        rows = [] if written else visit_summary(visit, actor)
    context = {
        "visit": visit,
        "group": visit.group,
        "center": visit.call.case.center,
        "written": written,
        "shows_place": bool(visit.place) and not written and shows_place(visit),
        "rows": rows,
        "members": queries.members_of(visit.group_id),
        "present": visit.present.select_related("member__agency", "worker"),
    }
    return render_pdf("pdf/visit.html", context, language, title=title)
