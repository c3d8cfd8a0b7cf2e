"""A query whose SQL the ORM makes once a process: where its own work costs more than PostgreSQL's answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, QuerySet


class Given(Expression):
    """Stands in a queryset for a value that each call brings; it is written as a parameter."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=None)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "(%s)", (self,)


class AnyOf(Func):
    """Whether a column is among the values of a list that each call brings."""

    template, arg_joiner, output_field = "%(expressions)s", " = ANY ", BooleanField()

    def __init__(self, column: str, name: str) -> None:
        super().__init__(F(column), Given(name))


class Prepared:
    """Rows of plain values, as `values_list` gives them.

    ``build`` makes the queryset with a `Given` for everything that differs between calls. Nothing converts the values
    on their way: its columns are numbers, texts, days, moments and lists of them, not encrypted fields.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, tuple[Any, ...]]]) -> None:
        self._build = build

    @cached_property
    def _statement(self) -> tuple[str, tuple[Any, ...]]:
        return self._build().query.sql_with_params()

    def __call__(self, **given: Any) -> list[tuple[Any, ...]]:
        """The rows for these values, by the names of the `Given`."""
        sql, parameters = self._statement
        with connection.cursor() as cursor:
            cursor.execute(
                sql, [given[each.name] if isinstance(each, Given) else each for each in parameters]
            )
            return cursor.fetchall()
