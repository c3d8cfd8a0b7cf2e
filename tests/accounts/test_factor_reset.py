"""A lost second factor: an administrator asks, a security officer agrees, a third person; then all of it ends."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse

from family_support.accounts import actions
from family_support.accounts.actors import load_actor
from family_support.accounts.factor_reset_actions import (
    approve_reset,
    ask_reset,
    decline_reset,
    withdraw_reset,
)
from family_support.accounts.models import FactorReset, SignIn, User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.audit.models import Change
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import now
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from tests.access.world import sign_in
from tests.accounts.people import PASSWORD, agency, center, person

pytestmark = pytest.mark.django_db

SURE = "Came in person with the identity card"


def actor_of(user: User, role: Role | None = None) -> Actor:
    held = user.memberships.filter(role=role) if role else user.memberships.order_by("pk")
    actor = load_actor(held[0], now())
    assert actor is not None
    return actor


@pytest.fixture
def admin() -> User:
    return person("admin@example.kz", Role.SYSTEM_ADMIN)


@pytest.fixture
def officer() -> User:
    return person("officer@example.kz", Role.SECURITY_OFFICER)


@pytest.fixture
def lost() -> User:
    """A worker with a second factor, recovery codes and two open sessions."""
    user = person("lost@example.kz", Role.CASEWORKER, at_center=center())
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"})
    return user


def ask(user: User, by: User, *, at: Any = None) -> FactorReset:
    return ask_reset(user=user, identity_check=SURE, by=actor_of(by), now=at or now())


def test_approval_ends_everything_and_sends_the_link(
    client: Client, admin: User, officer: User, lost: User
) -> None:
    desk = Client()
    sign_in(desk, lost.memberships.get())
    with acting(SYSTEM):
        SignIn.objects.create(user=lost, session_key=desk.session.session_key, started_at=now())
    sign_in(client, admin.memberships.get())
    page, form = reverse("user-page", args=[lost.pk]), reverse("user-factor-reset", args=[lost.pk])
    assert form in client.get(page).content.decode()
    assert client.get(form).status_code == 200
    refused = client.post(form, {"identity_check": "known"})
    assert refused.status_code == 400
    assert "identity_check" in refused.context["form"].errors
    assert client.post(form, {"identity_check": SURE}).status_code == 302
    assert client.post(form, {"identity_check": SURE}).status_code == 409
    assert form not in client.get(page).content.decode()
    reset = FactorReset.objects.get()
    assert (reset.asked_by, reset.identity_check) == (admin, SURE)
    assert Authenticator.objects.filter(user=lost).count() == 2, "asking alone changes nothing"
    assert desk.get(reverse("own-settings")).status_code == 200

    sign_in(client, officer.memberships.get())
    assert SURE in client.get(reverse("role-approvals")).content.decode()
    approve = reverse("factor-approve", args=[reset.pk])
    assert client.post(approve).status_code == 302
    assert not Authenticator.objects.filter(user=lost).exists()
    lost.refresh_from_db()
    assert not lost.has_usable_password()
    assert desk.get(reverse("own-settings")).status_code == 302
    assert SignIn.objects.get(user=lost).ending == SignIn.Ending.RESET
    (sent,) = mail.outbox
    assert sent.to == [lost.email]
    assert "/password/reset/key/" in sent.body
    assert lost.last_name not in sent.body
    assert client.post(approve).status_code == 409, "decided twice"
    late = client.post(reverse("factor-decline", args=[reset.pk]), {"reason": "Too late for it"})
    assert late.status_code == 409
    assert SURE not in client.get(reverse("role-approvals")).content.decode()
    entry = Client().post(reverse("account_login"), {"login": lost.email, "password": PASSWORD})
    assert entry.status_code == 200, "the old password opens nothing"


def test_a_decline_keeps_everything(client: Client, admin: User, officer: User, lost: User) -> None:
    reset, password = ask(lost, admin), lost.password
    sign_in(client, officer.memberships.get())
    decline = reverse("factor-decline", args=[reset.pk])
    assert client.get(decline).status_code == 200
    assert client.post(decline, {"reason": "x"}).status_code == 400
    assert client.post(decline, {"reason": "The card was not hers"}).status_code == 302
    reset.refresh_from_db()
    assert (reset.outcome, reset.reason, reset.decided_by) == ("declined", "The card was not hers", officer)
    assert Change.objects.filter(
        table_name="accounts_factorreset", operation="U", reason="The card was not hers"
    ).exists()
    lost.refresh_from_db()
    assert lost.password == password
    assert Authenticator.objects.filter(user=lost).count() == 2
    assert not mail.outbox
    sign_in(client, admin.memberships.get())
    assert "The card was not hers" in client.get(reverse("user-page", args=[lost.pk])).content.decode()
    assert ask(lost, admin).outcome == "", "asked anew after a decline"


def test_who_may_ask(admin: User, lost: User) -> None:
    own = agency("Own body")
    boss = person("boss@example.kz", Role.BODY_ADMIN, at_agency=own)
    worker = person("worker@example.kz", Role.AGENCY_OFFICER, at_agency=own)
    both = person(
        "both@example.kz", Role.AGENCY_OFFICER, Role.DIRECTOR, at_agency=own, at_center=center("TSB")
    )
    for user, by in [(admin, admin), (boss, boss), (lost, boss), (both, boss), (worker, lost)]:
        with pytest.raises(Forbidden):
            ask(user, by)
    with pytest.raises(Forbidden):
        ask_reset(user=lost, identity_check=SURE, by=SYSTEM, now=now())
    with pytest.raises(Invalid) as short:
        ask_reset(user=lost, identity_check="  known    ", by=actor_of(admin), now=now())
    assert str(short.value.fields["identity_check"][0]) == (
        "Не менее чем в 10 символах опишите, как вы удостоверились, кто это."
    )
    assert ask(worker, boss).asked_by == boss
    with pytest.raises(Conflict, match="Сброс для этого человека уже ждёт решения."):
        ask(worker, admin)
    actions.deactivate_user(user=lost, reason="because", by=actor_of(admin), now=now())
    with pytest.raises(Conflict, match="Учётная запись закрыта: сначала откройте её."):
        ask(lost, admin)


def test_three_different_people_decide(admin: User, officer: User, lost: User) -> None:
    """Neither who asked nor the person, whatever hat they wear; the database says the same."""
    both = person("both@example.kz", Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER)
    as_officer = actor_of(both, Role.SECURITY_OFFICER)
    asked = ask(lost, both)
    about = ask(both, admin)
    for reset in (asked, about):
        with pytest.raises(Forbidden):
            approve_reset(reset=reset, by=as_officer, now=now())
        with pytest.raises(Forbidden):
            decline_reset(reset=reset, reason="because", by=as_officer, now=now())
        with pytest.raises(Conflict), acting(SYSTEM):
            FactorReset.objects.filter(pk=reset.pk).update(
                outcome="approved", decided_by=both, decided_at=now()
            )
    assert not FactorReset.objects.visible_to(as_officer).exists()
    assert set(FactorReset.objects.visible_to(actor_of(officer))) == {asked, about}
    with pytest.raises(Forbidden):
        approve_reset(reset=asked, by=actor_of(admin), now=now())
    with pytest.raises(Conflict), acting(SYSTEM):
        FactorReset.objects.create(user=admin, asked_by=admin, asked_at=now(), identity_check=SURE)


def test_an_old_request_can_only_be_declined(admin: User, officer: User, lost: User) -> None:
    by = actor_of(officer)
    reset = ask(lost, admin, at=now() - timedelta(days=7, minutes=1))
    with pytest.raises(Conflict, match="Этому запросу больше семи дней: отклоните его"):
        approve_reset(reset=reset, by=by, now=now())
    with pytest.raises(Invalid):
        decline_reset(reset=reset, reason=" ", by=by, now=now())
    decline_reset(reset=reset, reason="Too old", by=by, now=now())
    with pytest.raises(Conflict, match="По этому запросу решение уже принято."):
        decline_reset(reset=reset, reason="Again", by=by, now=now())
    assert Authenticator.objects.filter(user=lost).exists()


def test_who_is_told(admin: User, officer: User, lost: User) -> None:
    reset = ask(lost, admin)
    deliver_due(clock.now)
    approve_reset(reset=reset, by=actor_of(officer), now=now())
    deliver_due(clock.now)
    told = Notice.objects.order_by("pk").values_list("kind", "recipient__user__email", "params", "loudness")
    assert set(map(repr, told)) == {
        repr(("accounts.factor_reset_asked", officer.email, {}, "urgent")),
        repr(("accounts.factor_reset_approved", admin.email, {}, "digest")),
        repr(("accounts.factor_reset", lost.email, {}, "urgent")),
    }


def test_whoever_asked_takes_it_back(client: Client, admin: User, officer: User, lost: User) -> None:
    reset = ask(lost, admin)
    page, withdraw = reverse("user-page", args=[lost.pk]), reverse("factor-withdraw", args=[reset.pk])
    other = person("other@example.kz", Role.SYSTEM_ADMIN)
    sign_in(client, other.memberships.get())
    assert withdraw not in client.get(page).content.decode()
    assert client.post(withdraw).status_code == 404, "another's request"
    sign_in(client, admin.memberships.get())
    assert withdraw in client.get(page).content.decode()
    assert client.post(withdraw).url == page
    reset.refresh_from_db()
    assert (reset.outcome, reset.decided_by, reset.reason) == ("withdrawn", admin, "")
    assert Change.objects.filter(table_name="accounts_factorreset", operation="U", actor_id=admin.pk).exists()
    assert Authenticator.objects.filter(user=lost).count() == 2, "nothing was taken away"
    assert client.post(withdraw).status_code == 409
    again = client.get(page).content.decode()
    assert withdraw not in again
    assert reverse("user-factor-reset", args=[lost.pk]) in again, "asked anew"
    assert ask(lost, other).outcome == ""


def test_a_withdrawn_request_is_not_decided_and_a_decided_one_not_withdrawn(
    admin: User, officer: User, lost: User
) -> None:
    withdrawn, by = withdraw_reset(reset=ask(lost, admin), by=actor_of(admin), now=now()), actor_of(officer)
    with pytest.raises(Conflict, match="Этот запрос отозван."):
        approve_reset(reset=withdrawn, by=by, now=now())
    with pytest.raises(Conflict, match="Этот запрос отозван."):
        decline_reset(reset=withdrawn, reason="Too late", by=by, now=now())
    decided = decline_reset(reset=ask(lost, admin), reason="The card was not hers", by=by, now=now())
    with pytest.raises(Conflict, match="По этому запросу решение уже принято."):
        withdraw_reset(reset=decided, by=actor_of(admin), now=now())


def test_who_may_withdraw(admin: User, officer: User, lost: User) -> None:
    own = agency("Own body")
    boss = person("boss@example.kz", Role.BODY_ADMIN, at_agency=own)
    worker = person("worker@example.kz", Role.AGENCY_OFFICER, at_agency=own)
    reset = ask(worker, boss)
    for by in (actor_of(officer), actor_of(lost), SYSTEM):
        with pytest.raises(Forbidden):
            withdraw_reset(reset=reset, by=by, now=now())
    with pytest.raises(Missing):
        withdraw_reset(reset=reset, by=actor_of(admin), now=now())
    for outcome, decider in (("withdrawn", officer), ("withdrawn", worker), ("approved", boss)):
        with pytest.raises(Conflict), acting(SYSTEM):
            FactorReset.objects.filter(pk=reset.pk).update(
                outcome=outcome, decided_by=decider, decided_at=now()
            )
    with acting(SYSTEM):
        boss.memberships.update(agency=agency("Another body"))
    with pytest.raises(Missing):
        withdraw_reset(reset=reset, by=actor_of(boss), now=now())


def test_who_decides_hears_that_nothing_is_left_to_decide(admin: User, officer: User, lost: User) -> None:
    reset = ask(lost, admin)
    deliver_due(clock.now)
    withdraw_reset(reset=reset, by=actor_of(admin), now=now())
    deliver_due(clock.now)
    told = Notice.objects.order_by("pk").values_list("kind", "recipient__user__email")
    assert list(told) == [
        ("accounts.factor_reset_asked", officer.email),
        ("accounts.factor_reset_withdrawn", officer.email),
    ]
