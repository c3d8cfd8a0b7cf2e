"""What waits for an absent director is decided by the acting one, and nobody's work waits for the absent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.models import Case
from cases.permissions import directs
from family_support.accounts.absence_actions import record_absence
from family_support.accounts.actions import name_acting_director
from family_support.accounts.models import Absence
from family_support.accounts.roles import Role
from family_support.notifications.recipients import directors, with_substitutes
from family_support.workdays.queries import load_calendar
from ipr import actions
from ipr.board import approvals_panel
from ipr.models import PlanVersion
from ipr.queries import waiting
from tests.factories import NOON, Place, a_center
from tests.plans import a_submitted, anew

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)


def the_director_goes(place: Place, substitute: Role) -> None:
    by, days = place.by(Role.DIRECTOR), {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=7)}
    membership = place.people[substitute]
    order = {"order_number": "3", "order_date": TODAY}
    name_acting_director(membership=membership, by=by, now=NOON, **order, **days)
    record_absence(
        membership=place.people[Role.DIRECTOR],
        substitute=membership,
        reason=Absence.Reason.TRIP,
        by=by,
        now=NOON,
        **days,
    )


def test_approvals_of_an_absent_director_are_the_acting_ones() -> None:
    place = a_center()
    version = a_submitted(place)
    the_director_goes(place, Role.METHODOLOGIST)
    by = place.by(Role.METHODOLOGIST)
    assert list(waiting(by)) == [version]
    panel = approvals_panel(by, NOON, load_calendar(center=place.center))
    assert panel is not None
    assert [row.label for row in panel.rows] == [version.plan.case.number]
    told = with_substitutes(directors(place.center.pk, TODAY), version.plan.case_id, TODAY)
    assert told == {place.people[Role.DIRECTOR].pk, by.membership_id}
    actions.approve_plan(version=version, expected_version=version.version, by=by, now=NOON)
    assert anew(version).state == PlanVersion.State.APPROVED
    assert approvals_panel(place.by(Role.LAWYER), NOON, load_calendar(center=place.center)) is None


def test_what_one_works_on_for_somebody_else_one_does_not_direct() -> None:
    """The acting director who stands in for the lead decides nothing about that case as director (decision 6.13)."""
    place = a_center()
    version = a_submitted(place)
    the_director_goes(place, Role.LAWYER)
    lawyer = place.people[Role.LAWYER]
    found = Case.objects.listed_to(place.by(Role.LAWYER)).get(pk=version.plan.case_id)
    assert directs(found, place.by(Role.LAWYER))
    record_absence(
        membership=place.people[Role.CASEWORKER],
        substitute=lawyer,
        starts_on=TODAY,
        ends_on=TODAY,
        reason=Absence.Reason.SICK,
        by=place.by(Role.HEAD_ACCOMPANIMENT),
        now=NOON,
    )
    by = place.by(Role.LAWYER)
    assert not directs(Case.objects.listed_to(by).get(pk=version.plan.case_id), by)
