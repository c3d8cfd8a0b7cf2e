"""The plan's way from the draft to the completion mark, with every term on it."""

from datetime import timedelta

import pytest

from cases.models import Case
from family_support.accounts.roles import Role
from family_support.base.clock import local_date
from family_support.deadlines.models import Deadline
from family_support.outbox.models import Event
from ipr import actions, completion
from ipr.models import FamilyMeasure, Plan, PlanVersion
from tests.factories import NOON, a_center, fresh
from tests.plans import a_draft, a_signing, an_approved, an_assessed_case, anew, sign

pytestmark = pytest.mark.django_db


def terms(case_id: int, state: str = "open") -> list[str]:
    return sorted(Deadline.objects.filter(case_id=case_id, state=state).values_list("code", flat=True))


def test_from_the_assessment_to_the_plan_in_force() -> None:
    place = a_center()
    case = an_assessed_case(place)
    assert case.stage == Case.Stage.PLANNING
    assert terms(case.pk) == ["plan_preparation"]
    version = a_signing(place, case)
    assert len(version.content_hash) == 64
    version = sign(version, place, "center")
    assert version.state == PlanVersion.State.SIGNING
    version = sign(version, place, "family")
    assert version.state == PlanVersion.State.SUBMITTED
    assert terms(case.pk) == ["plan_approval"]
    version = actions.approve_plan(
        version=version, expected_version=version.version, by=place.by(Role.DIRECTOR), now=NOON
    )
    assert version.state == PlanVersion.State.APPROVED
    assert fresh(case).stage == Case.Stage.SUPPORT
    assert version.plan.state == Plan.State.IN_FORCE
    assert terms(case.pk) == ["handoff", "plan_end", "task_report", "task_report"]
    written = set(Event.objects.filter(case_id=case.pk).values_list("type", flat=True))
    assert {"assessment.concluded", "plan.submitted", "plan.approved"} <= written


def test_a_late_preparation_is_met_late() -> None:
    place = a_center()
    case = an_assessed_case(place)
    later = NOON + timedelta(days=21)
    version = a_signing(place, case, now=later)
    sign(sign(version, place, "center", now=later), place, "family", now=later)
    assert "plan_preparation" in terms(case.pk, "met_late")


def test_no_handoff_term_without_bodies() -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    assert terms(version.plan.case_id) == ["plan_end", "task_report"]


def test_completion_closes_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    plan = version.plan
    monkeypatch.setattr(completion, "_checks", [])
    monkeypatch.setattr(completion, "_last_done", [])
    own = version.family_measures.get()
    later = NOON + timedelta(days=3)
    actions.mark_family_measure(
        measure=own,
        mark="done",
        evidence="Справка школы родителей.",
        expected_version=own.version,
        by=place.by(),
        now=later,
    )
    assert "completion_mark" in terms(plan.case_id)
    actions.complete_plan(
        plan=plan, completed_on=local_date(later), expected_version=None, by=place.by(), now=later
    )
    plan = Plan.objects.get(pk=plan.pk)
    assert (plan.state, plan.termination) == (Plan.State.COMPLETED, Plan.Termination.COMPLETED)
    assert anew(version).state == PlanVersion.State.ENDED
    case = fresh(version.plan.case)
    assert (case.stage, case.closing) == (Case.Stage.CLOSED, Case.Closing.COMPLETED)
    assert "completion_mark" in terms(case.pk, "met")
    assert terms(case.pk) == []


def test_amendment_keeps_keys_and_marks_and_the_version_in_force() -> None:
    place = a_center()
    older = an_approved(place, bodies=False)
    own = older.family_measures.get()
    actions.mark_family_measure(
        measure=own,
        mark="partly",
        evidence="Была на двух занятиях.",
        expected_version=own.version,
        by=place.by(),
        now=NOON,
    )
    amended = actions.amend_plan(plan=older.plan, by=place.by(), now=NOON)
    assert amended.number == 2
    assert anew(older).state == PlanVersion.State.APPROVED
    assert set(amended.measures.values_list("key")) == set(older.measures.values_list("key"))
    assert amended.family_measures.get().state == FamilyMeasure.State.PARTLY


def test_discarded_version_leaves_the_plan_open_for_the_next() -> None:
    place = a_center()
    version = a_draft(place)
    actions.discard_version(
        version=version,
        reason="Семья передумала, план иной.",
        expected_version=version.version,
        by=place.by(),
        now=NOON,
    )
    following = actions.start_plan(case=version.plan.case, by=place.by(), now=NOON)
    assert (following.plan_id, following.number) == (version.plan_id, 2)


def test_the_preparation_lies_with_the_family_while_it_has_to_sign() -> None:
    place = a_center()
    case = an_assessed_case(place)
    version = a_signing(place, case)
    term = Deadline.objects.get(case_id=case.pk, code="plan_preparation")
    assert list(term.holds.values_list("holder", flat=True)) == ["family"]
    version = actions.thaw_version(
        version=version,
        reason="Опечатка в сроках мероприятия",
        expected_version=version.version,
        by=place.by(Role.CASEWORKER),
        now=NOON,
    )
    assert list(term.holds.values_list("holder", flat=True)) == ["family", "center"]
    version = actions.freeze_version(
        version=version, expected_version=version.version, by=place.by(Role.CASEWORKER), now=NOON
    )
    version = sign(version, place, "family")
    assert list(term.holds.values_list("holder", flat=True)) == ["family", "center", "family", "center"]
    sign(version, place, "center")
    assert Deadline.objects.get(case_id=case.pk, code="plan_approval").holder == "director"


def test_the_rework_of_a_returned_amendment_lies_with_the_family_while_it_signs() -> None:
    place = a_center()
    older = an_approved(place)
    draft = actions.amend_plan(plan=older.plan, by=place.by(), now=NOON)
    # The law counts the preparation of a first plan; an amendment has no term before it comes back.
    assert (
        not Deadline.objects.open().filter(case_id=older.plan.case_id, code__startswith="plan_prep").exists()
    )
    draft = actions.freeze_version(version=draft, expected_version=draft.version, by=place.by(), now=NOON)
    draft = sign(sign(draft, place, "center"), place, "family")
    draft = actions.return_plan(
        version=draft, reason="Добавьте меру для ребёнка.", expected_version=draft.version,
        by=place.by(Role.DIRECTOR), now=NOON,
    )  # fmt: skip
    term = Deadline.objects.open().get(case_id=older.plan.case_id, code="plan_rework")
    assert (term.holder, term.holds.count()) == ("center", 0)
    draft = actions.rework_plan(version=draft, expected_version=draft.version, by=place.by(), now=NOON)
    draft = actions.freeze_version(version=draft, expected_version=draft.version, by=place.by(), now=NOON)
    assert list(term.holds.values_list("holder", flat=True)) == ["family"]
    draft = sign(draft, place, "family")
    assert list(term.holds.values_list("holder", flat=True)) == ["family", "center"]
    sign(draft, place, "center")
    term.refresh_from_db()
    assert term.state == Deadline.State.MET
