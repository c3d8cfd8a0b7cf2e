"""Starting programs that die with us, as an ordinary user where we are root."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from local.place import Account
from local.terminal import Trouble

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class Stopped(BaseException):
    """INT, TERM or HUP arrived: unwind and stop every part."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)


def stop_on_signals() -> None:
    """Turn INT, TERM and HUP into `Stopped`, once: what follows is the stopping itself."""

    def stop(number: int, frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)


@contextmanager
def undisturbed() -> Iterator[None]:
    """INT, TERM and HUP wait until the block is over.

    Without it `Stopped` can be raised inside `Popen.poll`, between taking its lock and the `try` that gives it
    back: the next `wait` for that process would never return.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def dying_with_parent(number: int = signal.SIGKILL) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the child this signal when the parent is gone, however it went."""
    parent = os.getpid()

    def prepare() -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_DFL)
        LIBC.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # the parent went between fork and here
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def identity(account: Account | None) -> dict[str, Any]:
    """Arguments of `subprocess` that drop to the account and all its groups but its own."""
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}


def call(
    command: Sequence[str | Path],
    *,
    doing: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    stdin: str | None = None,
) -> str:
    """Run to the end and give what it printed; a failure raises `Trouble` with its last lines."""
    process = subprocess.Popen(
        [str(part) for part in command],
        env=env,
        cwd=cwd,
        text=True,
        stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=dying_with_parent(),
        **identity(account),
    )
    try:
        output, _ = process.communicate(stdin)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        tail = "\n".join(output.strip().splitlines()[-25:])
        raise Trouble(f"{tail}\n\nFailed while {doing} (exit code {process.returncode}).".lstrip())
    return output


def start(
    command: Sequence[str | Path],
    *,
    log: IO[Any],
    env: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    death_signal: int = signal.SIGTERM,
) -> "subprocess.Popen[bytes]":
    """Start a long-running program in a session of its own; it gets `death_signal` if we are killed."""
    return subprocess.Popen(
        [str(part) for part in command],
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=dying_with_parent(death_signal),
        **identity(account),
    )


def wait_until(probe: Callable[[], object], *, seconds: float, waiting_for: str) -> None:
    """Ask the probe ten times a second until it answers something true; `Trouble` after the given seconds."""
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > deadline:
            raise Trouble(f"Gave up after {seconds:.0f} s waiting for {waiting_for}.")
        time.sleep(0.1)


def alive(pid: int) -> bool:
    """Whether a process with this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_for_predecessor(pid_file: Path, *, name: str) -> None:
    """After a killed supervisor its parts may still be closing their files: give them time to finish."""
    try:
        pid = int(pid_file.read_text().split()[0])
        program = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError, IndexError):
        return
    if program.startswith(name):
        wait_until(
            lambda: not alive(pid), seconds=30, waiting_for=f"the previous {name} (process {pid}) to end"
        )
