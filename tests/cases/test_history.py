"""The history tab: every record of a case has plain words, can be narrowed, and costs the same for a long history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from django.utils.functional import Promise

from cases.models import Case
from cases.views.history import SILENT_TABLES, HistoryFilter, _label, history_of
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.audit.words import models_by_table
from family_support.base import clock
from tests.audit.test_every_model import triggers
from tests.factories import Place, a_case, a_center

pytestmark = pytest.mark.django_db


def wordless(table: str) -> list[str]:
    """What a record of a case lacks to be told in plain words."""
    model = models_by_table().get(table)
    if model is None:
        return [f"{table}: no model"]
    name, missing = model._meta.verbose_name, []
    if not isinstance(name, Promise):
        return [f"{table}: no name of its own"]
    for language in ("ru", "kk"):
        with translation.override("en"):
            english = str(name)
        with translation.override(language):
            if str(name) == english:
                missing.append(f"{table}: no name in {language}")
    if not any(_label(field) for field in model._meta.concrete_fields):
        missing.append(f"{table}: no field has a name")
    return missing


def test_every_record_of_a_case_has_plain_words() -> None:
    of_case = {table for table, arguments in triggers().items() if len(arguments) > 3} - SILENT_TABLES
    assert {"cases_case", "cases_consent", "deadlines_deadline", "documents_attachment"} <= of_case
    assert any(table.startswith("shelter_") for table in of_case)
    assert any(table.startswith("mobile_groups_") for table in of_case)
    assert [problem for table in sorted(of_case) for problem in wordless(table)] == []


def test_a_planted_record_without_words_is_noticed() -> None:
    assert wordless("cases_unheard_of") == ["cases_unheard_of: no model"]


@pytest.fixture
def place() -> Place:
    return a_center()


def shown(case: Case, **chosen: Any) -> list[Any]:
    return history_of(case, before=None, narrowed=HistoryFilter(chosen, case=case).narrowed())[0]


def test_narrowed_by_kind_person_and_period(place: Place) -> None:
    case = a_case(place, now=clock.now())
    worker, director = place.by(Role.CASEWORKER), place.by(Role.DIRECTOR)
    with acting(director):
        case.members.update(lives_together=False)
    every = shown(case)
    assert {line.what for line in shown(case, kind="cases_case")} == {"Дело"}
    by_director = shown(case, who=director.membership_id)
    assert 0 < len(by_director) < len(every)
    assert len({line.who for line in by_director}) == 1
    today = clock.today()
    assert shown(case, since=today, until=today) == every
    assert shown(case, until=today - timedelta(days=1)) == []
    # What is wrong narrows nothing, and nothing of another case is found by guessing.
    assert shown(case, kind="accounts_user") == shown(case, who="x") == every
    assert shown(case, who=worker.membership_id) != by_director


def test_queries_do_not_grow(place: Place, django_assert_max_num_queries: Any) -> None:
    case = a_case(place, now=clock.now())
    by = place.by(Role.CASEWORKER)

    def change(times: int) -> None:
        with acting(by):
            for number in range(times):
                case.members.update(lives_together=bool(number % 2))

    def count() -> int:
        with django_assert_max_num_queries(20) as found:
            shown(case)
        return len(found)

    small = count()
    change(60)
    assert count() == small
