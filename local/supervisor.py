"""Keeps the parts together: all run, or all stop."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from local import processes
from local.place import ROOT, Account
from local.terminal import Trouble, say

# Seconds a part has for an orderly end before it is killed.
GRACE = 15


@dataclass
class Part:
    """A running program, how it likes to be asked to stop, and where its output goes.

    Others stand on a foundation (PostgreSQL, Valkey): it stops after them.
    """

    name: str
    process: "subprocess.Popen[bytes]"
    stop_signal: int
    foundation: bool
    log: Path


class Supervisor:
    """Starts parts and, leaving the `with` block for whatever reason, stops them."""

    def __init__(self, *, logs: Path, account: Account | None, env: Mapping[str, str]) -> None:
        self.logs, self.account = logs, account
        self.env = dict(env)
        self.parts: list[Part] = []
        logs.mkdir(exist_ok=True)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        cwd: Path = ROOT,
        stop_signal: int = signal.SIGTERM,
        death_signal: int | None = None,
        foundation: bool = False,
    ) -> None:
        """Start a part as the service account; its output goes to `logs/<name>.log`.

        `death_signal` is what it gets when this supervisor is killed; without it, the stop signal.
        """
        path = self.logs / f"{name}.log"
        with path.open("wb") as log:
            process = processes.start(
                command,
                log=log,
                env=self.env,
                cwd=cwd,
                account=self.account,
                death_signal=death_signal or stop_signal,
            )
        self.parts.append(Part(name, process, stop_signal, foundation, path))

    def check_parts(self) -> None:
        """Raise `Trouble` with the end of its log if a part has ended."""
        for part in self.parts:
            with processes.undisturbed():
                code = part.process.poll()
            if code is not None:
                tail = "\n".join(part.log.read_text(errors="replace").splitlines()[-15:])
                raise Trouble(
                    f"{tail}\n\nThe part {part.name!r} ended by itself (code {code}), so all stop. Its log: {part.log}"
                )

    def watch(self) -> None:
        """Return never; `Trouble` when a part ends."""
        while True:
            self.check_parts()
            time.sleep(0.25)

    def stop(self) -> None:
        """Stop the parts, foundations last; kill what does not end within its time."""
        if not self.parts:
            return
        self._stop([part for part in self.parts if not part.foundation])
        for part in reversed([part for part in self.parts if part.foundation]):
            self._stop([part])
        self.parts = []
        say("All parts stopped.")

    def _stop(self, parts: list[Part]) -> None:
        for part in parts:
            if part.process.poll() is None:
                part.process.send_signal(part.stop_signal)
        deadline = time.monotonic() + GRACE
        for part in parts:
            with suppress(subprocess.TimeoutExpired):
                part.process.wait(max(0.1, deadline - time.monotonic()))
            # Each part leads a process group: whatever is left of it goes, children of a dead leader too.
            with suppress(ProcessLookupError):
                os.killpg(part.process.pid, signal.SIGKILL)
            part.process.wait()
