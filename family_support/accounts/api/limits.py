"""How often a program may ask, and a person search. Counters live in Valkey, which is disposable: without it nobody is
refused."""

from __future__ import annotations

import hashlib

import structlog
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from family_support.base import clock
from family_support.base.errors import TooMany

logger = structlog.get_logger(__name__)


def address_of(request: HttpRequest) -> str:
    """The caller's address, behind the proxies of ours."""
    return str(ratelimit.get_ip(request))


def check(request: HttpRequest, action: str, *, key: str = "", only_look: bool = False) -> None:
    """Count one call of an action of API_RATE_LIMITS or PAGE_RATE_LIMITS in its window of time; `only_look` asks
    whether it is used up.

    Errors: TooMany with the seconds until the window ends. The counting is one atomic step: unlike the lock of
    allauth's limits it refuses nobody because many call at once.
    """
    now = clock.now().timestamp()
    for rate in ratelimit.parse_rates({**settings.PAGE_RATE_LIMITS, **settings.API_RATE_LIMITS}[action]):
        who = key if rate.per == "key" else address_of(request)
        seconds = int(rate.duration)
        name = f"api:{action}:{seconds}:{int(now // seconds)}:{hashlib.sha256(who.encode()).hexdigest()}"
        used = _used(name, seconds, only_look=only_look)
        if used >= rate.amount if only_look else used > rate.amount:
            raise TooMany(retry_after=seconds - int(now % seconds))


def _used(name: str, seconds: int, *, only_look: bool) -> int:
    """How many calls the window has seen, this one included unless only looked at. The product's promise comes
    first: an intake goes on when Valkey is down."""
    try:
        if only_look:
            return int(cache.get(name, 0))
        cache.add(name, 0, timeout=seconds + 5)
        return int(cache.incr(name))
    except (RedisError, ValueError):
        logger.exception("api.limit_not_counted")
        return 0
