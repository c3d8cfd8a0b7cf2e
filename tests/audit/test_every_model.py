"""Every table of ours is tracked, or listed with a reason."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from family_support.audit.opt_out import OPT_OUT
from family_support.oversight.forms import TrailForm

OWN = [name for name in settings.INSTALLED_APPS if (settings.BASE_DIR / name.replace(".", "/")).is_dir()]


def own_models() -> dict[str, str]:
    """Label -> table of every concrete model of ours, and of the tables between them."""
    configs = [config for config in apps.get_app_configs() if config.name in OWN]
    models = [model for config in configs for model in config.get_models(include_auto_created=True)]
    return {model._meta.label: model._meta.db_table for model in models if not model._meta.proxy}


def triggers() -> dict[str, list[str]]:
    """Table -> arguments of its audit trigger, enabled ones only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger "
            "WHERE tgname = 'audit_change' AND tgenabled = 'O' AND tgfoid = 'audit.record_change'::regproc"
        )
        return {table.strip('"'): arguments.split("\\000")[:-1] for table, arguments in cursor.fetchall()}


def columns() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        return set(cursor.fetchall())


def untracked(models: dict[str, str], tracked: set[str], listed: set[str]) -> set[str]:
    """Labels that are neither tracked nor listed."""
    return {label for label, table in models.items() if table not in tracked and label not in listed}


@pytest.mark.django_db
def test_every_model_is_tracked_or_listed() -> None:
    assert untracked(own_models(), set(triggers()), set(OPT_OUT)) == set()


@pytest.mark.django_db
def test_the_search_offers_only_what_is_tracked() -> None:
    """A table of a library, or one that is not tracked, finds nothing and has no name in our languages."""
    offered = {table for table, _name in TrailForm().fields["table"].choices if table}
    assert offered <= set(triggers())
    assert len(offered) > 90


@pytest.mark.django_db
def test_the_list_names_models_that_exist_and_are_not_tracked() -> None:
    models, tracked = own_models(), set(triggers())
    assert set(OPT_OUT) - set(models) == set()
    assert {label for label in OPT_OUT if models[label] in tracked} == set()
    assert all(OPT_OUT.values())


@pytest.mark.django_db
def test_arguments_of_every_trigger_name_columns_that_exist() -> None:
    known = columns()
    for table, (key, hidden, ignored, *path) in triggers().items():
        named = [
            key,
            *filter(None, (hidden + "," + ignored).replace("{", "").replace("}", "").split(",")),
            *path[:1],
        ]
        assert {(table, column) for column in named} <= known, table
        for hop in range(1, len(path), 3):
            target, target_key, column = path[hop : hop + 3]
            assert {(target, target_key), (target, column)} <= known, table


def test_a_planted_model_is_noticed() -> None:
    assert untracked({"cases.New": "cases_new"}, {"cases_case"}, {"base.Other"}) == {"cases.New"}
