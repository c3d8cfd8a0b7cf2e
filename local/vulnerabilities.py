"""Known vulnerabilities of the locked packages, asked of the public advisories by pip-audit.

Without a network, or against a registry that keeps no advisories, there is nobody to ask: that is said and passes.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.place import ROOT
from local.terminal import say

# What serves people; the tools of the checks see no visitor.
LOCKED = ("requirements.txt",)
SECONDS = 40


def _command(lock: str) -> list[str]:
    return [
        sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / lock), "--disable-pip", "--require-hashes",
        "--progress-spinner=off", "--timeout=5", "--format=json", f"--cache-dir={ROOT / '.var/pip-audit'}",
    ]  # fmt: skip


def ask(command: Sequence[str], seconds: int = SECONDS) -> list[dict[str, Any]] | None:
    """What pip-audit found for each package, or None if it could not ask at all."""
    Path(ROOT, ".var").mkdir(exist_ok=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, OSError, ValueError, KeyError):
        return None
    return found


def report(lock: str, packages: list[dict[str, Any]] | None) -> bool:
    """Say what was found; False if a package has a known vulnerability."""
    if packages is None:
        say(f"{lock}: could not ask for known vulnerabilities (no network?)")
        return True
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown:
        say(
            f"{lock}: could not ask about {len(unknown)} of {len(packages)} packages: the registry knows nothing"
        )
    bad = [package for package in packages if package.get("vulns")]
    for package in bad:
        for known in package["vulns"]:
            better = ", ".join(known.get("fix_versions", [])) or "none yet"
            say(f"{lock}: {package['name']} {package['version']}: {known['id']}, repaired in: {better}")
    if len(unknown) < len(packages):
        say(f"{lock}: {len(packages) - len(unknown)} packages asked about, {len(bad)} vulnerable")
    return not bad


def main() -> int:
    """0 unless a package has a known vulnerability."""
    passed = [report(lock, ask(_command(lock))) for lock in LOCKED]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
