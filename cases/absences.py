"""What an absence means for cases: restricted ones that are not handed over, and who stood in when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, CaseGrant, TeamMember
from family_support.accounts.absence_queries import Left
from family_support.accounts.models import Absence
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.ui.components import Entry
from family_support.workdays.calendar import WorkCalendar


def restricted_left(absences: Sequence[Absence], actor: Actor) -> Mapping[int, list[Left]]:
    """Open restricted cases of the absent that the substitute has no named grant for, as far as the actor sees them
    listed: two queries."""
    absent = {row.membership_id for row in absences}
    places = TeamMember.objects.filter(
        membership_id__in=absent,
        ends_at__isnull=True,
        case__in=Case.objects.listed_to(actor).open().values("pk"),
    ).filter(case__restricted=True)
    rows = list(places.order_by("case__number").values_list("membership_id", "case_id", "case__number"))
    if not rows:
        return {}
    running = CaseGrant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=Now()),
        case_id__in={case for _member, case, _number in rows},
    )
    own = TeamMember.objects.filter(case_id=OuterRef("case_id"), membership_id=OuterRef("membership_id"))
    granted = set(
        running.filter(Exists(own.filter(ends_at__isnull=True))).values_list("case_id", "membership_id")
    )
    return {
        absence.pk: [
            Left(number, reverse("case-team", args=(case,)))
            for member, case, number in rows
            if member == absence.membership_id and (case, absence.substitute_id) not in granted
        ]
        for absence in absences
    }


def absences_of_team(case: Case, now: datetime) -> list[Absence]:
    """Absences of the team's members that have begun, the last first; none in a restricted case, where nobody stands
    in by them. One query."""
    if case.restricted:
        return []
    places = TeamMember.objects.filter(case=case).values("membership_id")
    rows = Absence.objects.filter(membership_id__in=places, starts_on__lte=local_date(now))
    return list(rows.with_names().order_by("-starts_on", "-pk"))


def absences_of_case(case: Case) -> list[Absence]:
    """Absences of the team's members in which somebody stood in who was not of the team. One query."""
    places = TeamMember.objects.filter(case=case)
    rows = Absence.objects.filter(membership_id__in=places.values("membership_id"))
    own = places.filter(membership_id=OuterRef("substitute_id"))
    return list(rows.filter(~Exists(own)).select_related("membership__user"))


def stood_in(absence: Absence, membership_id: int | None, at: datetime) -> bool:
    """Whether a membership stood in by an absence at a moment."""
    return (
        absence.substitute_id == membership_id
        and absence.starts_on <= local_date(at) <= absence.ends_on
        and absence.recorded_at <= at
        and (absence.ended_at is None or at < absence.ended_at)
    )


def told_on_timeline(absences: Sequence[Absence], now: datetime, calendar: WorkCalendar) -> list[Entry]:
    """Where an absence began and ended, as entries of the case's past: worked out, so that none can be missed."""
    found = []
    for row in absences:
        names = {"absent": row.membership.user.short_name, "substitute": row.substitute.user.short_name}
        begins = max(calendar.start_of_day(row.starts_on), row.recorded_at)
        ends = row.ended_at or calendar.end_of_day(row.ends_on)
        if ends <= begins:
            continue
        begun = _("{substitute} stands in for {absent} from this day on").format(**names)
        found.append(Entry(begun, begins, icon="switch-horizontal", tone="blue"))
        if ends <= now:
            over = _("{absent} is back: {substitute} stands in no longer").format(**names)
            found.append(Entry(over, ends, icon="switch-horizontal"))
    return found
