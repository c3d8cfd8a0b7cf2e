"""Who calls: a program with a bearer token, by its own door, not too often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.idp.oidc.models import Token
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from family_support.accounts.api import limits
from family_support.accounts.machines import actor_of_machine, machine_in_force
from family_support.accounts.models import MachineClient, User
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.api import errors
from family_support.base.errors import Forbidden, Unauthenticated

LONGEST_TOKEN = 200


@dataclass(frozen=True)
class Caller:
    """The program behind a call: what ``request.auth`` is."""

    machine: MachineClient
    actor: Actor
    scopes: frozenset[str]


class BearerToken(BaseAuthentication):
    """``Authorization: Bearer …``. A session is nothing here: a person in a browser calls no endpoint."""

    def authenticate(self, request: Request) -> tuple[User, Caller]:
        """User and Caller. Errors: Unauthenticated for no token and for one that is wrong, over or taken back."""
        scheme, _blank, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not value or len(value) > LONGEST_TOKEN or not value.isascii():
            raise Unauthenticated
        now = clock.now()
        token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value)
        machine = machine_in_force(token.client_id, now) if token is not None and token.client_id else None
        if token is None or machine is None:
            raise Unauthenticated
        actor = actor_of_machine(machine, getattr(request, "id", "") or "")
        return machine.membership.user, Caller(machine, actor, frozenset(token.get_scopes()))

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says."""
        return errors.REALM


class InScope(BasePermission):
    """The token was given for what the view does."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Errors: Forbidden for a program of another door."""
        if view.scope not in request.auth.scopes or request.auth.machine.door != view.door:
            raise Forbidden("wrong_scope", _("This program has no access to this address."))
        return True


class CallsOfMachine(BaseThrottle):
    """So many calls of one program a minute."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Errors: TooMany."""
        limits.check(request._request, "call", key=request.auth.machine.client_id)
        return True
