"""A query whose SQL the ORM makes once a process: where its own work costs more than PostgreSQL's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


Build = Callable[[], QuerySet[Any, tuple[Any, ...]]]
Statement = tuple[str, tuple[Any, ...]]


class Prepared:
    """Rows of plain values, as `values_list` gives them.

    ``build`` makes the queryset with a `Given` for everything that differs between calls. Nothing converts the values
    on their way: its columns are numbers, texts, days, moments and lists of them, not encrypted fields.
    """

    def __init__(self, build: Build) -> None:
        self._build = build

    @cached_property
    def _statement(self) -> Statement:
        return self._build().query.sql_with_params()

    def __call__(self, **given: Any) -> list[tuple[Any, ...]]:
        """The rows for these values, by the names of the `Given`."""
        sql, parameters = self._statement
        with connection.cursor() as cursor:
            cursor.execute(
                sql, [given[each.name] if isinstance(each, Given) else each for each in parameters]
            )
            return cursor.fetchall()


class Together(Prepared):
    """Rows of many such queries by one statement: before the values of each the place of its query among them.

    The queries have as many columns, each of the type named for it: what `id` is in one and `code` in another is text.
    """

    def __init__(self, builds: Sequence[Build], *types: str) -> None:
        self._builds, self._types = builds, types

    @cached_property
    def _statement(self) -> Statement:
        names = [f"c{number}" for number in range(len(self._types))]
        columns = ", ".join(f"{name}::{kind}" for name, kind in zip(names, self._types, strict=True))
        arms: list[str] = []
        parameters: list[Any] = []
        for place, build in enumerate(self._builds):
            sql, own = build().query.sql_with_params()
            arms.append(f"SELECT {place}, {columns} FROM ({sql}) AS q ({', '.join(names)})")  # noqa: S608 - no value
            parameters.extend(own)
        return " UNION ALL ".join(arms), tuple(parameters)
