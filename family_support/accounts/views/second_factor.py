"""allauth's removal of a security key, refused for the only second factor."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect


@login_required
def remove_webauthn(request: Any, pk: int) -> HttpResponse:
    """Remove a security key while another second factor stays."""
    mine = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN, pk=pk).first()
    if mine is not None and not get_adapter().can_delete_authenticator(mine):
        messages.error(request, str(get_adapter().error_messages["cannot_delete_authenticator"]))
        return redirect("mfa_list_webauthn")
    return webauthn.remove_webauthn(request, pk=pk)
