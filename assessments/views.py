"""Pages of the primary assessment and the needs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments import actions, forms, sections
from assessments.models import Assessment, Ground, ImmediateMeasure, Need
from assessments.permissions import READERS, can_edit, can_record_needs, can_start
from assessments.queries import concluded_of, draft_of, findings_of, is_urgent, last_concluded_before
from assessments.rules import draft_gaps
from cases.consent import has_consent
from cases.frame import Frame, case_frame
from cases.models import Case
from family_support.access.decorators import allowed
from family_support.access.reads import log_read
from family_support.accounts.roles import WORKERS
from family_support.base.clock import local_date, now
from family_support.base.errors import Conflict, Missing
from family_support.base.idempotency import run_once
from family_support.base.rows import one
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb


def _read_frame(request: HttpRequest, pk: int) -> Frame:
    """The frame of a case whose assessment the actor reads: its team, or the director who opened it with a reason."""
    frame = case_frame(request, pk, tab="assessment")
    if not Assessment.readable_cases(request.actor).filter(pk=frame.case.pk).exists():
        raise Missing()
    return frame


def _work_case(request: HttpRequest, pk: int) -> Case:
    """A case the actor works on. Errors: Missing."""
    return one(Case.objects.writable_by(request.actor).select_related("center"), pk=pk)


def _work_draft(request: HttpRequest, pk: int) -> Assessment:
    case = _work_case(request, pk)
    draft = draft_of(case)
    if draft is None:
        raise Conflict("no_draft", _("There is no assessment in work: start one first."))
    draft.case = case
    return draft


def _crumbs(case: Case, *more: Crumb) -> list[Crumb]:
    way = [Crumb(_("Cases"), reverse("case-list")), Crumb(case.number, reverse("case", args=(case.pk,)))]
    return [*way, Crumb(_("Assessment"), reverse("assessment", args=(case.pk,))), *more]


@require_safe
@allowed(*READERS)
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """The tab: the draft's sections with how far each is, and the assessment in force."""
    frame = _read_frame(request, pk)
    case = frame.case
    draft, concluded = draft_of(case), concluded_of(case)
    if draft is not None:
        draft.case = case
    may_edit = draft is not None and frame.works and can_edit(request.actor, draft)
    context = {
        "draft": draft,
        "checks": sections.checks(draft, local_date(now())) if draft else [],
        "urgent": draft is not None and is_urgent(draft),
        "may_edit": may_edit,
        "may_start": draft is None and frame.works and can_start(request.actor, case),
        "consented": has_consent(case, on=local_date(now())),
        "may_mark": frame.works,
        "concluded": concluded,
        "parts": _parts(concluded) if concluded else [],
        "older": case.assessments.filter(state=Assessment.State.SUPERSEDED).select_related("assessor__user"),
        "may_need": concluded is not None and concluded.hls_found,
    }
    return render(request, "assessments/assessment.html", frame.context | context)


def _parts(found: Assessment) -> list[dict[str, Any]]:
    """An assessment to read: its sections, grounds and immediate measures."""
    return [{"title": part.title, "rows": sections.told(found, part)} for part in sections.SECTIONS]


@require_safe
@allowed(*READERS)
def assessment_read(request: HttpRequest, pk: int) -> HttpResponse:
    """One assessment to read, concluded or superseded."""
    found = one(
        Assessment.objects.visible_to(request.actor)
        .exclude(state=Assessment.State.DRAFT)
        .select_related("assessor__user", "concluded_by__user"),
        pk=pk,
    )
    case = _read_frame(request, found.case_id).case
    context = {
        "concluded": found,
        "parts": _parts(found),
        "crumbs": _crumbs(case, Crumb(_("Superseded assessment"))),
    }
    return render(request, "assessments/read.html", context | {"case": case})


@require_POST
@allowed(*WORKERS)
def assessment_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a draft."""
    run(None, actions.start_assessment, case=_work_case(request, pk), by=request.actor, now=now())
    return redirect("assessment", pk)


@allowed(*WORKERS)
def assessment_section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """A section's form, or all of them on one page; saved as it stands, by itself while one types."""
    part = sections.BY_CODE.get(section)
    if part is None:
        raise Missing()
    draft = _work_draft(request, pk)
    log_read(request.actor, draft.case_id, "assessment")
    initial = {name: getattr(draft, name) for name in part.fields}
    form: Any = part.form(request.POST or None, initial={**initial, "version": draft.version})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in part.fields}
        saved = run(
            form,
            actions.save_draft,
            assessment=draft,
            fields={
                name: "" if value is None and name not in _NULLABLE else value
                for name, value in values.items()
            },
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if saved:
            if request.htmx:
                return render(
                    request, "assessments/saved.html", {"version": saved.value.version, "at": now()}
                )
            messages.success(request, _("The draft is saved."))
            return redirect("assessment", pk)
    if request.htmx and request.method == "POST":
        return render(request, "assessments/not_saved.html", {"form": form})
    last = last_concluded_before(draft)
    context = {
        "form": form,
        "part": part,
        "case": draft.case,
        "draft": draft,
        "crumbs": _crumbs(draft.case, Crumb(part.title)),
        "last": last,
        "last_rows": sections.told(last, part) if last else [],
        "next_part": _after(part),
    }
    return respond(request, "assessments/section.html", context, form)


_NULLABLE = frozenset({"visited_on", "income_month"})


def _after(part: sections.Section) -> sections.Section | None:
    if part not in sections.SECTIONS:
        return None
    position = sections.SECTIONS.index(part) + 1
    return sections.SECTIONS[position] if position < len(sections.SECTIONS) else None


@allowed(*WORKERS)
def assessment_grounds(request: HttpRequest, pk: int) -> HttpResponse:
    """The grounds in force, each with its help text and, where it has them, its forms."""
    draft = _work_draft(request, pk)
    log_read(request.actor, draft.case_id, "assessment")
    grounds = list(Ground.objects.in_force(local_date(now())))
    chosen = {row.ground_id: row for row in draft.grounds.all()}
    form = forms.GroundsForm(
        request.POST or None, grounds=grounds, chosen=chosen, initial={"version": draft.version}
    )
    if request.method == "POST" and form.is_valid():
        saved = run(
            form,
            actions.set_grounds,
            assessment=draft,
            grounds=form.choices(),
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=now(),
        )
        if saved:
            messages.success(request, _("The grounds are saved."))
            return redirect("assessment", pk)
    last = last_concluded_before(draft)
    context = {
        "form": form,
        "case": draft.case,
        "last": last,
        "crumbs": _crumbs(draft.case, Crumb(_("Grounds"))),
    }
    return respond(request, "assessments/grounds.html", context, form)


@allowed(*WORKERS)
def assessment_immediate(request: HttpRequest, pk: int) -> HttpResponse:
    """Immediate measures of the draft: those assigned, and a form for the next."""
    draft = _work_draft(request, pk)
    log_read(request.actor, draft.case_id, "assessment")
    case = draft.case
    form = forms.ImmediateMeasureForm(
        request.POST or None, district_id=case.district_id or case.center.district_id
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")

        def add() -> ImmediateMeasure:
            return actions.add_immediate_measure(assessment=draft, by=request.actor, now=now(), **data)

        if run(form, run_once, key=key, by=request.actor, action="assessment-immediate", body=data, run=add):
            messages.success(request, _("The measure is assigned."))
            return redirect("assessment-immediate", pk)
    context = {
        "form": form,
        "case": case,
        "urgent": is_urgent(draft),
        "measures": draft.immediate_measures.select_related("agency"),
        "crumbs": _crumbs(case, Crumb(_("Immediate measures"))),
    }
    return respond(request, "assessments/immediate.html", context, form)


def _measure(request: HttpRequest, pk: int) -> ImmediateMeasure:
    rows = ImmediateMeasure.objects.select_related("assessment")
    return one(rows, assessment__in=Assessment.objects.writable_by(request.actor), pk=pk)


@require_POST
@allowed(*WORKERS)
def immediate_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a measure entered by mistake out of the draft."""
    measure = _measure(request, pk)
    run(None, actions.remove_immediate_measure, measure=measure, by=request.actor, now=now())
    return redirect("assessment-immediate", measure.assessment.case_id)


@require_POST
@allowed(*WORKERS)
def immediate_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a measure was carried out."""
    measure = _measure(request, pk)
    run(None, actions.mark_immediate_measure_done, measure=measure, by=request.actor, now=now())
    return redirect("assessment", measure.assessment.case_id)


@allowed(*WORKERS)
def assessment_conclude(request: HttpRequest, pk: int) -> HttpResponse:
    """The last step, with what will follow from it."""
    draft = _work_draft(request, pk)
    log_read(request.actor, draft.case_id, "assessment")
    today = local_date(now())
    initial = {
        name: getattr(draft, name) for name in ("risk", "risk_reason", "response_measures", "conclusion")
    }
    form = forms.ConcludeForm(request.POST or None, initial={**initial, "version": draft.version})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        key, version = data.pop("key"), data.pop("version")

        def conclude() -> Assessment:
            return actions.conclude_assessment(
                assessment=draft, expected_version=version, by=request.actor, now=now(), **data
            )

        if run(
            form, run_once, key=key, by=request.actor, action="assessment-conclude", body=data, run=conclude
        ):
            messages.success(request, _("The assessment is concluded."))
            return redirect("needs" if data["hls_found"] else "assessment", pk)
    context = {
        "form": form,
        "case": draft.case,
        "draft": draft,
        "grounds": draft.grounds.select_related("ground"),
        "blocked": draft_gaps(findings_of(draft, today)),
        "last": concluded_of(draft.case),
        "crumbs": _crumbs(draft.case, Crumb(_("Conclusion"))),
    }
    return respond(request, "assessments/conclude.html", context, form)


@allowed(*READERS)
def needs(request: HttpRequest, pk: int) -> HttpResponse:
    """Needs by kind of support; only for a family found in a hard life situation (R256 13(3), 14(3))."""
    frame = _read_frame(request, pk)
    case = frame.case
    concluded = concluded_of(case)
    may_edit = frame.works and can_record_needs(request.actor, case, concluded)
    form = None
    if request.method == "POST" or may_edit:
        form = forms.NeedForm(request.POST or None, case=case)
    if request.method == "POST" and form is not None and form.is_valid():
        data = dict(form.cleaned_data)
        key = data.pop("key")

        def add() -> Need:
            return actions.add_need(case=case, by=request.actor, now=now(), **data)

        if run(form, run_once, key=key, by=request.actor, action="need", body=data, run=add):
            messages.success(request, _("The need is recorded."))
            return redirect("needs", pk)
    context = {
        "form": form,
        "case": case,
        "may_edit": may_edit,
        "concluded": concluded,
        "rows": case.needs.select_related("sector", "person"),
        "crumbs": _crumbs(case, Crumb(_("Needs"))),
    }
    return respond(request, "assessments/needs.html", context, *([form] if form else []))


@require_POST
@allowed(*WORKERS)
def need_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a need entered by mistake."""
    writable = Case.objects.writable_by(request.actor).values("pk")
    found = one(Need.objects, case__in=writable, pk=pk)
    run(None, actions.remove_need, need=found, by=request.actor, now=now())
    return redirect("needs", found.case_id)
