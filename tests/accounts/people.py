"""Accounts for tests of sign-in and rights."""

import time
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt, encrypt

from family_support.accounts.models import Membership, User
from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import now, today
from family_support.directory.models import Agency, Center, District, Region

PASSWORD = "Right-horse-2026"


def names(text: str) -> dict[str, str]:
    return {"name_kk": text, "name_ru": text, "name_en": text}


def center(code: str = "TSA") -> Center:
    with acting(SYSTEM):
        region, _ = Region.objects.get_or_create(kato="71", defaults=names("Region"))
        district = District.objects.create(region=region, code=f"D{code}", **names(code))
        return Center.objects.create(code=code, district=district, **names(f"Center {code}"))


def agency(name: str = "Agency") -> Agency:
    with acting(SYSTEM):
        region, _ = Region.objects.get_or_create(kato="71", defaults=names("Region"))
        district = District.objects.create(region=region, code=f"D{len(name)}{name[:4]}", **names(name))
        return Agency.objects.create(district=district, **names(name))


def person(
    email: str,
    *roles: Role,
    at_center: Center | None = None,
    at_agency: Agency | None = None,
    totp: bool = True,
    **fields: Any,
) -> User:
    """A user with the password and second factor of tests, and a membership for each role."""
    with acting(SYSTEM):
        user = User(email=email, last_name=fields.pop("last_name", "Last"), first_name="First", **fields)
        user.created_at = now()
        user.set_password(PASSWORD)
        user.save()
        for role in roles:
            Membership.objects.create(
                user=user,
                role=role,
                center=at_center if role in CENTER_ROLES else None,
                agency=at_agency if role in AGENCY_ROLES else None,
                starts_on=today() - timedelta(days=30),
            )
        if totp:
            data = {"secret": encrypt(generate_totp_secret())}
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    return user


def code_of(user: User, *, wrong: bool = False) -> str:
    """The present code of the account's second factor, or one that is certainly wrong."""
    secret = decrypt(Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"])
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    return f"{(int(code) + 1) % 1_000_000:06d}" if wrong else code
