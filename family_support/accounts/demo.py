"""Demo accounts: invented people whom anybody at this machine may be, in demo mode only."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import date

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from family_support.accounts.models import Membership, MembershipQuerySet, User
from family_support.accounts.roles import Role

DOMAIN = "demo.example"
# Documented in the README and worth nothing outside demo mode: no account of another address has it.
PASSWORD = "Demo-2026-otbasy"  # noqa: S105
LOOPBACK = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True)
class DemoAccount:
    """A line of the demo table: whom one can sign in as."""

    membership_id: int
    role: str
    role_name: str
    name: str
    organization: str
    email: str


def require_demo() -> None:
    """Raise ImproperlyConfigured outside demo mode."""
    if not settings.DEMO_MODE:
        raise ImproperlyConfigured("Demo accounts exist in demo mode only.")


def secret_of(email: str) -> str:
    """The TOTP key of a demo account, the same as long as SECRET_KEY is."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"demo-totp\0{email}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:20]).decode()


def code_of(email: str) -> str:
    """The account's six digits of this half-minute."""
    return format_hotp_value(hotp_value(secret_of(email), int(time.time()) // mfa_settings.TOTP_PERIOD))


def equip(user: User) -> None:
    """Give a demo account the documented password and its second factor. Idempotent; demo mode only."""
    require_demo()
    if not user.email.endswith(f"@{DOMAIN}"):
        raise ValueError("only accounts of the demo domain are demo accounts")
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        data = {"secret": encrypt(secret_of(user.email))}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)


def memberships(on: date) -> MembershipQuerySet:
    """Memberships of demo accounts in force; machines sign in nowhere."""
    mine = Membership.objects.active(on).filter(user__email__endswith=f"@{DOMAIN}").exclude(role=Role.MACHINE)
    return mine.with_names().order_by("pk")


def accounts(on: date) -> list[DemoAccount]:
    """Demo memberships in the order of roles, in the active language."""
    order = {role.value: number for number, role in enumerate(Role)}
    found = [
        DemoAccount(
            row.pk,
            row.role,
            str(Role(row.role).label),
            row.user.full_name,
            str(row.organization or ""),
            row.user.email,
        )
        for row in memberships(on)
    ]
    return sorted(found, key=lambda account: order[account.role])


def one_of_each_role(on: date) -> list[DemoAccount]:
    """The first account of each role: the buttons of the sign-in page."""
    firsts: dict[str, DemoAccount] = {}
    for account in accounts(on):
        firsts.setdefault(account.role, account)
    return list(firsts.values())
