"""The draft of a new intake: kept encrypted for one membership, restored, gone with the registration or a week."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.actions import forget_drafts, save_draft
from cases.models import Intake, IntakeDraft
from family_support.accounts.roles import Role
from family_support.audit.models import Change
from family_support.base import clock
from family_support.base.errors import Forbidden, Invalid
from family_support.ui.templatetags.ui import moment
from tests.access.world import sign_in
from tests.factories import NOON, Place, an_iin

TYPED = {
    "channel": "body",
    "form": "letter",
    "received_at": "31.02.2026",
    "said": "Соседи сообщили о криках.",
    "last_name": "Нурланова",
    "threat": "no",
    "key": str(uuid4()),
    "csrfmiddlewaretoken": "x",
}


def test_what_was_typed_comes_back_right_or_wrong(place: Place, client: Client) -> None:
    signed = sign_in(client, place.people[Role.INTAKE_CLERK])
    answer = signed.post(reverse("intake-draft"), TYPED)
    assert answer.status_code == 200
    assert "Черновик сохранён в" in answer.content.decode()
    kept = IntakeDraft.objects.get().content
    assert set(kept) == {"channel", "form", "received_at", "said", "last_name", "threat", "key"}
    text = signed.get(reverse("intake-new")).content.decode()
    for part in ("Соседи сообщили о криках.", "Нурланова", "31.02.2026"):
        assert part in text
    other = sign_in(Client(), place.people[Role.CASEWORKER])
    assert "Нурланова" not in other.get(reverse("intake-new")).content.decode()


def test_it_is_unreadable_in_the_database_and_in_the_history(place: Place) -> None:
    save_draft(content={"said": "Соседи сообщили"}, by=place.by(), now=NOON)
    save_draft(content={"said": "Соседи сообщили о криках"}, by=place.by(), now=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM cases_intakedraft")
        assert "Соседи" not in cursor.fetchone()[0]
    changes = Change.objects.filter(table_name="cases_intakedraft")
    assert changes.count() == 2
    assert not any("Соседи" in str(row.__dict__) for row in changes)


def test_registration_and_the_button_drop_it(place: Place, client: Client) -> None:
    signed = sign_in(client, place.people[Role.INTAKE_CLERK])
    signed.post(reverse("intake-draft"), TYPED)
    signed.post(reverse("intake-draft-drop"))
    assert not IntakeDraft.objects.exists()
    signed.post(reverse("intake-draft"), TYPED)
    data = {
        "key": str(uuid4()),
        "channel": "self",
        "form": "desk",
        "received_at": moment(clock.now()),
        "last_name": "Нурланова",
        "iin": an_iin(),
        "said": "Нужна консультация.",
        "threat": "no",
        "violence": "no",
        "minor_at_risk": "no",
    }
    assert signed.post(reverse("intake-new"), {**data, "said": ""}).status_code == 400
    assert IntakeDraft.objects.exists()
    assert signed.post(reverse("intake-new"), data).status_code == 302
    assert Intake.objects.count() == 1
    assert not IntakeDraft.objects.exists()
    # The form had saved itself once more, and that arrives only now: the next form begins empty.
    signed.post(reverse("intake-draft"), data)
    assert "Нурланова" not in signed.get(reverse("intake-new")).content.decode()
    assert not IntakeDraft.objects.exists()


def test_forgotten_after_a_week(place: Place) -> None:
    save_draft(content={"said": "раз"}, by=place.by(), now=NOON)
    save_draft(content={"said": "два"}, by=place.by(Role.INTAKE_CLERK), now=NOON + timedelta(days=1))
    assert forget_drafts(now=NOON + timedelta(days=7, minutes=1)) == 1
    assert IntakeDraft.objects.get().content == {"said": "два"}


def test_who_keeps_and_how_much(place: Place) -> None:
    with pytest.raises(Forbidden):
        save_draft(content={}, by=place.by(Role.DIRECTOR), now=NOON)
    with pytest.raises(Invalid):
        save_draft(content={"said": "я" * 30_001}, by=place.by(), now=NOON)
