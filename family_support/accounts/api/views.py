"""What every endpoint for programs stands on: a bearer token, the right door, a limit, a strict body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from family_support.accounts.api.callers import BearerToken, Caller, CallsOfMachine, InScope
from family_support.accounts.roles import Role
from family_support.base.api import errors
from family_support.base.api.negotiation import OnlyJSON
from family_support.base.api.parsers import StrictJSONParser


class MachineView(APIView):
    """Base of the endpoints for programs. `door` and `scope` say which of them."""

    door: ClassVar[str]
    scope: ClassVar[str]
    authentication_classes = (BearerToken,)
    permission_classes = (InScope,)
    throttle_classes = (CallsOfMachine,)
    parser_classes: ClassVar[tuple[type, ...]] = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OnlyJSON
    # OPTIONS would tell more than the schema does.
    metadata_class = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., Any]:
        """The view, with what the access matrix reads on it."""
        view = super().as_view(**initkwargs)
        view.allowed_roles = frozenset({Role.MACHINE})
        view.door = cls.door
        return view

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.answer

    @property
    def caller(self) -> Caller:
        """The program that calls."""
        found: Caller = self.request.auth
        return found
