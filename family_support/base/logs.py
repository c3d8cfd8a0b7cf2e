"""What the request log may hold: the event, the path, ids – no query string, no address, no browser (security.md)."""

from collections.abc import MutableMapping
from typing import Any

import structlog

Entry = MutableMapping[str, Any]
DROPPED = ("ip", "user_agent", "referer")


def without_people(logger: Any, method: str, entry: Entry) -> Entry:
    """A query string may hold what a person typed; an address and a browser tell who it was."""
    for name in DROPPED:
        entry.pop(name, None)
    request = entry.get("request")
    if isinstance(request, str):
        entry["request"] = request.partition("?")[0]
    return entry


def configure() -> None:
    """Send structlog through the standard library, whose levels and handlers the settings name."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            without_people,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
