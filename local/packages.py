"""System packages of Debian and Ubuntu: found missing, installed where we are root, otherwise named."""

import ctypes
import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from local import browsers
from local.processes import call
from local.terminal import Trouble, say, step


@dataclass(frozen=True)
class Package:
    """A Debian package and how to see, on any distribution, whether what it brings is there."""

    name: str
    present: Callable[[], bool]


def _library(name: str) -> Callable[[], bool]:
    def present() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


# local/python.sh names these too, for a machine without Python; a test compares.
RUNNING = (
    Package("python3-venv", lambda: importlib.util.find_spec("ensurepip") is not None),
    Package("libpango-1.0-0", _library("libpango-1.0.so.0")),
    Package("libpangoft2-1.0-0", _library("libpangoft2-1.0.so.0")),
    Package("libharfbuzz-subset0", _library("libharfbuzz-subset.so.0")),
    Package("libmagic1", _library("libmagic.so.1")),
    Package("gettext", lambda: shutil.which("msgfmt") is not None),
)


def checking() -> tuple[Package, ...]:
    """Those of running, and what the browser tests need: on Ubuntu, whose Chromium is a snap, not the browser but
    the libraries of the one that is fetched.
    """
    driver = Package("libatomic1", _library("libatomic.so.1"))
    if _is_ubuntu():
        libraries = (
            Package("libnss3", _library("libnss3.so")),
            Package("libexpat1", _library("libexpat.so.1")),
        )
        return (*RUNNING, driver, *libraries)
    return (*RUNNING, driver, Package("chromium-headless-shell", lambda: browsers.installed() is not None))


def ensure(packages: tuple[Package, ...]) -> None:
    """Install the missing ones with apt-get; `Trouble` with the line to type if that is not ours to do."""
    missing = [package.name for package in packages if not package.present()]
    if not missing:
        return
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if shutil.which("apt-get") is None:
        raise Trouble(
            f"Missing: what Debian calls {', '.join(missing)}. Install these packages and start again."
        )
    if os.geteuid() != 0:
        raise Trouble(f"System packages are missing. Type this, then start again:\n\n    sudo {line}\n")
    with step(f"installing system packages: {', '.join(missing)}"):
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        call(["apt-get", "update", "-q"], doing="refreshing the list of packages", env=env)
        call(line.split(), doing="installing system packages", env=env)
    still = [package.name for package in packages if not package.present()]
    if still:
        say(f"   still not found after the installation: {', '.join(still)}")


def _is_ubuntu() -> bool:
    try:
        with open("/etc/os-release") as file:
            return any(line.strip() == "ID=ubuntu" for line in file)
    except OSError:
        return False
