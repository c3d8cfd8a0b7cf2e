"""Inbox, task and the tab of bodies: few queries however many tasks; the path of a task through the pages."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext as _

from family_support.accounts.models import Membership
from family_support.base.actor import SYSTEM, Actor
from family_support.documents.models import Attachment
from interagency import actions
from interagency.models import Handoff, Task
from tests.access.world import sign_in
from tests.factories import NOON
from tests.interagency.samples import Scene, a_scene, accept, anew, report
from tests.plans import a_scan, an_approved, an_assessed_case

pytestmark = [pytest.mark.usefixtures("scene"), pytest.mark.django_db]


def client_of(by: Actor) -> Client:
    return sign_in(Client(), Membership.objects.get(pk=by.membership_id))


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def another_plan(scene: Scene) -> None:
    """Another family's plan with a measure of the same body."""
    case = an_assessed_case(scene.place)
    version = an_approved(scene.place, case, agency=scene.agency)
    actions.create_handoffs(version=version, by=SYSTEM, now=NOON)


def test_the_inbox_asks_the_same_however_long() -> None:
    scene = a_scene()
    officer = client_of(scene.officer)
    url = reverse("task-inbox")
    few = queries(officer, url)
    for _number in range(3):
        another_plan(scene)
    assert Task.objects.visible_to(scene.officer).count() == 4
    assert queries(officer, url) == few < 12


def test_the_tab_of_bodies_asks_the_same_however_many_tasks() -> None:
    counts = []
    for bodies in (1, 4):
        scene = a_scene(bodies=bodies)
        assert Task.objects.filter(case=scene.task.case_id).count() == bodies + 1
        worker = client_of(scene.worker)
        counts.append(queries(worker, reverse("case-agencies", args=[scene.task.case_id])))
    assert counts[0] == counts[1]


def test_a_task_s_way_through_the_pages() -> None:
    scene = a_scene()
    officer, worker = client_of(scene.officer), client_of(scene.worker)
    page = reverse("task", args=[scene.task.pk])
    assert officer.get(page).status_code == 200
    assert Handoff.objects.get(pk=scene.handoff.pk).state == Handoff.State.ACKNOWLEDGED
    version = {"version": anew(scene.task).version}
    accepting = reverse("task-accept", args=[scene.task.pk])
    assert [officer.post(accepting, version).status_code for _click in range(2)] == [302, 409]
    reporting = reverse("task-report", args=[scene.task.pk])
    given = {
        "version": anew(scene.task).version,
        "result": "done",
        "text": "Ребёнок принят в детский сад.",
        "provided_on": "",
    }
    answer = officer.post(reporting, given)
    assert (answer.status_code, "Ребёнок принят" in answer.content.decode()) == (400, True)
    inbox = reverse("task-inbox")
    dates = set(re.findall(r'href="(/deadlines/\d+/)"', officer.get(inbox).content.decode()))
    assert {officer.get(each).status_code for each in dates} == {200}
    report(scene)
    waiting = officer.get(inbox).content.decode()
    assert "/deadlines/" not in waiting, "the term of checking is the Center's"
    for shown in (waiting, officer.get(page).content.decode()):
        assert _("The Center answers by") in shown, "and it is not called the body's due date"
    reviewing = reverse("report-review", args=[scene.task.pk])
    assert worker.get(reviewing).status_code == 200
    returned = {
        "version": anew(scene.task).version,
        "mark": "returned",
        "reason": "Приложите приказ о зачислении.",
    }
    answer = worker.post(reviewing, returned)
    assert answer.status_code == 400
    assert "Приложите приказ" in answer.content.decode()
    done = {"version": anew(scene.task).version, "mark": "done"}
    assert [worker.post(reviewing, done).status_code for _click in range(2)] == [302, 409]
    assert officer.get(page).status_code == 404


def test_own_measure_is_reported_by_the_worker() -> None:
    scene = a_scene()
    worker = client_of(scene.worker)
    assert worker.get(reverse("task-report", args=[scene.own.pk])).status_code == 200
    assert worker.get(reverse("task-report", args=[scene.task.pk])).status_code == 404


def test_a_closed_task_leaves_the_officer_s_files_too() -> None:
    scene = a_scene()
    accept(scene)
    found = actions.report_task(
        task=anew(scene.task),
        result="done",
        text="Ребёнок принят в детский сад.",
        provided_on=NOON.date(),
        files=[a_scan("приказ.pdf")],
        expected_version=anew(scene.task).version,
        by=scene.officer,
        now=NOON,
    )
    file = Attachment.objects.get(subject_type="interagency.taskreport", subject_id=found.pk)
    seen = Attachment.objects.visible_to(scene.officer).filter(pk=file.pk)
    assert seen.exists()
    actions.withdraw_task(
        task=anew(scene.task),
        reason="Мероприятие передано другому органу.",
        expected_version=anew(scene.task).version,
        by=scene.worker,
        now=NOON,
    )
    assert not seen.all().exists()
