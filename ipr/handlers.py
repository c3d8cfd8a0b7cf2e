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
from ipr.models import PlanVersion

register_kind("plan.submitted", _("A plan waits for your approval"), "checklist", tone="orange")
register_kind("plan.approved", _("A plan was approved"), "file-check", tone="green")
register_kind("plan.returned", _("A plan was returned for rework"), "arrow-back-up", tone="orange")


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
