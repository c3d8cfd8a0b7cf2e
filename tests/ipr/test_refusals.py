"""Bad input of the plan, each with its exact answer; nothing half-written (issue, section 4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import translation

from cases.actions import PersonData, add_member
from family_support.accounts.models import ActingDirector
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict, Forbidden, Invalid
from family_support.directory.models import Agency
from ipr import actions
from ipr.actions import DecisionData
from ipr.content import content_hash
from ipr.models import Measure, Plan, PlanVersion, Signature
from tests.factories import NOON, Place, a_center, a_membership, actor_for, an_agency
from tests.plans import (
    a_decision,
    a_draft,
    a_scan,
    a_signing,
    a_submitted,
    an_approved,
    an_assessed_case,
    anew,
    applicant,
    measure_data,
    sign,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def fields_of(error: Invalid) -> dict[str, list[str]]:
    return error.as_dict()["fields"]


# --- Measures ---------------------------------------------------------------------------------------------


def put(version: PlanVersion, place: Place, **changes: Any) -> dict[str, list[str]]:
    """The messages of a refused measure; nothing is written."""
    before = Measure.objects.count()
    with pytest.raises(Invalid) as refused:
        actions.put_measure(
            version=version, data=measure_data(version.plan.case, **changes), by=place.by(), now=NOON
        )
    assert Measure.objects.count() == before
    assert anew(version).version == version.version
    return fields_of(refused.value)


def test_a_measure_due_outside_the_period_or_without_a_date() -> None:
    place = a_center()
    version = a_draft(place)
    outside = "The date lies outside the plan's period, 10.03.2026 – 06.09.2026."
    assert put(version, place, due_on=date(2026, 9, 7)) == {"due_on": [outside]}
    assert put(version, place, starts_on=date(2026, 3, 9)) == {"starts_on": [outside]}
    assert put(version, place, due_on=None) == {"due_on": ["Give the due date."]}
    early = {"starts_on": date(2026, 5, 1), "due_on": date(2026, 4, 1)}
    assert put(version, place, **early) == {"due_on": ["The due date lies before the beginning."]}


def test_a_measure_needs_an_executor_of_its_kind() -> None:
    place = a_center()
    version = a_draft(place)
    nobody = "Choose who carries the measure out: a body or the Center itself."
    assert put(version, place, by_center=False) == {"agency": [nobody]}
    health = an_agency("health", district=place.center.district)
    assert put(version, place, agency=health, code="EDU-01") == {
        "agency": ["This body does not work in the measure's kind of support. Choose another executor."]
    }
    with acting(SYSTEM, reason="test"):
        Agency.objects.filter(pk=health.pk).update(is_active=False)
    health.refresh_from_db()
    assert put(version, place, agency=health, code="HLT-01") == {
        "agency": ["This body no longer works: choose another executor."]
    }


def test_a_measure_says_what_for_whom() -> None:
    place = a_center()
    version = a_draft(place)
    foreign = applicant(an_assessed_case(place))
    assert put(version, place, person=foreign) == {
        "person": ["This person is not of the family of the case."]
    }
    assert set(put(version, place, text=" ", goal="")) == {"text", "goal"}


def test_the_period_is_at_most_a_year() -> None:
    place = a_center()
    version = a_draft(place)
    with pytest.raises(Invalid) as refused:
        actions.change_version(
            version=version,
            starts_on=date(2026, 3, 10),
            ends_on=date(2027, 3, 11),
            goal="",
            expected_version=version.version,
            by=place.by(),
            now=NOON,
        )
    assert fields_of(refused.value) == {
        "ends_on": ["A plan lasts at most one year (R256 15): until 10.03.2027 at the latest."]
    }


def test_two_people_editing_at_once() -> None:
    place = a_center()
    version = a_draft(place)
    change: dict[str, Any] = {"starts_on": None, "ends_on": None, "by": place.by(), "now": NOON}
    seen = version.version
    actions.change_version(version=version, goal="Первый", expected_version=seen, **change)
    with pytest.raises(Conflict) as refused:
        actions.change_version(version=version, goal="Второй", expected_version=seen, **change)
    assert refused.value.code == "stale_version"
    assert anew(version).goal == "Первый"


def test_a_row_changed_while_another_was_added_is_stale() -> None:
    place = a_center()
    version = a_draft(place)
    measure = version.measures.filter(by_center=True).get()
    data = measure_data(version.plan.case)
    actions.put_measure(version=version, data=data, by=place.by(), now=NOON)
    with pytest.raises(Conflict):
        actions.put_measure(
            version=version,
            data=data,
            measure=measure,
            expected_version=version.version,
            by=place.by(),
            now=NOON,
        )


# --- Signing ----------------------------------------------------------------------------------------------


def test_freezing_names_every_gap() -> None:
    place = a_center()
    case = an_assessed_case(place)
    version = actions.start_plan(case=case, by=place.by(), now=NOON)
    with pytest.raises(Invalid) as refused:
        actions.freeze_version(version=version, expected_version=version.version, by=place.by(), now=NOON)
    assert set(fields_of(refused.value)) == {"starts_on", "ends_on", "goal", "measures", "family"}
    assert anew(version).state == PlanVersion.State.DRAFT


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signed_on": NOON.date() + timedelta(days=1)}, "signed_on"),
        ({"signed_on": NOON.date() - timedelta(days=1)}, "signed_on"),
        ({"signed_on": None}, "signed_on"),
        ({"upload": None}, "scan"),
        ({"upload": SimpleUploadedFile("scan.pdf", b"MZ\x90\x00 a program")}, "scan"),
        ({"person": None}, "person"),
    ],
)
def test_wrong_signatures(changes: dict[str, Any], field: str) -> None:
    place = a_center()
    version = a_signing(place)
    given: dict[str, Any] = {
        "party": "family",
        "person": applicant(version.plan.case),
        "signed_on": NOON.date(),
        "upload": a_scan(),
    }
    with pytest.raises(Invalid) as refused:
        actions.record_signature(version=version, by=place.by(), now=NOON, **{**given, **changes})
    assert set(refused.value.fields) == {field}
    assert not Signature.objects.filter(version=version).exists()


def test_a_child_does_not_sign_and_a_stranger_of_the_center_neither() -> None:
    place = a_center()
    version = a_signing(place)
    case = version.plan.case
    child = add_member(
        case=case,
        data=PersonData(first_name="Алихан", birth_date=date(2017, 5, 4), no_iin_reason="unknown"),
        relation="child",
        by=place.by(),
        now=NOON,
    ).person
    common: dict[str, Any] = {"version": version, "signed_on": NOON.date(), "by": place.by(), "now": NOON}
    with pytest.raises(Invalid) as refused:
        actions.record_signature(party="family", person=child, upload=a_scan(), **common)
    assert set(refused.value.fields) == {"person"}
    with pytest.raises(Invalid) as refused:
        actions.record_signature(
            party="center", membership=place.people[Role.LAWYER], upload=a_scan(), **common
        )
    assert set(refused.value.fields) == {"membership"}


def test_a_second_press_of_the_button_signs_once() -> None:
    place = a_center()
    version = sign(a_signing(place), place, "family")
    with pytest.raises(Conflict) as refused:
        sign(version, place, "family")
    assert refused.value.code == "signed_already"
    assert version.signatures.count() == 1


def test_thawing_voids_the_signatures() -> None:
    place = a_center()
    version = sign(a_signing(place), place, "center")
    actions.thaw_version(
        version=version,
        reason="Изменился состав семьи.",
        expected_version=version.version,
        by=place.by(),
        now=NOON,
    )
    version = anew(version)
    assert (version.state, version.round, version.content_hash) == (PlanVersion.State.DRAFT, 2, "")
    assert version.signatures.filter(void_at__isnull=True).count() == 0


# --- Approval: never one's own work (rules.md 6.13) --------------------------------------------------------


def refused_approval(version: PlanVersion, by: Any) -> str:
    with pytest.raises(Forbidden) as refused:
        actions.approve_plan(version=version, expected_version=version.version, by=by, now=NOON)
    assert anew(version).state == PlanVersion.State.SUBMITTED
    return refused.value.code


def name_acting(place: Place, membership: Any) -> None:
    with acting(SYSTEM, reason="test"):
        ActingDirector.objects.create(
            center=place.center,
            membership=membership,
            order_number="17-к",
            order_date=date(2026, 3, 1),
            starts_on=date(2026, 3, 1),
            ends_on=date(2026, 3, 31),
        )


def test_the_author_does_not_approve_even_as_acting_director() -> None:
    place = a_center()
    version = a_submitted(place)
    name_acting(place, place.people[Role.CASEWORKER])
    by = actor_for(place.people[Role.CASEWORKER])
    assert by.is_director
    assert refused_approval(version, by) == "own_work"
    with pytest.raises(Forbidden):
        actions.return_plan(
            version=version,
            reason="Нужна доработка плана.",
            expected_version=version.version,
            by=by,
            now=NOON,
        )


def test_the_author_does_not_approve_through_another_membership() -> None:
    place = a_center()
    version = a_submitted(place)
    twin = a_membership(Role.DIRECTOR, center=place.center, user=place.people[Role.CASEWORKER].user)
    assert refused_approval(version, actor_for(twin)) == "own_work"


def test_who_signed_for_the_center_does_not_approve() -> None:
    from cases.actions import add_to_team

    place = a_center()
    version = a_signing(place)
    signer = place.people[Role.LAWYER]
    add_to_team(case=version.plan.case, membership=signer, by=place.by(), now=NOON)
    actions.record_signature(
        version=version,
        party="center",
        membership=signer,
        signed_on=NOON.date(),
        upload=a_scan(),
        by=place.by(),
        now=NOON,
    )
    version = sign(anew(version), place, "family")
    name_acting(place, signer)
    assert refused_approval(version, actor_for(signer)) == "own_work"


def test_a_named_acting_director_approves_as_acting() -> None:
    place = a_center()
    version = a_submitted(place)
    name_acting(place, place.people[Role.LAWYER])
    by = actor_for(place.people[Role.LAWYER])
    actions.approve_plan(version=version, expected_version=version.version, by=by, now=NOON)
    approval = version.approvals.get()
    assert approval.acting is not None
    assert approval.acting.order_number == "17-к"


def test_a_content_that_changed_behind_the_signatures_is_not_approved() -> None:
    place = a_center()
    version = a_submitted(place)
    with acting(SYSTEM, reason="test"):
        Measure.objects.filter(version=version).update(text="Подменено")
    with pytest.raises(Conflict) as refused:
        actions.approve_plan(
            version=version, expected_version=version.version, by=place.by(Role.DIRECTOR), now=NOON
        )
    assert refused.value.code == "content_changed"


def test_a_double_click_on_approve() -> None:
    place = a_center()
    version = a_submitted(place)
    seen = version.version
    by = place.by(Role.DIRECTOR)
    actions.approve_plan(version=version, expected_version=seen, by=by, now=NOON)
    with pytest.raises(Conflict):
        actions.approve_plan(version=version, expected_version=seen, by=by, now=NOON)
    assert version.approvals.count() == 1


def test_a_return_needs_a_reason() -> None:
    place = a_center()
    version = a_submitted(place)
    with pytest.raises(Invalid) as refused:
        actions.return_plan(
            version=version,
            reason=" ",
            expected_version=version.version,
            by=place.by(Role.DIRECTOR),
            now=NOON,
        )
    assert set(refused.value.fields) == {"reason"}


# --- Hash -------------------------------------------------------------------------------------------------


def test_the_hash_changes_with_the_content_and_not_with_the_order() -> None:
    place = a_center()
    version = a_draft(place)
    seen = content_hash(version)
    assert content_hash(anew(version)) == seen
    hashes = {seen}
    with acting(SYSTEM, reason="test"):
        measure = version.measures.first()
        assert measure is not None
        for field, value in (("text", "Иное"), ("goal", "Иная"), ("due_on", date(2026, 5, 1)), ("order", 9)):
            Measure.objects.filter(pk=measure.pk).update(**{field: value})
            hashes.add(content_hash(anew(version)))
        version.family_measures.update(text="Иное")
        hashes.add(content_hash(anew(version)))
        PlanVersion.objects.filter(pk=version.pk).update(goal="Иная цель")
        hashes.add(content_hash(anew(version)))
        version.participants.all().delete()
        hashes.add(content_hash(anew(version)))
    # Everything but the order of the rows is content.
    assert len(hashes) == 7


# --- Ends -------------------------------------------------------------------------------------------------


def test_completion_is_refused_while_something_is_open() -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    with pytest.raises(Conflict) as refused:
        actions.complete_plan(
            plan=version.plan, completed_on=NOON.date(), expected_version=None, by=place.by(), now=NOON
        )
    assert refused.value.code == "plan_not_done"
    assert Plan.objects.get(pk=version.plan_id).state == Plan.State.IN_FORCE


def test_a_mark_needs_evidence_and_is_set_once() -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    own = version.family_measures.get()
    mark: dict[str, Any] = {"measure": own, "by": place.by(), "now": NOON}
    with pytest.raises(Invalid) as refused:
        actions.mark_family_measure(mark="done", evidence="", expected_version=own.version, **mark)
    assert set(refused.value.fields) == {"evidence"}
    actions.mark_family_measure(
        mark="done", evidence="Справка школы родителей.", expected_version=own.version, **mark
    )
    with pytest.raises(Conflict):
        actions.mark_family_measure(
            mark="done", evidence="Справка школы родителей.", expected_version=own.version + 1, **mark
        )


def test_termination_is_the_directors_and_needs_evidence() -> None:
    place = a_center()
    version = an_approved(place, bodies=False)
    given: dict[str, Any] = {
        "plan": version.plan,
        "ground": "refused",
        "evidence": "Заявление об отказе.",
        "ended_on": NOON.date(),
        "decision": a_decision(),
        "files": [a_scan()],
        "expected_version": None,
        "now": NOON,
    }
    with pytest.raises(Forbidden):
        actions.terminate_plan(by=place.by(), **given)
    by = place.by(Role.DIRECTOR)
    tomorrow = NOON.date() + timedelta(days=1)
    wrong: list[tuple[dict[str, Any], set[str]]] = [
        ({"ground": "completed"}, {"ground"}),
        ({"ground": "continued"}, {"ground"}),
        ({"evidence": ""}, {"evidence"}),
        ({"files": []}, {"file"}),
        ({"ended_on": tomorrow}, {"ended_on"}),
        ({"ended_on": None}, {"ended_on"}),
        ({"decision": DecisionData("", NOON.date(), "Прекратить план.")}, {"number"}),
        ({"decision": DecisionData("12-р", None, "Прекратить план.")}, {"decided_on"}),
        ({"decision": DecisionData("12-р", tomorrow, "Прекратить план.")}, {"decided_on"}),
        ({"decision": DecisionData("12-р", date(2020, 1, 9), "Прекратить план.")}, {"decided_on"}),
        ({"decision": DecisionData("12-р", NOON.date(), "Да")}, {"text"}),
    ]
    for changes, fields in wrong:
        with pytest.raises(Invalid) as refused:
            actions.terminate_plan(by=by, **{**given, **changes})
        assert set(refused.value.fields) == fields, changes
    actions.terminate_plan(by=by, **given)
    assert Plan.objects.get(pk=version.plan_id).termination == "refused"


# --- The database keeps its word without the code -----------------------------------------------------------


def broken(change: dict[str, Any], rows: Any) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        rows.update(**change)
    diagnosis = getattr(refused.value.__cause__, "diag", None)
    return diagnosis.constraint_name if diagnosis else ""


def test_constraints() -> None:
    place = a_center()
    version = an_approved(place)
    measures = Measure.objects.filter(version=version)
    assert broken({"due_on": date(2026, 1, 1)}, measures) == "measure_due_after_start"
    assert broken({"agency": None, "by_center": False}, measures) == "measure_has_one_executor"
    versions = PlanVersion.objects.filter(pk=version.pk)
    assert broken({"content_hash": ""}, versions) == "version_frozen_has_hash"
    assert broken({"ends_on": date(2020, 1, 1)}, versions) == "version_ends_after_start"
    assert (
        broken({"ended_on": date(2026, 1, 1)}, Plan.objects.filter(pk=version.plan_id))
        == "plan_ended_complete"
    )
    assert broken({"state": "done"}, version.family_measures.all()) == "family_measure_marked_with_evidence"
