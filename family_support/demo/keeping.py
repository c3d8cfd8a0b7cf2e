"""The protection of data in the demo: at each Center a person was given their data, and a closed case is kept."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from cases.models import Case, CaseMember
from family_support.accounts.actors import load_actor
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.directory.models import Center
from family_support.protection.actions import give_data, place_hold
from family_support.protection.models import DataRequest
from family_support.workdays.calendar import ALMATY


def keep_and_give(now: datetime) -> None:
    """In the forenoon two days before the end of the demo."""
    day = (now - timedelta(days=2)).astimezone(ALMATY).date()
    moment = datetime.combine(day, time(11, 20), ALMATY)
    with clock.at(moment):
        for center in Center.objects.filter(is_active=True).order_by("pk"):
            _give(center, moment)
            _keep(center, moment)


def _give(center: Center, now: datetime) -> None:
    rows = CaseMember.objects.filter(
        case__center=center, case__restricted=False, case__lead__isnull=False, relation="self"
    )
    member = rows.exclude(case__stage=Case.Stage.CLOSED).select_related("person", "case__lead").first()
    lead = member.case.lead if member else None
    actor = load_actor(lead, now, "demo") if lead else None
    if member is not None and actor is not None:
        give_data(member=member, shown=DataRequest.Shown.ID_CARD, by=actor, now=now)


def _keep(center: Center, now: datetime) -> None:
    case = (
        Case.objects.filter(center=center, stage=Case.Stage.CLOSED, restricted=False).order_by("pk").first()
    )
    director = Membership.objects.filter(center=center, role=Role.DIRECTOR).order_by("pk").first()
    actor = load_actor(director, now, "demo") if director else None
    if case is not None and actor is not None:
        place_hold(
            case=case, reason="Запрос суда № 7199-26 от 12.10.2026: дело нужно до решения.", by=actor, now=now
        )
