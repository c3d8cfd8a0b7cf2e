"""allauth's removals of a second factor: one after the other, and refused for the only one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect

from family_support.accounts.models import User

View = Callable[..., HttpResponse]


def one_at_a_time(view: View) -> View:
    """Who removes another factor of the same account at this moment is waited for: else each of the two would find the
    other one there, and whoever knows the password could set up a factor of their own."""

    @wraps(view)
    def locked(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            User.objects.select_for_update(of=("self",)).get(pk=request.user.pk)
            return view(request, *args, **kwargs)

    return locked


@login_required
@one_at_a_time
def remove_webauthn(request: Any, pk: int) -> HttpResponse:
    """Remove a security key while another second factor stays."""
    mine = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN, pk=pk).first()
    if mine is not None and not get_adapter().can_delete_authenticator(mine):
        messages.error(request, str(get_adapter().error_messages["cannot_delete_authenticator"]))
        return redirect("mfa_list_webauthn")
    return webauthn.remove_webauthn(request, pk=pk)


@login_required
@one_at_a_time
def deactivate_totp(request: Any) -> HttpResponse:
    """Remove the authenticator app while a security key stays; allauth's form sees to it."""
    return totp.deactivate_totp(request)
