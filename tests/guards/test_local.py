"""The pieces under ./run: secrets, ports, locks, and a supervisor that leaves nothing behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import keys, place, ports
from local.processes import Stopped, alive, undisturbed
from local.supervisor import Supervisor
from local.terminal import Trouble
from tests.guards.programs import ROOT


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    first = keys.load(tmp_path)
    assert keys.load(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert len(set(first.values())) == len(first)


def test_taken_port_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert ports.free(port) is None
        assert ports.first_free_from(port) > port


def test_second_holder_of_a_lock_is_told_about_the_first(tmp_path: Path) -> None:
    with place.lock(tmp_path / "lock", busy="Busy.") as held:
        held.write(" http://localhost:8000")
        held.flush()
        with pytest.raises(Trouble, match=rf"Busy\. \(process {os.getpid()}\) http://localhost:8000"):
            place.lock(tmp_path / "lock", busy="Busy.")
    place.lock(tmp_path / "lock", busy="Busy.").close()


def test_mirror_follows_the_source_and_spares_what_was_made(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "app").mkdir(parents=True)
    (source / "app/new.py").write_text("1")
    (source / ".venv").mkdir()
    (source / ".venv/python").touch()
    (target / "app").mkdir(parents=True)
    (target / "app/old.py").touch()
    (target / ".var").mkdir()
    (target / ".var/data").touch()
    place.mirror(source, target)
    found = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert found == {"app/new.py", ".var/data"}


def test_dying_part_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with Supervisor(logs=tmp_path / "logs", account=None, env=os.environ) as supervisor:
        supervisor.start("good", ["sleep", "60"])
        supervisor.start("bad", ["sh", "-c", "echo last words; exit 7"])
        with pytest.raises(Trouble, match=r"(?s)last words.*'bad' ended by itself \(code 7\)"):
            supervisor.watch()
        good = supervisor.parts[0].process.pid
    assert not alive(good)


def test_a_signal_waits_until_a_poll_is_over() -> None:
    def stop(number: int, frame: object) -> None:
        raise Stopped(number)

    polled = []

    def poll() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGHUP)  # to this thread: a test process has others
            polled.append("to the end")

    before = signal.signal(signal.SIGHUP, stop)
    try:
        with pytest.raises(Stopped):
            poll()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert polled


SUPERVISED = """
import os, sys, time
from pathlib import Path
from local.processes import Stopped, stop_on_signals
from local.supervisor import Supervisor
stop_on_signals()
try:
    with Supervisor(logs=Path(sys.argv[1]), account=None, env=os.environ) as supervisor:
        supervisor.start("part", ["sleep", "60"])
        print(supervisor.parts[0].process.pid, flush=True)
        supervisor.watch()
except Stopped:
    sys.exit(0)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_stopped_or_killed_supervisor_leaves_nothing(tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-c", SUPERVISED, str(tmp_path / "logs")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        part = int(supervisor.stdout.readline())
        assert alive(part)
        supervisor.send_signal(number)
        supervisor.wait(10)
    deadline = time.monotonic() + 5
    while alive(part) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(part)
