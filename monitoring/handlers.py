"""Who is told when a Center has sent its quarter."""

from django.utils.translation import gettext_lazy as _

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.notifications.actions import notify
from family_support.notifications.recipients import of_role
from family_support.notifications.registry import register_kind
from family_support.outbox.events import handles
from family_support.outbox.models import Event
from monitoring.actions import SENT_SUBJECT

register_kind("quarter.sent", _("A Center has sent its quarterly report"), "file-spreadsheet")


@handles("quarter.sent")
def tell_ministry(event: Event) -> None:
    """Analysts of the authorized body (R192 14)."""
    now = clock.now()
    with acting(SYSTEM):
        notify(
            of_role(Role.MINISTRY_ANALYST, on=clock.local_date(now)),
            "quarter.sent",
            subject=(SENT_SUBJECT, event["report_id"]),
            case_id=None,
            event_id=event.pk,
            now=now,
        )
