"""The first administrator comes by a command without a default password; roles that wait are told."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from family_support.accounts.actions import add_membership, create_user
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import Role
from family_support.audit.models import Change
from family_support.base import clock
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from tests.factories import a_membership, actor_for

pytestmark = pytest.mark.django_db
NEW = {"email": "Admin@Example.org", "last_name": "Әбенова", "first_name": "Дана"}


def create(role: str, **given: str) -> str:
    out = StringIO()
    call_command("create_administrator", role, stdout=out, **{**NEW, **given})
    return out.getvalue()


def test_the_link_sets_a_password_once() -> None:
    text = create("system_admin")
    user = User.objects.get(email="admin@example.org")
    assert not user.has_usable_password()
    row = user.memberships.get()
    assert (row.role, row.awaits_approval) == (Role.SYSTEM_ADMIN, False)
    assert set(
        Change.objects.filter(table_name="accounts_user", row_id=user.pk).values_list("role", flat=True)
    ) == {"SYSTEM"}
    [link] = [line for line in text.splitlines() if line.startswith("http")]
    path = "/" + link.split("/", 3)[3]
    client = Client()
    form = client.get(path, follow=True)
    assert form.status_code == 200
    password = "Тоғыз-ақ-көгершін-ұшты"  # noqa: S105
    sent = client.post(form.redirect_chain[-1][0], {"password1": password, "password2": password})
    assert sent.status_code == 302
    user.refresh_from_db()
    assert user.check_password(password)
    assert "password1" not in Client().get(path, follow=True).content.decode(), "the link is good once"


def test_only_while_nobody_holds_the_role() -> None:
    create("system_admin")
    with pytest.raises(CommandError, match="There is a system_admin already"):
        create("system_admin", email="second@example.org")
    with pytest.raises(CommandError, match="e-mail"):
        create("security_officer")
    with pytest.raises(CommandError, match="no e-mail address"):
        create("security_officer", email="x")
    create("security_officer", email="officer@example.org")
    with pytest.raises(CommandError):
        create("director")
    assert Membership.objects.count() == User.objects.count() == 2


def test_a_role_that_waits_is_told_to_who_may_decide() -> None:
    admin = actor_for(a_membership(Role.SYSTEM_ADMIN))
    officer = a_membership(Role.SECURITY_OFFICER)
    now = clock.now()
    # The one whom it concerns is an officer too, and decides nothing about the own role.
    concerned = a_membership(Role.SECURITY_OFFICER)
    add_membership(
        user=concerned.user, role=Role.SYSTEM_ADMIN, starts_on=clock.local_date(now), by=admin, now=now
    )
    create_user(
        email="new@example.org", last_name="А", first_name="Б", role=Role.MINISTRY_EDITOR, by=admin, now=now
    )
    deliver_due(clock.now)
    told = Notice.objects.filter(kind="accounts.role_awaits")
    assert [(row.recipient_id, row.params, row.loudness) for row in told] == [(officer.pk, {}, "urgent")]
