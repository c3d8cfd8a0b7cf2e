"""Set-up: virtual environment, front end, compiled messages. Each step is skipped while what it reads is unchanged."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from local.place import ROOT, readable, service_account
from local.processes import call
from local.terminal import step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
STAMPS = VENV / "set-up.json"
RUNNING = ("requirements.txt", "requirements-local.txt")
CHECKING = (*RUNNING, "requirements-dev.txt")


def fingerprint(paths: Iterable[Path]) -> str:
    """A digest over the names and contents of the files, folders taken whole; missing ones count as empty."""
    digest = hashlib.sha256()
    for top in paths:
        files = sorted(path for path in top.rglob("*") if path.is_file()) if top.is_dir() else [top]
        for path in files:
            digest.update(f"{path.relative_to(ROOT)}\0".encode())
            digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def _stamps() -> dict[str, str]:
    try:
        stamps: dict[str, str] = json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}
    return stamps


def fresh(name: str, value: str) -> bool:
    """Whether the step of that name last ran on the same input."""
    return _stamps().get(name) == value


def stamp(**values: str) -> None:
    """Remember the inputs that steps ran on."""
    STAMPS.write_text(json.dumps(_stamps() | values, indent=1))


def site_packages() -> Path:
    """The virtual environment's folder of packages."""
    return next((VENV / "lib").glob("python3.*/site-packages"))


def virtual_environment(requirements: tuple[str, ...]) -> None:
    """Make `.venv` and install the locked packages, checking their hashes."""
    if not _runs() or _stamps().get("place", str(VENV)) != str(VENV):
        with step(f"making the virtual environment with Python {sys.version.split()[0]}"):
            shutil.rmtree(VENV, ignore_errors=True)
            call([sys.executable, "-m", "venv", VENV], doing="making the virtual environment")
    wanted = {name: fingerprint([ROOT / name]) for name in requirements}
    changed = [name for name, value in wanted.items() if not fresh(name, value)]
    if changed:
        with step(f"installing the packages of {', '.join(changed)}"):
            arguments = [part for name in changed for part in ("-r", ROOT / name)]
            call(
                [PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-input", *arguments],
                doing="installing Python packages",
                env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"},
            )
            stamp(place=str(VENV), **wanted)


def _runs() -> bool:
    probe = "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))"
    try:
        return subprocess.run([PYTHON, "-c", probe], check=False, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def front_end(cache: Path) -> None:
    """Fetch the locked npm packages and bundle styles, scripts and icons into `static/dist`."""
    value = fingerprint([ROOT / "package.json", ROOT / "package-lock.json", ROOT / "frontend"])
    if fresh("front_end", value) and (ROOT / "static/dist").is_dir():
        return
    binaries = VENV / "bin"
    # npm writes its cache and logs to HOME otherwise, which may not be writable.
    env = os.environ | {
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "npm_config_cache": str(cache),
        "npm_config_update_notifier": "false",
    }
    with step("fetching and building the front end"):
        locked = fingerprint([ROOT / "package-lock.json"])
        if not (fresh("npm", locked) and (ROOT / "node_modules").is_dir()):
            call(
                [PYTHON, binaries / "npm", "ci", "--no-audit", "--no-fund"],
                doing="fetching npm packages", env=env, cwd=ROOT,
            )  # fmt: skip
            stamp(npm=locked)
        call([PYTHON, binaries / "npm", "run", "build"], doing="building the front end", env=env, cwd=ROOT)
        stamp(front_end=value)


def messages() -> None:
    """Compile the translations whose source is newer."""
    for source in sorted(ROOT.glob("**/locale/*/LC_MESSAGES/*.po")):
        if VENV in source.parents or ROOT / "node_modules" in source.parents:
            continue
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            call(
                ["msgfmt", "--check-format", "-o", compiled, source],
                doing=f"compiling {source.relative_to(ROOT)}",
            )


def static_files(target: Path, env: dict[str, str]) -> None:
    """Collect and compress the static files into the target folder; htmx's extensions and themes are not ours."""
    apps = [path for path in ROOT.glob("*/static") if path.is_dir()]
    apps += [path for path in ROOT.glob("family_support/*/static") if path.is_dir()]
    value = fingerprint([ROOT / "static", *apps, ROOT / "requirements.txt"])
    mark = target / ".collected"
    if mark.exists() and mark.read_text() == value:
        return
    with step("collecting static files"):
        call(
            [
                PYTHON,
                "manage.py",
                "collectstatic",
                "--noinput",
                "--clear",
                "-v0",
                "--ignore=ext",
                "--ignore=themes",
            ],
            doing="collecting static files",
            env=env | {"STATIC_ROOT": str(target)},
            cwd=ROOT,
        )
        mark.write_text(value)


def byte_code() -> None:
    """Where the parts run as another user who cannot write here, compile for them beforehand."""
    account = service_account()
    if account and readable(ROOT, account):
        packages = [path.parent for path in ROOT.glob("*/__init__.py")]
        subprocess.run([PYTHON, "-m", "compileall", "-q", *packages], check=False, cwd=ROOT)


def everything(requirements: tuple[str, ...], cache: Path) -> None:
    """All of set-up that needs no database."""
    virtual_environment(requirements)
    front_end(cache)
    messages()
    byte_code()
