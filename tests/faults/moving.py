"""A clock that the run moves for all of its processes at once, as somebody who sets a host's clock does.

The offset stands in a file; a thread in each process follows it. Pauses are measured by the monotonic clock, which a
host's clock does not move either.
"""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

VARIABLE = "FAULTS_CLOCK"
EVERY = 0.05
_state: dict[str, object] = {"offset": None}


def _real() -> float:
    hatch = time_machine.escape_hatch
    return hatch.time.time() if hatch.is_travelling() else time.time()


def begin() -> None:
    """Live by the moved clock from here on, in forked children too."""
    _follow()
    _start()
    os.register_at_fork(after_in_child=_start)


def _start() -> None:
    threading.Thread(target=_keep, name="clock", daemon=True).start()


def _keep() -> None:
    while True:
        time.sleep(EVERY)
        _follow()


def _follow() -> None:
    try:
        text = Path(os.environ[VARIABLE]).read_text()
    except FileNotFoundError:
        return  # the run is over
    if not text or text == _state["offset"]:
        return
    target = datetime.fromtimestamp(_real() + float(text), UTC)
    if _state["offset"] is None:
        _state["clock"] = time_machine.travel(target, tick=True).start()
    else:
        _state["clock"].move_to(target)  # type: ignore[attr-defined]
    _state["offset"] = text


def move(by: timedelta) -> None:
    """Move everybody's clock; back when it returns, for this process; within a moment for the others."""
    path = Path(os.environ[VARIABLE])
    offset = float(path.read_text()) + by.total_seconds()
    new = path.with_suffix(".new")
    new.write_text(str(offset))
    new.replace(path)
    _follow()


def set_out(path: Path, at: datetime) -> None:
    """Write the file before anybody reads it: the clock will show this moment now."""
    path.write_text(str(at.timestamp() - _real()))
