"""Every view says which roles have its function; the matrix test reads it from the view."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from family_support.accounts.roles import Role
from family_support.base.errors import Forbidden

View = Callable[..., HttpResponseBase]


def allowed(*roles: Role) -> Callable[[View], View]:
    """Only actors with one of these roles reach the view; anybody else signed in gets 403.

    An acting director has the director's functions. The set is kept on the view as `allowed_roles`.
    """
    permitted = frozenset(roles)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = request.actor
            if actor is None or not (
                actor.role in permitted or (actor.acting and Role.DIRECTOR in permitted)
            ):
                raise Forbidden()
            return view(request, *args, **kwargs)

        guarded.allowed_roles = permitted  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """A page for people without an account."""
    view.allowed_roles = None  # type: ignore[attr-defined]
    return login_not_required(view)
