"""Norms of state-service law: changed from a day on by an act; a return names the one in force (R192 11)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import translation

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
    after = changed(editor(), row, SLUG, clause_ru="ст. 5-1")
    before = norm_of(TODAY)
    assert (before.clause_ru, norm_of(TOMORROW).clause_ru) == ("ст. 5", "ст. 5-1")
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
        changed(make_actor(role), norm(), SLUG, clause_ru="ст. 6")


def test_a_norm_without_its_clause_is_refused_on_the_field() -> None:
    with pytest.raises(Invalid) as caught:
        changed(editor(), norm(), SLUG, clause_kk="  ")
    assert set(caught.value.fields) == {"clause_kk"}
    assert set(listed(SLUG).new_form(data={"code": "новый"}).errors) >= {"code", "clause_kk", "clause_ru"}  # type: ignore[misc]


def test_two_norms_of_one_code_are_not_in_force_on_one_day() -> None:
    row = norm()
    with pytest.raises(Conflict, match="periods_overlap"), acting(SYSTEM):
        ServiceNorm.objects.create(
            code=row.code, clause_ru="ст. 7", act="x", valid_from=TODAY, name_kk="а", name_ru="а", name_en="a"
        )


def test_a_norm_is_told_as_each_language_writes_it() -> None:
    """A Kazakh return, report and list read "5-бап", where the Russian clause stood before."""
    row = norm()
    assert row.titles["kk"].startswith("№ 88-V, 15.04.2013, 5-бап: ")
    assert row.titles["ru"].startswith("№ 88-V, 15.04.2013, ст. 5: ")
    with translation.override("kk"):
        assert str(row) == row.titles["kk"]
    for each in ServiceNorm.objects.all():
        assert not re.search(r"\b(ст|п)\. ", each.titles["kk"] + each.titles["en"]), each.titles
