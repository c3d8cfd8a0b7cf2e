"""Own sessions: listed by device, ended one by one or together, at once; password, role and account end them too."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from family_support.accounts import actions, sign_in_actions
from family_support.accounts.actors import load_actor
from family_support.accounts.devices import device_of
from family_support.accounts.models import SignIn, User
from family_support.accounts.roles import Role
from family_support.audit.models import Change
from family_support.base.actor import SYSTEM
from family_support.base.clock import now, today
from family_support.base.errors import Forbidden, Invalid, Missing
from tests.accounts.people import PASSWORD, center, code_of, person

pytestmark = pytest.mark.django_db

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


@pytest.mark.parametrize(
    ("header", "device"),
    [
        (WINDOWS, ("Chrome", "Windows")),
        (PHONE, ("Safari", "iPhone")),
        (WINDOWS + " Edg/142.0", ("Edge", "Windows")),
        (WINDOWS + " YaBrowser/25.1", ("Yandex Browser", "Windows")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", ("Firefox", "Linux")),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36", ("Chrome", "Android")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_1) Version/18.1 Safari/605.1.15", ("Safari", "macOS")),
        ("curl/8.5", ("", "")),
        ("", ("", "")),
    ],
)
def test_the_device_in_plain_words(header: str, device: tuple[str, str]) -> None:
    assert device_of(header) == device


def entered(user: User, header: str = WINDOWS) -> Client:
    """A full sign-in at the form; the same code may serve several devices of a test."""
    cache.clear()
    client = Client(HTTP_USER_AGENT=header)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code_of(user)})
    assert inside(client)
    return client


def inside(client: Client) -> bool:
    return client.get(reverse("own-settings")).status_code == 200


@pytest.fixture
def user() -> User:
    return person("director@example.kz", Role.DIRECTOR, at_center=center())


def admin_of() -> Any:
    return load_actor(person("admin@example.kz", Role.SYSTEM_ADMIN).memberships.get(), now())


def test_listed_with_the_present_one_first_and_ended_at_once(user: User) -> None:
    desk, phone = entered(user), entered(user, PHONE)
    page = phone.get(reverse("own-sessions"))
    assert [(row["session"].device, row["here"]) for row in page.context["rows"]] == [
        ("Safari, iPhone", True),
        ("Chrome, Windows", False),
    ]
    seen = page.context["rows"][1]["session"].last_seen_at
    assert abs(seen - now()) < timedelta(minutes=1)
    other = page.context["rows"][1]["session"].pk
    assert phone.post(reverse("own-session-end", args=[other])).status_code == 302
    assert not inside(desk)
    assert inside(phone)
    assert phone.post(reverse("own-session-end", args=[other])).status_code == 404, "it is over"
    row = SignIn.objects.get(pk=other)
    assert (row.ending, row.session_key) == (SignIn.Ending.PERSON, "")


def test_all_others_end_and_this_one_goes_on(user: User) -> None:
    others = [entered(user), entered(user)]
    here = entered(user, PHONE)
    assert here.post(reverse("own-sessions-end")).status_code == 302
    assert [inside(client) for client in (*others, here)] == [False, False, True]


def test_ending_the_present_one_signs_out(user: User) -> None:
    here = entered(user)
    row = SignIn.objects.get(user=user)
    answer = here.post(reverse("own-session-end", args=[row.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
    assert not inside(here)
    row.refresh_from_db()
    assert row.ending == SignIn.Ending.LEFT


def test_nobody_ends_anothers(user: User) -> None:
    desk = entered(user)
    stranger = entered(person("x@example.kz", Role.MINISTRY_EDITOR))
    row = SignIn.objects.get(user=user)
    assert stranger.post(reverse("own-session-end", args=[row.pk])).status_code == 404
    assert stranger.post(reverse("own-sessions-end")).status_code == 302
    assert inside(desk)
    with pytest.raises(Missing):
        sign_in_actions.end_own(pk=row.pk, by=admin_of(), now=now())


def test_a_changed_password_ends_the_others_only(user: User) -> None:
    other, here = entered(user), entered(user, PHONE)
    new = "Ақ бұлт-2026 таудың үстінде"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post(reverse("account_change_password"), form).status_code == 302
    assert inside(here)
    assert not inside(other)
    assert set(SignIn.objects.values_list("system", "ending")) == {("iPhone", ""), ("Windows", "password")}
    rows = here.get(reverse("own-sessions")).context["rows"]
    assert [row["here"] for row in rows] == [True], "it is found under its new key"


def test_role_account_and_administrator_end_them(user: User) -> None:
    by = admin_of()
    membership = user.memberships.get()
    with pytest.raises(Invalid):
        sign_in_actions.end_sessions_of(user=user, reason=" ", by=by, now=now())
    client = entered(user)
    assert sign_in_actions.end_sessions_of(user=user, reason="lost laptop", by=by, now=now()) == 1
    assert not inside(client)
    client = entered(user)
    actions.end_membership(
        membership=membership, ends_on=today() - timedelta(days=1), reason="left", by=by, now=now()
    )
    assert not Session.objects.filter(session_key=client.cookies["sessionid"].value).exists()
    client = Client(HTTP_USER_AGENT=PHONE)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    sign_in_actions.begin(user=user, session_key="k", header="", now=now())
    actions.deactivate_user(user=user, reason="dismissed", by=by, now=now())
    endings = list(SignIn.objects.filter(user=user).order_by("pk").values_list("ending", flat=True))
    assert endings == ["administrator", "membership", "closed"]


def test_an_administrator_ends_others_but_not_own_here(user: User) -> None:
    mine = person("boss@example.kz", Role.SYSTEM_ADMIN)
    by = load_actor(mine.memberships.get(), now())
    assert by is not None
    with pytest.raises(Forbidden):
        sign_in_actions.end_sessions_of(user=mine, reason="because", by=by, now=now())
    desk = entered(user)
    client = entered(mine)
    page = reverse("user-sessions-end", args=[user.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": ""}).status_code == 400
    assert inside(desk)
    assert client.post(page, {"reason": "Ноутбук утерян"}).status_code == 302
    assert not inside(desk)


def test_the_history_knows_who_and_never_the_key(user: User) -> None:
    client = entered(user)
    key = client.cookies["sessionid"].value
    sign_in_actions.end_sessions_of(user=user, reason="lost laptop", by=admin_of(), now=now())
    changes = list(Change.objects.filter(table_name="accounts_signin").values())
    assert len(changes) == 2
    assert key not in str(changes)
    assert "lost laptop" in str(changes)


def test_what_ran_out_is_noted(user: User) -> None:
    entered(user)
    assert sign_in_actions.forget_sessions(now()) == 0
    assert sign_in_actions.forget_sessions(now() + timedelta(hours=1)) == 1
    row = SignIn.objects.get(user=user)
    assert row.ending == SignIn.Ending.RUN_OUT
    assert not Session.objects.exists()
    sign_in_actions.forget_sessions(now() + timedelta(days=400))
    assert not SignIn.objects.exists()
    assert sign_in_actions.end_all(user_id=user.pk, ending="person", by=SYSTEM, now=now()) == 0
