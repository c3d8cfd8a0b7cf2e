"""Reactions to events: the overstay mark by itself, and who is told of stays."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.deadlines.again import tells_again_itself
from family_support.deadlines.models import Deadline
from family_support.notifications.actions import notify
from family_support.notifications.recipients import directors
from family_support.notifications.registry import register_kind, register_recipients
from family_support.outbox.events import handles
from family_support.outbox.models import Event
from shelter.actions import mark_overstay
from shelter.actions.locking import SUBJECT
from shelter.models import MinorNotice

OWN_TERMS = frozenset({"stay_limit", "exit_plan"})

register_kind("stay.admitted", _("A family was placed in temporary stay"), "home")
register_kind(
    "stay.new_episode",
    _("A new stay of the same person waits for your reason"),
    "home",
    tone="orange",
)
register_kind("stay.allowed", _("The head allowed the new stay: the person can be admitted"), "check")
register_kind(
    "stay.overstay",
    _("A stay is longer than a month: the director's reason is needed"),
    "alert-triangle",
    urgent=True,
    tone="red",
)

register_kind(
    "notice.missing",
    _("The written notice about a minor is still not sent: the 24 hours have passed (R256 26)"),
    "alert-triangle",
    urgent=True,
    tone="red",
)


def warned_directors(event: Event) -> Iterable[int]:
    """The director hears of the warnings that the term's row addresses to them: of a stay on day 25 and 28."""
    if event["term"] not in OWN_TERMS:
        return []
    deadline = Deadline.objects.select_related("term").get(pk=event["deadline_id"])
    addressed = {row["level"] for row in deadline.term.warnings if row.get("to") == "director"}
    if event["level"] not in addressed:
        return []
    return directors(deadline.center_id, clock.local_date(clock.now()))


register_recipients("deadline.level_reached", warned_directors)
# A missing notice is told again by `remind_notices`, with what is missing of which stay.
tells_again_itself(("minor_notice_law_enforcement", "minor_notice_guardianship"))


@handles("deadline.level_reached", only={"term": {"stay_limit"}, "level": {"overdue", "escalated"}})
def mark_passed(event: Event) -> None:
    """The last day has passed and nobody checked out: an overstay, recorded as such."""
    mark_overstay(stay=event["subject_id"], now=clock.now())


@handles("notice.missing")
def tell_missing(event: Event) -> None:
    """The director, and the lead, as long as the notice is not sent."""
    if MinorNotice.objects.missing().filter(pk=event["notice"]).exists():
        _tell(event, [*_directors(event), *_lead(event)], ("shelter.minornotice", event["notice"]))


@handles("stay.admitted", "stay.new_episode")
def tell_director(event: Event) -> None:
    """The director of the Center."""
    _tell(event, _directors(event))


@handles("stay.allowed")
def tell_lead(event: Event) -> None:
    """The lead of the case."""
    _tell(event, _lead(event))


@handles("stay.overstay")
def tell_overstay(event: Event) -> None:
    """The director at once, and the lead."""
    _tell(event, [*_directors(event), *_lead(event)])


def _directors(event: Event) -> list[int]:
    center_id = Case.objects.values_list("center_id", flat=True).get(pk=event.case_id)
    return directors(center_id, clock.local_date(clock.now()))


def _lead(event: Event) -> list[int]:
    return list(Case.objects.filter(pk=event.case_id, lead__isnull=False).values_list("lead_id", flat=True))


def _tell(event: Event, recipients: Iterable[int], subject: tuple[str, int] | None = None) -> None:
    others = {key for key in recipients if key and key != event.payload.get("by")}
    with acting(SYSTEM):
        notify(
            others,
            event.type,
            subject=subject or (SUBJECT, event["stay"]),
            case_id=event.case_id,
            event_id=event.pk,
            now=clock.now(),
        )
