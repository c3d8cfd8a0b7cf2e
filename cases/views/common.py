"""What the views of cases share."""

from __future__ import annotations

from django.http import HttpRequest

from family_support.base.errors import Forbidden
from family_support.directory.models import Center
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.queries import load_calendar


def center_of(request: HttpRequest) -> Center:
    """The Center of the active membership, with its district. Errors: Forbidden for memberships of no Center."""
    center_id = request.actor.center_id
    if center_id is None:
        raise Forbidden
    return Center.objects.select_related("district").get(pk=center_id)


def calendar_of(request: HttpRequest) -> WorkCalendar:
    """The calendar the actor's Center lives by."""
    return load_calendar(center=center_of(request))
