"""Demo accounts: invented people whom anybody at this machine may be, in demo mode only."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import date
from functools import cache

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured

from family_support.accounts.models import MachineClient, Membership, MembershipQuerySet, User
from family_support.accounts.roles import Role

DOMAIN = "demo.example"
# Documented in the README and worth nothing outside demo mode: no account of another address has it.
PASSWORD = "Demo-2026-otbasy"  # noqa: S105
# Programs of the demo: client id, name, door. Their secret is worth as little as the password.
MACHINES = (
    ("111000000000000000000000000000aa", "Контакт-центр 111", MachineClient.Door.CONTACT_CENTER),
    ("222000000000000000000000000000bb", "Цифровая карта семьи", MachineClient.Door.STATE_SYSTEM),
)
MACHINE_SECRET = "Demo-2026-otbasy-machine"  # noqa: S105
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


@cache
def _hashed_password() -> str:
    """Hashed once: a hundred accounts share the documented password anyway."""
    return make_password(PASSWORD)


def equip(user: User) -> None:
    """Give a demo account the documented password and its second factor. Idempotent; demo mode only."""
    require_demo()
    if not user.email.endswith(f"@{DOMAIN}"):
        raise ValueError("only accounts of the demo domain are demo accounts")
    if not user.has_usable_password():
        user.password = _hashed_password()
        user.save(update_fields=["password"])
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        data = {"secret": encrypt(secret_of(user.email))}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)


def equip_machine(machine: MachineClient) -> None:
    """Give a program of the demo the documented secret. Demo mode only."""
    require_demo()
    if machine.client_id not in {client_id for client_id, _name, _door in MACHINES}:
        raise ValueError("only programs of the demo are demo programs")
    machine.client.set_secret(MACHINE_SECRET)
    machine.client.save(update_fields=["secret"])


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
    """An account of each role, another person for each where there is one: the buttons of the sign-in page."""
    chosen: dict[str, DemoAccount] = {}
    people: set[str] = set()
    shared: set[str] = set()
    for account in accounts(on):
        if account.role not in chosen or (
            chosen[account.role].email in shared and account.email not in people
        ):
            if account.email in people:
                shared.add(account.email)
            chosen[account.role] = account
            people.add(account.email)
    return list(chosen.values())
