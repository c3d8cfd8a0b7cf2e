"""Running the linters on planted violations."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python(
    *arguments: str | Path, cwd: Path = ROOT, stdin: str = "", env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Exit code and output of the virtual environment's Python with these arguments."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env=os.environ | (env or {}),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout
