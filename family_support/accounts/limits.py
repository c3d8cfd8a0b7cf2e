"""How often pages without an account may be used: per address and by everybody together.

The counters are allauth's, in the cache. Without the cache nothing is limited: a request for help never fails
because a counter cannot be kept.
"""

import logging

from allauth.core.internal.ratelimit import consume
from django.conf import settings
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def within_limit(request: HttpRequest, action: str) -> bool:
    """Count one use of a public page against `settings.PUBLIC_RATE_LIMITS[action]`; False when it is one too many."""
    try:
        used = consume(
            request,
            app="family_support",
            action=action,
            config=settings.PUBLIC_RATE_LIMITS,
            key="everybody",
            limit_get=True,
        )
    except (RedisError, OSError):
        logger.warning("public_limit_unknown", extra={"action": action})
        return True
    return used is not None
