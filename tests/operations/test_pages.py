"""The operator's page and the health of the product: what is there, and that nothing personal is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.deadlines import signs
from family_support.operations.models import Incident, Part
from family_support.outbox.models import Delivery, DeliveryState, Event
from tests.access.world import sign_in
from tests.places import make_membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def parked() -> Delivery:
    now = clock.now()
    event = Event.objects.create(type="tests.poison", case_id=4711, payload={"a": 1}, created_at=now)
    return Delivery.objects.create(
        event=event, handler="family_support.notifications.handlers.tell_level", state=DeliveryState.PARKED,
        attempts=8, parked_at=now, next_attempt_at=now, last_error="ValueError",
    )  # fmt: skip


def test_the_page_shows_what_was_given_up_and_retries_it(client: Client, parked: Delivery) -> None:
    sign_in(client, make_membership(Role.SYSTEM_ADMIN))
    for name in ("operations", "operations-state"):
        text = client.get(reverse(name)).content.decode()
        for expected in ("tests.poison", "notifications.tell_level", "ValueError"):
            assert expected in text
        assert "4711" not in text
    answer = client.post(
        reverse("deliveries-retry"),
        {"type": "tests.poison", "handler": parked.handler, "error": "ValueError"},
        follow=True,
    )
    assert answer.status_code == 200
    parked.refresh_from_db()
    assert (parked.state, parked.attempts) == (DeliveryState.PENDING, 0)
    again = client.post(reverse("deliveries-retry"), {"type": "tests.poison", "handler": parked.handler})
    assert again.status_code == 409


def test_the_security_officer_reads_without_a_button(client: Client, parked: Delivery) -> None:
    sign_in(client, make_membership(Role.SECURITY_OFFICER))
    text = client.get(reverse("operations")).content.decode()
    assert "ValueError" in text
    assert reverse("deliveries-retry") not in text


def test_the_page_takes_as_many_queries_however_much_there_is(
    client: Client, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    sign_in(client, make_membership(Role.SYSTEM_ADMIN))
    counts = []
    for number in (1, 30):
        now = clock.now()
        for index in range(number):
            event = Event.objects.create(type="tests.poison", payload={}, created_at=now)
            Delivery.objects.create(
                event=event, handler=f"tests.{number}_{index}", state=DeliveryState.PARKED, attempts=8,
                parked_at=now, next_attempt_at=now, last_error="ValueError",
            )  # fmt: skip
            Incident.objects.create(part=Part.BEAT, opened_at=now, closed_at=now)
            signs.leave(f"{signs.WORKER}{index}", now)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("operations")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 24


def test_health_tells_every_part_apart(client: Client) -> None:
    found = client.get("/health/").json()
    assert found["status"] == "degraded"
    assert all(found[part]["silent"] for part in ("beat", "worker", "watch", "sweep"))
    now = clock.now()
    for name in (signs.BEAT, f"{signs.WORKER}a", signs.WATCH):
        signs.leave(name, now)
    found = client.get("/health/").json()
    assert [found[part]["silent"] for part in ("beat", "worker", "watch", "sweep")] == [False] * 3 + [True]
    signs.leave(signs.SWEEP, now)
    found = client.get("/health/").json()
    assert found["status"] == "ok"
    assert found["outbox"] == {"pending": 0, "parked": 0}
    assert found["mail"] == {"waiting": 0, "parked": 0}
    assert found["incidents"] == 0
