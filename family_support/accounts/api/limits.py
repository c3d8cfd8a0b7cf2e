"""How often a program may ask. Counters live in Valkey, which is disposable: without it nobody is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest
from redis.exceptions import RedisError

from family_support.base.errors import TooMany

logger = structlog.get_logger(__name__)


def _carefully(count: Callable[[], Any]) -> bool:
    """Whether the count allows the call. The product's promise comes first: an intake goes on when Valkey is down."""
    try:
        return bool(count())
    except RedisError:
        logger.exception("api.limit_not_counted")
        return True


def address_of(request: HttpRequest) -> str:
    """The caller's address, behind the proxies of ours."""
    return str(ratelimit.get_ip(request))


def check(request: HttpRequest, action: str, *, key: str = "", only_look: bool = False) -> None:
    """Count one call of an action of API_RATE_LIMITS. Errors: TooMany with the seconds to wait."""
    config = settings.API_RATE_LIMITS
    allowed = _carefully(
        lambda: ratelimit.consume(
            request, app="api", action=action, config=config, key=key, limit_get=True, dry_run=only_look
        )
    )
    if not allowed:
        rates = ratelimit.parse_rates(config[action])
        raise TooMany(retry_after=int(max(rate.duration for rate in rates)))
