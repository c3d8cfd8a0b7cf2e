"""mypy knows Django's models and insists on types where the law is."""

from pathlib import Path

from tests.guards.programs import python

PLANTED = '''"""Planted."""

from family_support.directory.models import Center


def named() -> int:
    return Center.objects.filter(no_such_field=1).count()


def wrong() -> str:
    return 1
'''


def test_planted_violations_are_found(tmp_path: Path) -> None:
    planted = tmp_path / "actions.py"
    planted.write_text(PLANTED + "\n\ndef untyped(x):\n    return x\n")
    code, output = python(
        "-m", "mypy", "--config-file", "pyproject.toml", "--cache-dir", ".mypy_cache", planted
    )
    assert code == 1
    assert "no_such_field" in output
    assert "return-value" in output
