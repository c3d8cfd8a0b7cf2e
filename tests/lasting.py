"""Rows that the tests of a module share: made once, in a transaction around them, and given to each as a copy.

    @lasting
    def a_scene() -> Scene: ...                      # in samples

    @pytest.fixture(scope="module")                  # in conftest
    def scene_kept(django_db_setup, django_db_blocker):
        with kept(a_scene, django_db_blocker):
            yield

Where the maker takes no arguments and the rows are of one module: `_kept = keeping(a_scene, at=NOON)` in it.

The first call of a test with the arguments they were made with gives the rows of the module: what the test changes is
rolled back, and the objects are its own. Every further call, or one with other arguments, makes new ones. Modules with
own databases cannot use it.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import update_wrapper
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar

import pytest
from django.db import transaction

from family_support.base import clock

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Rows(Generic[T]):
    """What is kept, the arguments it was made with, and the test that was the last to get it."""

    arguments: dict[str, Any]
    made: T
    given_to: str = ""


class Lasting(Generic[P, T]):
    """A maker of rows that may be asked to keep some ready."""

    def __init__(self, make: Callable[P, T]) -> None:
        self.make = make
        self.signature = signature(make)
        self.kept: list[Rows[T]] = []
        update_wrapper(self, make)

    def __call__(self, *args: P.args, **options: P.kwargs) -> T:
        for rows in self.kept:
            if rows.given_to != _test() and rows.arguments == self.arguments(*args, **options):
                rows.given_to = _test()
                return copy.deepcopy(rows.made)
        return self.make(*args, **options)

    def arguments(self, *args: P.args, **options: P.kwargs) -> dict[str, Any]:
        """All of them by their names, those left out as well."""
        bound = self.signature.bind(*args, **options)
        bound.apply_defaults()
        return bound.arguments


def _test() -> str:
    """The test that runs, whether it is being set up or called."""
    return os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]


def lasting(make: Callable[P, T]) -> Lasting[P, T]:
    """Let a module keep what the function makes."""
    return Lasting(make)


@contextmanager
def kept(maker: Lasting[P, T], blocker: Any, *args: P.args, **options: P.kwargs) -> Iterator[T]:
    """Keep rows of the maker ready inside the block; they are gone after it."""
    with blocker.unblock(), transaction.atomic():
        rows = Rows(maker.arguments(*args, **options), maker.make(*args, **options))
        maker.kept.append(rows)
        try:
            yield rows.made
        finally:
            maker.kept.remove(rows)
            transaction.set_rollback(True)


def keeping(maker: Lasting[[], Any], *, at: datetime | None = None) -> Any:
    """A fixture of the module that keeps rows of the maker for all its tests, made at that moment."""

    @pytest.fixture(scope="module", autouse=True)
    def keep(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
        with clock.at(at) if at else nullcontext(), kept(maker, django_db_blocker):
            yield

    return keep
