"""Events and notes of the methodology unit: their states by role, and what each of them must say (R256 9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, METHODOLOGY, Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.errors import AppError, Conflict, Invalid
from family_support.documents.models import Attachment
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from monitoring import actions
from monitoring.indicators import compute
from monitoring.models import AnalyticNote, OutreachEvent
from tests.factories import Place, a_center, a_membership, actor_for, an_agency
from tests.monitoring.samples import APRIL, FIRST, an_analyst, values
from tests.monitoring.test_pages import client_of, queries
from tests.plans import a_scan

pytestmark = pytest.mark.django_db
WRITERS = METHODOLOGY | {Role.DIRECTOR}
MARCH = APRIL - timedelta(days=20)
TEXT = "За квартал выросла доля обращений от органов образования, сроки исполнения соблюдаются. " * 2
REASON = "Зал занят, перенесено."


def unit(place: Place, role: Role = Role.METHODOLOGIST) -> Actor:
    return place.by(role, at=APRIL)


def event_data(**changes: Any) -> actions.EventData:
    given = {
        "kind": "training",
        "topic": "Медиация в семье",
        "audience": "specialists",
        "place": "Акимат района",
        "starts_at": MARCH,
        **changes,
    }
    return actions.EventData(**given)


def an_event(at: Place, state: str = "planned", **changes: Any) -> OutreachEvent:
    event = actions.plan_event(
        center=at.center, data=event_data(**changes), by=unit(at), now=MARCH - timedelta(days=9)
    )
    if state == "held":
        return hold(event, unit(at))
    return cancel(event, unit(at)) if state == "cancelled" else event


def hold(event: OutreachEvent, by: Actor, **changes: Any) -> OutreachEvent:
    given = {"participants": 24, "result": "Разобрали примеры.", "expected_version": event.version, **changes}
    return actions.hold_event(event=event, by=by, now=APRIL, **given)


def cancel(event: OutreachEvent, by: Actor, **changes: Any) -> OutreachEvent:
    given = {"reason": REASON, "expected_version": event.version, **changes}
    return actions.cancel_event(event=event, by=by, now=APRIL, **given)


def change(event: OutreachEvent, by: Actor, **changes: Any) -> OutreachEvent:
    given = {"data": event_data(topic="Другая тема"), "expected_version": event.version, **changes}
    return actions.change_event(event=event, by=by, now=APRIL, **given)


def note_data(**changes: Any) -> actions.NoteData:
    given = {
        "kind": "effectiveness",
        "title": "Эффективность помощи",
        "text": TEXT,
        "year": 2026,
        "quarter": 1,
        **changes,
    }
    return actions.NoteData(**given)


def a_note(place: Place, state: str = "draft", **changes: Any) -> AnalyticNote:
    note = actions.write_note(center=place.center, data=note_data(**changes), by=unit(place), now=MARCH)
    return send(note, unit(place)) if state == "sent" else note


def rewrite(note: AnalyticNote, by: Actor, **changes: Any) -> AnalyticNote:
    given = {"data": note_data(title="Иначе"), "expected_version": note.version, **changes}
    return actions.write_note(center=note.center, note=note, by=by, now=APRIL, **given)


def send(note: AnalyticNote, by: Actor, **changes: Any) -> AnalyticNote:
    given = {"expected_version": note.version, **changes}
    return actions.send_note(note=note, by=by, now=MARCH, **given)


# (what makes the row, action, states it may start from)
STEPS: dict[str, tuple[Callable[..., Any], Callable[..., Any], type, set[str]]] = {
    "hold": (an_event, hold, OutreachEvent, {"planned"}),
    "cancel": (an_event, cancel, OutreachEvent, {"planned"}),
    "change": (an_event, change, OutreachEvent, {"planned"}),
    "rewrite": (a_note, rewrite, AnalyticNote, {"draft"}),
    "send": (a_note, send, AnalyticNote, {"draft"}),
}
ROWS = [(name, state) for name, step in STEPS.items() for state in step[2].State.values]


def everybody(place: Place) -> dict[Role, Actor]:
    agency = an_agency(district=place.center.district)
    return {
        role: unit(place, role)
        if role in CENTER_ROLES
        else actor_for(a_membership(role, agency=agency if role in AGENCY_ROLES else None), at=APRIL)
        for role in Role
    }


@pytest.mark.parametrize(("name", "state"), ROWS)
def test_every_step_in_every_state_by_every_role(name: str, state: str) -> None:
    make, act, _model, sources = STEPS[name]
    place = a_center()
    row = make(place, state)
    found = {}
    for role, by in everybody(place).items():
        try:
            with transaction.atomic():
                act(row, by)
                found[role] = "ok"
                transaction.set_rollback(True)
        except AppError as error:
            found[role] = type(error).__name__
    expected = "ok" if state in sources else "Conflict"
    assert found == {role: expected if role in WRITERS else "Forbidden" for role in Role}
    with pytest.raises(AppError) as error:
        act(row, unit(a_center()))
    assert type(error.value).__name__ == "Missing"


@pytest.mark.parametrize("name", STEPS)
def test_a_stale_page_changes_nothing(name: str) -> None:
    make, act, model, _sources = STEPS[name]
    place = a_center()
    row = make(place)
    with pytest.raises(Conflict) as error:
        act(row, unit(place), expected_version=row.version + 1)
    assert error.value.code == "stale_version"
    assert model.objects.get(pk=row.pk).state == row.state


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda place: an_event(place, topic="  "), "topic"),
        (lambda place: an_event(place, place=""), "place"),
        (lambda place: hold(an_event(place), unit(place), participants=0), "participants"),
        (lambda place: cancel(an_event(place), unit(place), reason="Нет"), "reason"),
        (lambda place: a_note(place, title=" "), "title"),
        (lambda place: a_note(place, text="Коротко."), "text"),
    ],
)
def test_what_is_missing_is_said_at_its_field(call: Callable[[Place], Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        call(a_center())
    assert set(error.value.fields) == {field}


def test_an_event_ahead_was_not_held() -> None:
    place = a_center()
    event = an_event(place, starts_at=APRIL + timedelta(minutes=1))
    with pytest.raises(Conflict) as error:
        hold(event, unit(place))
    assert error.value.code == "event_ahead"


def test_one_form_is_one_event() -> None:
    place, key = a_center(), uuid4()
    made = {
        actions.plan_event(center=place.center, data=event_data(), by=unit(place), now=MARCH, key=key).pk
        for _press in range(2)
    }
    assert len(made) == 1


def test_events_and_notes_are_counted_where_they_happened() -> None:
    place = a_center()
    an_event(place, "held")
    an_event(place, "held", kind="outreach", audience="families")
    an_event(place, "cancelled")
    an_event(place)
    a_note(place, "sent")
    a_note(place)
    figures = compute(place.center, FIRST)
    assert values(figures, "events") == {
        "training": {"held": 1, "participants": 24, "cancelled": 1},
        "outreach": {"held": 1, "participants": 24},
    }
    assert values(figures, "audiences")["families"] == {"held": 1, "participants": 24}
    assert values(figures, "notes") == {"effectiveness": {"count": 1}}
    assert not values(compute(place.center, FIRST.next), "events")


def test_the_ministry_reads_what_was_sent_with_its_file() -> None:
    place, analyst = a_center(), an_analyst()
    draft = actions.write_note(
        center=place.center, data=note_data(), by=unit(place), now=MARCH, upload=a_scan()
    )
    seen = AnalyticNote.objects.visible_to(analyst)
    file = Attachment.objects.get(subject_type=actions.NOTE_SUBJECT, subject_id=draft.pk)
    assert not seen.filter(pk=draft.pk).exists()
    assert not Attachment.objects.visible_to(analyst).filter(pk=file.pk).exists()
    send(draft, unit(place))
    assert seen.filter(pk=draft.pk).exists()
    assert Attachment.objects.visible_to(analyst).filter(pk=file.pk).exists()
    assert not OutreachEvent.objects.visible_to(analyst).exists()
    with clock.at(APRIL):
        deliver_due(clock.now)
    assert Notice.objects.filter(recipient=analyst.membership_id, kind="note.sent").count() == 1


def test_lists_ask_the_same_however_long() -> None:
    place = a_center()
    client = client_of(place.people[Role.METHODOLOGIST])
    urls = [reverse("event-list"), reverse("note-list")]
    an_event(place, "held"), a_note(place)
    few = [queries(client, url) for url in urls]
    for _number in range(4):
        an_event(place, "held"), a_note(place, "sent")
    assert [queries(client, url) for url in urls] == few
    assert max(few) < 16


def test_the_pages_of_an_event_and_a_note() -> None:
    place = a_center()
    client = client_of(place.people[Role.METHODOLOGIST])
    with clock.at(APRIL):
        new = client.get(reverse("event-new")).context["form"]
        given = {
            "kind": "training",
            "audience": "staff",
            "topic": "Первичная оценка",
            "place": "Центр",
            "starts_at": "31.03.2026 15:00",
            "key": str(new["key"].value()),
        }
        assert client.post(reverse("event-new"), {**given, "topic": ""}).status_code == 400
        assert client.post(reverse("event-new"), given).status_code == 302
        event = OutreachEvent.objects.get(center=place.center)
        answer = client.post(
            reverse("event-hold", args=[event.pk]), {"participants": 12, "version": event.version}
        )
        assert answer.status_code == 302
        upload = {"materials": a_scan()}
        assert client.post(reverse("event-materials", args=[event.pk]), upload).status_code == 302
        assert client.post(reverse("event-materials", args=[event.pk]), {}).status_code == 400
        page = client.get(reverse("event", args=[event.pk])).content.decode()
        assert "scan.pdf" in page
        note = {"kind": "analytic", "period": "2026-1", "title": "Итоги", "text": TEXT}
        assert client.post(reverse("note-new"), {**note, "period": "1999-1"}).status_code == 400
        assert client.post(reverse("note-new"), note).status_code == 302
        row = AnalyticNote.objects.get(center=place.center)
        assert client.post(reverse("note-send", args=[row.pk]), {"version": row.version}).status_code == 302
        assert (
            client.post(reverse("note-send", args=[row.pk]), {"version": row.version + 1}).status_code == 409
        )
        assert client.get(reverse("note", args=[row.pk])).status_code == 200
