"""Whether the parts are alive, for supervisors and monitors: words and numbers, no details, no sign-in."""

import logging
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from family_support.access.decorators import public
from family_support.base import clock
from family_support.documents import virus
from family_support.operations.queries import for_monitors

logger = logging.getLogger(__name__)


def _database() -> dict[str, Any]:
    """States and counts that only a living database gives."""
    return {"database": "ok", **for_monitors(clock.now())}


def _valkey() -> str:
    try:
        cache.get("health")
    except (RedisError, OSError):
        logger.warning("health: Valkey does not answer")
        return "down"
    return "ok"


@public
@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 while the database answers: without Valkey work goes on, only slower. 503 without the database."""
    try:
        state = _database()
    except DatabaseError:
        logger.warning("health: the database does not answer")
        connection.close()
        return JsonResponse({"status": "down", "database": "down", "valkey": _valkey()}, status=503)
    valkey, scanner = _valkey(), virus.state()
    silent = any(state[part]["silent"] for part in ("beat", "worker", "watch", "sweep"))
    down = valkey != "ok" or scanner == virus.ScannerState.DOWN
    well = not down and not silent and not state["outbox"]["parked"] and not state["mail"]["parked"]
    return JsonResponse(
        {"status": "ok" if well else "degraded", "valkey": valkey, "virus_scanner": scanner, **state}
    )
