"""``GET /api/v1/schema``: the OpenAPI description, open to everybody. It holds no data, only the shape of calls."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from family_support.access.decorators import public
from family_support.accounts.api import described


@cache
def openapi() -> dict[str, Any]:
    """The schema of all endpoints, made once a process."""
    found: dict[str, Any] = SchemaGenerator(patterns=None, api_version="1").get_schema(public=True)
    found["paths"]["/api/v1/token"] = described.TOKEN_PATH
    found["components"].setdefault("securitySchemes", {}).update(described.SECURITY)
    return found


@public
@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3, as JSON."""
    return JsonResponse(openapi(), json_dumps_params={"ensure_ascii": False, "indent": 1})
