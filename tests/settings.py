"""The product's settings under test: nothing softened but what only costs time, and a Valkey of the run's own."""

import fcntl
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit


def own_valkey(address: str) -> str:
    """The address with a database number that no other test process on this machine holds.

    The claim is a lock on a file: it ends with the process, however that ends. Children inherit the number.
    """
    server = urlsplit(address)
    # Every test process of this machine has to meet here, whatever its folder for temporary files.
    folder = Path("/tmp", f"family-support-tests-{os.getuid()}")  # noqa: S108
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(1, 64):
        file = os.open(folder / f"valkey-{server.port}-{number}.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            continue
        return server._replace(path=f"/{number}").geturl()
    raise RuntimeError("Every Valkey database number is taken by another test process.")


_process = os.environ.get("PYTEST_XDIST_WORKER", "main")
if os.environ.get("TEST_PROCESS") != _process:
    os.environ["TEST_PROCESS"] = _process
    os.environ.pop("AS_OWNER", None)
    os.environ["REDIS_URL"] = own_valkey(os.environ["REDIS_URL"])
    _media = tempfile.TemporaryDirectory(prefix="family-support-media-")
    os.environ["MEDIA_ROOT"] = _media.name

from family_support.settings import *  # noqa: E402, F403
from family_support.settings import BASE_DIR, INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
OWN_APPS = [
    name.rpartition(".")[2]
    for name in INSTALLED_APPS
    if (BASE_DIR / name.replace(".", "/") / "migrations").is_dir()
]
# A table's first migration, and one that only makes another table, meets no running version.
MIGRATION_LINTER_OPTIONS = {
    "include_apps": OWN_APPS,
    "ignore_initial_migrations": True,
    # 0004_doors came before the first release: no running version knows the table of intakes without it.
    # The same holds for 0003_ and 0004_course_of_the_plan: plans, tasks and reviews; and for notices' loudness.
    "ignore_name": [
        "0002_read_log",
        "0004_doors",
        "0003_course_of_the_plan",
        "0004_course_of_the_plan",
        "0003_loudness_and_digests",
        # A partitioned table takes no index concurrently; before the first release the history is empty.
        "0004_trail_indexes",
    ],
}

# Static files are found when asked for: listing them would cost every test client half a second.
WHITENOISE_AUTOREFRESH = True

# Cheap stand-ins: the real hasher and the manifest of static files have tests of their own.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
