"""Cases opened with a reason, and people kept out of a case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from guardian.shortcuts import get_perms

from cases.models import Case
from family_support.access.barred import bar, barred_case_ids
from family_support.access.models import Barred
from family_support.access.openings import in_force, open_with_reason
from family_support.access.reads import readings_of_case
from family_support.access.scopes import listed_cases, readable_cases
from family_support.accounts.models import User
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import now
from family_support.base.errors import Forbidden, Invalid, Missing
from family_support.directory.models import Center
from tests.places import make_actor, make_case, make_center

ABUSER = "850615300129"
REASON = "Жалоба заявителя на сроки"


@pytest.fixture
def center(db: None) -> Center:
    return make_center()


@pytest.fixture
def lead(center: Center) -> Actor:
    return make_actor(Role.CASEWORKER, center)


@pytest.fixture
def case(center: Center, lead: Actor) -> Case:
    return make_case(center, lead)


def test_a_colleague_reads_for_an_hour_and_leaves_the_reason(center: Center, case: Case) -> None:
    colleague = make_actor(Role.PSYCHOLOGIST, center)
    moment = now()
    assert not readable_cases(colleague).filter(pk=case.pk).exists()
    opening = open_with_reason(case_id=case.pk, by=colleague, reason=f"  {REASON} ", now=moment)
    assert opening.ends_at - opening.opened_at == timedelta(minutes=60)
    assert readable_cases(colleague).filter(pk=case.pk).exists()
    assert in_force(colleague, case.pk, moment) == opening
    assert in_force(colleague, case.pk, moment + timedelta(minutes=60)) is None
    assert [(row.what, row.reason) for row in readings_of_case(case.pk)] == [("opening", REASON)]


@pytest.mark.parametrize("reason", ["", "   ", "жалоба", "a        b"])
def test_the_reason_is_said_in_words(center: Center, case: Case, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_with_reason(case_id=case.pk, by=make_actor(Role.DIRECTOR, center), reason=reason, now=now())
    assert set(refused.value.fields) == {"reason"}


def test_who_may_not_open(center: Center, case: Case) -> None:
    with pytest.raises(Forbidden):
        open_with_reason(case_id=case.pk, by=make_actor(Role.INTAKE_CLERK, center), reason=REASON, now=now())
    with pytest.raises(Missing):
        open_with_reason(case_id=case.pk, by=make_actor(Role.LAWYER, make_center()), reason=REASON, now=now())
    restricted = make_case(center, restricted=True)
    with pytest.raises(Missing):
        open_with_reason(case_id=restricted.pk, by=make_actor(Role.LAWYER, center), reason=REASON, now=now())
    assert open_with_reason(
        case_id=restricted.pk, by=make_actor(Role.DIRECTOR, center), reason=REASON, now=now()
    )


def test_a_barred_account_sees_nothing_whatever_it_was_given(center: Center, case: Case, lead: Actor) -> None:
    husband = make_actor(Role.CASEWORKER, center, iin=ABUSER)
    open_with_reason(case_id=case.pk, by=husband, reason=REASON, now=now())
    bar(case_id=case.pk, iin=ABUSER, relation="муж", by=lead, now=now())
    assert list(barred_case_ids(husband).values_list("case_id", flat=True)) == [case.pk]
    assert not listed_cases(husband).filter(pk=case.pk).exists()
    assert not readable_cases(husband).filter(pk=case.pk).exists()
    assert not barred_case_ids(lead).exists()


def test_the_same_person_is_barred_once(case: Case, lead: Actor) -> None:
    bar(case_id=case.pk, iin=ABUSER, relation="муж", by=lead, now=now())
    again = bar(case_id=case.pk, iin=f" {ABUSER} ", relation="бывший муж", by=lead, now=now())
    stored = Barred.objects.get()
    assert (stored.pk, stored.relation, stored.iin) == (again.pk, "бывший муж", ABUSER)


@pytest.mark.parametrize(
    ("iin", "relation", "field"),
    [("850615300128", "муж", "iin"), ("", "муж", "iin"), (ABUSER, " ", "relation")],
)
def test_wrong_entries_are_named(case: Case, lead: Actor, iin: str, relation: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        bar(case_id=case.pk, iin=iin, relation=relation, by=lead, now=now())
    assert set(refused.value.fields) == {field}


def test_only_the_team_bars(center: Center, case: Case) -> None:
    with pytest.raises(Missing):
        bar(case_id=case.pk, iin=ABUSER, relation="муж", by=make_actor(Role.LAWYER, center), now=now())


def test_global_permissions_open_no_case(case: Case, lead: Actor) -> None:
    """Guardian's object permissions are asked for one object; a global one of the same name opens none."""
    user = User.objects.get(pk=lead.user_id)
    user.user_permissions.add(Permission.objects.get(codename="read_restricted_case"))
    restricted = make_case(Center.objects.get(pk=lead.center_id), lead, restricted=True)
    assert not Case.objects.visible_to(lead).filter(pk=restricted.pk).exists()
    assert get_perms(user, restricted) == []
