"""Who is told when a Center has sent or corrected its quarter, or sent a note."""

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
from monitoring.actions import NOTE_SUBJECT, SENT_SUBJECT

register_kind("quarter.sent", _("A Center has sent its quarterly report"), "file-spreadsheet")
register_kind("quarter.corrected", _("A Center has corrected its quarterly report"), "file-spreadsheet")
register_kind("note.sent", _("A Center has sent an analytic note"), "notes")


@handles("quarter.sent")
def tell_ministry(event: Event) -> None:
    """Analysts of the authorized body (R192 14)."""
    _tell_analysts(event, (SENT_SUBJECT, event["report_id"]))


@handles("quarter.corrected")
def tell_of_correction(event: Event) -> None:
    """The same people, of the annex."""
    _tell_analysts(event, (SENT_SUBJECT, event["report_id"]))


@handles("note.sent")
def tell_of_note(event: Event) -> None:
    """The same people, of an analytic note."""
    _tell_analysts(event, (NOTE_SUBJECT, event["note_id"]))


def _tell_analysts(event: Event, subject: tuple[str, int]) -> None:
    now = clock.now()
    with acting(SYSTEM):
        notify(
            of_role(Role.MINISTRY_ANALYST, on=clock.local_date(now)),
            event.type,
            subject=subject,
            case_id=None,
            event_id=event.pk,
            now=now,
        )
