"""Secrets of second factors are sealed at rest and move to a new key; wrong keys stop a process at its start."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from django.core.checks import Tags, run_checks
from django.db import connection
from django.test import override_settings

from family_support.accounts.adapters import SECRET_BINDING
from family_support.accounts.keys import rotate_secrets
from family_support.audit.context import acting
from family_support.base import crypto
from family_support.base.actor import SYSTEM
from family_support.base.key_fingerprints import WrongKeysError, refuse_wrong_keys
from tests.accounts.people import person

A, B = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
pytestmark = pytest.mark.django_db


def raw() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        return str(cursor.fetchone()[0])


def test_secrets_of_second_factors_are_sealed_and_rotate() -> None:
    with override_settings(FIELD_KEYS=f"old:{A}"), acting(SYSTEM):
        users = [person(f"keys{number}@x.kz") for number in range(3)]
        seed = crypto.encrypt("seed-in-plain", SECRET_BINDING)
        Authenticator.objects.create(
            user=users[0], type=Authenticator.Type.RECOVERY_CODES, data={"seed": seed, "used_mask": 5}
        )
        before = {
            row.pk: crypto.decrypt(row.data["secret"], SECRET_BINDING)
            for row in Authenticator.objects.filter(type=Authenticator.Type.TOTP)
        }
    assert len(before) == 3
    assert all(secret not in raw() for secret in [*before.values(), "seed-in-plain"])
    with override_settings(FIELD_KEYS=f"new:{B},old:{A}"):
        assert rotate_secrets(2) == 4
        assert rotate_secrets(2) == 0, "again"
    with override_settings(FIELD_KEYS=f"new:{B}"):
        for pk, secret in before.items():
            row = Authenticator.objects.get(pk=pk)
            assert crypto.decrypt(row.data["secret"], SECRET_BINDING) == secret
        codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
        assert crypto.decrypt(codes.data["seed"], SECRET_BINDING) == "seed-in-plain"
        assert codes.data["used_mask"] == 5
    with override_settings(FIELD_KEYS=f"new:{A}"), pytest.raises(crypto.DecryptionError):
        crypto.decrypt(codes.data["seed"], SECRET_BINDING)


def test_a_half_done_rotation_is_taken_up_again() -> None:
    with override_settings(FIELD_KEYS=f"old:{A}"):
        for number in range(3):
            person(f"half{number}@x.kz")
    with override_settings(FIELD_KEYS=f"new:{B},old:{A}"):
        with acting(SYSTEM):
            row = Authenticator.objects.latest("pk")
            secret = crypto.encrypt(crypto.decrypt(row.data["secret"], SECRET_BINDING), SECRET_BINDING)
            Authenticator.objects.filter(pk=row.pk).update(data={"secret": secret})
        assert rotate_secrets(1) == 2


def test_wrong_keys_stop_the_start() -> None:
    refuse_wrong_keys()
    with override_settings(BLIND_INDEX_KEY=B):
        with pytest.raises(WrongKeysError, match="BLIND_INDEX_KEY") as refused:
            refuse_wrong_keys()
        assert B not in str(refused.value)
        found = run_checks(tags=[Tags.database], databases=["default"])
    assert [each.id for each in found if str(each.id).startswith("base.")] == ["base.E003"]
    key_id = crypto.current_key_id()
    with override_settings(FIELD_KEYS=f"{key_id}:{B}"), pytest.raises(WrongKeysError, match=key_id):
        refuse_wrong_keys()
