"""./check itself: a failing linter or an empty pytest run fails it, and its words agree with each other."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local import check, packages
from local.terminal import Trouble
from tests.guards.programs import ROOT


def test_failing_linter_fails_the_stage(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    good = check.Linter("good", ["true"])
    bad = check.Linter("bad", ["sh", "-c", "echo what is wrong; exit 3"])
    monkeypatch.setattr(check, "LINTERS", (good,))
    assert check.static(os.environ)
    monkeypatch.setattr(check, "LINTERS", (good, bad))
    assert not check.static(os.environ)
    assert re.search(r"bad: FAILED .*\nwhat is wrong", capsys.readouterr().out)


def test_no_tests_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "test_nothing.py").touch()
    assert not check.pytest(
        ["-q", "-c", "/dev/null", "-p", "no:django", "-p", "no:cacheprovider", str(tmp_path)], os.environ
    )


def test_every_guard_is_a_linter() -> None:
    assert {linter.name for linter in check.LINTERS} == {
        "mypy", "ruff", "ruff format", "djlint", "import-linter", "makemigrations --check", "migration linter",
        "check --deploy", "messages", "bandit", "pip-audit",
    }  # fmt: skip
    assert [(stage.name, stage.budget) for stage in check.STAGES] == [
        ("static", 60), ("unit", 150), ("whole", 150), ("browser", 180), ("faults", 60),
    ]  # fmt: skip


def test_shell_and_python_name_the_same_packages() -> None:
    (line,) = re.findall(r'^needed="(.*)"$', (ROOT / "local/python.sh").read_text(), re.MULTILINE)
    assert set(line.split()) == {"python3"} | {package.name for package in packages.RUNNING}


def test_ordinary_user_is_told_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    wanted = (packages.Package("libmissing1", lambda: False), packages.Package("libthere1", lambda: True))
    with pytest.raises(Trouble, match=r"sudo apt-get install -y --no-install-recommends libmissing1\n"):
        packages.ensure(wanted)
    packages.ensure(wanted[1:])


@pytest.mark.parametrize("script", ["run", "check", ".ci/run", "local/python.sh"])
def test_shell_scripts_parse(script: str) -> None:
    assert subprocess.run(["sh", "-n", ROOT / script], check=False).returncode == 0
    if script != "local/python.sh":
        assert os.access(ROOT / script, os.X_OK)


def test_local_needs_the_standard_library_only() -> None:
    for path in (ROOT / "local").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign = [
                name for name in names if name.split(".")[0] not in {*sys.stdlib_module_names, "local"}
            ]
            assert foreign == [], path
