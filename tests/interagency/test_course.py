"""Declines, parts not delivered, consent withdrawn, changed tasks, chasers, digests, the body and its district."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import bar_person, settle_withdrawal, withdraw_consent
from cases.models import Consent
from family_support.accounts.absence_actions import end_absence, record_absence
from family_support.accounts.models import Absence
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from family_support.base.figures import HIDDEN
from family_support.deadlines.models import Deadline, DeadlineLevel
from family_support.deadlines.sweep import sweep
from family_support.notifications.actions import notify
from family_support.notifications.models import Notice
from family_support.notifications.queries import lines
from family_support.notifications.recipients import with_substitutes
from family_support.outbox.delivery import deliver_due
from interagency import actions, bodies, district, queries
from interagency.chasers import officers_of, sent_chasers
from interagency.digests import send_digests
from interagency.models import BodyDigest, Handoff, Task
from interagency.subjects import TASK
from tests.access.world import sign_in
from tests.factories import NOON, a_membership, actor_for, an_agency, an_iin
from tests.interagency.samples import LATER, REASON, Scene, a_scene, accept, anew, bring, terms
from tests.interagency.test_work import amended

pytestmark = [pytest.mark.usefixtures("scene"), pytest.mark.django_db]

# The task of the scene is due on 24 April 2026, a Friday: chasers on 27 and 29 April and 4 May (1 May is a holiday).
DUE = date(2026, 4, 24)
CHASED = {1: "2026-04-27T04:00", 2: "2026-04-29T04:00", 3: "2026-05-04T04:00"}


def told(membership: Actor) -> list[str]:
    rows = Notice.objects.filter(recipient=membership.membership_id).order_by("created_at", "pk")
    return list(rows.values_list("kind", flat=True))


def declined() -> Scene:
    scene = a_scene()
    bring(scene, "declined")
    return scene


# --- A decline is settled (experience.md: with the Center, with a term) -----------------------------------


def test_a_decline_starts_its_own_term_and_no_report_is_awaited() -> None:
    scene = declined()
    assert terms(scene.task, "task_report") == ["cancelled"]
    assert terms(scene.task, "decline_settlement") == ["open"]


def test_convinced_and_sent_again() -> None:
    scene = declined()
    again = actions.resend_task(
        task=scene.task,
        note="Семья зарегистрирована на вашем участке.",
        due_on=date(2026, 4, 30),
        expected_version=scene.task.version,
        by=scene.worker,
        now=LATER,
    )
    assert anew(scene.task).state == Task.State.WITHDRAWN
    assert (again.state, again.replaces_id, again.due_on) == ("sent", scene.task.pk, date(2026, 4, 30))
    assert terms(scene.task, "decline_settlement") == ["met"]
    assert terms(scene.task, "task_report") == ["cancelled", "open"]
    with clock.at(LATER):
        deliver_due(clock.now)
    assert told(scene.officer) == ["handoff.sent", "task.resent"]
    _version, parts = queries.parts_of_case(scene.task.case)
    assert [line.task.pk for line in parts[0].lines] == [again.pk]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"note": "нет"}, {"note"}),
        ({"due_on": None}, {"due_on"}),
        ({"due_on": clock.local_date(LATER)}, {"due_on"}),
        ({"due_on": date(2027, 1, 1)}, {"due_on"}),
    ],
)
def test_what_sending_again_lacks_is_said_on_its_field(changes: dict, fields: set[str]) -> None:
    scene = declined()
    given: dict[str, Any] = {"note": "В вашей компетенции, справка приложена.", "due_on": date(2026, 4, 30)}
    with pytest.raises(Invalid) as refused:
        actions.resend_task(
            task=scene.task,
            expected_version=scene.task.version,
            by=scene.worker,
            now=LATER,
            **{**given, **changes},
        )
    assert set(refused.value.fields) == fields


def test_another_executor_settles_it_by_the_approval() -> None:
    scene = declined()
    amended(scene, "dropped")
    assert anew(scene.task).state == Task.State.WITHDRAWN
    assert terms(scene.task, "decline_settlement") == ["met"]


@pytest.mark.parametrize("state", sorted(set(Task.State.values) - {"declined"}))
def test_only_a_declined_task_is_sent_again(state: str) -> None:
    scene = a_scene()
    bring(scene, state)
    with pytest.raises(Conflict):
        actions.resend_task(
            task=scene.task,
            note=REASON,
            due_on=date(2026, 4, 30),
            expected_version=scene.task.version,
            by=scene.worker,
            now=LATER,
        )


# --- Parts that did not arrive, and consent withdrawn -------------------------------------------------------


def test_not_delivered_and_sent_again() -> None:
    scene = a_scene()
    handoff = actions.mark_undelivered(handoff=scene.handoff, reason=REASON, by=scene.worker, now=LATER)
    assert (handoff.state, handoff.failure) == (Handoff.State.FAILED, REASON)
    states = Deadline.objects.filter(case_id=handoff.case_id, code="handoff").order_by("pk")
    assert [row.state for row in states] == ["met", "open"]
    tasks = Task.objects.filter(handoff=handoff).count()
    assert actions.send_handoff(handoff=handoff, by=scene.worker, now=LATER).state == Handoff.State.SENT
    assert Task.objects.filter(handoff=handoff).count() == tasks
    assert [row.state for row in states.all()] == ["met", "met"]


def test_what_the_body_opened_was_delivered() -> None:
    scene = a_scene()
    accept(scene)
    with pytest.raises(Conflict) as refused:
        actions.mark_undelivered(handoff=scene.handoff, reason=REASON, by=scene.worker, now=LATER)
    assert refused.value.code == "handoff_state"


@pytest.mark.parametrize("stopped", [True, False])
def test_a_withdrawn_consent_ends_the_bodies_access_or_not(stopped: bool) -> None:
    scene = a_scene()
    accept(scene)
    consent = Consent.objects.get(case=scene.task.case, state="given")
    consent = withdraw_consent(consent=consent, reason="Письменный отказ.", by=scene.worker, now=LATER)
    with pytest.raises(Invalid) as refused:
        settle_withdrawal(consent=consent, stopped=None, settlement="Да", by=scene.worker, now=LATER)
    assert list(refused.value.fields) == ["stopped"]
    settle_withdrawal(
        consent=consent, stopped=stopped, settlement="Решение о прекращении.", by=scene.worker, now=LATER
    )
    with clock.at(LATER):
        deliver_due(clock.now)
    assert anew(scene.task).state == ("withdrawn" if stopped else "accepted")
    assert anew(scene.own).state == "accepted"


# --- Changed tasks --------------------------------------------------------------------------------------------


def test_the_body_is_told_what_changed_and_its_officer_keeps_the_task() -> None:
    scene = a_scene()
    accept(scene)
    version = amended(scene, "changed")
    task = Task.objects.get(measure__version=version, agency=scene.agency)
    assert (task.replaces_id, task.assigned_to_id) == (scene.task.pk, scene.officer.membership_id)
    assert task.changes == [["due_on", str(scene.task.due_on), "2026-05-20"]]
    client = sign_in(Client(), a_membership(Role.AGENCY_OFFICER, agency=scene.agency))
    page = client.get(reverse("task", args=(task.pk,))).content.decode()
    assert "Что изменила корректировка плана" in page
    assert "20.05.2026" in page


# --- Chasers ----------------------------------------------------------------------------------------------------


def test_the_coordinator_is_told_once_a_day_however_many_tasks_are_late() -> None:
    """Notices that can be counted would give back the small numbers that the district's figures hide."""
    scene = a_scene(bodies=3)
    coordinator = actor_for(a_membership(Role.COORDINATOR, agency=scene.agency))
    now = NOON.fromisoformat(f"{CHASED[3]}:30+00:00")
    with clock.at(now):
        sweep(now)
        deliver_due(clock.now)
    chased = DeadlineLevel.objects.filter(level="chaser_3").count()
    assert chased > 1
    assert told(coordinator) == ["district.chaser_3"]
    (line,) = lines(Notice.objects.filter(recipient=coordinator.membership_id), coordinator)
    assert not any(letter.isdigit() for letter in line.text)


def test_chasers_go_out_in_three_grades_each_once() -> None:
    scene = a_scene()
    assert scene.task.due_on == DUE
    head = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    head_of_district = a_membership(Role.COORDINATOR, agency=scene.agency)
    coordinator = actor_for(head_of_district)
    director = scene.place.by(Role.DIRECTOR)
    seen = []
    for grade, moment in CHASED.items():
        now = NOON.fromisoformat(f"{moment}:30+00:00")
        for _twice in range(2):
            with clock.at(now):
                sweep(now)
                deliver_due(clock.now)
        seen.append(f"task.chaser_{grade}")
        assert [kind for kind in told(scene.officer) if "chaser" in kind] == seen
        sent = sent_chasers([scene.task.measure_id])[scene.task.measure_id]
        assert [level.level for level in sent] == [f"chaser_{number}" for number in range(1, grade + 1)]
    assert [kind for kind in told(head) if "chaser" in kind] == ["body.chaser_2", "body.chaser_3"]
    assert [kind for kind in told(director) if "chaser" in kind] == ["center.chaser_3"]
    notice = Notice.objects.get(recipient=coordinator.membership_id)
    assert (notice.kind, notice.case_id) == ("district.chaser_3", None)
    table = district.figures(coordinator, now)
    (late,) = district.lateness(coordinator, now, table)
    assert (late.body, late.chaser) == (scene.agency, 3)
    assert late.number == "•", "what the figures hide, the list does not give back"
    with clock.at(now):
        page = sign_in(Client(), head_of_district).get(reverse("district-figures"))
    rows = page.content.decode()
    assert f"№ {scene.task.pk}" not in rows
    assert "24.04.2026" in rows
    assert "/deadlines/" not in rows, "a term of a case does not open to the coordinator"
    assert scene.place.center.name not in rows
    client = sign_in(Client(), a_membership(Role.AGENCY_OFFICER, agency=scene.agency))
    page = client.get(reverse("task", args=(scene.task.pk,))).content.decode()
    assert "Напоминание 2 отправлено" in page
    worker = sign_in(Client(), scene.place.people[Role.CASEWORKER])
    tab = worker.get(reverse("case-agencies", args=(scene.task.case_id,))).content.decode()
    assert [f"Напоминание {grade} отправлено" in tab for grade in CHASED] == [True] * 3


def test_a_reported_task_is_not_chased() -> None:
    scene = a_scene()
    bring(scene, "reported")
    now = NOON + timedelta(days=60)
    with clock.at(now):
        sweep(now)
        deliver_due(clock.now)
    assert [kind for kind in told(scene.officer) if "chaser" in kind] == []


def test_the_head_reads_one_digest_a_working_day() -> None:
    scene = a_scene()
    head = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    # Tuesday 28 April, 08:30 and 09:30 in Almaty; then a Sunday.
    assert send_digests(NOON.fromisoformat("2026-04-28T03:30:00+00:00")) == 0
    morning = NOON.fromisoformat("2026-04-28T04:30:00+00:00")
    assert send_digests(morning) == 1
    assert send_digests(morning + timedelta(hours=1)) == 0
    assert send_digests(NOON.fromisoformat("2026-05-03T04:30:00+00:00")) == 0
    digest = BodyDigest.objects.get(agency=scene.agency)
    assert (digest.open, digest.overdue, digest.unassigned) == (1, 1, 1)
    notice = Notice.objects.get(recipient=head.membership_id, kind="body.digest")
    assert (notice.case_id, notice.params) == (None, {"overdue": 1, "returned": 0, "unassigned": 1})


def test_the_own_task_decides_what_an_officer_reads_of_a_notice() -> None:
    """Bodies never see the case: a notice links to their task while it is theirs, and names nothing else."""
    scene = a_scene()
    stranger = actor_for(a_membership(Role.AGENCY_OFFICER, agency=an_agency()))
    subject = ("interagency.task", scene.task.pk)
    with acting(SYSTEM):
        told = [scene.officer.membership_id or 0, stranger.membership_id or 0]
        notify(told, "task.assigned", subject=subject, case_id=scene.task.case_id, now=NOON)
    for reader, url in ((scene.officer, reverse("task", args=(scene.task.pk,))), (stranger, "")):
        (line,) = lines(Notice.objects.filter(recipient=reader.membership_id, kind="task.assigned"), reader)
        assert (line.closed, line.case, line.url) == (False, None, url)


def test_a_barred_head_reads_no_digest_that_counts_the_case() -> None:
    scene = a_scene()
    iin = an_iin(female=False)
    head = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency, iin=iin))
    deputy = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    bar_person(case=scene.task.case, iin=iin, relation="муж", by=scene.worker, now=NOON)
    assert send_digests(NOON.fromisoformat("2026-04-28T04:30:00+00:00")) == 1
    got = Notice.objects.filter(kind="body.digest").values_list("recipient_id", flat=True)
    assert list(got) == [deputy.membership_id]
    assert head.membership_id not in got


def test_where_the_officer_of_a_task_is_kept_out_colleagues_are_told() -> None:
    scene = a_scene()
    iin = an_iin(female=False)
    officer = a_membership(Role.AGENCY_OFFICER, agency=scene.agency, iin=iin)
    admin = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    actions.assign_tasks(tasks=[scene.task.pk], officer=officer, by=admin, now=NOON)
    assert officers_of(anew(scene.task)) == [officer.pk]
    bar_person(case=scene.task.case, iin=iin, relation="муж", by=scene.worker, now=NOON)
    assert officers_of(anew(scene.task)) == [scene.officer.membership_id]


# --- The body's administrator -------------------------------------------------------------------------------------


def test_the_administrator_gives_tasks_out_and_over() -> None:
    scene = a_scene()
    admin = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    first, second = (a_membership(Role.AGENCY_OFFICER, agency=scene.agency) for _each in range(2))
    actions.assign_tasks(tasks=[scene.task.pk], officer=first, by=admin, now=NOON)
    assert anew(scene.task).assigned_to_id == first.pk
    moved = actions.hand_over_tasks(officer=first, to=second, by=admin, now=NOON)
    assert [task.assigned_to_id for task in moved] == [second.pk]
    deliver_due(clock.now)
    assert "task.assigned" in told(actor_for(second))
    (row,) = bodies.masked(bodies.tasks_of_body(admin), bodies.officers_in_force(admin, NOON.date()))
    assert row.person == "С. А."
    client = sign_in(Client(), a_membership(Role.BODY_ADMIN, agency=scene.agency))
    page = client.get(reverse("body-tasks")).content.decode()
    assert scene.task.snapshot["person"]["name"] not in page
    assert scene.task.measure.text not in page
    answer = client.post(
        reverse("body-tasks"), {"what": "assign", "tasks": [scene.task.pk], "officer": first.pk}
    )
    assert answer.status_code == 302
    assert anew(scene.task).assigned_to_id == first.pk
    empty = client.post(reverse("body-tasks"), {"what": "assign", "officer": first.pk})
    assert empty.status_code == 400
    assert "Выберите хотя бы одно мероприятие." in empty.content.decode()


def test_who_gives_out_and_to_whom() -> None:
    scene, other = a_scene(), a_scene()
    admin = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    officer = a_membership(Role.AGENCY_OFFICER, agency=scene.agency)
    given: dict[str, Any] = {"tasks": [scene.task.pk], "officer": officer, "by": admin, "now": NOON}
    for by in (scene.officer, scene.worker, scene.place.by(Role.DIRECTOR)):
        with pytest.raises(Forbidden):
            actions.assign_tasks(**{**given, "by": by})
    with pytest.raises(Missing):
        actions.assign_tasks(**{**given, "tasks": [scene.task.pk, other.task.pk]})
    stranger = a_membership(Role.AGENCY_OFFICER, agency=other.agency)
    gone = a_membership(Role.AGENCY_OFFICER, agency=scene.agency, until=date(2026, 3, 1))
    iin = an_iin()
    kept_out = a_membership(Role.AGENCY_OFFICER, agency=scene.agency, iin=iin)
    bar_person(case=scene.task.case, iin=iin, relation="abuser", by=scene.worker, now=NOON)
    for wrong in (stranger, gone, kept_out):
        with pytest.raises(Invalid) as refused:
            actions.assign_tasks(**{**given, "officer": wrong})
        assert list(refused.value.fields) == ["officer"]
    bring(scene, "done")
    with pytest.raises(Missing):
        actions.assign_tasks(**given)


def test_the_inbox_keeps_whose_a_task_is(django_assert_num_queries: Any) -> None:
    scene = a_scene()
    accept(scene)
    client = sign_in(Client(), scene_officer(scene))
    pages = {
        whose: client.get(reverse("task-inbox"), {"whose": whose}).content.decode()
        for whose in ("mine", "free", "all")
    }
    link = reverse("task", args=(scene.task.pk,))
    assert [link in pages[whose] for whose in ("mine", "free", "all")] == [True, False, True]


def test_who_stands_in_has_the_absent_officers_tasks_among_the_own() -> None:
    scene = a_scene()
    accept(scene)
    colleague = a_membership(Role.AGENCY_OFFICER, agency=scene.agency)
    boss = actor_for(a_membership(Role.BODY_ADMIN, agency=scene.agency))
    client, link = sign_in(Client(), colleague), reverse("task", args=(scene.task.pk,))

    def mine() -> str:
        return client.get(reverse("task-inbox"), {"whose": "mine"}).content.decode()

    assert link not in mine()
    assert with_substitutes([scene.officer.membership_id or 0], scene.task.case_id, clock.today()) == {
        scene.officer.membership_id
    }
    absence = record_absence(
        membership=scene_officer(scene),
        substitute=colleague,
        starts_on=clock.today(),
        ends_on=clock.today(),
        reason=Absence.Reason.LEAVE,
        by=boss,
        now=clock.now(),
    )
    page = mine()
    assert link in page
    assert f"за: {scene_officer(scene).user.short_name}" in page
    told = with_substitutes([scene.officer.membership_id or 0], scene.task.case_id, clock.today())
    assert told == {scene.officer.membership_id, colleague.pk}
    with acting(SYSTEM):
        told_of = {"subject": (TASK, scene.task.pk), "case_id": scene.task.case_id, "now": clock.now()}
        notify([scene.officer.membership_id or 0], "task.returned", **told_of)
    for reader, whom in ((actor_for(colleague), scene_officer(scene).user.short_name), (scene.officer, "")):
        notices = Notice.objects.filter(recipient=reader.membership_id, kind="task.returned")
        assert [line.for_whom for line in lines(notices, reader)] == [whom]
    end_absence(absence=absence, by=boss, now=clock.now())
    assert link not in mine()


def scene_officer(scene: Scene) -> Any:
    from family_support.accounts.models import Membership

    return Membership.objects.select_related("user").get(pk=scene.officer.membership_id)


# --- The district ---------------------------------------------------------------------------------------------------


def test_the_district_sees_counts_without_small_cells() -> None:
    scene = a_scene(bodies=3)
    coordinator = actor_for(a_membership(Role.COORDINATOR, agency=scene.agency))
    table = district.figures(coordinator, LATER)
    assert len(table.rows) == 4
    assert {row.values["sent"] for row in table.rows[:-1]} == {HIDDEN}
    elsewhere = actor_for(a_membership(Role.COORDINATOR, agency=a_scene().agency))
    assert {row.key for row in district.figures(elsewhere, LATER).rows}.isdisjoint(
        {row.key for row in table.rows[:-1]}
    )


def test_of_bodies_for_children_and_violence_a_larger_figure_is_small_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Security.md: up to 9 for violence, minors and health, up to 4 elsewhere."""
    scene = a_scene()
    there = scene.place.center.district
    sectors = ("education", "police", "employment", "sport")
    agencies = {sector: an_agency(sector, district=there) for sector in sectors}
    columns = ("sent", "open", "overdue", "returned", "declined")
    counted = [{"agency_id": each.pk, **dict.fromkeys(columns, 7)} for each in agencies.values()]
    monkeypatch.setattr(district, "_counts", lambda actor, now: counted)
    coordinator = actor_for(a_membership(Role.COORDINATOR, agency=scene.agency))
    rows = {row.key: row.values["sent"] for row in district.figures(coordinator, LATER).rows}
    shown = {sector: rows[f"agency-{agency.pk}"] for sector, agency in agencies.items()}
    assert shown == {"education": HIDDEN, "police": HIDDEN, "employment": 7, "sport": 7}


def test_queries_do_not_grow_with_the_bodies(django_assert_max_num_queries: Any) -> None:
    counts = []
    for size in (1, 4):
        scene = a_scene(bodies=size)
        coordinator = a_membership(Role.COORDINATOR, agency=scene.agency)
        admin = a_membership(Role.BODY_ADMIN, agency=scene.agency)
        row = []
        for membership, name in ((coordinator, "district-figures"), (admin, "body-tasks")):
            client = sign_in(Client(), membership)
            client.get(reverse(name))
            with django_assert_max_num_queries(40) as captured:
                assert client.get(reverse(name)).status_code == 200
            row.append(len(captured))
        counts.append(row)
    assert counts[0] == counts[1]
