"""The first time that a body opens its part."""

from datetime import datetime

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Missing
from interagency.models import Handoff


def acknowledge(*, handoff: Handoff, by: Actor, now: datetime) -> Handoff:
    """An officer of the body opened its part for the first time; later openings change nothing.

    Errors: Missing for another body's part.
    """
    with acting(by):
        handoff = Handoff.objects.select_for_update().get(pk=handoff.pk)
        if by.agency_id is None or handoff.agency_id != by.agency_id:
            raise Missing()
        if handoff.state == Handoff.State.SENT:
            handoff.acknowledge()
            handoff.acknowledged_at, handoff.acknowledged_by_id = now, by.membership_id
            handoff.bump()
            handoff.save()
    return handoff
