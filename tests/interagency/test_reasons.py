"""Why a task was taken back or a part held: codes of the product in the reader's language, people's own words."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import translation

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from interagency.actions.tasks import take_back
from interagency.models import Handoff, Task
from ipr.models import Plan
from tests.interagency.samples import LATER, REASON, a_scene, anew

pytestmark = [pytest.mark.usefixtures("scene"), pytest.mark.django_db]

ENDED: dict[str, Any] = {
    "state": Plan.State.TERMINATED,
    "termination": Plan.Termination.REFUSED,
    "ended_on": local_date(LATER),
}
HELD = {
    "Согласие отозвано: обработка прекращена.": "consent_withdrawn",
    "Отбасы деректерін басқа органдарға беруге келіспеген. Оны қамтитын келісімді жазыңыз.": "consent_no_transfer",
}


def _told(row: Task, language: str) -> str:
    with translation.override(language):
        return row.closed_told


TAKEN_BACK = {
    Task.Closing.RESENT: ("Направлено органу снова.", "Органға қайта жіберілді."),
    Task.Closing.AMENDED: ("План скорректирован.", "Жоспар түзетілді."),
    Task.Closing.PLAN_ENDED: (
        "План прекращён: Отказ семьи от дальнейшего сопровождения",
        "Жоспар тоқтатылды: Отбасының одан әрі сүйемелдеуден бас тартуы",
    ),
    Task.Closing.CONSENT: (
        "Согласие отозвано: обработка прекращена.",
        "Келісім кері қайтарып алынды: өңдеу тоқтатылды.",
    ),
    REASON: (REASON, REASON),
}


@pytest.mark.parametrize("acted_in", ["ru", "kk"])
@pytest.mark.parametrize("reason", TAKEN_BACK)
def test_why_a_task_was_taken_back_is_told_in_the_readers_language(reason: str, acted_in: str) -> None:
    scene = a_scene()
    with acting(scene.worker), translation.override(acted_in):
        Plan.objects.filter(pk=scene.version.plan_id).update(**ENDED, ended_by=scene.worker.membership_id)
        take_back(scene.task, reason, scene.worker, LATER)
    task = anew(scene.task)
    assert (task.closed_code or task.closed_reason) == reason
    assert tuple(_told(task, language) for language in ("ru", "kk")) == TAKEN_BACK[reason]


def test_sentences_of_before_become_codes_and_peoples_words_stay() -> None:
    recognise = import_module("interagency.migrations.0006_reasons_recognised").recognise
    written = {
        "Направлено органу снова.": ("resent", ""),
        "Жоспар түзетілді.": ("amended", ""),
        "План прекращён: Смерть": ("plan_ended", ""),
        "Келісім кері қайтарып алынды: өңдеу тоқтатылды.": ("consent", ""),
        REASON: ("", REASON),
    }
    scene = a_scene()
    rows = Task.objects.filter(pk=scene.task.pk)
    parts = Handoff.objects.filter(pk=scene.handoff.pk)
    with acting(SYSTEM, reason="test"):
        Plan.objects.filter(pk=scene.version.plan_id).update(**ENDED, ended_by=scene.worker.membership_id)
        for sentence, expected in written.items():
            rows.update(closed_reason=sentence, closed_code="")
            recognise(apps, None)
            assert rows.values_list("closed_code", "closed_reason").get() == expected
        for sentence, code in HELD.items():
            parts.update(held_reason=sentence, held_code="")
            recognise(apps, None)
            assert parts.values_list("held_code", "held_reason").get() == (code, "")
