"""A folder in memory for what the checks throw away.

The test databases are thousands of small files, made and removed all the time; some file systems make files ten
times slower where others were removed a moment before.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.processes import wait_for_predecessor

SHARED = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it, with a name nobody knows before
# The databases of three test processes with their logs, and the profiles of as many browsers.
NEEDED = 4 * 1024**3


def has_room(shared: Path, meminfo: Path = Path("/proc/meminfo")) -> bool:
    """Whether so much fits into the folder, and into the memory beneath it."""
    try:
        fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
        available = int(fields["MemAvailable"].split()[0]) * 1024
        return min(shutil.disk_usage(shared).free, available) >= NEEDED
    except (OSError, KeyError, ValueError):
        return False


@contextmanager
def folder(data: Path, shared: Path = SHARED) -> Iterator[Path]:
    """A folder for as long as the block lasts: in memory where there is room, else the data folder itself.

    The data folder remembers which one it was, so that the next run removes what a killed one left.
    """
    noted = data / "memory"
    _remove_left(noted)
    if not has_room(shared):
        yield data
        return
    made = passable(Path(tempfile.mkdtemp(prefix="family-support-", dir=shared)))
    noted.write_text(str(made))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        noted.unlink(missing_ok=True)


def passable(path: Path) -> Path:
    """The folder, made if need be; databases run as another user, who passes through it and may not look."""
    path.mkdir(exist_ok=True)
    path.chmod(0o711)
    return path


def _remove_left(noted: Path) -> None:
    if not noted.is_file():
        return
    left = Path(noted.read_text())
    wait_for_predecessor(left / "postgres/postmaster.pid", name="postgres")
    shutil.rmtree(left, ignore_errors=True)
    noted.unlink()
