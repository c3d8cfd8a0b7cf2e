"""Rows that the tests of a module share: made once, in a transaction around them, and given to each as a copy.

    @lasting
    def a_scene() -> Scene: ...                      # in samples

    @pytest.fixture(scope="module")                  # in conftest
    def scene_kept(django_db_setup, django_db_blocker):
        with kept(a_scene, django_db_blocker):
            yield

The first call of a test gives the rows of the module: what the test changes is rolled back, and the objects are its
own. Every further call, or one with arguments, makes new ones. Modules with own databases cannot use it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.db import transaction

T = TypeVar("T")


class Lasting(Generic[T]):
    """A maker of rows that may be asked to keep some ready."""

    def __init__(self, make: Callable[..., T]) -> None:
        self.make = make
        self.ready: T | None = None
        self.given = False
        update_wrapper(self, make)

    def __call__(self, *args: Any, **options: Any) -> T:
        if self.ready is None or self.given or args or options:
            return self.make(*args, **options)
        self.given = True
        return copy.deepcopy(self.ready)


def lasting(make: Callable[..., T]) -> Lasting[T]:
    """Let a module keep what the function makes."""
    return Lasting(make)


@contextmanager
def kept(maker: Lasting[Any], blocker: Any) -> Iterator[None]:
    """Keep rows of the maker ready inside the block; they are gone after it."""
    with blocker.unblock(), transaction.atomic():
        maker.ready = maker.make()
        try:
            yield
        finally:
            maker.ready = None
            transaction.set_rollback(True)
