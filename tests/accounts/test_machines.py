"""Programs: how they are kept, how they get a token, and that they never sit at a page."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as ValkeyIsDown

from family_support.accounts import machine_actions as actions
from family_support.accounts.actions import create_user
from family_support.accounts.machines import machine_in_force
from family_support.accounts.models import MachineClient, Membership, User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden, Invalid
from tests.access.world import sign_in
from tests.factories import a_membership, actor_for
from tests.machines import Caller, Door, a_machine, in_one_window

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/token"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def admin() -> Actor:
    return actor_for(a_membership(Role.SYSTEM_ADMIN), at=clock.now())


def ask(
    client_id: str, secret: str, *, header: bool = True, language: str = "en", address: str = "", **form: str
) -> Any:
    """A request for a token, by the Basic header or the form."""
    data = {"grant_type": "client_credentials", **form}
    headers = {"Accept-Language": language}
    if header:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    else:
        data |= {"client_id": client_id, "client_secret": secret}
    body = "&".join(f"{name}={value}" for name, value in data.items())
    client = Client(REMOTE_ADDR=address or "127.0.0.1")
    return client.post(TOKEN, body, content_type=FORM, headers=headers)


# --- Tokens ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("header", [True, False])
def test_a_secret_gives_a_token_that_opens_the_door(header: bool) -> None:
    issued = a_machine()
    answer = ask(issued.machine.client_id, issued.secret, header=header)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told) == {"access_token", "token_type", "expires_in", "scope"}
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 600, "intakes")
    assert answer["Cache-Control"] == "no-store"
    headers = {"Authorization": f"Bearer {told['access_token']}"}
    assert Client().get("/api/v1/intakes", headers=headers).status_code == 200


def test_nothing_that_opens_is_stored() -> None:
    issued = a_machine()
    token = ask(issued.machine.client_id, issued.secret).json()["access_token"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM allauth_idp_oidc_client c")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT row_to_json(t)::text FROM allauth_idp_oidc_token t")
        stored += cursor.fetchone()[0]
    assert token not in stored
    assert issued.secret not in stored


def test_wrong_unknown_and_closed_answer_the_same(admin: Actor) -> None:
    issued, closed = a_machine(), a_machine()
    actions.disable_machine(
        machine=closed.machine, reason="Проверка", version=closed.machine.version, by=admin, now=clock.now()
    )
    answers = [
        ask(issued.machine.client_id, "wrong"),
        ask("0" * 32, issued.secret),
        ask(closed.machine.client_id, closed.secret),
        ask("", ""),
        ask("a\0b", "c"),
        ask("ә", "c"),
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (
            401,
            b'{"error": "invalid_client", "code": "invalid_client", '
            b'"detail": "Unknown client, or a wrong secret.", "fields": {}}',
        )
    }
    assert answers[0]["WWW-Authenticate"] == 'Basic realm="api"'


def test_five_wrong_secrets_lock_the_client_at_that_address(monkeypatch: pytest.MonkeyPatch) -> None:
    in_one_window(monkeypatch)
    issued = a_machine()
    answers = [ask(issued.machine.client_id, "wrong") for _number in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    right = ask(issued.machine.client_id, issued.secret)
    assert (right.status_code, right.json()["error"]) == (429, "temporarily_unavailable")
    assert right.json()["code"] == "too_many"
    assert right["Retry-After"] == "300"
    assert ask(issued.machine.client_id, issued.secret, address="10.1.2.3").status_code == 200
    other = a_machine()
    assert ask(other.machine.client_id, other.secret).status_code == 200


def test_an_address_asks_for_so_many_tokens_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_one_window(monkeypatch)
    settings.API_RATE_LIMITS = {**settings.API_RATE_LIMITS, "token": "2/m/ip"}
    issued = a_machine()
    answers = [ask(issued.machine.client_id, issued.secret) for _number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_without_valkey_an_intake_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters are a shortcut; the promise is that nothing in the way of an intake needs Valkey."""

    def down(*args: Any, **kwargs: Any) -> None:
        raise ValkeyIsDown

    issued = a_machine()
    caller = Caller(issued.machine)
    for name in ("add", "incr", "get"):
        monkeypatch.setattr(f"django.core.cache.backends.redis.RedisCache.{name}", down)
    assert ask(issued.machine.client_id, issued.secret).status_code == 200
    assert caller.get("/api/v1/intakes").status_code == 200


@pytest.mark.parametrize(
    ("form", "error", "field"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type", "grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type", "grant_type"),
        ({"scope": "signals"}, "invalid_scope", "scope"),
        ({"scope": "intakes+openid"}, "invalid_scope", "scope"),
    ],
)
def test_only_what_a_program_has(form: dict[str, str], error: str, field: str) -> None:
    issued = a_machine()
    answer = ask(issued.machine.client_id, issued.secret, **form)
    told = answer.json()
    assert (answer.status_code, told["error"], told["code"], list(told["fields"])) == (
        400,
        error,
        error,
        [field],
    )


def test_other_methods_and_kinds() -> None:
    get = Client().get(TOKEN)
    assert (get.status_code, get.json()["code"], get["Allow"]) == (405, "method_not_allowed", "POST")
    json = Client().post(TOKEN, "{}", content_type="application/json")
    assert (json.status_code, json.json()["code"]) == (415, "unsupported_media_type")
    large = Client().post(TOKEN, "a=" + "b" * 3_000_000, content_type=FORM)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("language", "text"),
    [("kk", "Клиент белгісіз немесе құпия кілт қате."), ("ru", "Неизвестный клиент или неверный секрет.")],
)
def test_refusals_speak_the_callers_language(language: str, text: str) -> None:
    assert ask("0" * 32, "x", language=language).json()["detail"] == text


def test_tokens_are_over_after_ten_minutes_and_forgotten(admin: Actor) -> None:
    caller = Caller(a_machine().machine)
    assert caller.get("/api/v1/intakes").status_code == 200
    Token.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert caller.get("/api/v1/intakes").status_code == 401
    assert actions.forget_tokens() == 1


# --- Keeping them --------------------------------------------------------------------------------------------
def test_rotating_stops_the_old_secret_and_its_tokens(admin: Actor) -> None:
    issued = a_machine()
    caller = Caller(issued.machine)
    fresh = actions.rotate_secret(machine=issued.machine, version=1, by=admin, now=clock.now())
    assert caller.get("/api/v1/intakes").status_code == 401
    assert ask(issued.machine.client_id, issued.secret).status_code == 401
    assert ask(issued.machine.client_id, fresh.secret).status_code == 200
    with pytest.raises(Conflict):
        actions.rotate_secret(machine=issued.machine, version=1, by=admin, now=clock.now())


def test_disabling_ends_tokens_at_once_and_enabling_takes_the_old_secret(admin: Actor) -> None:
    issued = a_machine()
    caller = Caller(issued.machine)
    changed = {"machine": issued.machine, "reason": "Утечка секрета", "by": admin, "now": clock.now()}
    machine = actions.disable_machine(**changed, version=1)
    assert caller.get("/api/v1/intakes").status_code == 401
    with pytest.raises(Conflict):
        actions.disable_machine(**changed, version=machine.version)
    with pytest.raises(Conflict):
        actions.rotate_secret(machine=machine, version=machine.version, by=admin, now=clock.now())
    actions.enable_machine(**changed, version=machine.version)
    assert ask(issued.machine.client_id, issued.secret).status_code == 200


def test_a_membership_that_ended_ends_the_access() -> None:
    caller = Caller(a_machine().machine)
    with acting(SYSTEM):
        membership = caller.machine.membership
        membership.ends_on = clock.today() - timedelta(days=1)
        membership.save()
    assert caller.get("/api/v1/intakes").status_code == 401
    assert machine_in_force(caller.machine.client_id, clock.now()) is None


@pytest.mark.parametrize(
    ("name", "door", "field"),
    [
        ("", Door.CONTACT_CENTER, "name"),
        ("a\u202eb", Door.CONTACT_CENTER, "name"),
        ("111", "front", "door"),
        ("taken", Door.STATE_SYSTEM, "name"),
    ],
)
def test_bad_input(admin: Actor, name: str, door: str, field: str) -> None:
    a_machine(name="Taken")
    with pytest.raises(Invalid) as raised:
        actions.create_machine(name=name, door=door, by=admin, now=clock.now())
    assert list(raised.value.fields) == [field]


def test_only_the_system_administrator_keeps_them() -> None:
    machine = a_machine().machine
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        by = Actor(user_id=1, membership_id=1, role=role)
        assert not MachineClient.objects.visible_to(by).exists()
        with pytest.raises(Forbidden):
            actions.create_machine(name="X", door=Door.CONTACT_CENTER, by=by, now=clock.now())
        with pytest.raises(Forbidden):
            actions.rotate_secret(machine=machine, version=1, by=by, now=clock.now())
        with pytest.raises(Forbidden):
            actions.disable_machine(machine=machine, reason="Причина", version=1, by=by, now=clock.now())


def test_the_database_keeps_the_reason_with_the_closing() -> None:
    machine = a_machine().machine
    with pytest.raises(IntegrityError, match="machine_disabled_with_reason"), transaction.atomic():
        MachineClient.objects.filter(pk=machine.pk).update(disabled_at=clock.now())


# --- Never at a page -----------------------------------------------------------------------------------------
def test_a_program_signs_in_nowhere(client: Client) -> None:
    """Not even with a password somebody set, and not with a session somebody made."""
    user = a_machine().machine.membership.user
    assert not user.has_usable_password()
    assert user.email.endswith("@machines.invalid")
    with acting(SYSTEM):
        user.password = make_password("Some-password-2026")
        user.save()
    answer = client.post(reverse("account_login"), {"login": user.email, "password": "Some-password-2026"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    sign_in(client, user.memberships.get())
    assert [client.get(reverse(name)).status_code for name in ("home", "own-settings", "my-day")] == [403] * 3


def test_nobody_is_given_the_role_as_a_person(admin: Actor) -> None:
    with pytest.raises(Forbidden):
        create_user(
            email="m@test.example",
            last_name="М",
            first_name="М",
            role=Role.MACHINE,
            by=admin,
            now=clock.now(),
        )


def test_their_accounts_are_not_among_the_users(admin: Actor) -> None:
    user = a_machine().machine.membership.user
    assert not User.objects.visible_to(admin).filter(pk=user.pk).exists()


# --- Pages -----------------------------------------------------------------------------------------------------
@pytest.fixture
def keeper(client: Client) -> Client:
    return sign_in(client, a_membership(Role.SYSTEM_ADMIN))


def test_the_secret_is_shown_once(keeper: Client) -> None:
    page = keeper.get(reverse("machine-create"))
    key = page.context["form"]["key"].value()
    data = {"name": "Контакт-центр 111", "door": Door.CONTACT_CENTER, "key": str(key)}
    shown = keeper.post(reverse("machine-create"), data)
    machine = MachineClient.objects.get()
    secret = shown.context["secret"]
    assert shown.status_code == 200
    assert shown["Cache-Control"] == "no-store"
    assert machine.client.check_secret(secret)
    again = keeper.post(reverse("machine-create"), data)
    assert again.status_code == 302
    assert MachineClient.objects.count() == 1
    for name in ("machine-page", "machine-rotate"):
        assert secret not in keeper.get(reverse(name, args=[machine.pk])).content.decode()
    assert secret not in keeper.get(again["Location"]).content.decode()


def test_pages_close_and_open_the_access(keeper: Client) -> None:
    machine = a_machine().machine
    wrong = keeper.post(reverse("machine-disable", args=[machine.pk]), {"reason": "", "version": 1})
    assert wrong.status_code == 400
    keeper.post(reverse("machine-disable", args=[machine.pk]), {"reason": "Утечка секрета", "version": 1})
    machine.refresh_from_db()
    assert not machine.works
    stale = keeper.post(
        reverse("machine-enable", args=[machine.pk]), {"reason": "Секрет сменили", "version": 1}
    )
    assert stale.status_code == 409
    keeper.post(reverse("machine-enable", args=[machine.pk]), {"reason": "Секрет сменили", "version": 2})
    machine.refresh_from_db()
    assert machine.works
    shown = keeper.post(reverse("machine-rotate", args=[machine.pk]), {"version": 3})
    machine.client.refresh_from_db()
    assert machine.client.check_secret(shown.context["secret"])
    assert Membership.objects.filter(role=Role.MACHINE).count() == 1
