"""A PostgreSQL and a Valkey of the run's own, which are stopped as a power failure would, and come back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import psycopg2
import redis

from family_support.base.database import secure_database
from local import keys, place, ports, postgres, services, valkey
from local.setup import site_packages
from local.supervisor import Supervisor
from tests.databases import Databases


class Tolerant(Supervisor):
    """Parts end here on purpose."""

    def check_parts(self) -> None:
        """Say nothing."""


class Servers:
    """Starts both on ports that stay; `env` is what children need to reach them."""

    def __init__(self) -> None:
        account = place.service_account()
        self.folder = Path(tempfile.mkdtemp(prefix="family-support-faults-"))
        self.folder.chmod(0o755)  # noqa: S103  its subfolders are private
        self.secrets = keys.load(self.folder)
        self.supervisor = Tolerant(
            logs=self.folder / "logs", account=account, env=services.environment(self.folder)
        )
        self.ports = [port for port in (ports.free() for _ in range(20)) if port is not None][:2]
        self.env: dict[str, str] = {}

    def __enter__(self) -> Servers:
        self.start_database()
        self.start_broker()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.supervisor.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_database(self) -> None:
        """Also after an immediate stop: it recovers from its log. What was committed must be there: no lazy commits."""
        self.env |= postgres.start(
            self.supervisor, data=self.folder, site_packages=site_packages(), port=self.ports[0],
            secrets=self.secrets, disposable=False,
        )  # fmt: skip

    def start_broker(self) -> None:
        self.env |= valkey.start(
            self.supervisor, data=self.folder, site_packages=site_packages(), port=self.ports[1],
            secrets=self.secrets,
        )  # fmt: skip

    def _end(self, name: str, number: int) -> None:
        part = next(part for part in self.supervisor.parts if part.name == name)
        part.process.send_signal(number)
        part.process.wait()
        self.supervisor.parts.remove(part)

    def stop_database_at_once(self) -> None:
        """PostgreSQL's immediate stop: every backend ends where it is, nothing is written down in order."""
        self._end("postgres", signal.SIGQUIT)

    def kill_broker(self) -> None:
        self._end("valkey", signal.SIGKILL)

    def flush_broker(self) -> None:
        redis.Redis.from_url(self.env["REDIS_URL"]).flushall()

    def fill(self) -> None:
        """The tables and reference data of the template that the other tests use."""
        databases = Databases(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"])
        binaries = postgres.programs(site_packages())
        source = os.environ["DATABASE_OWNER_URL"].rpartition("/")[0] + f"/{databases.template}"
        dump = subprocess.Popen([binaries / "pg_dump", source, "-Fc"], stdout=subprocess.PIPE)
        subprocess.run(
            [binaries / "pg_restore", "--dbname", self.env["DATABASE_OWNER_URL"], "--no-comments"],
            stdin=dump.stdout,
            stderr=subprocess.DEVNULL,
            check=False,  # what belongs to the superuser is there already
        )
        if dump.wait():
            raise RuntimeError("the template could not be read")
        databases.close()
        connection = psycopg2.connect(self.env["DATABASE_OWNER_URL"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            secure_database(cursor, "fs_runtime")
        connection.close()
