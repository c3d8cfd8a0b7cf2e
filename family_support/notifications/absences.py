"""Who is away and who stands in are told when that is recorded and when it ends early."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from family_support.access import subjects
from family_support.accounts.absence_actions import working_through
from family_support.accounts.models import Absence
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import notify
from family_support.notifications.recipients import directors, of_role
from family_support.notifications.registry import register_kind
from family_support.outbox.events import handles
from family_support.outbox.models import Event

SUBJECT = "accounts.absence"

register_kind(
    "absence.stand_in",
    _("You stand in for a colleague from %(from)s to %(until)s"),
    "switch-horizontal",
    tone="orange",
)
register_kind(
    "absence.recorded",
    _("Your absence from %(from)s to %(until)s is recorded: a colleague stands in"),
    "switch-horizontal",
)
register_kind(
    "absence.ended", _("The absence has ended: you stand in for the colleague no longer"), "switch-horizontal"
)
register_kind(
    "absence.nobody",
    _(
        "Who was to stand in for an absent colleague works here no longer: end the absence and name somebody else"
    ),
    "alert-triangle",
    urgent=True,
    tone="red",
)
subjects.register(SUBJECT, _("Absence"), lambda key: reverse("home"))


@handles("accounts.absence_recorded")
def tell_recorded(event: Event) -> None:
    """The substitute learns of it before it begins; the absent that somebody has the work."""
    row = Absence.objects.get(pk=event["absence"])
    days = {"from": f"{row.starts_on:%d.%m.%Y}", "until": f"{row.ends_on:%d.%m.%Y}"}
    _tell(event, [row.substitute_id], "absence.stand_in", row, days)
    _tell(event, [row.membership_id], "absence.recorded", row, days)


@handles("accounts.absence_ended")
def tell_ended(event: Event) -> None:
    """The substitute: the access is gone."""
    row = Absence.objects.get(pk=event["absence"])
    _tell(event, [row.substitute_id], "absence.ended", row, {})


@handles("accounts.membership_ended", "accounts.user_deactivated")
def tell_keepers(event: Event) -> None:
    """The work of the absent would reach nobody: who records absences there names another substitute."""
    today = clock.local_date(clock.now())
    left = Absence.objects.standing().filter(substitute__user_id=event["user_id"], ends_on__gte=today)
    for row in left.select_related("membership"):
        if working_through(row.substitute_id, max(row.starts_on, today), row.ends_on):
            continue
        absent = row.membership
        if absent.center_id is not None:
            keepers = directors(absent.center_id, today)
        else:
            keepers = of_role(Role.BODY_ADMIN, on=today, agency_id=absent.agency_id)
        _tell(event, keepers, "absence.nobody", row, {})


def _tell(event: Event, told: list[int], kind: str, row: Absence, params: dict[str, str]) -> None:
    with acting(SYSTEM):
        notify(
            told,
            kind,
            subject=(SUBJECT, row.pk),
            case_id=None,
            event_id=event.pk,
            params=params,
            now=clock.now(),
        )
