"""Tables and columns of the history by the names that people know."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise


@cache
def models_by_table() -> dict[str, type[models.Model]]:
    """Table -> model, of every table that the product keeps."""
    return {model._meta.db_table: model for model in apps.get_models() if model._meta.managed}


def field_of(model: type[models.Model] | None, column: str) -> Any:
    """The model's field of a column; None for a column that is no more."""
    if model is None:
        return None
    return next((field for field in model._meta.concrete_fields if field.column == column), None)


def label_of(field: Any) -> str:
    """The field's name for people; empty for columns that only the product needs."""
    shown = isinstance(field.verbose_name, Promise) and field.name != "version"
    return str(field.verbose_name) if shown else ""


def table_name(table: str) -> str:
    """What the rows of a table are called, with a capital letter; the table's own name if it is no more."""
    model = models_by_table().get(table)
    name = str(model._meta.verbose_name) if model else table
    return name[:1].upper() + name[1:]
