"""``POST /api/v1/token``: client credentials for a short-lived bearer token (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from datetime import timedelta
from http import HTTPStatus

from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from family_support.accounts.api import limits
from family_support.accounts.decorators import public
from family_support.accounts.machines import machine_in_force
from family_support.accounts.models import MachineClient
from family_support.base import clock
from family_support.base.errors import (
    AppError,
    Invalid,
    MethodRefused,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unsupported,
)

FORM = "application/x-www-form-urlencoded"
GRANT = Client.GrantType.CLIENT_CREDENTIALS
LONGEST_SECRET = 200
_CLIENT_ID = re.compile(r"[0-9a-f]{32}")
# What RFC 6749 calls each refusal; programs made for OAuth read `error`, all others our three members.
OAUTH_ERRORS = {
    401: "invalid_client",
    413: "invalid_request",
    415: "invalid_request",
    429: "temporarily_unavailable",
}
OWN_WORDS = frozenset({"invalid_scope", "unsupported_grant_type"})


@public
@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """A token for a program in force; every refusal in the API's form, with OAuth's own word beside it."""
    try:
        return _token(request)
    except AppError as error:
        return _refusal(error)
    except (RequestDataTooBig, TooManyFieldsSent):
        return _refusal(TooLarge())


def _token(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        raise MethodRefused
    limits.check(request, "token")
    if request.content_type != FORM:
        raise Unsupported
    machine = _proved(request)
    if request.POST.get("grant_type") != GRANT:
        text = _("Only client_credentials is given here.")
        raise Invalid("unsupported_grant_type", fields={"grant_type": text})
    granted = machine.client.get_scopes()
    wanted = request.POST.get("scope", "").split() or granted
    if not set(wanted) <= set(granted):
        raise Invalid("invalid_scope", fields={"scope": _("This program has no such scope.")})
    return _given_out(machine, sorted(set(wanted)))


def _proved(request: HttpRequest) -> MachineClient:
    """The program whose id and secret the call brings. Errors: Unauthenticated, the same for unknown, disabled and
    wrongly proved; TooMany after five wrong secrets of a client from an address, or twenty of an address."""
    client_id, secret = _credentials(request)
    known = client_id if _CLIENT_ID.fullmatch(client_id) else "unknown"
    secret = secret[:LONGEST_SECRET]
    # Of an address: nobody who learned a client id may lock contact center 111 out. No secret is guessed anyway.
    tried = f"{known} {limits.address_of(request)}"
    limits.check(request, "token_failed", key=tried, only_look=True)
    machine = machine_in_force(known, clock.now())
    if machine is None:
        # As long as a comparison takes: the time tells nobody which clients there are.
        make_password(secret)
    if machine is None or not machine.client.check_secret(secret):
        limits.check(request, "token_failed", key=tried)
        raise Unauthenticated("invalid_client", _("Unknown client, or a wrong secret."))
    return machine


def _credentials(request: HttpRequest) -> tuple[str, str]:
    """Client id and secret of the Basic header, or else of the form."""
    scheme, _blank, packed = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _colon, secret = base64.b64decode(packed, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret


def _given_out(machine: MachineClient, scopes: list[str]) -> HttpResponse:
    value = secrets.token_urlsafe(48)
    seconds = settings.ACCESS_TOKEN_SECONDS
    now = clock.now()
    row = Token(
        type=Token.Type.ACCESS_TOKEN,
        client=machine.client,
        created_at=now,
        expires_at=now + timedelta(seconds=seconds),
    )
    row.set_value(value)
    row.set_scopes(scopes)
    row.save()
    body = {"access_token": value, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(scopes)}
    return JsonResponse(body, headers={"Cache-Control": "no-store"})


def _refusal(error: AppError) -> JsonResponse:
    word = error.code if error.code in OWN_WORDS else OAUTH_ERRORS.get(error.status, "invalid_request")
    response = JsonResponse({"error": word, **error.as_dict()}, status=error.status)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Basic realm="api"'
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = "POST"
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response
