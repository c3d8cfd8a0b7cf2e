"""Databases for tests: a template, built once per state of the migrations, and clones of it.

A clone takes a fraction of a second, so every process has its own and whoever needs to commit gets a fresh one.
Whoever uses a database holds an advisory lock that ends with the process; what nobody holds is dropped.
"""

import hashlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from family_support.base.database import quoted, secure_database

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE, CLONE = "fs_template_", "fs_test_"
# First keys of the two-key advisory locks.
IN_USE, BUILDING = 740_001, 740_002


def address(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def state() -> int:
    """A positive 31-bit digest over everything the template's content is made from."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if parts[0] in {".venv", ".var", "node_modules", "tests"} or not path.is_file():
            continue
        if (
            {"migrations", "reference", "commands"} & set(parts[:-1])
            and path.suffix in {".py", ".csv", ".json", ".sql", ".toml"}
        ) or path.name in {"rights.py", "reference.py", "partitions.py", "states.py", "requirements.txt"}:
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return int.from_bytes(digest.digest()[:4]) >> 1


class Databases:
    """The databases of one test process."""

    def __init__(self, url: str, owner_url: str) -> None:
        self.url, self.owner_url = url, owner_url
        self.runtime_role = urlsplit(url).username or ""
        self.run = secrets.randbits(31)
        self.state = state()
        self.template = f"{TEMPLATE}{self.state}"
        self._count = 0
        # Held open: its advisory locks say that this run and its template are in use.
        self._keeper = self._connect(owner_url)
        self._sql("SELECT pg_advisory_lock(%s, %s)", IN_USE, self.run)
        self._build_template()
        self._drop_stale()

    @staticmethod
    def _connect(url: str) -> Any:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        return connection

    def _sql(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self._keeper.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def _exists(self, database: str) -> bool:
        return bool(self._sql("SELECT 1 FROM pg_database WHERE datname = %s", database))

    def _build_template(self) -> None:
        """Prepare the template as the product prepares its database, unless this state has one already."""
        self._sql("SELECT pg_advisory_lock_shared(%s, %s)", IN_USE, self.state)
        self._sql("SELECT pg_advisory_lock(%s, %s)", BUILDING, self.state)
        try:
            if self._exists(self.template):
                return
            unfinished = f"{self.template}_unfinished"
            self._drop(unfinished)
            self._sql(
                f"CREATE DATABASE {quoted(unfinished)} TEMPLATE template0 ENCODING 'UTF8'"
                " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
            )
            environment = {
                "AS_OWNER": "1",
                "DATABASE_URL": address(self.url, unfinished),
                "DATABASE_OWNER_URL": address(self.owner_url, unfinished),
            }
            made = subprocess.run(
                [sys.executable, "manage.py", "prepare_database"],
                cwd=ROOT,
                env=os.environ | environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if made.returncode:
                raise RuntimeError(f"prepare_database failed:\n{made.stdout}\n{made.stderr}")
            self._sql(f"ALTER DATABASE {quoted(unfinished)} RENAME TO {quoted(self.template)}")
        finally:
            self._sql("SELECT pg_advisory_unlock(%s, %s)", BUILDING, self.state)

    def _drop(self, database: str) -> None:
        """Drop it with whoever is connected: the owner may end its own sessions only, so each role ends its own."""
        if not self._exists(database):
            return
        runtime = self._connect(self.url)
        with runtime.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = %s AND usename = current_user",
                [database],
            )
        runtime.close()
        try:
            self._sql(f"DROP DATABASE {quoted(database)} WITH (FORCE)")
        except psycopg2.errors.InsufficientPrivilege:
            # Autovacuum is at work in it: force may not end that one, an ordinary drop sends it away and waits.
            self._sql(f"DROP DATABASE {quoted(database)}")

    def _drop_stale(self) -> None:
        """Drop clones and templates that no living process holds."""
        names = self._sql(
            "SELECT datname FROM pg_database WHERE datname ~ %s", f"^({TEMPLATE}|{CLONE})[0-9]+"
        )
        for (name,) in names:
            holder = int(name.removeprefix(TEMPLATE).removeprefix(CLONE).split("_")[0])
            if holder in {self.run, self.state}:
                continue
            if self._sql("SELECT pg_try_advisory_lock(%s, %s)", IN_USE, holder)[0][0]:
                self._drop(name)
                self._sql("SELECT pg_advisory_unlock(%s, %s)", IN_USE, holder)

    @contextmanager
    def clone(self, of: str = "") -> Iterator[str]:
        """The name of a fresh copy of the template or of another clone, dropped at the end.

        Whoever is still connected to it then is sent away; to what is copied nobody may be.
        """
        self._count += 1
        name = f"{CLONE}{self.run}_{self._count}"
        self._copy(of or self.template, name)
        try:
            yield name
        finally:
            self._drop(name)

    def renew(self, name: str, of: str = "") -> None:
        """Make a clone a fresh copy again; whoever is connected is sent away and may come back."""
        self._drop(name)
        self._copy(of or self.template, name)

    def _copy(self, source: str, name: str) -> None:
        self._sql(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(source)}")
        connection = self._connect(address(self.owner_url, name))
        with connection.cursor() as cursor:
            secure_database(cursor, self.runtime_role)
        connection.close()

    def close(self) -> None:
        """Let go of the locks."""
        self._keeper.close()


if __name__ == "__main__":
    Databases(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]).close()
