"""Rotation of the sealed secrets of second factors, which allauth keeps inside JSON."""

from typing import Any

from allauth.mfa.models import Authenticator

from family_support.accounts.adapters import SECRET_BINDING
from family_support.audit.context import acting
from family_support.base import crypto
from family_support.base.actor import SYSTEM


def _renewed(value: Any, current: str) -> tuple[Any, int]:
    """The value with every secret of an older key sealed anew, and how many there were."""
    if crypto.looks_encrypted(value):
        if crypto.key_id_of(value) == current:
            return value, 0
        return crypto.encrypt(crypto.decrypt(value, SECRET_BINDING), SECRET_BINDING), 1
    if isinstance(value, list):
        parts = [_renewed(each, current) for each in value]
        return [each for each, _count in parts], sum(count for _each, count in parts)
    if isinstance(value, dict):
        pairs = {name: _renewed(each, current) for name, each in value.items()}
        return {name: each for name, (each, _count) in pairs.items()}, sum(n for _each, n in pairs.values())
    return value, 0


def rotate_secrets(batch: int) -> int:
    """TOTP secrets and seeds of recovery codes; how many. Raises DecryptionError and leaves the batch alone."""
    current, last, total = crypto.current_key_id(), 0, 0
    while True:
        with acting(SYSTEM, "rotate_keys"):
            rows = list(Authenticator.objects.select_for_update().filter(pk__gt=last).order_by("pk")[:batch])
            for row in rows:
                data, count = _renewed(row.data, current)
                if count:
                    Authenticator.objects.filter(pk=row.pk).update(data=data)
                    total += count
        if len(rows) < batch:
            return total
        last = rows[-1].pk
