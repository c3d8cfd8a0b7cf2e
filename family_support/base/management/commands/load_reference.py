"""The reference data that ships with the product: every app with a ``reference`` module loads its own.
Idempotent.
"""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.module_loading import module_has_submodule

from family_support.base.actor import SYSTEM
from family_support.base.database_context import signed


class Command(BaseCommand):
    """Apps are loaded in the order of INSTALLED_APPS, each in a transaction of its own."""

    help = "Load or update the reference data of every app."

    def handle(self, *args: Any, **options: Any) -> None:
        """Call ``load_reference()`` of each app's ``reference`` module."""
        for config in apps.get_app_configs():
            if config.module is None or not module_has_submodule(config.module, "reference"):
                continue
            load = getattr(import_module(f"{config.name}.reference"), "load_reference", None)
            if load is None:
                continue
            with transaction.atomic(), signed(SYSTEM, "load_reference"):
                load()
            if options["verbosity"] > 0:
                self.stdout.write(f"reference data of {config.label}")
