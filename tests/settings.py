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
    folder = Path(tempfile.gettempdir(), f"family-support-tests-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(1, 16 if os.environ.get("REDIS_DATABASES") == "16" else 64):
        file = os.open(folder / f"valkey-{server.port}-{number}.lock", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            continue
        return server._replace(path=f"/{number}").geturl()
    raise RuntimeError("Every Valkey database number is taken by another test process.")


if os.environ.get("TEST_PROCESS") != os.environ.get("PYTEST_XDIST_WORKER", "main"):
    os.environ["TEST_PROCESS"] = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["REDIS_URL"] = own_valkey(os.environ["REDIS_URL"])

from family_support.settings import *  # noqa: E402, F403
from family_support.settings import INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
MIGRATION_LINTER_OPTIONS = {"include_apps": [name.split(".")[-1] for name in INSTALLED_APPS if (Path(name.replace(".", "/")) / "migrations").is_dir()]}

# A thousandth of the work of the real hasher; that one is tested by itself.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
