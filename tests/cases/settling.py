"""What a generated call lacks to be a good one: values that only this installation knows, or that must fit together.

Everything else stays as it was generated: flags, choices, words, the presence of what may be left out.
"""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass
from typing import Any

from family_support.accounts.machine_actions import Issued
from tests.cases.test_api_intakes import PATH, call
from tests.documents.samples import PDF
from tests.factories import a_center, a_district, an_iin
from tests.machines import Caller, Door, a_machine

KATO = "719920000"
BOUNDARY = "settled"
SIGNALS = "/api/v1/signals"


@dataclass
class Known:
    """A Center with its place, a program of each door with its secret, and what each has sent before."""

    center: str
    machines: dict[str, Issued]
    sent: dict[str, str]


def known() -> Known:
    district = a_district()
    district.kato = KATO
    district.save()
    place = a_center(district=district)
    machines = {door: a_machine(door) for door in Door.values}
    bodies = {
        PATH: (Door.CONTACT_CENTER, call(place)),
        SIGNALS: (Door.STATE_SYSTEM, card({})),
    }
    sent = {
        path: Caller(machines[door].machine).send(path, body).json()["id"]
        for path, (door, body) in bodies.items()
    }
    return Known(place.center.code, machines, sent)


def card(generated: dict[str, Any]) -> dict[str, Any]:
    roles = [
        member.get("role")
        for member in generated.get("members") or ()
        if isinstance(member, dict) and member.get("role") != "head"
    ]
    return {
        "family_id": f"DFC-{uuid.uuid4().hex[:8]}",
        "level": generated.get("level", "D"),
        "kato": KATO,
        "date": "2026-03-01",
        "members": [
            {"iin": an_iin(), "role": "head"},
            *({"no_iin_reason": "newborn", "role": role} for role in roles[:5]),
        ],
    }


def words(text: Any) -> str:
    """The letters, digits and signs of a generated text; a word where nothing is left."""
    kept = "".join(
        char for char in str(text) if unicodedata.category(char)[0] in "LNPS" and ord(char) < 0x10000
    )
    return kept[:80] or "Нужна помощь"


def settle(case: Any, world: Known) -> None:
    """Make the call one that has to be carried out."""
    path = case.operation.path
    body = case.body if isinstance(case.body, dict) else {}
    case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if "public_id" in case.operation.path:
        case.path_parameters["public_id"] = world.sent[PATH if path.startswith(PATH) else SIGNALS]
    if case.method == "GET":
        limit = str((case.query or {}).get("limit", ""))
        case.query = (
            {"limit": limit} if limit.isascii() and limit.isdecimal() and 0 < int(limit) <= 100 else {}
        )
    elif path == PATH:
        case.body = {**body, "center_code": world.center, "received_at": "2026-03-02T09:15:00+05:00"}
        case.body.pop("kato", None)
        if "person" in case.body:
            case.body["person"] = {"last_name": "Сәрсенова", "iin": an_iin()}
        for name in {"said", "reported_by", "reference"} & case.body.keys():
            case.body[name] = words(case.body[name])
        for name in ("threat", "violence", "minor_at_risk"):
            case.body[name] = bool(case.body.get(name))
        case.body.setdefault("said", words(""))
    elif path == SIGNALS:
        case.body, case.media_type = card(body), "application/json"
    elif path.endswith("/attachments"):
        # As a browser or a program sends a file: in a part with a name of its own.
        case.headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        case.body = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
            f"Content-Type: application/pdf\r\n\r\n".encode()
            + PDF
            + f"% {uuid.uuid4()}\r\n--{BOUNDARY}--\r\n".encode()
        )
    else:
        issued = world.machines[Door.CONTACT_CENTER]
        case.body = {
            "grant_type": "client_credentials",
            "client_id": issued.machine.client_id,
            "client_secret": issued.secret,
        }
