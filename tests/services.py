"""The real web server, Celery worker and beat, as child processes on the test's database and Valkey number."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from local import ports
from local.processes import dying_with_parent, wait_until
from tests.databases import ROOT


@dataclass
class Service:
    """A running part; `kill` takes it away as a power failure would."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def kill(self) -> None:
        """kill -9 of the part and all its children."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end; kill what has not after ten seconds."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def output(self) -> str:
        """What it has logged."""
        return self.log.read_text(errors="replace")


@dataclass
class Stack:
    """Starts parts of the product on the current test database; all stop with the test."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    services: list[Service] = field(default_factory=list)
    address: str = ""

    def _start(self, name: str, *arguments: str) -> Service:
        log = self.folder / f"{name}-{len(self.services)}.log"
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "family_support.settings", "DEMO_MODE": "1"} | self.env
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dying_with_parent(),
            )
        service = Service(name, process, log)
        self.services.append(service)
        return service

    def web(self, *, wait: bool = True) -> Service:
        """gunicorn on a free port, answering, or with `wait=False` just started; its address is in `address`."""
        port = ports.free()
        self.address = self.env["BASE_URL"] = f"http://localhost:{port}"
        service = self._start(
            "web",
            "gunicorn",
            "family_support.wsgi",
            "--no-control-socket",
            f"--bind=127.0.0.1:{port}",
            "--workers=1",
            "--threads=4",
        )
        if wait:
            self.wait_for_web(service)
        return service

    def wait_for_web(self, service: Service) -> None:
        """Until the web server answers. Errors: AssertionError when it ended, Trouble after a minute."""
        wait_until(lambda: self._answers(service), seconds=60, waiting_for=f"the web server ({service.log})")

    def _answers(self, service: Service) -> bool:
        assert service.process.poll() is None, service.output()
        try:
            urllib.request.urlopen(
                f"http://127.0.0.1:{urlsplit(self.address).port}/health/", timeout=5
            ).close()
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False
        return True

    def worker(self, *, concurrency: int = 1, wait: bool = True) -> Service:
        """A Celery worker that has said it is ready, or with `wait=False` one that has just been started."""
        service = self._start(
            "worker",
            "celery",
            "--app=family_support",
            "worker",
            f"--concurrency={concurrency}",
            f"--hostname=worker{len(self.services)}@%h",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
        )
        if wait:
            self._wait_for(service, " ready.")
        return service

    def beat(self, *, wait: bool = True) -> Service:
        """Celery beat that has started, or with `wait=False` is about to."""
        schedule = self.folder / f"schedule-{len(self.services)}"
        service = self._start(
            "beat",
            "celery",
            "--app=family_support",
            "beat",
            f"--schedule={schedule}",
            "--pidfile=",
            "--loglevel=INFO",
        )
        if wait:
            self._wait_for(service, "beat: Starting")
        return service

    def watch(self) -> Service:
        """The watch over them."""
        return self._start("watch", "django", "watch")

    @staticmethod
    def _wait_for(service: Service, words: str) -> None:
        def said() -> bool:
            assert service.process.poll() is None, service.output()
            return words in service.output()

        wait_until(said, seconds=60, waiting_for=f"{service.name} to say {words!r} ({service.log})")


@contextmanager
def stack(folder: Path, **env: str) -> Iterator[Stack]:
    """A stack whose parts get these variables beside the rest."""
    running = Stack(folder, dict(env))
    try:
        yield running
    finally:
        for service in running.services:
            if service.process.poll() is None:
                service.process.terminate()
        for service in running.services:
            service.stop()
