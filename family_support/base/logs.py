"""What the request log may hold: the event, the path, ids – no query string, no address, no browser (security.md)."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

Entry = MutableMapping[str, Any]
# Whoever knows such an address reads somebody's calendar by it.
SECRET_ADDRESS = re.compile(r"/calendar/[^/]+\.ics")
DROPPED = ("ip", "user_agent", "referer")


def without_people(logger: Any, method: str, entry: Entry) -> Entry:
    """A query string may hold what a person typed; an address and a browser tell who it was."""
    for name in DROPPED:
        entry.pop(name, None)
    request = entry.get("request")
    if isinstance(request, str):
        entry["request"] = SECRET_ADDRESS.sub("/calendar/….ics", request.partition("?")[0])
    return entry


class SecretAddresses(logging.Filter):
    """On Django's log of refused and failed requests, which writes the whole path."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                SECRET_ADDRESS.sub("/calendar/….ics", each) if isinstance(each, str) else each
                for each in record.args
            )
        return True


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
