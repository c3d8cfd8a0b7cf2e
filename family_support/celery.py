"""The Celery application: a shortcut beside the database sweeps, never the only promise (ADR 9)."""

import ctypes
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

PR_SET_PDEATHSIG = 1

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "family_support.settings")

app = Celery("family_support")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def die_with_worker(**kwargs: Any) -> None:
    """A killed worker takes its processes along: its tasks are delivered again, so nobody may go on with them."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


@worker_init.connect
def know_the_keys(**kwargs: Any) -> None:
    """A worker with the wrong keys does not begin."""
    from family_support.base.key_fingerprints import (
        WrongKeysError,
        refuse_wrong_keys,
    )  # needs the applications

    try:
        refuse_wrong_keys()
    except WrongKeysError as error:  # a signal's other exceptions are only logged
        raise SystemExit(str(error)) from error
