"""Every operation of the OpenAPI schema, sent what schemathesis thinks of, by everybody: no failure, no answer that the
schema does not tell of, and nothing for who may not."""

from __future__ import annotations

from collections import Counter
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
from tests.factories import a_center, a_membership, an_agency
from tests.machines import a_machine, a_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
EXAMPLES = 20  # of who may call
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
def callers(db: None) -> dict[str, dict[str, str]]:
    """The headers of each caller: nobody, a person of each role, a program of each door, one that is shut out."""
    found: dict[str, dict[str, str]] = {"nobody": {}, "a wrong token": {"Authorization": "Bearer wrong"}}
    place, agency = a_center(), an_agency()
    for role in Role:
        membership = place.people.get(role) or a_membership(role, agency=agency)
        client = sign_in(Client(), membership)
        found[role.value] = {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}
    for door in MachineClient.Door.values:
        found[f"program of {door}"] = {"Authorization": f"Bearer {a_token(a_machine(door).machine)}"}
    return found


def test_every_operation_by_everybody(callers: dict[str, dict[str, str]], settings: Any) -> None:
    settings.API_RATE_LIMITS = dict.fromkeys(settings.API_RATE_LIMITS, "100000/m/key")
    # The calls come from within the test's transaction, which no end of a request may close (as Django's own client).
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        everything(callers)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


HANDLER = WSGIHandler()


def answering(environ: dict[str, Any], start_response: Any) -> Any:
    """The product, called from an address, as a server calls it."""
    return HANDLER({**environ, "REMOTE_ADDR": "203.0.113.9"}, start_response)


def everything(callers: dict[str, dict[str, str]]) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", app=answering)
    sent: Counter[str] = Counter()
    problems: list[str] = []
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        for who, headers in callers.items():
            fuzz(operation, who, headers, sent, problems)
    print(f"operations {len(operations)}, callers {len(callers)}, calls {sent.total()}: {dict(sent)}")
    assert {operation.path for operation in operations} | OPEN >= set(DOORS)
    assert sorted(set(problems)) == []


def fuzz(operation: Any, who: str, headers: dict[str, str], sent: Counter[str], problems: list[str]) -> None:
    door = door_of(operation.path)
    may = operation.path in OPEN or who == f"program of {door}"
    refused = {401} if not who.startswith("program") else {403}

    @seed(20261125)
    @settings(
        max_examples=EXAMPLES if may else FEW, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        # What is generated for the header that says who calls is put aside: the caller is the one under test.
        answer = case.call(headers=headers)
        sent[str(answer.status_code)] += 1
        where = f"{case.method} {operation.path} by {who}"
        if not may and answer.status_code not in refused:
            problems.append(f"{where}: {answer.status_code}")
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseException as failure:  # noqa: BLE001 - schemathesis raises a group of its own
            problems.append(f"{where}: {answer.status_code} {str(failure)[:400]}")

    call()
