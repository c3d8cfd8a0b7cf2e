"""Two second factors of an account removed at the same moment: one of them stays."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from family_support.accounts import session as keys
from family_support.accounts.models import User
from family_support.accounts.roles import Role
from tests.access.world import sign_in
from tests.accounts.people import person

REAL = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def fresh_in(client: Client, user: User) -> Client:
    """Signed in, the password given a moment ago: allauth asks for it before a factor is removed."""
    session = sign_in(client, user.memberships.get()).session
    keys.record_fresh_password(SimpleNamespace(session=session), user)
    session.save()
    return client


@pytest.mark.django_db
def test_the_only_one_stays_and_one_of_two_goes(client: Client) -> None:
    user = person("one@example.kz", Role.SYSTEM_ADMIN)
    fresh_in(client, user)
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 200, "the form again"
    assert Authenticator.objects.filter(user=user, type__in=REAL).count() == 1
    Authenticator.objects.create(user=user, type=REAL[1], data={"name": "Key", "credential": {}})
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert Authenticator.objects.filter(user=user, type__in=REAL).get().type == REAL[1]


@pytest.mark.usefixtures("own_database")
def test_the_second_sees_that_it_is_the_last() -> None:
    user = person("two@example.kz", Role.SYSTEM_ADMIN)
    key = Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    client = fresh_in(Client(), user)
    answers: list[int] = []

    def second() -> None:
        try:
            answers.append(client.post(reverse("mfa_deactivate_totp")).status_code)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic(), connection.cursor() as cursor:
        # What the removal of the key does, not finished yet.
        User.objects.select_for_update().get(pk=user.pk)
        key.delete()
        thread.start()
        until = time.monotonic() + 10
        while time.monotonic() < until and thread.is_alive():
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                break
    thread.join()
    assert len(answers) == 1
    assert Authenticator.objects.filter(user=user, type__in=REAL).count() == 1
