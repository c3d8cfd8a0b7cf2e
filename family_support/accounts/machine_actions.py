"""Programs that call the API: made, given a new secret, disabled, enabled; each change signed by its administrator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.idp.oidc.models import Client, Token
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import MachineClient, Membership, User
from family_support.accounts.permissions import check_keeps_machines
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, invalid_field
from family_support.base.idempotency import once
from family_support.base.models import bump, check_version

# What a program of each door may ask a token for.
SCOPES: dict[str, tuple[str, ...]] = {
    MachineClient.Door.CONTACT_CENTER: ("intakes",),
    MachineClient.Door.STATE_SYSTEM: ("signals",),
}
# No mail ever reaches an account of this domain (RFC 2606): its password cannot be set.
MAIL_DOMAIN = "machines.invalid"


@dataclass(frozen=True)
class Issued:
    """A client with the secret that is shown this one time; empty where it was shown before."""

    machine: MachineClient
    secret: str


def create_machine(
    *,
    name: str,
    door: str,
    by: Actor,
    now: datetime,
    key: UUID | str | None = None,
    client_id: str = "",
) -> Issued:
    """A client of one door with its secret, which is stored as a hash only. `client_id` (32 hexadecimal digits) is
    random unless it was agreed before.

    A repeat with the same `key` gives the same client without the secret. Errors: Forbidden, Invalid (`name`, `door`).
    """
    check_keeps_machines(by)
    name = " ".join(name.split())
    with invalid_field("name"):
        validators.check_text(name)
    if not name:
        raise Invalid("name_needed", fields={"name": _("Give it a name.")})
    if door not in SCOPES:
        raise Invalid("door", fields={"door": _("Choose the channel.")})
    with acting(by):
        if key is None:
            return _create(name, door, client_id, now)
        with once(key, by, "accounts.create_machine", {"name": name, "door": door}) as ticket:
            if ticket.repeated:
                return Issued(ticket.result(), "")  # type: ignore[arg-type]
            issued = _create(name, door, client_id, now)
            ticket.done(issued.machine)
            return issued


def _create(name: str, door: str, client_id: str, now: datetime) -> Issued:
    if MachineClient.objects.filter(name__iexact=name).exists():
        raise Invalid("name_taken", fields={"name": _("There is a program with this name.")})
    secret = _new_secret()
    client = Client(
        **({"id": client_id} if client_id else {}), name=name, type=Client.Type.CONFIDENTIAL, created_at=now
    )
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_response_types([])
    client.set_scopes(list(SCOPES[door]))
    client.set_default_scopes(list(SCOPES[door]))
    client.set_secret(secret)
    client.save()
    user = User(email=f"{client.pk}@{MAIL_DOMAIN}", last_name=name, first_name="", created_at=now)
    user.set_unusable_password()
    user.save()
    membership = Membership.objects.create(user=user, role=Role.MACHINE, starts_on=local_date(now))
    machine = MachineClient.objects.create(
        name=name, door=door, membership=membership, client=client, created_at=now, secret_at=now
    )
    return Issued(machine, secret)


def rotate_secret(*, machine: MachineClient, version: int | str | None, by: Actor, now: datetime) -> Issued:
    """A new secret; the old one and every token that is out stop at once.

    Errors: Forbidden, Conflict (stale, disabled).
    """
    check_keeps_machines(by)
    with acting(by):
        machine = _locked(machine, version)
        if not machine.works:
            raise Conflict("disabled", _("This program is disabled: enable it first."))
        secret = _new_secret()
        machine.client.set_secret(secret)
        machine.client.save(update_fields=["secret"])
        _take_tokens_back(machine)
        machine.secret_at = now
        bump(machine)
        machine.save(update_fields=["secret_at", "version"])
    return Issued(machine, secret)


def disable_machine(
    *, machine: MachineClient, reason: str, version: int | str | None, by: Actor, now: datetime
) -> MachineClient:
    """Close the door at once: no new token, and those that are out end. What it sent stays.

    Errors: Forbidden, Invalid without a reason, Conflict (stale, disabled already).
    """
    check_keeps_machines(by)
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": _("Give the reason.")})
    with acting(by, reason=reason):
        machine = _locked(machine, version)
        if not machine.works:
            raise Conflict("already", _("The program is in that state already."))
        machine.disabled_at, machine.disabled_reason = now, reason.strip()
        bump(machine)
        machine.save(update_fields=["disabled_at", "disabled_reason", "version"])
        _take_tokens_back(machine)
    return machine


def enable_machine(
    *, machine: MachineClient, reason: str, version: int | str | None, by: Actor, now: datetime
) -> MachineClient:
    """Open the door again, with the secret it had. Errors: Forbidden, Invalid without a reason, Conflict."""
    check_keeps_machines(by)
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": _("Give the reason.")})
    with acting(by, reason=reason):
        machine = _locked(machine, version)
        if machine.works:
            raise Conflict("already", _("The program is in that state already."))
        machine.disabled_at, machine.disabled_reason = None, ""
        bump(machine)
        machine.save(update_fields=["disabled_at", "disabled_reason", "version"])
    return machine


def forget_tokens() -> int:
    """Drop the tokens that are over; how many."""
    return Token.objects.expired().delete()[0]


def _new_secret() -> str:
    """320 random bits in letters that stand in a header, a form and a shell without quoting."""
    return secrets.token_urlsafe(40)


def _locked(machine: MachineClient, version: int | str | None) -> MachineClient:
    rows = MachineClient.objects.select_for_update(of=("self",)).select_related("client")
    found = rows.get(pk=machine.pk)
    check_version(found, version)
    return found


def _take_tokens_back(machine: MachineClient) -> None:
    Token.objects.filter(client_id=machine.client_id).delete()
