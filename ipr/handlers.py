"""Reactions to events: who is told of what happens to a plan."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import notify
from family_support.notifications.recipients import directors
from family_support.notifications.registry import register_kind
from family_support.outbox.events import handles
from family_support.outbox.models import Event
from ipr.models import Plan, PlanVersion

register_kind("plan.submitted", _("A plan waits for your approval"), "checklist", tone="orange")
register_kind("plan.approved", _("A plan was approved"), "file-check", tone="green")
register_kind("plan.returned", _("A plan was returned for rework"), "arrow-back-up", tone="orange")
register_kind("plan.end_proposed", _("The end of a plan is proposed: decide"), "gavel", tone="orange")
register_kind(
    "plan.end_refused", _("The director did not end the plan: it goes on"), "player-play", tone="blue"
)
register_kind("plan.terminated", _("The director ended a plan"), "circle-x", tone="orange")


def _tell(event: Event, recipients: Iterable[int | None]) -> None:
    told = {key for key in recipients if key and key != event.payload.get("by")}
    with acting(SYSTEM):
        notify(
            told,
            event.type,
            subject=("ipr.planversion", event["version_id"]),
            case_id=event.case_id,
            event_id=event.pk,
            now=clock.now(),
        )


@handles("plan.submitted")
def tell_directors(event: Event) -> None:
    """The Center's director and who stands in."""
    version = PlanVersion.objects.select_related("plan__case").get(pk=event["version_id"])
    _tell(event, directors(version.plan.case.center_id, clock.local_date(clock.now())))


@handles("plan.approved", "plan.returned")
def tell_authors(event: Event) -> None:
    """Who drew the version up, and the lead of the case."""
    version = PlanVersion.objects.select_related("plan__case").get(pk=event["version_id"])
    _tell(event, [version.author_id, version.plan.case.lead_id])


@handles("plan.end_proposed")
def tell_of_proposal(event: Event) -> None:
    """The Center's director and who stands in."""
    plan = Plan.objects.select_related("case").get(pk=event["plan_id"])
    _tell_of_plan(event, directors(plan.case.center_id, clock.local_date(clock.now())))


@handles("plan.end_refused", "plan.terminated")
def tell_of_decision(event: Event) -> None:
    """The lead of the case, and who proposed it."""
    plan = Plan.objects.select_related("case").get(pk=event["plan_id"])
    proposers = plan.proposals.exclude(answer="recalled").values_list("proposed_by_id", flat=True)
    _tell_of_plan(event, [plan.case.lead_id, *proposers])


def _tell_of_plan(event: Event, recipients: Iterable[int | None]) -> None:
    told = {key for key in recipients if key and key != event.payload.get("by")}
    subject = ("ipr.plan", event["plan_id"])
    with acting(SYSTEM):
        notify(told, event.type, subject=subject, case_id=event.case_id, event_id=event.pk, now=clock.now())
