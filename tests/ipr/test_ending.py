"""The end of a plan by the head's decision, on a proposal or without one, and the next plan after the year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from cases.models import Case
from family_support.accounts.roles import CENTER_ROLES, Role
from family_support.base.clock import local_date
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.deadlines.models import Deadline
from family_support.documents.models import Attachment
from family_support.outbox.models import Event
from ipr import actions
from ipr.models import EndDecision, EndProposal, Plan, PlanVersion
from ipr.papers import decision_pdf
from ipr.rules import BY_DECISION
from tests.factories import NOON, Place, a_center, fresh
from tests.plans import a_decision, a_scan, an_approved, anew, sign

pytestmark = pytest.mark.django_db

EVIDENCE = "Семья не посещает занятия третий месяц."


def proposed(place: Place, version: PlanVersion, **changes: Any) -> EndProposal:
    given: dict[str, Any] = {
        "plan": version.plan,
        "ground": "did_not_act",
        "evidence": EVIDENCE,
        "files": [a_scan()],
        "expected_version": None,
        "by": place.by(),
        "now": NOON,
    }
    return actions.propose_end(**{**given, **changes})


def decided(place: Place, plan: Plan, **changes: Any) -> Plan:
    given: dict[str, Any] = {
        "plan": plan,
        "ground": "did_not_act",
        "evidence": EVIDENCE,
        "ended_on": local_date(NOON),
        "decision": a_decision(),
        "files": [],
        "expected_version": None,
        "by": place.by(Role.DIRECTOR),
        "now": NOON,
    }
    return actions.terminate_plan(**{**given, **changes})


def term(plan: Plan, code: str) -> list[str]:
    rows = Deadline.objects.filter(subject_type="ipr.plan", subject_id=plan.pk, code=code)
    return list(rows.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("ground", BY_DECISION)
def test_proposed_by_the_worker_decided_by_the_director(ground: str) -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    proposal = proposed(place, version, ground=ground)
    assert term(version.plan, "termination_decision") == ["open"]
    plan = decided(place, version.plan, ground=ground)
    assert (plan.state, plan.termination) == (Plan.State.TERMINATED, ground)
    decision = EndDecision.objects.get(plan=plan)
    assert (decision.proposal_id, decision.number, decision.by_id) == (
        proposal.pk,
        "12-р",
        place.people[Role.DIRECTOR].pk,
    )
    proposal.refresh_from_db()
    assert (proposal.answer, proposal.proposed_by_id) == ("accepted", place.people[Role.CASEWORKER].pk)
    assert term(plan, "termination_decision") == ["met"]
    assert term(plan, "plan_end") == ["cancelled"]
    assert anew(version).state == PlanVersion.State.ENDED
    assert not Deadline.objects.open().filter(case_id=plan.case_id, code="task_report").exists()
    assert Event.objects.filter(type="plan.terminated", case_id=plan.case_id).count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"ground": "completed"}, "ground", "Выберите основание"),
        ({"ground": ""}, "ground", "Выберите основание"),
        ({"evidence": "нет"}, "evidence", "не менее 10 знаков"),
        ({"files": []}, "file", "Приложите подтверждающий документ"),
    ],
)
def test_what_a_proposal_lacks_is_said_on_its_field(changes: dict, field: str, text: str) -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    with pytest.raises(Invalid) as refused:
        proposed(place, version, **changes)
    assert list(refused.value.fields) == [field]
    assert text in str(refused.value.fields[field][0])
    assert not Attachment.objects.filter(subject_type="ipr.endproposal").exists()


def test_a_second_proposal_waits_for_the_first() -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    proposal = proposed(place, version)
    with pytest.raises(Conflict) as refused:
        proposed(place, version)
    assert refused.value.code == "end_proposed"
    actions.recall_proposal(proposal=proposal, by=place.by(), now=NOON)
    assert term(version.plan, "termination_decision") == ["cancelled"]
    again = proposed(place, version)
    with pytest.raises(Conflict) as refused:
        actions.recall_proposal(proposal=proposal, by=place.by(), now=NOON)
    assert refused.value.code == "proposal_answered"
    actions.refuse_end(proposal=again, reason="Дайте семье ещё месяц.", by=place.by(Role.DIRECTOR), now=NOON)
    assert Plan.objects.get(pk=version.plan_id).state == Plan.State.IN_FORCE
    assert term(version.plan, "termination_decision") == ["cancelled", "met"]


def refusal(action: Any, **kwargs: Any) -> type[AppError] | None:
    try:
        action(**kwargs)
    except AppError as error:
        return type(error)
    return None


def test_who_proposes_and_who_decides() -> None:
    """Every role of a Center against both steps; the team is the caseworker alone."""
    place, other = a_center(), a_center()
    version = an_approved(place, bodies=False)
    for role in sorted(CENTER_ROLES):
        by = place.by(role)
        if role != Role.CASEWORKER:
            assert refusal(proposed, place=place, version=version, by=by) is Missing, role
        if role != Role.DIRECTOR:
            assert refusal(decided, place=place, plan=version.plan, by=by, files=[a_scan()]) in (
                Forbidden,
                Missing,
            ), role
    foreign = other.by(Role.DIRECTOR)
    assert refusal(decided, place=place, plan=version.plan, by=foreign, files=[a_scan()]) is Missing
    assert refusal(proposed, place=place, version=version) is None
    assert refusal(decided, place=place, plan=version.plan) is None
    assert refusal(decided, place=place, plan=version.plan) is Conflict


def test_a_director_on_the_team_does_not_decide() -> None:
    from cases.models import TeamMember
    from family_support.audit.context import acting
    from family_support.base.actor import SYSTEM

    place = a_center()
    version = an_approved(place, bodies=False)
    with acting(SYSTEM, reason="test"):
        TeamMember.objects.create(
            case=version.plan.case, membership=place.people[Role.DIRECTOR], starts_at=NOON
        )
    with pytest.raises(Forbidden) as refused:
        decided(place, version.plan, files=[a_scan()])
    assert refused.value.code == "own_work"


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_decision_is_a_paper(language: str) -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    plan = decided(place, version.plan, files=[a_scan()])
    decision = EndDecision.objects.select_related("plan__case__center", "by__user", "acting").get(plan=plan)
    assert decision_pdf(decision, language).startswith(b"%PDF")


# --- The next plan ---------------------------------------------------------------------------------------


def near_end(version: PlanVersion) -> Any:
    assert version.ends_on is not None
    return NOON + (version.ends_on - local_date(NOON)) - timedelta(days=10)


def test_the_next_plan_goes_on_without_a_gap() -> None:
    place = a_center()
    older = an_approved(place, bodies=False)
    now = near_end(older)
    draft = actions.start_next_plan(plan=older.plan, carry_over=True, by=place.by(at=now), now=now)
    assert draft.starts_on == older.ends_on + timedelta(days=1)
    assert fresh(older.plan.case).stage == Case.Stage.PLANNING
    assert Plan.objects.get(pk=older.plan_id).state == Plan.State.IN_FORCE
    assert {each.key for each in draft.measures.all()} == {each.key for each in older.measures.all()}
    assert draft.family_measures.count() == 1
    assert [each.name for each in draft.participants.all()] == ["Ли А. С."]
    for each in draft.measures.all():
        assert draft.starts_on <= each.starts_on <= each.due_on <= draft.ends_on
    draft = actions.freeze_version(
        version=draft, expected_version=draft.version, by=place.by(at=now), now=now
    )
    draft = sign(sign(draft, place, "center", now=now), place, "family", now=now)
    actions.approve_plan(
        version=draft, expected_version=draft.version, by=place.by(Role.DIRECTOR, at=now), now=now
    )
    before = Plan.objects.get(pk=older.plan_id)
    assert (before.state, before.termination) == (Plan.State.TERMINATED, Plan.Termination.CONTINUED)
    assert term(before, "plan_end") == ["met"]
    assert Plan.objects.get(previous=before).state == Plan.State.IN_FORCE
    assert fresh(older.plan.case).stage == Case.Stage.SUPPORT


def test_nothing_is_carried_over_unless_wished() -> None:
    place = a_center()
    older = an_approved(place, bodies=False)
    now = near_end(older)
    draft = actions.start_next_plan(plan=older.plan, carry_over=False, by=place.by(at=now), now=now)
    assert (draft.measures.count(), draft.family_measures.count()) == (0, 0)
    for act in (actions.amend_plan, actions.start_next_plan):
        more = {"carry_over": False} if act is actions.start_next_plan else {}
        with pytest.raises(Conflict) as refused:
            act(plan=older.plan, by=place.by(at=now), now=now, **more)
        assert refused.value.code == "next_plan_in_work"


def test_the_next_plan_is_not_begun_early() -> None:
    place = a_center()
    older = an_approved(place, bodies=False)
    with pytest.raises(Conflict) as refused:
        actions.start_next_plan(plan=older.plan, carry_over=True, by=place.by(), now=NOON)
    assert refused.value.code == "too_early"
    assert str(older.ends_on.strftime("%d.%m.%Y")) in str(refused.value.detail)


def test_a_decision_ends_the_next_plan_in_preparation_too() -> None:
    place = a_center()
    older = an_approved(place, bodies=False)
    now = near_end(older)
    actions.start_next_plan(plan=older.plan, carry_over=True, by=place.by(at=now), now=now)
    decided(
        place,
        older.plan,
        ended_on=local_date(now),
        decision=a_decision(now),
        files=[a_scan()],
        by=place.by(Role.DIRECTOR, at=now),
        now=now,
    )
    states = Plan.objects.filter(case=older.plan.case_id).values_list("state", flat=True)
    assert set(states) == {Plan.State.TERMINATED}


# --- The team of specialists and the family's papers ------------------------------------------------------


def test_a_specialist_cannot_have_taken_part_tomorrow() -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    draft = actions.amend_plan(plan=version.plan, by=place.by(), now=NOON)
    with pytest.raises(Invalid) as refused:
        actions.put_participant(
            version=draft,
            name="Омаров Е.",
            specialty="police",
            took_part_on=date(2026, 3, 11),
            by=place.by(),
            now=NOON,
        )
    assert list(refused.value.fields) == ["took_part_on"]


def test_a_mark_of_the_family_keeps_its_paper_through_an_amendment() -> None:
    from ipr.queries import evidence_of

    place = a_center()
    version = an_approved(place, bodies=False)
    own = version.family_measures.get()
    actions.mark_family_measure(
        measure=own,
        mark="partly",
        evidence="Справка школы родителей.",
        files=[a_scan()],
        expected_version=own.version,
        by=place.by(),
        now=NOON,
    )
    draft = actions.amend_plan(plan=version.plan, by=place.by(), now=NOON)
    papers = evidence_of(draft.family_measures.all(), draft.plan_id)
    assert [len(each) for each in papers.values()] == [1]
