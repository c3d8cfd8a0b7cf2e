"""Trainings and outreach; analytic notes (R256 9)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from family_support.access.decorators import allowed
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.rows import one
from family_support.directory.models import Center
from family_support.ui.actions import respond, run
from family_support.ui.components import Crumb, SummaryRow, Tile
from family_support.ui.tables import page_of
from family_support.ui.templatetags.ui import moment
from monitoring import actions, queries
from monitoring.actions import EventData, NoteData
from monitoring.forms import (
    CancelForm,
    EventChangeForm,
    EventFilter,
    EventForm,
    HoldForm,
    MaterialsForm,
    NoteChangeForm,
    NoteForm,
    StepForm,
)
from monitoring.models import AnalyticNote, OutreachEvent
from monitoring.papers import note_pdf
from monitoring.permissions import can_write
from monitoring.quarters import ALMATY, Quarter
from monitoring.tables import EventTable, NoteTable, event_badge, note_badge
from monitoring.views.shared import CENTER_READERS, WRITERS, ministry_tabs

NOTE_READERS = [*CENTER_READERS, Role.MINISTRY_ANALYST]


def _center(request: HttpRequest) -> Center:
    return Center.objects.get(pk=request.actor.center_id)


def _event(request: HttpRequest, pk: int) -> OutreachEvent:
    return one(
        OutreachEvent.objects.visible_to(request.actor).select_related(
            "center", "planned_by__user", "closed_by__user"
        ),
        pk=pk,
    )


def _event_data(cleaned: dict[str, Any]) -> EventData:
    return EventData(**{name: cleaned[name] for name in EventData.__dataclass_fields__})


@allowed(*CENTER_READERS)
@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    """The Center's events, newest first, with how many people they reached this year."""
    own = OutreachEvent.objects.visible_to(request.actor)
    form = EventFilter(request.GET)
    rows = own
    if form.is_valid():
        rows = rows.filter(**{name: value for name, value in form.cleaned_data.items() if value})
    year = clock.now().astimezone(ALMATY).year
    this_year = own.filter(starts_at__gte=Quarter(year, 1).starts_at, starts_at__lt=Quarter(year, 4).ends_at)
    held = list(this_year.filter(state=OutreachEvent.State.HELD).values_list("participants", flat=True))
    tiles = [
        Tile(len(held), _("Held in {year}").format(year=year), "circle-check", "green"),
        Tile(sum(held), _("Participants"), "users", "blue"),
        Tile(own.filter(state=OutreachEvent.State.PLANNED).count(), _("Planned"), "calendar", "orange"),
    ]
    context = {
        "table": page_of(request, EventTable(rows)),
        "filter_form": form,
        "tiles": tiles,
        "may_write": can_write(request.actor, request.actor.center_id),
    }
    return render(request, "monitoring/events.html", context)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def event_new(request: HttpRequest) -> HttpResponse:
    """Plan an event."""
    form = EventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.plan_event,
            center=_center(request),
            data=_event_data(form.cleaned_data),
            key=form.cleaned_data["key"],
            by=request.actor,
            now=clock.now(),
        )
        if done.value:
            messages.success(request, _("The event is planned."))
            return redirect("event", done.value.pk)
    return _form(request, form, _("New event"), _("Plan the event"), reverse("event-list"), _events_crumb())


@allowed(*CENTER_READERS)
@require_GET
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """What, for whom, where and when; what came of it; its materials."""
    row = _event(request, pk)
    lines = [
        SummaryRow(_("Kind"), row.get_kind_display()),
        SummaryRow(_("When"), moment(row.starts_at)),
        SummaryRow(_("Place"), row.place),
        SummaryRow(_("Audience"), row.get_audience_display()),
        SummaryRow(_("Partners"), row.partners or "—"),
        SummaryRow(_("Planned by"), row.planned_by.user.short_name),
    ]
    if row.closed_by is not None:
        lines.append(SummaryRow(_("Marked by"), f"{row.closed_by.user.short_name}, {moment(row.closed_at)}"))
    context = {
        "event": row,
        "badge": event_badge(row),
        "rows": lines,
        "crumbs": _events_crumb(),
        "materials": queries.attachments_of((actions.EVENT_SUBJECT, row.pk)),
        "may_write": can_write(request.actor, row.center_id),
        "has_begun": row.starts_at <= clock.now(),
        "form": MaterialsForm(),
    }
    return render(request, "monitoring/event.html", context)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def event_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another topic, time or place."""
    row = _event(request, pk)
    initial = {name: getattr(row, name) for name in EventData.__dataclass_fields__}
    form = EventChangeForm(request.POST or None, initial={**initial, "version": row.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.change_event,
            event=row,
            data=_event_data(data),
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The event is changed."))
            return redirect("event", pk)
    return _form(
        request, form, _("Change the event"), _("Save"), reverse("event", args=[pk]), _event_crumbs(row)
    )


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def event_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """It took place: how many came."""
    row = _event(request, pk)
    form = HoldForm(request.POST or None, request.FILES or None, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.hold_event,
            event=row,
            participants=data["participants"],
            result=data["result"],
            materials=data["materials"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The event is marked as held."))
            return redirect("event", pk)
    heading = _("How the event went")
    return _form(
        request, form, heading, _("Mark as held"), reverse("event", args=[pk]), _event_crumbs(row), row.topic
    )


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def event_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not take place."""
    row = _event(request, pk)
    form = CancelForm(request.POST or None, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.cancel_event,
            event=row,
            reason=data["reason"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The event is cancelled."))
            return redirect("event", pk)
    heading = _("Cancel the event")
    return _form(
        request,
        form,
        heading,
        heading,
        reverse("event", args=[pk]),
        _event_crumbs(row),
        row.topic,
        danger=True,
    )


@allowed(*WRITERS)
@require_POST
def event_materials(request: HttpRequest, pk: int) -> HttpResponse:
    """One more file of an event."""
    row = _event(request, pk)
    form = MaterialsForm(request.POST, request.FILES)
    if form.is_valid() and run(
        form,
        actions.add_materials,
        event=row,
        upload=form.cleaned_data["materials"],
        by=request.actor,
        now=clock.now(),
    ):
        messages.success(request, _("The file is added."))
        return redirect("event", pk)
    return _form(
        request, form, _("Materials"), _("Add"), reverse("event", args=[pk]), _event_crumbs(row), row.topic
    )


# Analytic notes


def _note(request: HttpRequest, pk: int) -> AnalyticNote:
    return one(
        AnalyticNote.objects.visible_to(request.actor).select_related(
            "center__district__region", "author__user", "sent_by__user"
        ),
        pk=pk,
    )


def _note_data(cleaned: dict[str, Any]) -> NoteData:
    period: Quarter = cleaned["period"]
    return NoteData(cleaned["kind"], cleaned["title"], cleaned["text"], period.year, period.number)


def _running() -> Quarter:
    return Quarter.of(clock.now().astimezone(ALMATY).date())


@allowed(*NOTE_READERS)
@require_GET
def note_list(request: HttpRequest) -> HttpResponse:
    """The Center's notes; for the ministry those that were sent, of all Centers."""
    rows = AnalyticNote.objects.visible_to(request.actor).select_related("center").defer("text")
    context = {
        "table": page_of(
            request, NoteTable(rows, exclude=() if not request.actor.center_id else ("center",))
        ),
        "may_write": can_write(request.actor, request.actor.center_id) and bool(request.actor.center_id),
        "tabs": [] if request.actor.center_id else ministry_tabs("note-list"),
    }
    return render(request, "monitoring/notes.html", context)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def note_new(request: HttpRequest) -> HttpResponse:
    """Write a note."""
    form = NoteForm(request.POST or None, request.FILES or None, until=_running())
    if request.method == "POST" and form.is_valid():
        done = run(
            form,
            actions.write_note,
            center=_center(request),
            data=_note_data(form.cleaned_data),
            upload=form.cleaned_data["upload"],
            by=request.actor,
            now=clock.now(),
        )
        if done.value:
            messages.success(request, _("The note is saved."))
            return redirect("note", done.value.pk)
    return _form(request, form, _("New note"), _("Save"), reverse("note-list"), _notes_crumb())


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def note_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a draft."""
    note = _note(request, pk)
    initial = {"kind": note.kind, "title": note.title, "text": note.text, "version": note.version}
    form = NoteChangeForm(
        request.POST or None,
        request.FILES or None,
        initial={**initial, "period": f"{note.year}-{note.quarter}"},
        until=_running(),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if run(
            form,
            actions.write_note,
            center=note.center,
            note=note,
            data=_note_data(data),
            upload=data["upload"],
            expected_version=data["version"],
            by=request.actor,
            now=clock.now(),
        ):
            messages.success(request, _("The note is saved."))
            return redirect("note", pk)
    return _form(
        request, form, _("Change the note"), _("Save"), reverse("note", args=[pk]), _note_crumbs(note)
    )


@allowed(*NOTE_READERS)
@require_GET
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """A note as read."""
    row = _note(request, pk)
    may_write = can_write(request.actor, row.center_id) and row.state == AnalyticNote.State.DRAFT
    context = {
        "note": row,
        "badge": note_badge(row),
        "crumbs": _notes_crumb(),
        "may_write": may_write,
        "attachments": queries.attachments_of((actions.NOTE_SUBJECT, row.pk)),
    }
    return render(request, "monitoring/note.html", context)


@allowed(*WRITERS)
@require_http_methods(["GET", "POST"])
def note_send(request: HttpRequest, pk: int) -> HttpResponse:
    """To the authorized body."""
    row = _note(request, pk)
    form = StepForm(request.POST or None, initial={"version": row.version})
    if (
        request.method == "POST"
        and form.is_valid()
        and run(
            form,
            actions.send_note,
            note=row,
            expected_version=form.cleaned_data["version"],
            by=request.actor,
            now=clock.now(),
        )
    ):
        messages.success(request, _("The note is sent."))
        return redirect("note", pk)
    context = {
        "form": form,
        "heading": _("Send the note to the authorized body"),
        "button": _("Send"),
        "consequences": [
            _("The ministry reads the note with its attachments."),
            _("A sent note can no longer be changed."),
        ],
        "crumbs": _note_crumbs(row),
        "cancel_url": reverse("note", args=[pk]),
    }
    return respond(request, "ui/confirm.html", context)


@allowed(*NOTE_READERS)
@require_safe
def note_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The note as PDF in the language of the page."""
    row = _note(request, pk)
    answer = HttpResponse(note_pdf(row, (get_language() or "ru")[:2]), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="note-{row.pk}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _events_crumb() -> list[Crumb]:
    return [Crumb(pgettext("outreach", "Events"), reverse("event-list"))]


def _event_crumbs(row: OutreachEvent) -> list[Crumb]:
    return [*_events_crumb(), Crumb(row.topic, reverse("event", args=[row.pk]))]


def _notes_crumb() -> list[Crumb]:
    return [Crumb(_("Analytic notes"), reverse("note-list"))]


def _note_crumbs(row: AnalyticNote) -> list[Crumb]:
    return [*_notes_crumb(), Crumb(row.title, reverse("note", args=[row.pk]))]


def _form(
    request: HttpRequest,
    form: Any,
    heading: str,
    button: str,
    back: str,
    crumbs: list[Crumb],
    subtitle: str = "",
    *,
    danger: bool = False,
) -> HttpResponse:
    context = {
        "form": form,
        "heading": heading,
        "subtitle": subtitle,
        "button": button,
        "crumbs": crumbs,
        "cancel_url": back,
        "danger": danger,
    }
    return respond(request, "ui/form_page.html", context)
