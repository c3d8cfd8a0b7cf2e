"""Where things lie, and who may read them.

Started as an ordinary user, everything stays in the checkout: `.venv`, `node_modules`, data in `.var`. Started as
root, the parts run as `nobody`; if that user cannot read the checkout (it lies under /root, say), a copy in
/var/lib/family-support is set up and served instead.
"""

import fcntl
import filecmp
import hashlib
import os
import pwd
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.terminal import Trouble, say

ROOT = Path(__file__).resolve().parent.parent
COPIES = Path("/var/lib/family-support")
# Made by set-up, by the tools or by running: never copied, never removed from a copy.
MADE = {
    ".git", ".venv", ".var", ".env", "node_modules", "staticfiles", "media", "__pycache__",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache",
}  # fmt: skip


@dataclass(frozen=True)
class Account:
    """The ordinary user that the parts run as."""

    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    """`nobody` where we are root; None where we already are an ordinary user."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def readable(path: Path, account: Account | None, mode: int = os.R_OK) -> bool:
    """Whether the account reaches the path; asked in a child that has become that account."""
    if account is None:
        return os.access(path, mode)
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
        os._exit(0 if os.access(path, mode) else 1)
    return os.waitpid(child, 0)[1] == 0


def settle(account: Account | None, *, serving: bool) -> None:
    """Continue in a readable copy if the account cannot read the checkout; `Trouble` if we cannot write here.

    `serving` also asks that the account can start the virtual environment's Python.
    """
    if not os.access(ROOT, os.W_OK):
        raise Trouble(f"{ROOT} is not writable for you: clone the repository as yourself and start again.")
    python = ROOT / ".venv/bin/python"
    if readable(ROOT / "manage.py", account) and (
        not serving or not os.path.lexists(python) or readable(python, account, os.X_OK)
    ):
        return
    assert account is not None  # noqa: S101  an ordinary user can write ROOT, so reads it
    copy = COPIES / f"{ROOT.name}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
    say(
        f"{ROOT} is closed to the user {account.name!r}, who runs the services: continuing in the copy {copy}"
    )
    mirror(ROOT, copy)
    os.chdir(copy)
    os.execv(sys.executable, [sys.executable, "-m", "local", *sys.argv[1:]])  # noqa: S606


def mirror(source: Path, target: Path) -> None:
    """Make the target's files equal to the source's and readable for all, sparing what was made there."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = set(_files(source))
    for path in set(_files(target)) - wanted:
        (target / path).unlink()
    for path in wanted:
        original, copied = source / path, target / path
        copied.parent.mkdir(parents=True, exist_ok=True)
        if not copied.is_file() or not filecmp.cmp(original, copied):
            shutil.copy2(original, copied)
        copied.chmod(0o755 if os.access(original, os.X_OK) and original.stat().st_mode & 0o100 else 0o644)
    for folder, names, _ in os.walk(target):
        names[:] = [name for name in names if name not in MADE]
        os.chmod(folder, 0o755)  # noqa: S103  public code, no data


def _files(top: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(top):
        here = Path(folder).relative_to(top)
        folders[:] = [name for name in folders if name not in MADE and here / name != Path("static/dist")]
        yield from (here / name for name in names if name not in MADE)


def data_folder(name: str, account: Account | None) -> Path:
    """The command's own data folder: DATA_DIR, or `.var/<name>` in the checkout; made if it is missing."""
    folder = Path(os.environ.get("DATA_DIR") or ROOT / ".var" / name).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"The data folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK):
        raise Trouble(
            f"The data folder {folder} is not writable for you: remove it or set DATA_DIR to another one."
        )
    if account and not readable(folder, account, os.X_OK):
        raise Trouble(
            f"The data folder {folder} is closed to the user {account.name!r}: choose another DATA_DIR."
        )
    return folder


def own_folder(path: Path, account: Account | None) -> Path:
    """A private folder (mode 700) of the account that the parts run as."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)
    return path


def lock(path: Path, *, busy: str | None) -> IO[str]:
    """Hold the lock file until the answer is closed or we end; `busy` is said if another holds it, None waits.

    The file's content (whatever the holder wrote) follows the words of `busy`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX if busy is None else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        raise Trouble(f"{busy} {holder}".strip()) from error
    file.truncate(0)
    file.write(f"(process {os.getpid()})")
    file.flush()
    return file
