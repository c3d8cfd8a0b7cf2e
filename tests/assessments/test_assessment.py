"""The primary assessment from its start to its conclusion, its refusals and its steps by role (states.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from assessments import actions
from assessments.actions import GroundChoice
from assessments.models import Assessment, Ground, ImmediateMeasure
from assessments.reference import load_reference
from cases.actions import begin_assessment, close_case, flag_threat
from cases.models import Case
from family_support.accounts.roles import CENTER_ROLES, WORKERS, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.base.states import database_transitions, machine_initial, machine_transitions
from family_support.deadlines.models import Deadline
from family_support.directory.models import Sector
from tests.alarms import settle
from tests.factories import NOON, Place, a_case, a_case_with_consent, a_center, fresh
from tests.plans import CONCLUSION, a_concluded, a_draft_assessment, applicant

pytestmark = pytest.mark.django_db
State = Assessment.State


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def conclude(draft: Assessment, place: Place, **changes: Any) -> Assessment:
    given: dict[str, Any] = {"expected_version": draft.version, "by": place.by(), "now": NOON, **CONCLUSION}
    return actions.conclude_assessment(assessment=draft, **{**given, **changes})


def gaps_of(draft: Assessment, place: Place, **changes: Any) -> set[str]:
    with pytest.raises(Invalid) as refused:
        conclude(draft, place, **changes)
    assert Assessment.objects.get(pk=draft.pk).state == State.DRAFT
    return set(refused.value.fields)


def term(case: Case, code: str) -> Deadline:
    return Deadline.objects.filter(case_id=case.pk, code=code).latest("pk")


# --- The way ------------------------------------------------------------------------------------------------


def test_hls_found_meets_the_term_and_goes_on_to_planning() -> None:
    place = a_center()
    found = a_concluded(place)
    case = fresh(found.case)
    assert (case.stage, case.risk) == (Case.Stage.PLANNING, "medium")
    assert term(case, "assessment").state == Deadline.State.MET
    assert term(case, "plan_preparation").state == Deadline.State.OPEN
    assert case.timeline.filter(kind="assessment.concluded_hls").exists()


def test_no_hls_leaves_the_case_to_be_closed_on_that_ground() -> None:
    place = a_center()
    found = a_concluded(place, hls_found=False)
    case = fresh(found.case)
    assert case.stage == Case.Stage.ASSESSMENT
    assert not Deadline.objects.filter(case_id=case.pk, code="plan_preparation").exists()
    close_case(case=case, closing="no_hls", note="Помощь не нужна.", by=place.by(), now=NOON)
    assert fresh(case).is_closed


def test_a_case_does_not_close_on_no_hls_without_that_finding() -> None:
    place = a_center()
    case = a_draft_assessment(place).case
    with pytest.raises(Invalid) as refused:
        close_case(case=case, closing="no_hls", note="Помощь не нужна.", by=place.by(), now=NOON)
    assert set(refused.value.fields) == {"closing"}


def test_late_is_recorded_as_late() -> None:
    place = a_center()
    draft = a_draft_assessment(place)
    conclude(draft, place, now=NOON + timedelta(days=9))
    assert term(draft.case, "assessment").state == Deadline.State.MET_LATE


def test_a_newer_conclusion_supersedes_the_older() -> None:
    place = a_center()
    older = a_concluded(place)
    newer = a_concluded(place, fresh(older.case))
    assert Assessment.objects.get(pk=older.pk).state == State.SUPERSEDED
    assert newer.state == State.CONCLUDED
    assert fresh(older.case).stage == Case.Stage.PLANNING


def test_starting_twice_gives_the_same_draft() -> None:
    place = a_center()
    case = a_case_with_consent(place)
    first = actions.start_assessment(case=case, by=place.by(), now=NOON)
    assert actions.start_assessment(case=case, by=place.by(), now=NOON).pk == first.pk


def test_consent_comes_first() -> None:
    place = a_center()
    case = a_case(place)
    begin_assessment(case=case, by=place.by(), now=NOON)
    with pytest.raises(Conflict) as refused:
        actions.start_assessment(case=case, by=place.by(), now=NOON)
    assert refused.value.code == "consent_missing"
    assert not case.assessments.exists()


# --- Urgent: only with immediate measures ---------------------------------------------------------------------


def test_urgent_needs_immediate_measures_and_meets_the_urgent_term() -> None:
    place = a_center()
    case = a_case_with_consent(place)
    flag_threat(case=case, by=place.by(), now=NOON, note="Угрозы от бывшего мужа.")
    settle(case, place)
    draft = a_draft_assessment(place, fresh(case))
    assert draft.urgent
    assert gaps_of(draft, place, risk="critical") == {"immediate_measures"}
    actions.add_immediate_measure(
        assessment=draft,
        text="Вывезти в безопасное место.",
        responsible="А. Ахметов",
        by=place.by(),
        now=NOON,
    )
    conclude(draft, place, risk="critical")
    assert term(case, "assessment_urgent").state == Deadline.State.MET


def test_a_threat_flagged_later_makes_the_draft_urgent() -> None:
    place = a_center()
    draft = a_draft_assessment(place)
    flag_threat(case=draft.case, by=place.by(), now=NOON, note="Угрозы по телефону.")
    draft = Assessment.objects.get(pk=draft.pk)
    assert gaps_of(draft, place, risk="critical") == {"immediate_measures"}
    assert "risk" in gaps_of(draft, place, risk="low")


# --- Refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({"hls_found": None}, "hls_found"),
        ({"risk": ""}, "risk"),
        ({"risk_reason": " "}, "risk_reason"),
        ({"response_measures": ""}, "response_measures"),
        ({"conclusion": ""}, "conclusion"),
    ],
)
def test_each_gap_is_named(changes: dict[str, Any], gap: str) -> None:
    place = a_center()
    assert gaps_of(a_draft_assessment(place), place, **changes) == {gap}


def test_hls_needs_a_ground_and_the_reason_why_not_alone() -> None:
    place = a_center()
    draft = a_draft_assessment(place, own_means_note="")
    draft = actions.set_grounds(
        assessment=draft, grounds=[], expected_version=draft.version, by=place.by(), now=NOON
    )
    assert gaps_of(draft, place) == {"grounds", "own_means_note"}
    assert conclude(draft, place, hls_found=False).state == State.CONCLUDED


def test_a_ground_not_in_force_is_no_ground() -> None:
    place = a_center()
    draft = a_draft_assessment(place)
    with acting(SYSTEM, reason="test"):
        Ground.objects.filter(code="homelessness").update(valid_to=date(2026, 1, 1))
    assert gaps_of(draft, place) == {"grounds"}
    old = Ground.objects.get(code="homelessness")
    with pytest.raises(Invalid) as refused:
        actions.set_grounds(
            assessment=draft,
            grounds=[GroundChoice(old)],
            expected_version=draft.version,
            by=place.by(),
            now=NOON,
        )
    assert set(refused.value.fields) == {f"ground_{old.pk}"}


def test_cruelty_names_its_form() -> None:
    place = a_center()
    draft = a_draft_assessment(place)
    cruelty = Ground.objects.get(code="cruelty")
    common: dict[str, Any] = {
        "assessment": draft,
        "expected_version": draft.version,
        "by": place.by(),
        "now": NOON,
    }
    for form in ("", "unknown"):
        with pytest.raises(Invalid) as refused:
            actions.set_grounds(grounds=[GroundChoice(cruelty, form=form)], **common)
        assert set(refused.value.fields) == {f"form_{cruelty.pk}"}
    actions.set_grounds(grounds=[GroundChoice(cruelty, form="domestic_violence")], **common)
    with translation.override("kk"):
        assert draft.grounds.get().form_name == "Тұрмыстық зорлық-зомбылық"


def test_future_day_negative_income_and_unknown_fields() -> None:
    place = a_center()
    draft = a_draft_assessment(place)
    wrong: list[dict[str, Any]] = [
        {"visited_on": NOON.date() + timedelta(days=1)},
        {"income_month": -1},
        {"state": "concluded"},
        {"case_id": 1},
    ]
    for fields in wrong:
        with pytest.raises(Invalid) as refused:
            actions.save_draft(
                assessment=draft, fields=fields, expected_version=draft.version, by=place.by(), now=NOON
            )
        assert set(refused.value.fields) == set(fields)


def test_two_people_editing_at_once() -> None:
    place = a_center()
    draft = a_draft_assessment(place)
    seen = draft.version
    save: dict[str, Any] = {"assessment": draft, "expected_version": seen, "by": place.by(), "now": NOON}
    actions.save_draft(fields={"situation": "Первый"}, **save)
    with pytest.raises(Conflict) as refused:
        actions.save_draft(fields={"situation": "Второй"}, **save)
    assert refused.value.code == "stale_version"
    assert Assessment.objects.get(pk=draft.pk).situation == "Первый"


def test_markup_is_kept_verbatim() -> None:
    place = a_center()
    text = "<script>alert(1)</script> '; DROP TABLE cases_case; --"
    draft = a_draft_assessment(place, situation=text)
    assert Assessment.objects.get(pk=draft.pk).situation == text


def test_a_double_click_on_conclude() -> None:
    place = a_center()
    draft = a_draft_assessment(place)
    conclude(draft, place)
    with pytest.raises(Conflict):
        conclude(draft, place)
    assert draft.case.assessments.count() == 1


# --- Needs --------------------------------------------------------------------------------------------------------


def test_needs_only_after_a_hard_life_situation_was_found() -> None:
    place = a_center()
    sector = Sector.objects.get(code="education")
    given: dict[str, Any] = {"sector": sector, "text": "Место в детском саду", "by": place.by(), "now": NOON}
    for case in (a_draft_assessment(place).case, a_concluded(place, hls_found=False).case):
        with pytest.raises(Conflict) as refused:
            actions.add_need(case=case, **given)
        assert refused.value.code == "no_hls"
    case = a_concluded(place).case
    need = actions.add_need(case=case, person=applicant(case), **given)
    stranger = applicant(a_case(place))
    with pytest.raises(Invalid) as foreign:
        actions.add_need(case=case, person=stranger, **given)
    assert set(foreign.value.fields) == {"person"}
    actions.remove_need(need=need, by=place.by(), now=NOON)
    with pytest.raises(Missing):
        actions.remove_need(need=need, by=place.by(), now=NOON)


# --- Steps by state and role ----------------------------------------------------------------------------------------


def _superseded(place: Place) -> Assessment:
    older = a_concluded(place)
    a_concluded(place, fresh(older.case))
    return Assessment.objects.get(pk=older.pk)


IN_STATE: dict[str, Callable[[Place], Assessment]] = {
    State.DRAFT: a_draft_assessment,
    State.CONCLUDED: a_concluded,
    State.SUPERSEDED: _superseded,
}
Step = Callable[[Assessment, Actor], Any]
STEPS: dict[str, Step] = {
    "save": lambda found, by: actions.save_draft(
        assessment=found, fields={"health_note": "—"}, expected_version=found.version, by=by, now=NOON
    ),
    "grounds": lambda found, by: actions.set_grounds(
        assessment=found, grounds=[], expected_version=found.version, by=by, now=NOON
    ),
    "immediate": lambda found, by: actions.add_immediate_measure(
        assessment=found, text="Сразу", responsible="Кто", by=by, now=NOON
    ),
    "conclude": lambda found, by: actions.conclude_assessment(
        assessment=found, expected_version=found.version, by=by, now=NOON, **CONCLUSION
    ),
}


def outcome(step: Step, found: Assessment, by: Actor) -> type[AppError] | None:
    try:
        with transaction.atomic():
            step(found, by)
            transaction.set_rollback(True)
    except AppError as error:
        return type(error)
    return None


@pytest.mark.parametrize("state", State.values)
def test_every_step_of_every_role(state: str) -> None:
    assert set(IN_STATE) == set(State.values)
    place = a_center()
    found = IN_STATE[state](place)
    for role in CENTER_ROLES:
        by = place.by(role)
        for name, step in STEPS.items():
            answer = outcome(step, Assessment.objects.get(pk=found.pk), by)
            if role != Role.CASEWORKER:
                expected: Any = (Missing,) if role in WORKERS else (Missing, Forbidden)
                assert answer in expected, f"{name} by {role} in {state}: {answer}"
            else:
                assert answer is (None if state == State.DRAFT else Conflict), f"{name} in {state}: {answer}"


def test_the_database_knows_the_same_steps() -> None:
    steps, initial = database_transitions(Assessment, "state")
    assert steps == machine_transitions(Assessment, "state")
    assert initial == [machine_initial(Assessment, "state")]


def test_constraints() -> None:
    found = a_concluded(a_center())
    rows = Assessment.objects.filter(pk=found.pk)
    for change in ({"conclusion": ""}, {"risk": ""}, {"hls_found": None}, {"concluded_at": None}):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            rows.update(**change)
        assert "assessment_concluded_complete" in str(refused.value)


def test_an_immediate_measure_that_was_done_stays() -> None:
    place = a_center()
    draft = a_draft_assessment(place)
    measure = actions.add_immediate_measure(
        assessment=draft, text="Еда на неделю", responsible="НПО", by=place.by(), now=NOON
    )
    actions.mark_immediate_measure_done(measure=measure, by=place.by(), now=NOON)
    with pytest.raises(Conflict):
        actions.remove_immediate_measure(measure=measure, by=place.by(), now=NOON)
    assert ImmediateMeasure.objects.filter(pk=measure.pk).exists()


# --- Reference data ---------------------------------------------------------------------------------------------------


def test_the_twelve_grounds_are_there_once_and_keep_the_ministrys_words() -> None:
    assert list(Ground.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 13))
    with acting(SYSTEM, reason="test"):
        Ground.objects.filter(number=1).update(name_ru="Иначе")
        assert load_reference() == 0
    assert Ground.objects.get(number=1).name_ru == "Иначе"
    for ground in Ground.objects.all():
        assert ground.name_kk
        assert ground.name_en
        assert ground.help_kk
        assert ground.help_en
    assert [form["code"] for form in Ground.objects.get(number=9).forms] == [
        "domestic_violence",
        "trafficking",
        "exploitation",
        "kidnapping",
    ]
    codes = set(Ground.objects.values_list("code", flat=True))
    assert not any("card" in code or "dcf" in code for code in codes)
