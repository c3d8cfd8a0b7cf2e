"""Proving the second factor anew, in the form of an act that needs it: what was typed stays where it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.base.internal.flows import check_rate_limit, post_authentication
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from family_support.base.errors import Invalid


def takes_code(request: Any) -> bool:
    """Whether the person has an authenticator that shows codes; a security key is proved on a page of its own."""
    return _codes_of(request).exists()


def _codes_of(request: Any) -> Any:
    return Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP)


def prove_by_code(request: Any, code: str, now: datetime) -> datetime:
    """Take a code of the authenticator; it counts once. Gives the moment of the proof.

    Errors: Invalid on `second_factor` for a wrong, used or missing code, and after too many wrong ones.
    """
    try:
        clear = check_rate_limit(request.user)
    except ValidationError as error:
        raise Invalid.from_validation(error, "second_factor") from error
    for authenticator in _codes_of(request):
        if code and authenticator.wrap().validate_code(code):
            authenticator.user = request.user
            clear()
            post_authentication(request, authenticator, reauthenticated=True)
            return now
    text = _("The code is wrong or was used already: wait for the next one.")
    raise Invalid("second_factor_wrong", fields={"second_factor": text})


def proved_at(request: Any) -> datetime | None:
    """When this session last saw the second factor, a key or a code; None for never."""
    moments = [
        record.get("at")
        for record in get_authentication_records(request, request.user)
        if record.get("method") == "mfa"
    ]
    known = [moment for moment in moments if isinstance(moment, int | float)]
    return datetime.fromtimestamp(max(known), UTC) if known else None
