"""Asking the broker, briefly: whether it answers, how much waits in it, and a worker for a sign of life."""

from __future__ import annotations

import logging
from typing import Any

import redis
from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)
SECONDS = 1
PULSE_TASK = "operations.pulse"
# The names under which Celery keeps its one queue: for each step of priority one.
_SEPARATOR = "\x06\x16"


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=None
    )


def answers() -> bool:
    """Whether the broker answers within a second."""
    try:
        with _client() as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False


def waiting() -> int | None:
    """Messages that wait for a worker; None when the broker does not answer."""
    queue = current_app.conf.task_default_queue
    options: dict[str, Any] = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    names = [queue if step == 0 else f"{queue}{_SEPARATOR}{step}" for step in options["priority_steps"]]
    try:
        with _client() as client:
            lengths: list[Any] = [client.llen(name) for name in names]
            return sum(lengths)
    except (redis.RedisError, OSError):
        return None


def ask_worker() -> None:
    """Send a worker the smallest task there is: carrying it out leaves the sign of life, with or without beat."""
    try:
        current_app.send_task(
            PULSE_TASK, retry=False, ignore_result=True, expires=settings.SILENT_SECONDS // 2
        )
    except Exception as error:  # whatever the broker's client raises: the watch goes on without it
        logger.info("watch: no pulse sent: %s", type(error).__name__)
