"""Upper may import lower, never the reverse: in code and in the graph of migrations."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from tests.guards.layers import height, layers, upward
from tests.guards.programs import ROOT, python

LINT = ("-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache", "--no-logo")


def plant(tree: Path, imports: dict[str, str]) -> None:
    """A tree with every package of the contract, where the given modules import the given others."""
    for module in [name for layer in layers() for name in layer]:
        path = tree / module.replace(".", "/")
        path.mkdir(parents=True, exist_ok=True)
        (path / "__init__.py").write_text(f"import {imports[module]}\n" if module in imports else "")
    (tree / "family_support/__init__.py").touch()
    (tree / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("family_support.base", "cases"),
        ("cases", "ipr"),
        ("family_support.access", "family_support.deadlines"),
        ("family_support.documents", "family_support.notifications"),
        ("ipr", "interagency"),
        ("family_support.audit", "family_support.outbox"),
    ],
)
def test_planted_import_is_found(tmp_path: Path, importer: str, imported: str) -> None:
    plant(tmp_path, {importer: imported})
    code, output = python(*LINT, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert code == 1
    assert f"{importer} is not allowed to import {imported}" in output


def test_downward_imports_pass(tmp_path: Path) -> None:
    plant(tmp_path, {"cases": "family_support.access", "monitoring": "interagency"})
    assert python(*LINT, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})[0] == 0


def test_every_app_of_ours_has_a_layer() -> None:
    ours = {
        app.label
        for app in apps.get_app_configs()
        if Path(app.path).is_relative_to(ROOT) and ".venv" not in app.path
    }
    assert ours <= height().keys()


def test_migrations_depend_downwards() -> None:
    loader = MigrationLoader(None)
    graph = {key: set(migration.dependencies) for key, migration in loader.disk_migrations.items()}
    assert upward(graph) == []


@pytest.mark.parametrize(
    ("app", "other"), [("directory", "cases"), ("documents", "notifications"), ("cases", "ipr")]
)
def test_planted_migration_is_found(app: str, other: str) -> None:
    assert upward({(app, "0001_initial"): {(other, "0001_initial")}}) == [
        f"{app}.0001_initial depends on {other}.0001_initial"
    ]


def test_foreign_apps_are_below_all() -> None:
    assert (
        upward({("cases", "0001_initial"): {("guardian", "0001_initial"), ("access", "0001_initial")}}) == []
    )
