"""Sign-in: password, second factor, one lockout over both, ages of a session, demo mode."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from time_machine import travel

from family_support.accounts import demo, session
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import now, today
from tests.access.world import sign_in
from tests.accounts.people import PASSWORD, center, code_of, person
from tests.places import make_center, make_membership

pytestmark = pytest.mark.django_db

LOGIN, CODE, HOME, SETTINGS = "account_login", "mfa_authenticate", "home", "own-settings"


def give_password(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post(reverse(LOGIN), {"login": email, "password": password})


def give_code(client: Client, code: str) -> Any:
    return client.post(reverse(CODE), {"code": code})


def signed_in(client: Client) -> bool:
    return client.get(reverse(SETTINGS)).status_code == 200


@pytest.fixture(autouse=True)
def one_half_minute() -> Iterator[None]:
    """Each test begins with a half-minute: a code cannot run out between page and answer."""
    with travel(now().timestamp() // 30 * 30 + 1):
        yield


@pytest.fixture
def director() -> User:
    return person("director@example.kz", Role.DIRECTOR, at_center=center())


def test_password_then_code(client: Client, director: User) -> None:
    first = give_password(client, "Director@Example.kz")
    assert (first.status_code, first["Location"]) == (302, reverse(CODE))
    assert not signed_in(client)
    second = give_code(client, code_of(director))
    assert (second.status_code, second["Location"]) == (302, reverse(HOME))
    assert signed_in(client)


def test_sign_in_brings_language_and_theme(client: Client) -> None:
    user = person("kk@example.kz", Role.SYSTEM_ADMIN, language="kk", theme="dark")
    give_password(client, user.email)
    response = give_code(client, code_of(user))
    assert response.cookies["django_language"].value == "kk"
    assert response.cookies["theme"].value == "dark"


def test_a_code_works_once(client: Client, director: User) -> None:
    code = code_of(director)
    give_password(client, director.email)
    assert give_code(client, code).status_code == 302
    other = Client()
    give_password(other, director.email)
    assert give_code(other, code).status_code == 200
    assert not signed_in(other)


def test_unknown_wrong_and_closed_accounts_hear_the_same(client: Client, director: User) -> None:
    closed = person("closed@example.kz", Role.SYSTEM_ADMIN)
    with acting(SYSTEM):
        User.objects.filter(pk=closed.pk).update(is_active=False)
    answers = [
        give_password(Client(), "nobody@example.kz"),
        give_password(Client(), director.email, "Wrong-horse-2026"),
        give_password(Client(), closed.email),
    ]
    errors = [response.context["form"].non_field_errors() for response in answers]
    assert errors[0]
    assert errors[0] == errors[1] == errors[2]


def test_five_wrong_passwords_lock_the_right_one_out(client: Client, director: User) -> None:
    for _ in range(5):
        give_password(client, director.email, "Wrong-horse-2026")
    assert give_password(client, director.email).status_code == 200
    assert give_password(Client(REMOTE_ADDR="10.0.0.9"), director.email.upper()).status_code == 200


def test_wrong_codes_and_passwords_count_together(client: Client, director: User) -> None:
    for _ in range(2):
        give_password(client, director.email, "Wrong-horse-2026")
    assert give_password(client, director.email).status_code == 302
    for _ in range(3):
        give_code(client, code_of(director, wrong=True))
    assert give_code(client, code_of(director)).status_code == 200, "the right code comes too late"
    assert not signed_in(client)
    assert give_password(Client(), director.email).status_code == 200, "and so does the right password"
    cache.clear()  # five minutes later
    give_password(client, director.email)
    assert give_code(client, code_of(director)).status_code == 302


def test_locking_an_account_leaves_others_alone(client: Client, director: User) -> None:
    for _ in range(5):
        give_password(client, director.email, "Wrong-horse-2026")
    other = person("other@example.kz", Role.SYSTEM_ADMIN)
    assert give_password(client, other.email).status_code == 302


def test_without_a_second_factor_one_must_be_set_up(client: Client) -> None:
    user = person("new@example.kz", Role.SYSTEM_ADMIN, totp=False)
    assert give_password(client, user.email).status_code == 302
    for name in (HOME, SETTINGS, "user-list", "mfa_index", "account_change_password"):
        response = client.get(reverse(name))
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_activate_totp"))
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_a_session_that_did_not_pass_is_sent_to_the_factor_it_has(client: Client, director: User) -> None:
    sign_in(client, director.memberships.get(), second_factor=False)
    for name in (HOME, SETTINGS, "mfa_deactivate_totp", "mfa_activate_totp", "account_change_password"):
        response = client.get(reverse(name))
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_reauthenticate"))
    assert client.post(reverse("mfa_reauthenticate"), {"code": code_of(director)}).status_code == 302
    assert signed_in(client)


def test_the_last_second_factor_stays(client: Client, director: User) -> None:
    sign_in(client, director.memberships.get())
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=director, type=Authenticator.Type.TOTP).exists()


def test_a_recovery_code_works_once_and_warns(client: Client, director: User) -> None:
    codes = RecoveryCodes.activate(director).get_unused_codes()
    give_password(client, director.email)
    assert give_code(client, codes[0]).status_code == 302
    page = client.get(reverse(SETTINGS)).content.decode()
    assert "осталось 9" in page
    assert "Создайте новые" not in page
    other = Client()
    give_password(other, director.email)
    assert give_code(other, codes[0]).status_code == 200, "used"
    cache.clear()
    kept = Authenticator.objects.get(user=director, type=Authenticator.Type.RECOVERY_CODES)
    for code in codes[1:8]:
        assert kept.wrap().validate_code(code)
    give_password(other, director.email)
    assert give_code(other, codes[8]).status_code == 302
    page = other.get(reverse(SETTINGS)).content.decode()
    assert "остался 1" in page
    assert "Создайте новые" in page


def test_recovery_codes_are_shown_once(client: Client, director: User) -> None:
    codes = RecoveryCodes.activate(director).get_unused_codes()
    give_password(client, director.email)
    give_code(client, code_of(director))
    address = reverse("mfa_view_recovery_codes")
    page = client.get(address).content.decode()
    assert all(code in page for code in codes)
    again = client.get(address).content.decode()
    assert not any(code in again for code in codes)
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 403
    assert client.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    kept = Authenticator.objects.get(user=director, type=Authenticator.Type.RECOVERY_CODES)
    fresh = kept.wrap().get_unused_codes()
    assert not set(fresh) & set(codes)
    page = client.get(address).content.decode()
    assert all(code in page for code in fresh)


def failures(times: int, email: str, codes: User | None = None) -> Client:
    """So many failures in a row, wrong codes after a right password if an account is given."""
    client = Client()
    if codes is not None:
        give_password(client, email)
    for _ in range(times):
        if codes is None:
            give_password(client, email, "Wrong-horse-2026")
        else:
            give_code(client, code_of(codes, wrong=True))
    return client


@pytest.mark.parametrize("factor", ["password", "code"])
def test_the_lockout_counts_and_opens_after_five_minutes(director: User, factor: str) -> None:
    codes = director if factor == "code" else None
    begun = now().timestamp()
    failures(4, director.email, codes)
    fifth = Client()
    assert give_password(fifth, director.email).status_code == 302, "four failures lock nobody"
    give_code(fifth, code_of(director, wrong=True))
    with travel(begun + 299, tick=False):
        assert give_password(Client(), director.email).status_code == 200
    with travel(begun + 302, tick=False):
        client = Client()
        assert give_password(client, director.email).status_code == 302
        assert give_code(client, code_of(director)).status_code == 302
        assert signed_in(client)


def test_an_unknown_account_is_locked_like_a_known_one(director: User) -> None:
    """Neither the words nor the moment of the lockout tell that an account exists."""
    told = {}
    for email in (director.email, "nobody@example.kz"):
        answers = [give_password(Client(), email, "Wrong-horse-2026") for _ in range(7)]
        told[email] = [(answer.status_code, answer.context["form"].non_field_errors()) for answer in answers]
    known, unknown = told.values()
    assert known == unknown
    assert known[4] != known[5], "the sixth hears of the lockout"


def test_an_answer_takes_as_long_for_an_unknown_account(director: User, monkeypatch: Any) -> None:
    """The cost of an answer is the hash: each way computes exactly one."""
    closed = person("closed@example.kz", Role.SYSTEM_ADMIN)
    with acting(SYSTEM):
        User.objects.filter(pk=closed.pk).update(is_active=False)
    hasher = type(get_hasher())
    counted: list[str] = []
    encode = hasher.encode
    monkeypatch.setattr(
        hasher, "encode", lambda *args, **more: (counted.append(""), encode(*args, **more))[1]
    )
    costs = {}
    for email, password in (
        ("nobody@example.kz", PASSWORD),
        (director.email, "Wrong-horse-2026"),
        (closed.email, PASSWORD),
        (closed.email, "Wrong-horse-2026"),
    ):
        counted.clear()
        give_password(Client(), email, password)
        costs[email, password] = len(counted)
    assert set(costs.values()) == {1}


def test_forgotten_passwords_tell_nothing(client: Client, director: User, mailoutbox: list[Any]) -> None:
    answers = [
        client.post(reverse("account_reset_password"), {"email": email})
        for email in (director.email, "nobody@example.kz")
    ]
    assert [(each.status_code, each["Location"]) for each in answers] == [
        (302, reverse("account_reset_password_done"))
    ] * 2
    assert [mail.to for mail in mailoutbox] == [[director.email]]


def test_the_script_hears_how_long_a_session_lasts(client: Client, director: User, settings: Any) -> None:
    sign_in(client, director.memberships.get())
    asked = client.get(reverse("ui-alive"))
    assert (asked.status_code, asked["X-Session-Idle"]) == (204, str(settings.SESSION_COOKIE_AGE))
    left = int(asked["X-Session-Left"])
    assert settings.SESSION_ABSOLUTE_AGE - 60 < left <= settings.SESSION_ABSOLUTE_AGE
    assert asked["X-Account"] == f"{director.pk}-{director.memberships.get().pk}"
    with travel(now().timestamp() + 600, tick=False):
        for _ in range(2):
            quiet = client.get(reverse("ui-alive"), headers={"X-Background": "1"})
            assert 290 < int(quiet["X-Session-Idle"]) < 310, "asking quietly does not prolong"


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404


def test_a_closed_account_is_out_with_the_next_click(client: Client, director: User) -> None:
    sign_in(client, director.memberships.get())
    assert signed_in(client)
    with acting(SYSTEM):
        User.objects.filter(pk=director.pk).update(is_active=False)
    assert not signed_in(client)


def test_a_session_ends_after_its_absolute_age(client: Client, director: User, settings: Any) -> None:
    sign_in(client, director.memberships.get())
    begun = now()
    step = settings.SESSION_COOKIE_AGE - 60
    elapsed = 0
    while elapsed + step < settings.SESSION_ABSOLUTE_AGE:
        elapsed += step
        with travel(begun.timestamp() + elapsed, tick=False):
            assert signed_in(client), f"busy after {elapsed} s"
    with travel(begun.timestamp() + settings.SESSION_ABSOLUTE_AGE + 1, tick=False):
        assert not signed_in(client)


def test_a_session_without_a_beginning_has_ended(client: Client, director: User) -> None:
    sign_in(client, director.memberships.get())
    store = client.session
    del store[session.SIGNED_IN_AT]
    store.save()
    assert not signed_in(client)


class TestDemo:
    @pytest.fixture
    def account(self) -> Membership:
        user = person(f"director@{demo.DOMAIN}", Role.DIRECTOR, at_center=center(), totp=False)
        return user.memberships.get()

    @staticmethod
    def press(client: Client, membership: Membership, **extra: Any) -> Any:
        return client.post(reverse("demo-sign-in"), {"membership": str(membership.pk)}, **extra)

    def test_one_click_on_this_machine(self, client: Client, account: Membership, settings: Any) -> None:
        settings.DEMO_MODE = True
        assert self.press(client, account).status_code == 302
        assert signed_in(client)

    def test_refused_outside_demo_mode(self, client: Client, account: Membership, settings: Any) -> None:
        settings.DEMO_MODE = False
        assert self.press(client, account).status_code == 404
        assert not signed_in(client)

    @pytest.mark.parametrize(
        "extra",
        [
            {"REMOTE_ADDR": "10.1.2.3"},
            {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
            {"HTTP_FORWARDED": "for=127.0.0.1"},
        ],
    )
    def test_refused_off_loopback(
        self, client: Client, account: Membership, settings: Any, extra: dict[str, str]
    ) -> None:
        settings.DEMO_MODE = True
        assert self.press(client, account, **extra).status_code == 404
        assert not signed_in(client)

    def test_refused_for_accounts_that_are_not_demo_ones(
        self, client: Client, director: User, settings: Any
    ) -> None:
        settings.DEMO_MODE = True
        self.press(client, director.memberships.get())
        assert not signed_in(client)

    def test_its_session_ends_with_demo_mode(
        self, client: Client, account: Membership, settings: Any
    ) -> None:
        settings.DEMO_MODE = True
        self.press(client, account)
        settings.DEMO_MODE = False
        assert not signed_in(client)

    def test_the_ordinary_form_takes_the_shown_code(
        self, client: Client, account: Membership, settings: Any
    ) -> None:
        settings.DEMO_MODE = True
        with acting(SYSTEM):
            account.user.set_unusable_password()
            demo.equip(account.user)
            demo.equip(account.user)
        page = client.get(reverse(LOGIN)).content.decode()
        assert demo.code_of(account.user.email) in page
        assert demo.PASSWORD in page
        assert give_password(client, account.user.email, demo.PASSWORD).status_code == 302
        assert give_code(client, demo.code_of(account.user.email)).status_code == 302
        assert signed_in(client)

    def test_nothing_of_it_is_shown_outside(self, client: Client, account: Membership, settings: Any) -> None:
        settings.DEMO_MODE = False
        assert demo.PASSWORD not in client.get(reverse(LOGIN)).content.decode()
        settings.DEMO_MODE = True
        assert demo.PASSWORD not in client.get(reverse(LOGIN), REMOTE_ADDR="10.1.2.3").content.decode()

    def test_the_table_of_accounts(self, account: Membership, settings: Any, capsys: Any) -> None:
        settings.DEMO_MODE = True
        call_command("demo_accounts")
        assert account.user.email in capsys.readouterr().out
        settings.DEMO_MODE = False
        with pytest.raises(CommandError):
            call_command("demo_accounts")

    def test_only_its_own_domain_is_equipped(self, director: User, settings: Any) -> None:
        settings.DEMO_MODE = True
        with pytest.raises(ValueError, match="demo"):
            demo.equip(director)

    def test_machines_are_not_offered(self, settings: Any) -> None:
        person(f"machine@{demo.DOMAIN}", Role.MACHINE)
        assert all(account.role != Role.MACHINE for account in demo.accounts(today()))


@pytest.mark.django_db
def test_without_a_password_one_is_set_and_not_changed(client: Client) -> None:
    member = make_membership(Role.DIRECTOR, make_center())
    sign_in(client, member)
    asked = client.get(reverse("account_change_password"))
    assert asked["Location"] == reverse("account_set_password")
    assert "Установить пароль" in client.get(asked["Location"]).content.decode()
    new = {"password1": "тихая-гавань-71-лодка", "password2": "тихая-гавань-71-лодка"}
    assert client.post(asked["Location"], new).status_code == 302
    member.user.refresh_from_db()
    assert member.user.check_password(new["password1"])
