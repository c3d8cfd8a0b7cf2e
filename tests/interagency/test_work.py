"""Hand-off, report, review and their terms; who sees a task, and what stands in its part."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import translation

from cases.actions import bar_person
from cases.models import Case, Consent
from cases.queries import line
from family_support.access.models import Barred, CaseOpening
from family_support.accounts.actions import change_user, end_membership
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Invalid, Missing
from family_support.deadlines.actions import hand_over
from family_support.deadlines.models import Deadline, Holder
from family_support.directory.models import StateService
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from family_support.outbox.models import Event
from family_support.workdays.queries import load_calendar
from interagency import actions, bodies, queries
from interagency.grants import sync_task_grants, tidy_task_grants
from interagency.models import Handoff, Review, Task, TaskReport, TaskUserObjectPermission
from interagency.permissions import can_review, can_work_on_task
from interagency.registration import last_done
from ipr.actions import amend_plan, approve_plan, freeze_version, put_measure, remove_measure, terminate_plan
from ipr.models import PlanVersion
from ipr.parts import part_for
from tests.factories import NOON, a_center, a_membership, actor_for, an_agency, an_iin
from tests.interagency.samples import (
    LATER,
    REASON,
    REPORT,
    Scene,
    a_scene,
    accept,
    anew,
    bring,
    own_done,
    report,
    review,
    terms,
)
from tests.plans import (
    a_decision,
    a_draft,
    a_scan,
    a_submitted,
    an_approved,
    an_assessed_case,
    measure_data,
    sign,
)

pytestmark = [pytest.mark.usefixtures("scene"), pytest.mark.django_db]


def last_day(term: Deadline) -> date:
    """The day on which a term with a date of its own ends, at midnight."""
    return clock.local_date(term.due_at - timedelta(microseconds=1))


# Hand-off (R192 9)


def test_nothing_goes_out_before_approval() -> None:
    place = a_center()
    version = a_submitted(place)
    with pytest.raises(Conflict) as error:
        actions.create_handoffs(version=version, by=SYSTEM, now=NOON)
    assert error.value.code == "plan_not_approved"
    assert not Handoff.objects.filter(plan_version=version).exists()


def test_the_event_hands_off_once() -> None:
    place = a_center()
    version = an_approved(place)
    deliver_due(clock.now)
    found = list(Task.objects.filter(measure__version=version).values_list("pk", flat=True))
    assert len(found) == 2
    assert [row.state for row in Deadline.objects.filter(case_id=version.plan.case_id, code="handoff")] == [
        "met"
    ]
    actions.create_handoffs(version=version, by=SYSTEM, now=LATER)
    assert list(Task.objects.filter(measure__version=version).values_list("pk", flat=True)) == found
    assert version.handoffs.count() == 1


def held(deadline: Deadline) -> list[str]:
    """With whom the term lay, one after the other."""
    return [deadline.holder, *deadline.holds.values_list("holder", flat=True)]


def without_transfer() -> PlanVersion:
    place = a_center()
    case = an_assessed_case(place)
    version = an_approved(place, case)
    with acting(SYSTEM, reason="test"):
        Consent.objects.filter(case=case).update(third_parties=False)
    return version


def test_without_consent_to_transfer_the_part_is_held() -> None:
    version = without_transfer()
    (handoff,) = actions.create_handoffs(version=version, by=SYSTEM, now=NOON)
    handoff.refresh_from_db()
    assert (handoff.state, handoff.held_code) == (Handoff.State.PENDING, Handoff.Held.NO_TRANSFER)
    assert not Task.objects.filter(agency__isnull=False, measure__version=version).exists()
    running = Deadline.objects.get(case_id=version.plan.case_id, code="handoff")
    assert running.state == Deadline.State.OPEN
    report = Deadline.objects.get(case_id=version.plan.case_id, code="task_report", agency=handoff.agency)
    # Nothing may be told before the family consents: the hand-off lies with it, the body's report not with the body.
    assert (held(running), held(report)) == (["center", "family"], ["center"])
    lead = actor_for(version.plan.case.lead)
    with pytest.raises(Conflict) as error:
        actions.send_handoff(handoff=handoff, by=lead, now=NOON)
    assert error.value.code == "consent_no_transfer"
    with acting(SYSTEM, reason="test"):
        Consent.objects.filter(case=version.plan.case_id).update(third_parties=True)
    late = NOON + timedelta(days=8)
    assert actions.send_handoff(handoff=handoff, by=lead, now=late).held_told == ""
    running.refresh_from_db()
    assert running.state == Deadline.State.MET_LATE
    assert (held(running), held(report)) == (["center", "family"], ["center", "agency"])


# What stands in the part (rules.md 6, R192 7(3))


def test_a_school_sees_child_and_class_and_nothing_of_violence() -> None:
    scene = a_scene()
    snapshot = scene.task.snapshot
    assert set(snapshot) == {"measure", "person", "center", "fields"}
    assert set(snapshot["fields"]) <= {"school", "school_class", "legal_representative"}
    words = str(snapshot)
    for hidden in ("Потеря работы", "долг", "пособия", "Двое детей"):
        assert hidden not in words


@pytest.mark.parametrize("with_service", [True, False])
def test_iin_only_with_a_state_service(with_service: bool) -> None:
    place = a_center()
    case = an_assessed_case(place)
    agency = an_agency(district=place.center.district)
    version = a_draft(place, case, agency=agency)
    measure = version.measures.get(agency=agency)
    with acting(SYSTEM, reason="test"):
        measure.service = StateService.objects.first() if with_service else None
        measure.save()
    part = part_for(agency, measure, case, on=clock.local_date(NOON))
    assert part["person"]["iin"] == (measure.person.iin if with_service else "")


def test_it_is_a_copy_not_a_window() -> None:
    scene = a_scene()
    person = scene.task.measure.person
    with acting(SYSTEM, reason="test"):
        person.last_name = "Переименованная"
        person.save()
    assert "Переименованная" not in str(anew(scene.task).snapshot)


# Accepting, reporting, reviewing (R192 11)


def test_accepting_acknowledges_grants_and_tells() -> None:
    scene = a_scene()
    accept(scene)
    handoff = Handoff.objects.get(pk=scene.handoff.pk)
    assert (handoff.state, handoff.acknowledged_by_id) == (
        Handoff.State.ACKNOWLEDGED,
        scene.officer.membership_id,
    )
    rows = TaskUserObjectPermission.objects.filter(content_object=scene.task)
    assert [row.user_id for row in rows] == [scene.officer.user_id]
    sync_task_grants(anew(scene.task), now=LATER)
    assert rows.count() == 1


def test_grants_end_with_the_officers_membership() -> None:
    scene = a_scene()
    accept(scene)
    rows = TaskUserObjectPermission.objects.filter(content_object=scene.task)
    officer = Membership.objects.get(pk=scene.officer.membership_id)
    by = actor_for(a_membership(Role.SYSTEM_ADMIN))
    day = NOON.date() - timedelta(days=1)
    end_membership(membership=officer, ends_on=day, reason="Уволен", by=by, now=NOON)
    assert [tidy_task_grants(now=NOON, user_id=officer.user_id), tidy_task_grants(now=NOON)] == [1, 0]
    assert not rows.exists()


@pytest.mark.parametrize("end", ["done", "partly", "not_done", "withdrawn"])
def test_grants_end_with_the_task(end: str) -> None:
    scene = a_scene()
    accept(scene)
    if end == "withdrawn":
        task = anew(scene.task)
        actions.withdraw_task(
            task=task, reason=REASON, expected_version=task.version, by=scene.worker, now=LATER
        )
    else:
        report(scene)
        review(scene, end)
    assert not TaskUserObjectPermission.objects.filter(content_object=scene.task).exists()


@pytest.mark.parametrize(("days", "state"), [(2, "met"), (60, "met_late")])
def test_report_meets_its_term_and_starts_the_review(days: int, state: str) -> None:
    scene = a_scene()
    accept(scene)
    report(scene, NOON + timedelta(days=days))
    assert terms(scene.task, "task_report") == [state]
    assert terms(scene.task, "report_review") == ["open"]
    assert anew(scene.task).state == Task.State.REPORTED


@pytest.mark.parametrize("mark", ["done", "partly", "not_done", "returned"])
def test_every_mark_meets_the_review(mark: str) -> None:
    scene = a_scene()
    bring(scene, "reported")
    review(scene, mark)
    assert terms(scene.task, "report_review") == ["met"]


def test_a_late_review_is_late() -> None:
    scene = a_scene()
    bring(scene, "reported")
    review(scene, "done", LATER + timedelta(days=10))
    assert terms(scene.task, "report_review") == ["met_late"]


def test_a_return_starts_the_report_again_with_its_date() -> None:
    scene = a_scene()
    bring(scene, "returned")
    assert anew(scene.task).due_on == date(2026, 4, 10)
    assert terms(scene.task, "task_report") == ["met", "open"]
    running = Deadline.objects.open().get(case_id=scene.task.case_id, code="task_report", agency=scene.agency)
    assert last_day(running) == date(2026, 4, 10)
    again = report(scene, LATER + timedelta(days=1))
    assert again.number == 2
    assert terms(scene.task, "report_review") == ["met", "open"]


def test_the_last_task_starts_the_completion_mark_once() -> None:
    scene = a_scene()
    own_done(scene)
    accept(scene)
    report(scene)
    marks = Deadline.objects.filter(case_id=scene.task.case_id, code="completion_mark")
    assert not marks.exists()
    review(scene, "done")
    assert [row.state for row in marks] == ["open"]
    assert last_done(scene.version.plan) == REPORT["provided_on"]


def test_a_task_not_done_keeps_the_plan_open() -> None:
    scene = a_scene()
    own_done(scene)
    accept(scene)
    report(scene, result="partly")
    review(scene, "partly")
    assert not Deadline.objects.filter(case_id=scene.task.case_id, code="completion_mark").exists()


# Bad input (issue 2, section 4)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"text": "кратко"}, {"text"}),
        ({"result": "all good"}, {"result"}),
        ({"provided_on": None}, {"provided_on"}),
        ({"provided_on": date(2026, 4, 1)}, {"provided_on"}),
        ({"provided_on": date(2026, 3, 9)}, {"provided_on"}),
        ({"text": " ", "provided_on": None}, {"text", "provided_on"}),
    ],
)
def test_bad_reports(changes: dict, fields: set[str]) -> None:
    scene = a_scene()
    accept(scene)
    with pytest.raises(Invalid) as error:
        report(scene, **changes)
    assert set(error.value.fields) == fields
    assert not TaskReport.objects.filter(task=scene.task).exists()
    assert anew(scene.task).state == Task.State.ACCEPTED


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"ground": ""}, {"ground"}),
        ({"reason": "мало"}, {"reason"}),
        ({"ground": "breach", "norm": "ст. 5"}, {"service_norm"}),
        ({"new_due_on": None}, {"new_due_on"}),
        ({"new_due_on": clock.local_date(LATER)}, {"new_due_on"}),
        ({"new_due_on": date(2027, 4, 1)}, {"new_due_on"}),
    ],
)
def test_bad_returns(changes: dict, fields: set[str]) -> None:
    scene = a_scene()
    bring(scene, "reported")
    with pytest.raises(Invalid) as error:
        review(scene, Review.Mark.RETURNED, **changes)
    assert set(error.value.fields) == fields
    assert not Review.objects.filter(report__task=scene.task).exists()


def test_an_unknown_mark_is_refused() -> None:
    scene = a_scene()
    bring(scene, "reported")
    with pytest.raises(Invalid) as error:
        review(scene, "wonderful")
    assert set(error.value.fields) == {"mark"}


def test_doubles_and_stale_forms_conflict() -> None:
    scene = a_scene()
    first = scene.task
    accept(scene)
    with pytest.raises(Conflict) as error:
        actions.accept_task(task=first, expected_version=first.version, by=scene.officer, now=NOON)
    assert error.value.code == "stale_version"
    report(scene)
    seen = anew(scene.task)
    with pytest.raises(Conflict) as error:
        actions.report_task(task=seen, expected_version=seen.version, by=scene.officer, now=LATER, **REPORT)
    assert error.value.code == "task_state"
    assert TaskReport.objects.filter(task=scene.task).count() == 1


# Who sees a task (security.md)


def sees(by: Actor, task: Task) -> bool:
    return Task.objects.visible_to(by).filter(pk=task.pk).exists()


def test_officers_of_the_body_see_it_until_it_closes() -> None:
    scene = a_scene()
    colleague = actor_for(a_membership(Role.AGENCY_OFFICER, agency=scene.agency))
    stranger = actor_for(a_membership(Role.AGENCY_OFFICER, agency=an_agency()))
    administrator = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    everybody = (scene.officer, colleague, stranger, administrator)
    assert [sees(by, scene.task) for by in everybody] == [True, True, False, False]
    with pytest.raises(Missing):
        actions.accept_task(task=scene.task, expected_version=scene.task.version, by=stranger, now=NOON)
    bring(scene, "done")
    assert [sees(by, scene.task) for by in everybody] == [False] * 4
    assert queries.inbox(scene.officer) == []


def test_a_report_on_a_foreign_task_is_not_found() -> None:
    scene = a_scene()
    accept(scene)
    stranger = actor_for(a_membership(Role.AGENCY_OFFICER, agency=an_agency()))
    task = anew(scene.task)
    for by in (stranger, scene.worker):
        with pytest.raises(Missing):
            actions.report_task(task=task, expected_version=task.version, by=by, now=LATER, **REPORT)


def test_a_barred_officer_sees_nothing() -> None:
    scene = a_scene()
    iin = an_iin()
    abuser = actor_for(a_membership(Role.AGENCY_OFFICER, agency=scene.agency, iin=iin))
    assert sees(abuser, scene.task)
    bar_person(case=scene.task.case, iin=iin, relation="abuser", by=scene.worker, now=NOON)
    assert not sees(abuser, scene.task)
    assert sees(scene.officer, scene.task)
    with pytest.raises(Missing):
        actions.accept_task(task=scene.task, expected_version=scene.task.version, by=abuser, now=NOON)


def test_no_administrator_lets_the_barred_in_by_another_number() -> None:
    """A colleague of the abuser gives his account another IIN: he stays out, and both he and security hear of it."""
    scene = a_scene()
    membership = a_membership(Role.AGENCY_OFFICER, agency=scene.agency, iin=an_iin(female=False))
    case, user = scene.task.case, membership.user
    bar_person(case=case, iin=str(user.iin), relation="муж", by=scene.worker, now=NOON)
    security = a_membership(Role.SECURITY_OFFICER)
    names = ("email", "last_name", "first_name", "patronymic", "language", "version")
    given = {name: getattr(user, name) for name in names}
    admin = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    user = change_user(user=user, by=admin, now=NOON, iin=str(user.iin), **given)
    assert not Event.objects.filter(type="accounts.iin_changed").exists(), "the same number again"
    given["version"] = user.version
    change_user(user=user, by=admin, now=NOON, iin=an_iin(female=False), **given)
    abuser = actor_for(Membership.objects.get(pk=membership.pk))
    assert not sees(abuser, scene.task)
    assert Barred.objects.filter(case_id=case.pk, iin_index=abuser.iin_index).get().relation == "муж"
    deliver_due(clock.now)
    kinds = ("accounts.iin_changed", "accounts.own_iin_changed")
    told = Notice.objects.filter(kind__in=kinds).values_list("kind", "recipient", "loudness")
    assert set(told) == {(kinds[0], security.pk, "urgent"), (kinds[1], membership.pk, "urgent")}


def test_which_body_works_on_a_case_is_told_to_its_team_only() -> None:
    scene = a_scene()
    term = Deadline.objects.for_display().get(code="task_report", agency=scene.agency)
    calendar = load_calendar(center=scene.place.center)

    def body_told_to(actor: Actor) -> str:
        case = (
            Case.objects.listed_to(actor).select_related("lead__user", "district").get(pk=scene.task.case_id)
        )
        return line(term, case, actor, NOON, calendar).body

    assert body_told_to(scene.worker) == scene.agency.short_name
    for role in (Role.INTAKE_CLERK, Role.PSYCHOLOGIST, Role.HEAD_ACCOMPANIMENT, Role.DIRECTOR):
        assert body_told_to(scene.place.by(role)) == "", role


def test_a_barred_head_of_a_body_sees_none_of_its_tasks() -> None:
    scene = a_scene()
    iin = an_iin()
    head = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency, iin=iin))
    other = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    bar_person(case=scene.task.case, iin=iin, relation="abuser", by=scene.worker, now=NOON)
    assert bodies.tasks_of_body(head) == []
    assert bodies.tasks_of_body(other) == [scene.task]
    with pytest.raises(Missing):
        actions.assign_tasks(tasks=[scene.task.pk], officer=None, by=head, now=NOON)


def test_who_only_opened_the_case_with_a_reason_holds_no_part_back() -> None:
    version = without_transfer()
    actions.create_handoffs(version=version, by=SYSTEM, now=NOON)
    handoff = Handoff.objects.get(plan_version=version)
    colleague = actor_for(a_membership(Role.LAWYER, center=version.plan.case.center))
    with acting(SYSTEM, reason="test"):
        CaseOpening.objects.create(
            case_id=version.plan.case_id,
            membership_id=colleague.membership_id,
            reason="Проверяю, всё ли отправлено.",
            opened_at=Now() - timedelta(minutes=1),
            ends_at=Now() + timedelta(minutes=30),
        )
    assert Handoff.objects.visible_to(colleague).filter(pk=handoff.pk).exists()
    for act in (actions.hold_handoff, actions.send_handoff):
        given = {"reason": "Подождём."} if act is actions.hold_handoff else {}
        with pytest.raises(Missing):
            act(handoff=handoff, by=colleague, now=NOON, **given)


def test_another_center_reviews_and_another_body_reports_nothing_by_permission_alone() -> None:
    """The loading keeps them out already; the permission is the second lock."""
    scene, other = a_scene(), a_scene()
    assert can_review(scene.worker, scene.task)
    assert not can_review(other.worker, scene.task)
    assert can_work_on_task(scene.officer, scene.task)
    assert not can_work_on_task(other.officer, scene.task)


def test_own_measures_are_the_worker_s_to_report() -> None:
    scene = a_scene()
    assert (scene.own.state, scene.own.agency, scene.own.handoff) == (Task.State.ACCEPTED, None, None)
    with pytest.raises(Missing):
        actions.report_task(
            task=scene.own, expected_version=scene.own.version, by=scene.officer, now=LATER, **REPORT
        )
    actions.report_task(
        task=scene.own, expected_version=scene.own.version, by=scene.worker, now=LATER, **REPORT
    )
    assert anew(scene.own).state == Task.State.REPORTED


# Amendment (R256 17) and termination (R256 19)


def amended(scene: Scene, change: str) -> PlanVersion:
    """A newer version in force: with the body's measure as it was, changed, or dropped."""
    place = scene.place
    version = amend_plan(plan=scene.version.plan, by=scene.worker, now=LATER)
    measure = version.measures.get(agency=scene.agency)
    if change == "changed":
        data = measure_data(scene.task.case, agency=scene.agency, due_on=date(2026, 5, 20))
        put_measure(version=version, data=data, measure=measure, by=scene.worker, now=LATER)
    elif change == "dropped":
        remove_measure(measure=measure, by=scene.worker, now=LATER)
    version.refresh_from_db()
    version = freeze_version(version=version, expected_version=version.version, by=scene.worker, now=LATER)
    version = sign(sign(version, place, "center", now=LATER), place, "family", now=LATER)
    version = approve_plan(
        version=version, expected_version=version.version, by=place.by(Role.DIRECTOR), now=LATER
    )
    actions.create_handoffs(version=version, by=SYSTEM, now=LATER)
    return version


@pytest.mark.parametrize("state", ["sent", "accepted", "reported", "returned", "done"])
def test_an_unchanged_measure_is_not_sent_again(state: str) -> None:
    scene = a_scene()
    bring(scene, state)
    version = amended(scene, "same")
    task = anew(scene.task)
    assert (task.state, task.measure.version_id) == (state, version.pk)
    assert not version.handoffs.exists()
    awaited = state in ("sent", "accepted", "returned")
    assert terms(task, "task_report") == (["open"] if awaited else ["cancelled"])
    running = Deadline.objects.open().filter(case_id=task.case_id, code="task_report", agency=scene.agency)
    assert [last_day(row) for row in running] == ([task.due_on] if awaited else [])
    # The term of the new version begins with the Center, and is the body's from the moment it carries its part on.
    assert [held(row) for row in running] == ([["center", "agency"]] if awaited else [])
    _version, parts = queries.parts_of_case(task.case)
    assert [(part.name, len(part.lines)) for part in parts] == [
        (scene.agency.name, 1),
        (task.case.center.name, 1),
    ]


@pytest.mark.parametrize("change", ["changed", "dropped"])
def test_changed_parts_go_again_and_dropped_ones_are_taken_back(change: str) -> None:
    scene = a_scene()
    accept(scene)
    version = amended(scene, change)
    assert anew(scene.task).state == Task.State.WITHDRAWN
    again = list(Task.objects.filter(measure__version=version, agency=scene.agency))
    assert [task.due_on for task in again] == ([date(2026, 5, 20)] if change == "changed" else [])
    running = Deadline.objects.open().filter(
        case_id=scene.task.case_id, code="task_report", agency=scene.agency
    )
    assert [held(row) for row in running] == ([["center", "agency"]] if change == "changed" else [])
    with clock.at(LATER):
        deliver_due(clock.now)
    told = Notice.objects.filter(recipient=scene.officer.membership_id).values_list("kind", flat=True)
    assert set(told) == {"handoff.sent", "task.changed" if change == "changed" else "task.withdrawn"}


def test_an_ended_plan_takes_its_tasks_back() -> None:
    scene = a_scene()
    accept(scene)
    terminate_plan(
        plan=scene.version.plan,
        ground="refused",
        evidence="Заявление об отказе от сопровождения.",
        ended_on=clock.local_date(LATER),
        decision=a_decision(LATER),
        files=[a_scan()],
        expected_version=None,
        by=scene.place.by(Role.DIRECTOR),
        now=LATER,
    )
    with clock.at(LATER):
        deliver_due(clock.now)
    assert {anew(task).state for task in (scene.task, scene.own)} == {Task.State.WITHDRAWN}
    assert not sees(scene.officer, scene.task)


def test_handlers_tell_the_lead_and_the_body() -> None:
    scene = a_scene()
    accept(scene)
    report(scene)
    review(scene, "returned")
    with clock.at(LATER):
        deliver_due(clock.now)
    lead = set(Notice.objects.filter(recipient=scene.worker.membership_id).values_list("kind", flat=True))
    body = set(Notice.objects.filter(recipient=scene.officer.membership_id).values_list("kind", flat=True))
    assert {"task.accepted", "task.reported"} <= lead
    assert {"handoff.sent", "task.returned"} <= body


def test_a_report_lies_with_the_body_from_when_it_has_its_part() -> None:
    version = an_approved(a_center())
    bodies = version.measures.filter(agency__isnull=False)
    reports = Deadline.objects.filter(case_id=version.plan.case_id, code="task_report")
    assert set(reports.values_list("holder", flat=True)) == {"center"}
    (handoff,) = actions.create_handoffs(version=version, by=SYSTEM, now=NOON)
    passed = reports.filter(subject_id__in=bodies.values("pk"))
    assert set(passed.values_list("holds__holder", flat=True)) == {"agency"}
    assert not reports.exclude(subject_id__in=bodies.values("pk")).filter(holds__isnull=False).exists()
    lead = actor_for(version.plan.case.lead)
    handoff.refresh_from_db()
    actions.mark_undelivered(handoff=handoff, reason="Часть плана не дошла до органа", by=lead, now=LATER)
    assert list(passed.first().holds.values_list("holder", flat=True)) == ["agency", "center"]


def test_a_part_held_because_consent_ended_lies_with_the_family() -> None:
    version = without_transfer()
    (handoff,) = actions.create_handoffs(version=version, by=SYSTEM, now=NOON)
    running = Deadline.objects.get(case_id=version.plan.case_id, code="handoff")
    with acting(SYSTEM, reason="test"):
        # As a part that did not arrive, whose term began anew with the Center.
        Handoff.objects.filter(pk=handoff.pk).update(held_code="")
        hand_over(to=Holder.CENTER, terms="handoff", case_id=running.case_id or 0, by=SYSTEM, now=LATER)
    actions.stop_sharing(case=handoff.case, by=SYSTEM, now=LATER)
    handoff.refresh_from_db()
    assert (handoff.held_code, handoff.held_reason) == (Handoff.Held.WITHDRAWN, "")
    with translation.override("kk"):
        assert handoff.held_told == "Келісім кері қайтарып алынды: өңдеу тоқтатылды."
    assert held(running) == ["center", "family", "center", "family"]
