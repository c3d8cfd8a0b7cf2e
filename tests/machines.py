"""Programs that call the API, for tests: a client of a door, its token, and calls with it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from family_support.accounts.machine_actions import SCOPES, Issued, create_machine
from family_support.accounts.machines import actor_of_machine, machine_in_force
from family_support.accounts.models import MachineClient
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor

Door = MachineClient.Door


def a_machine(door: str = Door.CONTACT_CENTER, name: str = "", now: datetime | None = None) -> Issued:
    """A program with its secret."""
    name = name or f"Program {uuid.uuid4().hex[:8]}"
    return create_machine(name=name, door=door, by=SYSTEM, now=now or clock.now() - timedelta(days=30))


def actor_of(machine: MachineClient) -> Actor:
    """The Actor of a program in force."""
    found = machine_in_force(machine.client_id, clock.now())
    assert found is not None
    return actor_of_machine(found, "test")


def a_token(machine: MachineClient, scopes: tuple[str, ...] | None = None) -> str:
    """A bearer token, as the token endpoint gives it."""
    value = f"test-{uuid.uuid4().hex}"
    token = Token(type=Token.Type.ACCESS_TOKEN, client=machine.client, created_at=clock.now())
    token.expires_at = clock.now() + timedelta(minutes=10)
    token.set_value(value)
    token.set_scopes(list(SCOPES[machine.door] if scopes is None else scopes))
    with acting(SYSTEM):
        token.save()
    return value


def in_one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits' clock stands still, at the beginning of a window: no test straddles the turn of a minute."""
    moment = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
    monkeypatch.setattr("family_support.accounts.api.limits.clock", SimpleNamespace(now=lambda: moment))


class Caller:
    """A program with a token in its hand."""

    def __init__(self, machine: MachineClient, *, language: str = "en", client: Client | None = None) -> None:
        self.machine = machine
        self.client = client or Client()
        self.headers = {"Authorization": f"Bearer {a_token(machine)}", "Accept-Language": language}

    def send(
        self, path: str, body: Any, *, key: str | None = "", kind: str = "application/json", **headers: str
    ) -> Any:
        """POST a body: a dict as JSON, text and bytes as they are. `key` None sends no Idempotency-Key."""
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        if key is not None:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        return self.client.post(path, data=data, content_type=kind, headers={**self.headers, **headers})

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)
