"""Reads for the pages of quarters, events and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.models import Case
from family_support.access.barred import barred_case_ids
from family_support.base.actor import Actor
from family_support.base.figures import HIDDEN, Row, Text, text_of
from family_support.directory.models import Center
from family_support.documents.models import Attachment, Rendering
from interagency.queries import norm_titles
from monitoring.actions import EVENT_SUBJECT, NOTE_SUBJECT, SENT_SUBJECT, SUBJECT, quarter_of
from monitoring.corrections import COUNT
from monitoring.counting import Indicator, Record
from monitoring.models import (
    SENT_STATES,
    AnalyticNote,
    FrozenRecords,
    OutreachEvent,
    ProposedShortcoming,
    QuarterlyReport,
    QuarterlyReportQuerySet,
)
from monitoring.proposals import BY_CODE
from monitoring.quarters import Quarter


@dataclass(frozen=True)
class FileLine:
    """A file of a report, and the name of its language."""

    file: Rendering
    language: Text


def reports_for(actor: Actor) -> QuarterlyReportQuerySet:
    """The reports the actor sees, with what their list shows."""
    return (
        QuarterlyReport.objects.visible_to(actor)
        .select_related("center__district__region")
        .defer("figures", "shown")
    )


def files_of(report: QuarterlyReport, actor: Actor) -> list[FileLine]:
    """The files made of a report, of the kind the actor may have."""
    return files_of_subject((SUBJECT if actor.center_id else SENT_SUBJECT, report.pk))


def files_of_subject(subject: tuple[str, int]) -> list[FileLine]:
    """The files made of a subject."""
    rows = Rendering.objects.of_subject(*subject)
    languages = dict(settings.LANGUAGES)
    return [FileLine(row, languages[row.language]) for row in rows.order_by("format", "language")]


def sent_and_awaited(quarter: Quarter) -> tuple[int, int]:
    """How many Centers have sent their report of a quarter, and how many have not yet."""
    sent = QuarterlyReport.objects.filter(
        year=quarter.year, quarter=quarter.number, state__in=SENT_STATES
    ).count()
    return sent, max(Center.objects.active().count() - sent, 0)


# Proposed shortcomings


@dataclass(frozen=True)
class ProposalLine:
    """A proposed shortcoming in the words of the active language."""

    row: ProposedShortcoming
    title: str
    text: str
    proposal: str
    measured: str
    # Figures are left out of the text: too small to leave the Center.
    is_hidden: bool = False
    # What a return named, in full.
    norm: str = ""


def proposals_of(report: QuarterlyReport) -> list[ProposalLine]:
    """Undecided ones first, in the order of the rules."""
    order = list(BY_CODE)
    rows = [
        row
        for row in report.proposals.select_related("agency", "decided_by__user").prefetch_related(
            "agency__sectors"
        )
        if row.rule in BY_CODE
    ]
    rows.sort(key=lambda row: (row.state != "proposed", order.index(row.rule), row.pk))
    titles = norm_titles({row.detail for row in rows if row.detail})
    return [line_of(row, titles) for row in rows]


def line_of(row: ProposedShortcoming, titles: Mapping[str, Mapping[str, str]] | None = None) -> ProposalLine:
    """Its title, the text and proposal it is accepted with, and the figure against its threshold. `titles` are those
    of norms by code, had before where there are many lines."""
    if titles is None:
        titles = norm_titles({row.detail})
    rule = BY_CODE[row.rule]
    small = rule.small(row)
    share = f"{100 * row.count / row.whole:.1f}".replace(".", ",") if row.whole else ""
    given = {
        "body": str(row.agency) if row.agency else "",
        "norm": titles.get(row.detail, {}).get((get_language() or "ru")[:2], row.detail),
        "count": row.count,
        "whole": row.whole,
        "share": share,
        "threshold": row.threshold,
    }
    measured = (
        _("{count} of {whole}, {share} %. Proposed when more than {threshold} %.")
        if rule.is_share
        else _("{count}. Proposed from {threshold} on.")
    ).format(**given)
    told = given | dict.fromkeys(small, text_of(HIDDEN, COUNT))
    text = str(rule.text).format(**told)
    norm = str(given["norm"])
    return ProposalLine(row, str(rule.title), text, str(rule.proposal), measured, bool(small), norm)


# Records behind a figure


def without_barred(records: Iterable[Record], actor: Actor) -> list[Record]:
    """The records without those of cases that keep the actor out by name: not even their number is told."""
    hidden = set(barred_case_ids(actor).values_list("case_id", flat=True)) if actor.iin_index else set()
    return [record for record in records if record.case_id not in hidden]


def row_name(row: Mapping[str, Any]) -> str:
    """What a row of figures is called in the active language."""
    return Row.from_json(row).name


def records_of(report: QuarterlyReport, indicator: Indicator, row: str, column: str) -> list[Record]:
    """The records that a figure counts: those frozen with it, or those of now while the report is a draft."""
    if report.is_frozen:
        kept = FrozenRecords.objects.filter(report=report).first()
        cells = kept.records.get(indicator.code, {}) if kept else {}
        return [Record(*each) for each in cells.get(row, {}).get(column, ())]
    return indicator.gather(report.center, quarter_of(report)).get((row, column), [])


def cases_behind(case_ids: Iterable[int | None], actor: Actor) -> list[Case]:
    """Those of the cases that the actor sees listed, newest first."""
    ids = {case_id for case_id in case_ids if case_id is not None}
    if not ids:
        return []
    listed = Case.objects.listed_to(actor).filter(pk__in=ids).select_related("lead__user")
    return list(listed.order_by("-opened_at", "-pk"))


@dataclass(frozen=True)
class RecordLink:
    """A record without a case: an event or a note."""

    label: str
    url: str


def events_of(indicator: Indicator, records: Sequence[Record], actor: Actor) -> list[RecordLink]:
    """Events or notes behind a figure of the methodology unit."""
    ids = [record.pk for record in records if record.case_id is None]
    if not ids:
        return []
    if indicator.code == "notes":
        notes = AnalyticNote.objects.visible_to(actor).filter(pk__in=ids)
        return [RecordLink(note.title, reverse("note", args=(note.pk,))) for note in notes]
    if indicator.code in ("events", "audiences"):
        events = OutreachEvent.objects.visible_to(actor).filter(pk__in=ids)
        return [RecordLink(event.topic, reverse("event", args=(event.pk,))) for event in events]
    return []


# Attachments of events and notes


def attachments_of(subject: tuple[str, int]) -> list[Attachment]:
    return list(Attachment.objects.of_subject(*subject).order_by("added_at"))


def files_of_own_unit(actor: Actor) -> QuerySet:
    """Attachments of events and notes that the actor sees: a rule for `documents`."""
    events = OutreachEvent.objects.visible_to(actor).values("pk")
    notes = AnalyticNote.objects.visible_to(actor).values("pk")
    found = Attachment.objects.filter(subject_type=EVENT_SUBJECT, subject_id__in=events)
    return (found | Attachment.objects.filter(subject_type=NOTE_SUBJECT, subject_id__in=notes)).values("pk")
