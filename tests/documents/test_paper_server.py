"""The process that forks the renderer: one for each process that makes papers, replaced when dead, gone with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from family_support.documents.children import CHILD, ENVIRONMENT, RenderError, make_paper, papers
from family_support.documents.render import paper_files

HTML = b'<html lang="ru"><title>x</title><body><p>x'


def paper() -> bytes:
    return make_paper(paper_files(), HTML, seconds=60)


def server() -> Path:
    assert papers._process
    return Path("/proc", str(papers._process.pid))


def forks(of: Path) -> list[str]:
    return Path(of, "task", of.name, "children").read_text().split()


def begun(of: Path) -> str:
    """A fork on its way, which on a busy machine begins after its reader has given up."""
    for _ in range(500):
        if found := forks(of):
            return found[0]
        time.sleep(0.02)
    raise AssertionError("no fork in ten seconds")


def gone(process: Path) -> bool:
    """Also when nobody has collected it yet."""
    for _ in range(100):
        try:
            if Path(process, "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def test_papers_share_a_server_that_knows_no_secret_and_keeps_nothing() -> None:
    first = paper()
    process = server()
    assert first == paper()
    assert server() == process
    environment = dict(
        each.split("=", 1) for each in Path(process, "environ").read_text().split("\0") if "=" in each
    )
    assert environment == ENVIRONMENT
    assert sorted(os.listdir(process / "fd")) == ["0", "1", "2"]
    assert len(os.listdir(process / "task")) == 1, "a fork of several threads may hang"
    assert all(gone(Path("/proc", fork)) for fork in forks(process))


def test_what_fails_leaves_the_server() -> None:
    paper()
    process = server()
    with pytest.raises(RenderError):
        make_paper(["/no/such.css", "/no/such.woff2"], HTML, seconds=60)
    assert paper()
    assert server() == process


def test_what_is_too_slow_is_ended_by_its_own_clock() -> None:
    paper()
    process = server()
    assert all(gone(Path("/proc", fork)) for fork in forks(process))
    with pytest.raises(RenderError):
        make_paper(paper_files(), HTML + b"<p>x</p>" * 400_000, seconds=0)
    assert gone(Path("/proc", begun(process)))
    assert server() == process


def test_a_dead_server_is_replaced() -> None:
    paper()
    process = server()
    os.kill(int(process.name), signal.SIGKILL)
    assert gone(process)
    assert paper()
    assert server() != process


def test_an_idle_server_takes_nothing_more_and_ends() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    script = f"""
import runpy, socket
serve = runpy.run_path({str(CHILD)!r})["serve"]
serve.__globals__["IDLE_SECONDS"] = 0.1
serve(socket.socket(fileno=0))
"""
    with ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-I", "-c", script], stdin=theirs.fileno(), env=ENVIRONMENT
            )
        assert process.wait(30) == 0
        with pytest.raises(BrokenPipeError):
            ours.send(b"more")


def test_a_fork_begins_with_none_and_the_server_ends_with_its_parent() -> None:
    """In an interpreter of its own: this one has threads, and a fork of it would be at their mercy."""
    script = f"""
import os
from pathlib import Path
from family_support.documents.children import make_paper, papers
paper = lambda: make_paper({paper_files()!r}, {HTML!r}, seconds=60)
paper()
process, control = papers._process.pid, papers._control.fileno()
if (fork := os.fork()) == 0:
    none = papers._process is None and not Path("/proc/self/fd", str(control)).exists()
    paper()
    os._exit(0 if none and papers._process.pid != process else 1)
assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
paper()
assert papers._process.pid == process
print(process, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert gone(Path("/proc", done.stdout.decode().strip()))
