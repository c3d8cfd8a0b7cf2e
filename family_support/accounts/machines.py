"""Who a program is: from its client to the Actor that actions take."""

from __future__ import annotations

from datetime import datetime

from family_support.accounts.models import MachineClient
from family_support.base.actor import Actor
from family_support.base.clock import local_date


def machine_in_force(client_id: str, now: datetime) -> MachineClient | None:
    """The program of a client id, if it may call now."""
    rows = MachineClient.objects.in_force(local_date(now)).filter(client_id=client_id)
    return rows.select_related("membership__user", "client").first()


def actor_of_machine(machine: MachineClient, request_id: str = "") -> Actor:
    """The Actor of a program had through `machine_in_force`: its membership, of no organization, and its one door."""
    membership = machine.membership
    return Actor(
        user_id=membership.user_id,
        membership_id=membership.pk,
        role=membership.role,
        name=membership.user.short_name,
        iin_index=membership.user.iin_index,
        request_id=request_id,
        channel=machine.door,
    )
