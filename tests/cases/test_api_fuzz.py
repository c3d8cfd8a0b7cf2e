"""Every operation of the OpenAPI schema, sent what schemathesis thinks of, by everybody: no failure, no answer that the
schema does not tell of, nothing for who may not; and what only lacks this installation's own values is carried out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from family_support.accounts.models import MachineClient
from family_support.accounts.roles import Role
from tests.access.world import sign_in
from tests.cases.settling import Known, known, settle
from tests.factories import a_center, a_membership, an_agency
from tests.machines import a_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 12  # of who may call, as generated
SETTLED = 6  # of the same, made good
FEW = 1  # of everybody else
# Doors of an operation; the token's is open to who has a secret, the schema's to all.
DOORS = {
    "/api/v1/intakes": MachineClient.Door.CONTACT_CENTER,
    "/api/v1/signals": MachineClient.Door.STATE_SYSTEM,
}
OPEN = {"/api/v1/schema", "/api/v1/token"}


def door_of(path: str) -> str:
    found = {door for start, door in DOORS.items() if path.startswith(start)}
    return str(found.pop()) if found else ""


@pytest.fixture
def world(db: None) -> Known:
    return known()


@pytest.fixture
def callers(world: Known) -> dict[str, dict[str, str]]:
    """The headers of each caller: nobody, a person of each role, a program of each door, one that is shut out."""
    found: dict[str, dict[str, str]] = {"nobody": {}, "a wrong token": {"Authorization": "Bearer wrong"}}
    place, agency = a_center(), an_agency()
    for role in Role:
        membership = place.people.get(role) or a_membership(role, agency=agency)
        client = sign_in(Client(), membership)
        found[role.value] = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
    for door, issued in world.machines.items():
        found[f"program of {door}"] = {"Authorization": f"Bearer {a_token(issued.machine)}"}
    return found


def test_every_operation_by_everybody(
    callers: dict[str, dict[str, str]], world: Known, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.API_RATE_LIMITS = dict.fromkeys(settings.API_RATE_LIMITS, "100000/m/key")
    # The calls come from within the test's transaction, which no end of a request may close (as Django's own client).
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        everything(callers, world)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


HANDLER = WSGIHandler()


def answering(environ: dict[str, Any], start_response: Any) -> Any:
    """The product, called from an address, as a server calls it."""
    return HANDLER({**environ, "REMOTE_ADDR": "203.0.113.9"}, start_response)


def everything(callers: dict[str, dict[str, str]], world: Known) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", app=answering)
    run = Run()
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        for who, headers in callers.items():
            run.fuzz(operation, who, headers)
            if may(operation.path, who) and (operation.path not in OPEN or not headers):
                run.fuzz(operation, who, headers, world)
    print(
        f"operations {len(operations)}, callers {len(callers)}, pairs {len(run.pairs)}, calls {run.sent.total()}: "
        f"{dict(run.sent)}; carried out: {dict(run.good)}"
    )
    assert {operation.path for operation in operations} | OPEN >= set(DOORS)
    assert len(run.pairs) == len(operations) * len(callers)
    assert sorted(set(run.problems)) == []
    # None of the operations only refuses: each was carried out, and not by chance.
    assert {operation.label for operation in operations} == set(run.good)
    assert min(run.good.values()) >= SETTLED


def may(path: str, who: str) -> bool:
    """Whether the operation is open to the caller."""
    return path in OPEN or who == f"program of {door_of(path)}"


@dataclass
class Run:
    """What was sent by whom, how it was answered, and what is wrong with it."""

    sent: Counter[str] = field(default_factory=Counter)
    good: Counter[str] = field(default_factory=Counter)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def fuzz(self, operation: Any, who: str, headers: dict[str, str], world: Known | None = None) -> None:
        """Send what is generated, or with a world what is made good for it."""
        allowed = may(operation.path, who)
        # What is open to all is the same for all.
        most = (
            (SETTLED if world else EXAMPLES) if allowed and not (operation.path in OPEN and headers) else FEW
        )
        # Nothing is carried out for the door of the others.
        refused = {401} if not who.startswith("program") else {403}
        self.pairs.add((operation.label, who))

        @seed(20261125)
        @settings(
            max_examples=most, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def call(case: Any) -> None:
            if world:
                settle(case, world)
            # What is generated for the header that says who calls is put aside: the caller is the one under test.
            answer = case.call(headers=headers)
            self.sent[str(answer.status_code)] += 1
            where = f"{case.method} {operation.path} by {who}"
            if answer.status_code in {200, 201}:
                self.good[operation.label] += 1
            elif world:
                self.problems.append(f"{where} is not carried out: {answer.status_code} {answer.text[:200]}")
            if not allowed and answer.status_code not in refused:
                self.problems.append(f"{where}: {answer.status_code}")
            try:
                case.validate_response(answer, checks=CHECKS)
            except BaseException as failure:  # noqa: BLE001 - schemathesis raises a group of its own
                self.problems.append(f"{where}: {answer.status_code} {str(failure)[:400]}")

        call()
