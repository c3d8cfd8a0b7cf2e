"""Who acts in a request, for how long a session lasts, and that nobody works without the second factor."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from family_support.accounts import session
from family_support.accounts.actors import choose, standings_of
from family_support.base import clock

GetResponse = Callable[[HttpRequest], HttpResponse]

LEAVE = frozenset({"account_logout"})
# Where a person with a second factor proves it, and where one without sets it up.
PROVE = LEAVE | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
SET_UP = LEAVE | {"mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}


class ActorMiddleware:
    """`request.actor`: the Actor of one active membership, or None; `request.memberships`: Standings of all in force.

    The session names the membership; one that ended meanwhile gives way to the first in force. One query for
    a signed-in person, none for anybody else. A session older than SESSION_ABSOLUTE_AGE ends here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None
        request.memberships = []  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            now = clock.now()
            if session.too_old(request, now):
                session.run_out(request, now)
                logout(request)
                messages.info(request, _("Your session ended. Sign in again."))
            else:
                request.session_left = session.seconds_left(request, now)  # type: ignore[attr-defined]
                self.load(request, now)
        return self.get_response(request)

    @staticmethod
    def load(request: Any, now: Any) -> None:
        """Set actor and memberships of a signed-in person."""
        request.memberships = standings_of(request.user, clock.local_date(now))
        chosen = choose(request.memberships, request.session.get(session.MEMBERSHIP))
        if chosen is not None:
            request.actor = chosen.actor(getattr(request, "id", "") or "")


class SecondFactorMiddleware:
    """A signed-in person whose session has not seen the second factor is sent to it, or to set it up.

    allauth asks for a second factor only where one was set up; here it is obligatory. Programs have no session.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let a view through that is open to everybody, or whose session passed."""
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if session.passed_second_factor(request, request.user):
            return None
        here = request.resolver_match.url_name if request.resolver_match else ""
        kinds = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
        if Authenticator.Type.TOTP in kinds:
            open_here, target = PROVE, "mfa_reauthenticate"
        elif Authenticator.Type.WEBAUTHN in kinds:
            open_here, target = PROVE, "mfa_reauthenticate_webauthn"
        else:
            open_here, target = SET_UP, "mfa_activate_totp"
        return None if here in open_here else HttpResponseRedirect(reverse(target))
