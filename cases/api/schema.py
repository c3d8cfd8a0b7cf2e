"""``GET /api/v1/schema``: the OpenAPI description, open to everybody. It holds no data, only the shape of calls."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from family_support.access.decorators import public
from family_support.accounts.api import described

# Bodies that are sent to us: unknown members are refused.
CLOSED = ("CallShape", "CardShape", "MemberShape", "PersonShape")


@cache
def openapi() -> dict[str, Any]:
    """The schema of all endpoints, made once a process."""
    found: dict[str, Any] = SchemaGenerator(patterns=None, api_version=None).get_schema(public=True)
    found["paths"]["/api/v1/token"] = described.TOKEN_PATH
    for name in CLOSED:
        found["components"]["schemas"][name]["additionalProperties"] = False
    return found


@public
@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3, as JSON."""
    return JsonResponse(openapi(), json_dumps_params={"ensure_ascii": False, "indent": 1})
