"""Norms of state-service law: changed from a day on by an act; a return names the one in force (R192 11)."""

from __future__ import annotations

from datetime import date

import pytest

from family_support.accounts.roles import MINISTRY_ROLES, OPERATOR_ROLES, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict, Forbidden, Invalid
from interagency.forms import ReviewForm
from interagency.models import ServiceNorm
from tests.places import make_actor
from tests.reference.samples import KEPT_ACT, TODAY, TOMORROW, changed, editor, listed

pytestmark = pytest.mark.django_db
SLUG = "service-norms"


def norm() -> ServiceNorm:
    return ServiceNorm.objects.get(code="88V-RULES")


def test_a_change_begins_tomorrow_and_returns_name_the_norm_of_their_day() -> None:
    row = norm()
    after = changed(editor(), row, SLUG, clause="ст. 5-1")
    before = norm_of(TODAY)
    assert (before.clause, norm_of(TOMORROW).clause) == ("ст. 5", "ст. 5-1")
    assert (after.act, before.valid_to, after.valid_from) == (KEPT_ACT, TODAY, TOMORROW)
    offered = {day: list(ReviewForm(today=day).fields["service_norm"].queryset) for day in (TODAY, TOMORROW)}
    assert before in offered[TODAY]
    assert after in offered[TOMORROW]
    assert before not in offered[TOMORROW]


def norm_of(day: date) -> ServiceNorm:
    found: ServiceNorm = ServiceNorm.objects.in_force(day).get(code="88V-RULES")
    return found


@pytest.mark.parametrize("role", sorted((MINISTRY_ROLES | OPERATOR_ROLES) - {Role.MINISTRY_EDITOR}))
def test_nobody_else_changes_them(role: Role) -> None:
    with pytest.raises(Forbidden):
        changed(make_actor(role), norm(), SLUG, clause="ст. 6")


def test_a_norm_without_its_clause_is_refused_on_the_field() -> None:
    with pytest.raises(Invalid) as caught:
        changed(editor(), norm(), SLUG, clause="  ")
    assert set(caught.value.fields) == {"clause"}
    assert set(listed(SLUG).new_form(data={"code": "новый"}).errors) >= {"code", "clause"}  # type: ignore[misc]


def test_two_norms_of_one_code_are_not_in_force_on_one_day() -> None:
    row = norm()
    with pytest.raises(Conflict, match="periods_overlap"), acting(SYSTEM):
        ServiceNorm.objects.create(
            code=row.code, clause="ст. 7", act="x", valid_from=TODAY, name_kk="а", name_ru="а", name_en="a"
        )
