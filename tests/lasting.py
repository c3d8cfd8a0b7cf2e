"""Rows that the tests of a module share: made once, in a transaction around them, and given to each as a copy.

    @lasting
    def a_scene() -> Scene: ...                      # in samples

    @pytest.fixture(scope="module")                  # in conftest
    def scene_kept(django_db_setup, django_db_blocker):
        with kept(a_scene, django_db_blocker):
            yield

The first call of a test with the arguments they were made with gives the rows of the module: what the test changes is
rolled back, and the objects are its own. Every further call, or one with other arguments, makes new ones. Modules with
own databases cannot use it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import transaction

P = ParamSpec("P")
T = TypeVar("T")


class Lasting(Generic[P, T]):
    """A maker of rows that may be asked to keep some ready."""

    def __init__(self, make: Callable[P, T]) -> None:
        self.make = make
        self.signature = signature(make)
        self.ready: T | None = None
        self.arguments: dict[str, Any] = {}
        self.given = False
        update_wrapper(self, make)

    def __call__(self, *args: P.args, **options: P.kwargs) -> T:
        if self.ready is None or self.given or self.bound(*args, **options) != self.arguments:
            return self.make(*args, **options)
        self.given = True
        return copy.deepcopy(self.ready)

    def bound(self, *args: P.args, **options: P.kwargs) -> dict[str, Any]:
        """The arguments by their names, those left out as well."""
        bound = self.signature.bind(*args, **options)
        bound.apply_defaults()
        return bound.arguments


def lasting(make: Callable[P, T]) -> Lasting[P, T]:
    """Let a module keep what the function makes."""
    return Lasting(make)


@contextmanager
def kept(maker: Lasting[P, T], blocker: Any, *args: P.args, **options: P.kwargs) -> Iterator[T]:
    """Keep rows of the maker ready inside the block; they are gone after it."""
    with blocker.unblock(), transaction.atomic():
        made = maker.make(*args, **options)
        maker.ready, maker.arguments = made, maker.bound(*args, **options)
        try:
            yield made
        finally:
            maker.ready = None
            transaction.set_rollback(True)
