"""Who sees a case, reads it, works on it: every role in every relation (security.md, access matrix)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.actions import (
    add_member,
    add_to_team,
    assign_lead,
    bar_person,
    change_member,
    end_grant,
    grant_access,
    remove_from_team,
    restrict,
    take_case,
)
from cases.grants import sync_case_grants, tidy_case_grants
from cases.models import Case, CaseGrant, CaseUserObjectPermission, Intake, Person, TeamMember
from family_support.access.models import CaseOpening
from family_support.access.openings import open_with_reason
from family_support.accounts.actions import deactivate_user, end_membership
from family_support.accounts.actors import load_actor
from family_support.accounts.models import ActingDirector
from family_support.accounts.roles import CENTER_ROLES, UNIT_HEADS, WORKERS, Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from family_support.outbox.delivery import deliver_due
from tests.factories import NOON, Place, a_case, a_membership, actor_for, an_iin, fresh, person_data

pytestmark = pytest.mark.usefixtures("cases_kept")
KEPT = ({"violence": False}, {"violence": True}, {"team": True})
LISTING = WORKERS | UNIT_HEADS | {Role.INTAKE_CLERK, Role.DIRECTOR}
REASON = "Проверка по обращению прокуратуры"


def scopes(case: Case, actor: Actor) -> tuple[bool, bool, bool]:
    """(listed, read, worked on)."""
    rows = Case.objects
    found = tuple(
        scope(actor).filter(pk=case.pk).exists()
        for scope in (rows.listed_to, rows.visible_to, rows.writable_by)
    )
    # The people and intakes of a case follow it.
    assert Person.objects.visible_to(actor).filter(places__case=case).exists() == found[1]
    assert Intake.objects.visible_to(actor).filter(case=case).exists() == found[0]
    return found  # type: ignore[return-value]


def listed(role: Role, *, restricted: bool) -> bool:
    return role == Role.DIRECTOR if restricted else role in LISTING


@pytest.mark.parametrize("restricted", [False, True], ids=["ordinary", "restricted"])
@pytest.mark.parametrize("role", sorted(CENTER_ROLES))
def test_colleagues_see_at_most_that_it_exists(place: Place, role: Role, restricted: bool) -> None:
    case = a_case(place, violence=restricted)
    newcomer = actor_for(a_membership(role, center=place.center))
    assert scopes(case, newcomer) == (listed(role, restricted=restricted), False, False)


@pytest.mark.parametrize("restricted", [False, True], ids=["ordinary", "restricted"])
@pytest.mark.parametrize("role", sorted(CENTER_ROLES))
def test_another_center_sees_nothing(place: Place, other: Place, role: Role, restricted: bool) -> None:
    assert scopes(a_case(place, violence=restricted), other.by(role)) == (False, False, False)


@pytest.mark.parametrize("role", sorted(WORKERS - {Role.CASEWORKER}))
def test_team_works_on_an_ordinary_case_and_needs_a_grant_on_a_restricted_one(
    place: Place, role: Role
) -> None:
    case = a_case(place, team=True)
    member, lead = place.by(role), place.by()
    assert scopes(case, member) == (True, True, True)
    restrict(case=case, restriction="violence", by=lead, now=NOON)
    assert scopes(case, lead) == (True, True, True)
    assert scopes(case, member) == (False, False, False)
    grant = grant_access(case=case, membership=place.people[role], reason="Ведёт семью", by=lead, now=NOON)
    assert scopes(case, member) == (True, True, True)
    end_grant(grant=grant, by=lead, now=NOON + timedelta(minutes=1))
    assert scopes(case, member) == (False, False, False)


def test_grant_runs_out_by_itself(place: Place) -> None:
    now = clock.now()
    case = a_case(place, team=True, violence=True, now=now)
    lawyer = place.people[Role.LAWYER]
    end = now + timedelta(seconds=30)
    grant = grant_access(
        case=case, membership=lawyer, reason="Иск", ends_at=end, by=place.by(at=now), now=now
    )
    assert scopes(case, actor_for(lawyer, at=now))[1]
    with acting(SYSTEM, reason="test"):
        grant.granted_at, grant.ends_at = now - timedelta(hours=2), now - timedelta(hours=1)
        grant.save()
    assert not scopes(case, actor_for(lawyer, at=now))[1]


def test_a_grant_that_was_forgotten_opens_nothing_to_who_left_the_team(place: Place) -> None:
    """Guardian's row and the named grant still stand: the place on the team is asked for as well."""
    case = a_case(place, team=True, violence=True)
    lawyer = place.people[Role.LAWYER]
    grant_access(case=case, membership=lawyer, reason="Иск", by=place.by(), now=NOON)
    assert scopes(case, place.by(Role.LAWYER)) == (True, True, True)
    with acting(SYSTEM, reason="test"):
        case.team.filter(membership=lawyer).update(ends_at=NOON + timedelta(minutes=1))
    assert scopes(case, place.by(Role.LAWYER)) == (False, False, False)


def test_nobody_of_another_center_gets_a_row_whatever_stands_on_the_team(place: Place, other: Place) -> None:
    case = a_case(place, violence=True)
    stranger = other.people[Role.LAWYER]
    with acting(SYSTEM, reason="test"):
        TeamMember.objects.create(case=case, membership=stranger, starts_at=NOON)
        CaseGrant.objects.create(
            case=case, membership=stranger, granted_by=case.lead, reason="Ошибка", granted_at=NOON
        )
        sync_case_grants(case, now=NOON)
    assert held(case) == {place.people[Role.CASEWORKER].user_id}
    assert scopes(case, other.by(Role.LAWYER)) == (False, False, False)


def test_leaving_the_team_ends_grant_and_access(place: Place) -> None:
    case = a_case(place, team=True, violence=True)
    lawyer = place.people[Role.LAWYER]
    grant_access(case=case, membership=lawyer, reason="Иск", by=place.by(), now=NOON)
    later = NOON + timedelta(minutes=1)
    remove_from_team(case=case, membership_id=lawyer.pk, by=place.by(), now=later)
    assert scopes(case, place.by(Role.LAWYER)) == (False, False, False)
    assert not CaseUserObjectPermission.objects.filter(content_object=case, user_id=lawyer.user_id).exists()


def test_leaving_the_team_of_an_ordinary_case_ends_the_reading_too(place: Place) -> None:
    case = a_case(place, team=True)
    lawyer, lead = place.people[Role.LAWYER], place.by()
    later = NOON + timedelta(minutes=1)
    remove_from_team(case=case, membership_id=lawyer.pk, by=lead, now=later)
    assert scopes(case, place.by(Role.LAWYER)) == (True, False, False)
    psychologist = place.people[Role.PSYCHOLOGIST]
    assign_lead(case=case, membership=psychologist, by=place.by(Role.DIRECTOR), now=later)
    assert scopes(case, lead) == (True, False, False)
    assert scopes(case, place.by(Role.PSYCHOLOGIST)) == (True, True, True)


def test_new_lead_takes_the_old_ones_place(place: Place) -> None:
    case = a_case(place, violence=True)
    psychologist = place.people[Role.PSYCHOLOGIST]
    assign_lead(case=case, membership=psychologist, by=place.by(Role.DIRECTOR), now=NOON)
    assert scopes(case, place.by(Role.PSYCHOLOGIST)) == (True, True, True)
    assert scopes(case, place.by()) == (False, False, False)
    assert fresh(case).lead_id == psychologist.pk


def test_a_second_grant_stands_in_place_of_the_first(place: Place) -> None:
    case = a_case(place, team=True, violence=True)
    lawyer, given = place.people[Role.LAWYER], {"case": case, "membership": place.people[Role.LAWYER]}
    grant_access(**given, reason="Иск", by=place.by(), now=NOON)
    later = NOON + timedelta(hours=1)
    second = grant_access(
        **given, reason="Только до суда", ends_at=later + timedelta(days=3650), by=place.by(), now=later
    )
    assert scopes(case, place.by(Role.LAWYER)) == (True, True, True)
    running = CaseGrant.objects.filter(case=case, membership=lawyer).exclude(ends_at__lte=later)
    assert running.get() == second
    end_grant(grant=second, by=place.by(), now=later + timedelta(minutes=1))
    assert scopes(case, place.by(Role.LAWYER)) == (False, False, False)
    assert lawyer.user_id not in held(case)


def test_who_led_and_left_comes_back_without_the_old_grant(place: Place) -> None:
    """Named once, then the lead, then gone: whoever is put on the team again is named again, or reads nothing."""
    case = a_case(place, team=True, violence=True)
    lawyer, director = place.people[Role.LAWYER], place.by(Role.DIRECTOR)
    grant_access(case=case, membership=lawyer, reason="Иск", by=place.by(), now=NOON)
    hours = [NOON + timedelta(hours=number) for number in (1, 2, 3)]
    assign_lead(case=case, membership=lawyer, by=director, now=hours[0])
    assign_lead(case=case, membership=place.people[Role.PSYCHOLOGIST], by=director, now=hours[1])
    assert scopes(case, place.by(Role.LAWYER)) == (False, False, False)
    add_to_team(case=case, membership=lawyer, by=director, now=hours[2])
    assert scopes(case, place.by(Role.LAWYER)) == (False, False, False)
    assert lawyer.user_id not in held(case)
    grant_access(case=case, membership=lawyer, reason="Иск", by=director, now=hours[2])
    assert scopes(case, place.by(Role.LAWYER)) == (True, True, True)


def test_grants_are_derived_and_idempotent(place: Place) -> None:
    case = a_case(place, violence=True)
    rows = CaseUserObjectPermission.objects.filter(content_object=case)
    before = list(rows.values_list("pk", flat=True))
    assert len(before) == 1
    sync_case_grants(case, now=NOON)
    assert list(rows.values_list("pk", flat=True)) == before
    rows.delete()
    sync_case_grants(case, now=NOON)
    assert list(rows.values_list("user_id", flat=True)) == [place.people[Role.CASEWORKER].user_id]


@pytest.mark.parametrize("restricted", [False, True], ids=["ordinary", "restricted"])
@pytest.mark.parametrize("role", sorted(CENTER_ROLES))
def test_opened_with_a_reason_is_read_only_for_an_hour(place: Place, role: Role, restricted: bool) -> None:
    now = clock.now()
    case = a_case(place, violence=restricted, now=now)
    by = actor_for(a_membership(role, center=place.center), at=now)
    if role not in WORKERS | UNIT_HEADS | {Role.DIRECTOR}:
        with pytest.raises(Forbidden):
            open_with_reason(case_id=case.pk, by=by, reason=REASON, now=now)
        return
    if not listed(role, restricted=restricted):
        with pytest.raises(Missing):
            open_with_reason(case_id=case.pk, by=by, reason=REASON, now=now)
        return
    open_with_reason(case_id=case.pk, by=by, reason=REASON, now=now)
    assert scopes(case, by) == (True, True, False)
    with acting(SYSTEM, reason="test"):
        CaseOpening.objects.create(
            case_id=case.pk,
            membership_id=a_membership(role, center=place.center).pk,
            reason=REASON,
            opened_at=now - timedelta(hours=2),
            ends_at=now - timedelta(hours=1),
        )
    assert CaseOpening.objects.filter(case_id=case.pk).count() == 2


def test_an_old_opening_opens_nothing(place: Place) -> None:
    now = clock.now()
    case = a_case(place, now=now)
    with acting(SYSTEM, reason="test"):
        CaseOpening.objects.create(
            case_id=case.pk,
            membership=place.people[Role.LAWYER],
            reason=REASON,
            opened_at=now - timedelta(hours=2),
            ends_at=now - timedelta(hours=1),
        )
    assert scopes(case, place.by(Role.LAWYER, at=now)) == (True, False, False)


@pytest.mark.parametrize("role", sorted(WORKERS | {Role.DIRECTOR}))
def test_barred_sees_nothing_whatever_was_granted(place: Place, role: Role) -> None:
    iin = an_iin()
    membership = a_membership(role, center=place.center, iin=iin)
    case = a_case(place)
    if role in WORKERS:
        add_to_team(case=case, membership=membership, by=place.by(), now=NOON)
    bar_person(case=case, iin=iin, relation="бывший муж", by=place.by(), now=NOON)
    assert scopes(case, actor_for(membership)) == (False, False, False)
    if role in WORKERS:
        with pytest.raises(Invalid):
            assign_lead(case=case, membership=membership, by=place.by(), now=NOON)


def test_ended_membership_is_no_actor_and_gets_no_case(place: Place) -> None:
    ended = a_membership(Role.LAWYER, center=place.center, until=date(2026, 3, 9))
    assert load_actor(ended, NOON) is None
    with pytest.raises(Invalid):
        add_to_team(case=a_case(place), membership=ended, by=place.by(), now=NOON)


def test_acting_director_sees_what_the_director_sees(place: Place) -> None:
    case = a_case(place, violence=True)
    stand_in = a_membership(Role.METHODOLOGIST, center=place.center)
    day = NOON.date()
    with acting(SYSTEM, reason="test"):
        ActingDirector.objects.create(
            center=place.center,
            membership=stand_in,
            order_number="7",
            order_date=day,
            starts_on=day,
            ends_on=day,
        )
    assert scopes(case, actor_for(stand_in)) == (True, False, False)


# --- Assigning ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", sorted(CENTER_ROLES))
def test_who_assigns(place: Place, role: Role) -> None:
    case = a_case(place, team=True)
    target = a_membership(Role.LAWYER, center=place.center)
    by = place.by(role)
    if role in {Role.CASEWORKER, Role.DIRECTOR} | UNIT_HEADS:
        assert assign_lead(case=case, membership=target, by=by, now=NOON).lead_id == target.pk
    else:
        with pytest.raises((Forbidden, Missing)):
            assign_lead(case=case, membership=target, by=by, now=NOON)


@pytest.mark.parametrize("role", sorted(CENTER_ROLES - WORKERS))
def test_only_workers_work_on_cases(place: Place, role: Role) -> None:
    with pytest.raises(Invalid):
        add_to_team(case=a_case(place), membership=place.people[role], by=place.by(), now=NOON)


def test_a_worker_of_another_center_cannot_be_put_on_the_team(place: Place, other: Place) -> None:
    with pytest.raises(Invalid):
        add_to_team(case=a_case(place), membership=other.people[Role.LAWYER], by=place.by(), now=NOON)


def test_a_worker_takes_a_case_that_nobody_leads_and_nobody_else_does(place: Place) -> None:
    case = a_case(place, by=place.by(Role.INTAKE_CLERK), person=person_data())
    assert case.lead_id is None
    take_case(case=case, by=place.by(Role.PSYCHOLOGIST), now=NOON)
    assert fresh(case).lead_id == place.people[Role.PSYCHOLOGIST].pk
    with pytest.raises(Conflict):
        take_case(case=case, by=place.by(), now=NOON)
    with pytest.raises(Forbidden):
        take_case(case=case, by=place.by(Role.DIRECTOR), now=NOON)


def held(case: Case) -> set[int]:
    return set(CaseUserObjectPermission.objects.filter(content_object=case).values_list("user_id", flat=True))


def test_named_access_ends_with_the_membership(place: Place) -> None:
    """Two terms of one ending: the scope at once, the derived row by the event."""
    now = clock.now()
    case = a_case(place, team=True, violence=True, now=now)
    lawyer, lead = place.people[Role.LAWYER], place.people[Role.CASEWORKER]
    grant_access(case=case, membership=lawyer, reason="Готовит иск", by=place.by(at=now), now=now)
    assert held(case) == {lead.user_id, lawyer.user_id}
    by = actor_for(a_membership(Role.SYSTEM_ADMIN), at=now)
    yesterday = clock.local_date(now) - timedelta(days=1)
    end_membership(membership=lawyer, ends_on=yesterday, reason="Уволена", by=by, now=now)
    assert load_actor(lawyer, now) is None
    deliver_due(clock.now)
    assert held(case) == {lead.user_id}
    deactivate_user(user=lead.user, reason="Уволен", by=by, now=now)
    deliver_due(clock.now)
    assert held(case) == set()


def test_what_ends_by_its_date_is_tidied_daily(place: Place) -> None:
    case = a_case(place, team=True, violence=True)
    lawyer, lead = place.people[Role.LAWYER], place.people[Role.CASEWORKER]
    soon = NOON + timedelta(hours=2)
    grant_access(case=case, membership=lawyer, reason="Иск", by=place.by(), now=NOON, ends_at=soon)
    assert tidy_case_grants(now=NOON + timedelta(hours=1)) == 0
    assert [tidy_case_grants(now=soon), tidy_case_grants(now=soon)] == [1, 0]
    assert held(case) == {lead.user_id}


@pytest.mark.parametrize("how", ["added", "known by the IIN later"])
def test_a_family_of_a_colleague_is_restricted_by_itself(place: Place, how: str) -> None:
    """A husband who works at the Center sees nothing more from the moment he is known to be of the family."""
    iin = an_iin(female=False)
    husband = actor_for(a_membership(Role.LAWYER, center=place.center, iin=iin))
    case = a_case(place)
    assert scopes(case, husband) == (True, False, False)
    without = {"iin": "", "no_iin_reason": Person.NoIin.values[0]}
    data = person_data(first_name="Ерлан", **({"iin": iin} if how == "added" else without))
    common = {"relation": "spouse", "by": place.by(), "now": NOON}
    member = add_member(case=case, data=data, **common)  # type: ignore[arg-type]
    if how != "added":
        assert not fresh(case).restricted
        change_member(
            member=member,
            data=person_data(first_name="Ерлан", iin=iin),
            lives_together=True,
            version=member.person.version,
            **common,  # type: ignore[arg-type]
        )
    assert fresh(case).restriction == Case.Restriction.STAFF
    assert scopes(case, husband) == (False, False, False)
    assert scopes(case, place.by()) == (True, True, True)
