"""Every refusal of the API as ``{"code", "detail", "fields"}``, in the caller's language, never echoing a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from family_support.base.database_errors import as_conflict
from family_support.base.errors import (
    AppError,
    Forbidden,
    Invalid,
    MethodRefused,
    Missing,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unsupported,
)

REALM = 'Bearer realm="api"'
# Names that a client makes up are repeated to it only where they cannot hold a person.
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
UNNAMED = "*"


def shown_name(name: str) -> str:
    """The field's name, or ``*`` for one that could hold data."""
    return name if _PLAIN_NAME.fullmatch(name) else UNNAMED


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an expected refusal; None for a defect, which the 500 page of the product answers."""
    known = _known(error)
    if known is None:
        return None
    headers: dict[str, str] = {}
    if known.status == Unauthenticated.status:
        headers["WWW-Authenticate"] = REALM
    if isinstance(known, TooMany):
        headers["Retry-After"] = str(known.retry_after)
    return Response(known.as_dict(), status=known.status, headers=headers)


def _known(error: Exception) -> AppError | None:
    if isinstance(error, AppError):
        return error
    if isinstance(error, exceptions.ValidationError):
        return invalid(error)
    if isinstance(error, exceptions.Throttled):
        return TooMany(retry_after=int(error.wait or 0) + 1)
    if isinstance(error, IntegrityError):
        return as_conflict(error)
    for kinds, made in _OTHERS:
        if isinstance(error, kinds):
            return made()
    return None


_OTHERS: tuple[tuple[tuple[type[Exception], ...], type[AppError]], ...] = (
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), Unauthenticated),
    ((exceptions.PermissionDenied, PermissionDenied), Forbidden),
    ((exceptions.NotFound, Http404), Missing),
    ((exceptions.MethodNotAllowed,), MethodRefused),
    ((exceptions.UnsupportedMediaType,), Unsupported),
    ((RequestDataTooBig,), TooLarge),
    ((exceptions.ParseError,), Invalid),
)


def invalid(error: exceptions.ValidationError) -> Invalid:
    """A serializer's errors by path (``person.iin``, ``members.0.role``).

    One wrong field gives its own code, so that a program can tell; several give ``invalid``.
    """
    found = list(_leaves(error.detail, ""))
    fields: dict[str, list[Any]] = {}
    for path, text in found:
        fields.setdefault(path, []).append(text)
    codes = {str(getattr(text, "code", "")) for _path, text in found}
    return Invalid(codes.pop() if len(codes) == 1 else "", fields=fields)


def _leaves(detail: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _leaves(below, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, list | tuple):
        if any(isinstance(each, Mapping | list) for each in detail):
            for place, each in enumerate(detail):
                yield from _leaves(each, f"{path}.{place}" if path else str(place))
        else:
            for each in detail:
                yield path, each
    else:
        yield path, detail
