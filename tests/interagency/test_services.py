"""The term of a state service: opened when a body takes the task on, met by its report (R192 10)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from family_support.deadlines.actions import recompute
from family_support.deadlines.models import Deadline
from family_support.directory.models import StateService
from family_support.workdays.explain import sentences
from interagency import actions
from tests.access.world import sign_in
from tests.factories import NOON, a_membership
from tests.interagency.samples import REASON, Scene, a_scene, accept, anew, report, review, terms

pytestmark = [pytest.mark.usefixtures("scene"), pytest.mark.django_db]


def with_service(days: int = 5) -> Scene:
    """The body's measure means a state service of so many working days."""
    scene = a_scene()
    service = StateService.objects.order_by("code").first()
    assert service is not None
    with acting(SYSTEM, reason="test"):
        StateService.objects.filter(pk=service.pk).update(term_days=days)
        scene.task.measure.service = service
        scene.task.measure.save()
    scene.task = anew(scene.task)
    return scene


def running(scene: Scene) -> Deadline:
    return Deadline.objects.open().get(code="state_service", subject_id=scene.task.pk)


def test_the_registers_term_is_counted_from_the_day_the_body_took_the_task_on() -> None:
    scene = with_service(5)
    assert not terms(scene.task, "state_service"), "nothing is requested yet"
    accept(scene)
    term = running(scene)
    assert (term.holder, term.agency, term.case_id) == ("agency", scene.agency, scene.task.case_id)
    told = term.explanation
    assert (told["unit"], told["length"], told["set_date"]) == ("service", 5, None)
    assert len(told["counted"]) == 5, told["counted"]
    assert told["closes"] is None, "a body has until 24:00"
    assert any("5 " in line and "реестр" in line for line in sentences(told)), sentences(told)
    # The calendar counts it again to the same end.
    with acting(SYSTEM, reason="test"):
        assert (
            recompute(deadlines=Deadline.objects.filter(pk=term.pk), note="test", by=SYSTEM, now=NOON) == []
        )


def test_the_report_meets_it_and_a_return_does_not_open_it_again() -> None:
    scene = with_service(30)
    accept(scene)
    report(scene)
    assert terms(scene.task, "state_service") == ["met"]
    review(scene, "returned")
    assert terms(scene.task, "state_service") == ["met"]


def test_later_than_the_register_allows_is_late() -> None:
    scene = with_service(1)
    accept(scene)
    report(scene, now=NOON + timedelta(days=7))
    assert terms(scene.task, "state_service") == ["met_late"]


@pytest.mark.parametrize("taken", [True, False])
def test_a_task_taken_back_cancels_it(taken: bool) -> None:
    scene = with_service()
    if taken:
        accept(scene)
    task = anew(scene.task)
    actions.withdraw_task(task=task, reason=REASON, expected_version=task.version, by=scene.worker, now=NOON)
    assert terms(task, "state_service") == (["cancelled"] if taken else [])


def test_without_a_service_and_for_the_centers_own_measures_there_is_none() -> None:
    scene = a_scene()
    with acting(SYSTEM, reason="test"):
        scene.task.measure.service = None
        scene.task.measure.save()
    accept(scene)
    assert not Deadline.objects.filter(code="state_service").exists()


def test_the_officer_and_the_center_see_it_and_its_explanation() -> None:
    scene = with_service()
    accept(scene)
    explained = reverse("deadline-explain", args=(running(scene).pk,))
    officer = sign_in(Client(), a_membership(Role.AGENCY_OFFICER, agency=scene.agency))
    worker = sign_in(Client(), scene.place.people[Role.CASEWORKER])
    pages = (
        (officer, reverse("task", args=(scene.task.pk,))),
        (officer, reverse("task-inbox")),
        (worker, reverse("case-agencies", args=(scene.task.case_id,))),
    )
    for client, url in pages:
        assert explained in client.get(url).content.decode(), url
    for client in (officer, worker):
        page = client.get(explained).content.decode()
        assert "по реестру" in page
        assert "п. 10" in page


@pytest.mark.parametrize(("role", "reads"), [(Role.CASEWORKER, True), (Role.DIRECTOR, False)])
def test_a_bodys_term_names_it_for_who_reads_the_case(role: Role, reads: bool) -> None:
    """Several terms of one name are told apart by their body; a masked case does not tell which bodies it is with."""
    scene = with_service()
    accept(scene)
    row = running(scene)
    client = sign_in(Client(), scene.place.people[role])
    day = local_date(row.due_at - timedelta(microseconds=1)).isoformat()
    for url in (
        f"{reverse('my-day')}?later=1",
        f"{reverse('agenda')}?day={day}",
        reverse("deadline-explain", args=(row.pk,)),
    ):
        page = client.get(url).content.decode()
        assert row.term.name_ru in page, url
        assert (scene.agency.short_name in page) is reads, url


def test_explain_date_counts_the_registers_days(capsys: pytest.CaptureFixture[str]) -> None:
    moment = "2026-05-06T10:00+05:00"
    call_command("explain_date", "--term=state_service", "--days=2", f"--from={moment}", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["due_on"], found["length"], found["term"]) == ("2026-05-12", 2, "state_service")
    assert found["due_at"].startswith("2026-05-13T00:00"), "24:00 of the last day"
    assert date.fromisoformat(found["counted"][-1]["date"]) == date(2026, 5, 12)
