"""Django's own guards: model changes without migration, migrations that break the running version, deployment."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from local.check import LINTERS, PRODUCTION
from tests.guards.programs import python

PLANTED = "tests.guards.planted"


@pytest.fixture
def migrations_of_monitoring(settings: Any) -> Iterator[Any]:
    """Sets the package that monitoring's migrations are read from: nothing depends on that app."""

    def plant(package: str) -> None:
        settings.MIGRATION_MODULES = {"monitoring": f"{PLANTED}.{package}"}

    return plant


@pytest.mark.django_db
def test_model_without_migration_is_found(migrations_of_monitoring: Any, capsys: Any) -> None:
    migrations_of_monitoring("no_migrations")
    with pytest.raises(SystemExit) as stop:
        call_command("makemigrations", check_changes=True, dry_run=True)
    assert stop.value.code == 1
    assert "Create model" in capsys.readouterr().out


@pytest.mark.django_db
def test_breaking_migration_is_found(migrations_of_monitoring: Any, capsys: Any) -> None:
    migrations_of_monitoring("breaking_migrations")
    with pytest.raises(SystemExit) as stop:
        call_command("lintmigrations", include_apps=["monitoring"], no_cache=True)
    assert stop.value.code == 1
    assert "NOT NULL constraint" in capsys.readouterr().out


def test_unsafe_deployment_is_found() -> None:
    (linter,) = (each for each in LINTERS if each.name == "check --deploy")
    arguments = [str(part) for part in linter.command[1:]]
    code, output = python(*arguments, env=PRODUCTION | {"DEBUG": "1", "SECRET_KEY": "short"})
    assert code == 1
    assert "security.W009" in output
    assert "security.W018" in output


REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "BASE_URL", "FIELD_KEYS", "BLIND_INDEX_KEY")
START_WITHOUT = """
import os, runpy, sys
for name in sys.argv[1:]:
    kept = os.environ.pop(name)
    try:
        runpy.run_module("family_support.settings")
    except Exception as error:
        print(error)
    os.environ[name] = kept
"""


def test_missing_variable_is_named() -> None:
    _, output = python("-c", START_WITHOUT, *REQUIRED)
    assert [line.split(" is not set")[0].split()[-1] for line in output.splitlines()] == list(REQUIRED)


def test_mail_kept_as_files_lies_where_the_address_says() -> None:
    show = "from family_support import settings; print(settings.EMAIL_FILE_PATH)"
    _, output = python("-c", show, env={"EMAIL_URL": "filemail:///var/spool/notices"})
    assert output.split()[-1] == "/var/spool/notices"
