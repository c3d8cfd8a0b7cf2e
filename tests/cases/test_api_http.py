"""Token, call, status: as a program does it, over HTTP against the real web server."""

from __future__ import annotations

import base64
import json
import socket
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest

from cases.models import FamilyCard, Intake
from family_support.accounts.machine_actions import Issued, create_machine
from family_support.base import clock
from family_support.base.actor import SYSTEM
from tests.factories import Place, a_center, a_district, an_iin
from tests.machines import Door
from tests.services import Stack


def request(
    address: str, method: str = "GET", data: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], Any]:
    """Status, headers and the JSON of an answer."""
    asked = urllib.request.Request(address, data=data, method=method, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            return answer.status, dict(answer.headers), json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), json.loads(error.read())


def token(site: Stack, issued: Issued) -> dict[str, str]:
    """The Authorization header that the program gets for its secret."""
    proof = base64.b64encode(f"{issued.machine.client_id}:{issued.secret}".encode()).decode()
    status, headers, told = request(
        f"{site.address}/api/v1/token",
        "POST",
        urllib.parse.urlencode({"grant_type": "client_credentials"}).encode(),
        Authorization=f"Basic {proof}",
    )
    assert (status, told["expires_in"], headers["Cache-Control"]) == (200, 600, "no-store")
    return {"Authorization": f"Bearer {told['access_token']}"}


@pytest.fixture
def place(services: Stack, settings: Any) -> Place:
    # Secrets are hashed here and compared by the server, which has the real hasher.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    district = a_district()
    district.kato = "719930000"
    district.save()
    return a_center(district=district)


def test_programs_over_http(services: Stack, place: Place) -> None:
    center = create_machine(name="111", door=Door.CONTACT_CENTER, by=SYSTEM, now=clock.now())
    call = {
        "center_code": place.center.code,
        "received_at": "2026-03-02T09:15:00+05:00",
        "said": "Нужна помощь.",
        "threat": False,
        "violence": False,
        "minor_at_risk": False,
    }
    services.web()
    intakes, bearer = f"{services.address}/api/v1/intakes", token(services, center)
    headers = {**bearer, "Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
    answers = [request(intakes, "POST", json.dumps(call).encode(), **headers) for _number in range(2)]
    assert [status for status, _headers, _told in answers] == [201, 201]
    assert answers[0][2] == answers[1][2]
    assert Intake.objects.filter(center=place.center).count() == 1
    status, _headers, told = request(services.address + answers[0][2]["url"], **bearer)
    assert (status, told["state"]) == (200, "registered")
    status, _headers, told = request(intakes, **bearer)
    assert (status, len(told["items"]), told["next"]) == (200, 1, None)
    for wrong, code in (({}, 401), ({"Authorization": "Bearer " + "x" * 64}, 401)):
        status, answered, told = request(intakes, **wrong)
        assert (status, told["code"], answered["WWW-Authenticate"]) == (
            code,
            "unauthenticated",
            'Bearer realm="api"',
        )
    _signal(services, place)
    _large(services, bearer)


def _signal(services: Stack, place: Place) -> None:
    system = create_machine(name="Card", door=Door.STATE_SYSTEM, by=SYSTEM, now=clock.now())
    xml = f"""<signal><family_id>1</family_id><level>D</level><kato>719930000</kato><date>2026-03-01</date>
    <members><member><iin>{an_iin()}</iin><role>head</role></member></members></signal>"""
    headers = {**token(services, system), "Content-Type": "application/xml"}
    signals = f"{services.address}/api/v1/signals"
    answers = [request(signals, "POST", xml.encode(), **headers) for _number in range(2)]
    assert answers[0][0] == answers[1][0] == 201, answers
    assert answers[0][2] == answers[1][2]
    assert FamilyCard.objects.get().submission.intake.center == place.center
    status, _headers, told = request(signals, "POST", b"<signal>", **headers)
    assert (status, told["code"]) == (400, "xml_broken")


def _large(services: Stack, bearer: dict[str, str]) -> None:
    """A body that says it is large is refused before it is read."""
    place = urlsplit(services.address)
    with socket.create_connection((place.hostname, place.port), timeout=20) as line:
        lines = [
            "POST /api/v1/intakes HTTP/1.1",
            f"Host: {place.netloc}",
            f"Authorization: {bearer['Authorization']}",
            "Content-Type: application/json",
            f"Idempotency-Key: {uuid.uuid4()}",
            "Content-Length: 50000000",
            "Connection: close",
        ]
        line.sendall(("\r\n".join(lines) + "\r\n\r\n{").encode())
        answer = b""
        while part := line.recv(4096):
            answer += part
    assert answer.startswith(b"HTTP/1.1 413"), answer[:200]
    assert b'"code":"too_large"' in answer
