"""Taking one row out of those that the caller may reach."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Manager, Model, QuerySet

from family_support.base.errors import Missing

M = TypeVar("M", bound=Model)


def one(rows: QuerySet[M] | Manager[M], **key: Any) -> M:
    """The row with this key, of those given. Errors: Missing, whether there is none or it is not theirs.

    Unlike `first` it asks for no order: PostgreSQL sorts nothing, and the ORM compiles none.
    """
    found = list(rows.filter(**key).order_by()[:1])
    if not found:
        raise Missing
    return found[0]
