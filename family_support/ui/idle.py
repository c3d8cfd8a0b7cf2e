"""Questions that a page asks by itself are no activity of a person: they must not keep an idle session alive."""

from __future__ import annotations

from django.http import HttpRequest


def leave_idle(request: HttpRequest) -> None:
    """The request's session is not saved, and so not prolonged."""
    request.session.save = _not_saved  # type: ignore[method-assign]


def _not_saved(must_create: bool = False) -> None:
    return None
