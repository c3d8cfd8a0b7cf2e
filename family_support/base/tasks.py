"""The project's Celery task: late acknowledgement, redelivery after a lost worker, bounded retries, ids only."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Task, shared_task  # noqa: TID251 - the one place
from django.db import InterfaceError, OperationalError

from family_support.base import clock
from family_support.base.idempotency import forget_old_keys

TRANSIENT = (OperationalError, InterfaceError, ConnectionError)
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def _is_id(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_id(each) for each in value)
    return (
        value is None
        or isinstance(value, bool | int | UUID)
        or (isinstance(value, str) and bool(_CODE.fullmatch(value)))
    )


class IdTask(Task):
    """Refuses anything but ids and codes as arguments: the broker keeps no personal data."""

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Raise TypeError for an argument that is not an id or a code."""
        for value in [*(args or ()), *(kwargs or {}).values()]:
            if not _is_id(value):
                raise TypeError(f"arguments of {self.name} must be ids or codes")
        return super().apply_async(args, kwargs, **options)


def task(*, name: str, max_retries: int = 5, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declare a task: an id → one action. Only failures of the connection to a service are retried, with backoff."""
    return shared_task(
        name=name,
        base=IdTask,
        acks_late=True,
        reject_on_worker_lost=True,
        autoretry_for=TRANSIENT,
        retry_backoff=2,
        retry_backoff_max=60,
        retry_jitter=True,
        max_retries=max_retries,
        serializer="json",
        ignore_result=True,
        **options,
    )


@task(name="base.forget_old_keys")
def forget_keys() -> int:
    """Daily: drop idempotency keys that nobody can repeat any more."""
    return forget_old_keys(clock.now())
