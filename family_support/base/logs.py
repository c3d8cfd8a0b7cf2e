"""What the request log may hold: the event, the path, ids – no query string, no address, no browser (security.md)."""

import logging
import re
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist

Entry = MutableMapping[str, Any]
# Whoever knows such an address reads somebody's calendar by it.
SECRET_ADDRESS = re.compile(r"/calendar/[^/]+\.ics")
DROPPED = ("ip", "user_agent", "referer")

# Whose messages name things of the code; every other message may repeat what somebody typed ("Key (email)=(…)").
SAID = (AttributeError, NameError, ImportError, ImproperlyConfigured, TemplateDoesNotExist)


def name_of(error: BaseException) -> str:
    """What an exception is, for the log: its class, its code or the database's code and constraint; no value."""
    said = type(error).__name__
    if isinstance(error, SAID):
        return f"{said}: {error}"
    found = [getattr(error, "code", None), getattr(error, "pgcode", None)]
    found.append(getattr(getattr(error, "diag", None), "constraint_name", None))
    codes = [each for each in found if isinstance(each, str) and re.fullmatch(r"[A-Za-z0-9_.]{1,80}", each)]
    return f"{said} ({', '.join(codes)})" if codes else said


def trace_of(error: BaseException | None) -> str:
    """A traceback with its causes: places in the code and what each exception is, without its message."""
    told: list[str] = []
    known: set[int] = set()
    while error is not None and id(error) not in known:
        known.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        told.append(f"Traceback (most recent call last):\n{frames}{name_of(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(told))


class WithoutValues(logging.Formatter):
    """Lines whose tracebacks hold no message of an exception."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return trace_of(ei[1])


class NamedFailures(logging.Filter):
    """On Celery's log of failed tasks, which writes the exception and its traceback into the line itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "exc" in record.args:
            error = record.exc_info[1] if record.exc_info else None
            said = name_of(error) if error is not None else "failed"
            record.args = {**record.args, "exc": said, "traceback": "", "args": "", "kwargs": ""}
        return True


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
            structlog.processors.ExceptionRenderer(lambda found: trace_of(found[1])),
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
