"""The words of the OpenAPI schema, in English: for those who write the programs that call."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from cases.api.serializers import Refusal

KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    required=True,
    description="A UUID of your own for each call. Repeat with the same key and body until you have an answer: "
    "it is registered once, and every answer is the same. Kept for 14 days.",
)
INTAKE_POST: dict[str, Any] = {
    "operation_id": "sendIntake",
    "summary": "Send a call",
    "description": "Registers a call of contact center 111 at a Family Support Center. A call that says `threat` or "
    "`violence` is registered at the moment it was received, at any hour; others count from the Center's next "
    "working day when they arrive after hours.",
    "parameters": [KEY],
}
INTAKE_FILE: dict[str, Any] = {
    "operation_id": "addFile",
    "summary": "Add a file to a call",
    "description": "One part `file` of multipart/form-data: PDF, PNG, JPEG, DOCX or XLSX by its content, up to 15 MB, "
    "at most 10 files a call. The answer tells only what you sent; files are never given back. A file that is too "
    "large answers 413, one of a kind that is not taken 415.",
    "parameters": [KEY],
}
INTAKE_LIST: dict[str, Any] = {
    "operation_id": "listIntakes",
    "summary": "Own submissions",
    "description": "Newest first, in pages.",
    "parameters": [
        OpenApiParameter("limit", int, description="Rows of a page, 1 to 100, 50 by default."),
        OpenApiParameter("after", OpenApiTypes.UUID, description="`next` of the page before."),
    ],
}
INTAKE_STATUS: dict[str, Any] = {
    "operation_id": "getIntake",
    "summary": "Where a call stands",
    "description": "Own submissions only; a foreign and an absent one answer the same.",
}
SIGNAL_POST: dict[str, Any] = {
    "operation_id": "sendSignal",
    "summary": "Send a Digital Family Card",
    "description": "One signal of a family and date: a repeat gives the same answer, another card of the same family "
    "and date is refused with 422. XML has the root `signal`, the members' names as elements, and "
    "`members` holding `member` elements.",
}
SIGNAL_STATUS: dict[str, Any] = {
    "operation_id": "getSignal",
    "summary": "Where a signal stands",
    "description": "Own signals only; a foreign and an absent one answer the same.",
}
READING = (400, 401, 403, 405, 429)
WITH_BODY = (409, 413, 415, 422)


def answers(good: dict[int, Any], *, body: bool = False, absent: bool = False) -> dict[int, Any]:
    """The good answers with every refusal that the operation can give."""
    codes = (*READING, *(WITH_BODY if body else ()), *((404,) if absent else ()))
    return {**good, **dict.fromkeys(sorted(codes), Refusal)}
