"""Reads of the security officer's pages: who, when, why and what kind of page; never what is in a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from family_support.access import subjects
from family_support.access.models import CaseOpening, ReadEntry
from family_support.base.actor import Actor
from family_support.deadlines.badges import DueView, view
from family_support.deadlines.models import Deadline
from family_support.oversight.actions import SUBJECT
from family_support.oversight.models import GlassReview, LookAlert
from family_support.workdays.queries import Calendars, load_edition

LOOKS_SHOWN = 200


@dataclass(frozen=True)
class ReviewLine:
    """A break-glass as the reviewer sees it."""

    review: GlassReview
    due: DueView | None

    @property
    def opening(self) -> CaseOpening:
        return self.review.opening


@dataclass(frozen=True)
class Look:
    """One look through the broken glass: when, and the kind of page."""

    at: datetime
    what: str


def reviews(actor: Actor, now: datetime, *, waiting: bool) -> list[ReviewLine]:
    """Break-glasses that wait for a review, the longest waiting first; or the decided ones, the latest first."""
    rows = GlassReview.objects.visible_to(actor).select_related(
        "opening__membership__user", "center__district", "decided_by__user"
    )
    chosen = rows.waiting().order_by("pk") if waiting else rows.filter(decided_at__isnull=False)
    return lines(chosen if waiting else chosen.order_by("-decided_at")[:LOOKS_SHOWN], now)


def lines(found: Iterable[GlassReview], now: datetime) -> list[ReviewLine]:
    """With the term of each: two queries for all of them."""
    rows = list(found)
    terms = {
        row.subject_id: row
        for row in Deadline.objects.filter(
            subject_type=SUBJECT, subject_id__in=[row.pk for row in rows]
        ).for_display()
    }
    calendars = Calendars(load_edition())
    return [
        ReviewLine(row, view(terms[row.pk], now, calendars.of(row.center)) if row.pk in terms else None)
        for row in rows
    ]


def looks_through(opening: CaseOpening) -> list[Look]:
    """What was opened while the glass was broken, in its order."""
    rows = ReadEntry.objects.filter(
        case_id=opening.case_id,
        membership_id=opening.membership_id,
        at__gte=opening.opened_at,
        at__lt=opening.ends_at,
    ).order_by("at")[:LOOKS_SHOWN]
    found = [(row.at, row.what.split(" ")[0]) for row in rows]
    names = subjects.names("reading", {what for _at, what in found})
    return [Look(at, names.get(what, what)) for at, what in found]


def alerts(actor: Actor, *, waiting: bool) -> list[LookAlert]:
    """Alerts that wait for a decision, or the decided ones, the latest first."""
    rows = LookAlert.objects.visible_to(actor).select_related(
        "membership__user", "membership__center", "membership__agency", "decided_by__user"
    )
    if waiting:
        return list(rows.waiting().order_by("noticed_at", "pk"))
    return list(rows.filter(decided_at__isnull=False).order_by("-decided_at")[:LOOKS_SHOWN])
