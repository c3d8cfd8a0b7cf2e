"""Bandit and pip-audit: what each finds, and what it says when there is nobody to ask."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from local import vulnerabilities
from tests.guards.programs import python

PLANTED = {
    "B506": "import yaml\n\n\ndef f(text):\n    return yaml.load(text)\n",
    "B602": "import subprocess\n\n\ndef f(name):\n    subprocess.run('ls ' + name, shell=True)\n",
    "B301": "import pickle\n\n\ndef f(content):\n    return pickle.loads(content)\n",
    "B324": "import hashlib\n\n\ndef f(content):\n    return hashlib.md5(content)\n",
}


def test_planted_violations_are_found(tmp_path: Path) -> None:
    for code, source in PLANTED.items():
        (tmp_path / f"{code}.py").write_text(source)
    code, output = python("-m", "bandit", "-q", "-r", "-ll", "-c", "pyproject.toml", tmp_path)
    assert code == 1
    assert [code for code in PLANTED if code not in output] == []


def answer(*packages: dict[str, Any]) -> list[str]:
    """A program that answers as pip-audit does, leaving with an error as it does when it finds something."""
    return [
        sys.executable, "-c", f"import sys; print({json.dumps({'dependencies': packages})!r}); sys.exit(1)",
    ]  # fmt: skip


FINE = {"name": "fine", "version": "1", "vulns": []}
BAD = {"name": "leaky", "version": "1.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "unheard", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("command", "passes", "said"),
    [
        (answer(FINE), True, "1 packages asked about, 0 vulnerable"),
        (answer(FINE, BAD), False, "leaky 1.0: CVE-2026-1, repaired in: 1.1"),
        (answer(UNKNOWN, BAD), False, "could not ask about 1 of 2 packages"),
        (answer(UNKNOWN), True, "could not ask about 1 of 1 packages"),
        ([sys.executable, "-c", "raise SystemExit('no network')"], True, "could not ask for known"),
        (["/no/such/program"], True, "could not ask for known"),
        ([sys.executable, "-c", "import time; time.sleep(30)"], True, "could not ask for known"),
    ],
)
def test_only_a_known_vulnerability_fails(
    command: list[str], passes: bool, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vulnerabilities.report("x.txt", vulnerabilities.ask(command, seconds=1)) is passes
    assert said in capsys.readouterr().out
