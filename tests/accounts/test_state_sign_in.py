"""Sign-in by the state's OpenID Connect provider: found by IIN, never made; its second factor only where it says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from family_support.accounts.models import SignIn, User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from tests.accounts.people import center, person
from tests.accounts.provider import CLIENT, SECRET, Provider, provider

pytestmark = pytest.mark.django_db

IIN = "850615300129"
LOGIN = "/accounts/state/login/"
BACK = "/accounts/state/login/callback/"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture
def state(running: Provider, settings: Any, monkeypatch: Any) -> Provider:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings.OIDC_ISSUER = running.issuer
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    settings.OIDC_MFA_ACR, settings.OIDC_MFA_AMR = ["high"], ["mfa", "hwk"]
    running.userinfo, running.token, running.away = {"sub": "7", "iin": IIN}, {"sub": "7"}, False
    return running


@pytest.fixture
def worker() -> User:
    user = person("worker@example.kz", Role.DIRECTOR, at_center=center(), language="kk")
    with acting(SYSTEM):
        user.set_iin(IIN)
        user.save()
    return user


def come(client: Client, state: Provider) -> Any:
    """To the provider and back."""
    away = client.post(LOGIN)
    assert away.status_code == 302
    assert away["Location"].startswith(f"{state.issuer}/authorization?")
    return client.get(state.authorize(away["Location"]))


def inside(client: Client) -> bool:
    return client.get(reverse("own-settings")).status_code == 200


def assert_refused(client: Client, answer: Any) -> None:
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    assert len(set(told)) == 1
    assert told[0].startswith("Вход через государственную систему не привёл")
    assert IIN not in told[0]
    assert not SignIn.objects.exists()
    assert not inside(client)


@pytest.mark.parametrize("says", [{"acr": "high"}, {"amr": ["pwd", "mfa"]}, {"amr": ["hwk"], "acr": "low"}])
def test_in_with_the_second_factor_of_the_provider(
    client: Client, state: Provider, worker: User, says: dict[str, Any]
) -> None:
    state.token |= says
    answer = come(client, state)
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert answer.cookies["django_language"].value == "kk"
    assert inside(client)
    assert SignIn.objects.get().user == worker
    kept = str(client.session.items())
    assert IIN not in kept


@pytest.mark.parametrize(
    "says", [{}, {"acr": "low"}, {"acr": ["high"]}, {"amr": ["pwd"]}, {"amr": "mfa"}, {"amr": None}]
)
def test_else_the_own_second_factor_is_asked_for(
    client: Client, state: Provider, worker: User, says: dict[str, Any]
) -> None:
    state.token |= {key: value for key, value in says.items() if key != "acr" or isinstance(value, str)}
    assert come(client, state).status_code == 302
    asked = client.get(reverse("home"))
    assert (asked.status_code, asked["Location"]) == (302, reverse("mfa_reauthenticate"))


def test_by_default_no_word_counts(client: Client, state: Provider, worker: User, settings: Any) -> None:
    settings.OIDC_MFA_ACR, settings.OIDC_MFA_AMR = [], []
    state.token |= {"acr": "high", "amr": ["mfa"]}
    come(client, state)
    assert not inside(client)


@pytest.mark.parametrize(
    ("userinfo", "token"),
    [
        ({"sub": "7"}, {"sub": "7"}),
        ({"sub": "7", "iin": ""}, {"sub": "7"}),
        ({"sub": "7", "iin": "900228400778"}, {"sub": "7"}),
        ({"sub": "7", "iin": "٨٥٠٦١٥٣٠٠١٢٩"}, {"sub": "7"}),
        ({"sub": "7", "iin": 850615300129.5}, {"sub": "7"}),
        ({"sub": "8", "iin": IIN}, {"sub": "7"}),
        ({"sub": "7", "email": "worker@example.kz", "email_verified": True}, {"sub": "7"}),
        ({"sub": "7", "iin": IIN}, {"sub": "7", "aud": "another-client"}),
        ({"sub": "7", "iin": IIN}, {"sub": "7", "iss": "https://evil.example"}),
        ({"sub": "7", "iin": IIN}, {"sub": "7", "exp": 1}),
    ],
)
def test_who_is_not_let_in(
    client: Client, state: Provider, worker: User, userinfo: dict[str, Any], token: dict[str, Any]
) -> None:
    state.userinfo, state.token = userinfo, token
    assert_refused(client, come(client, state))


def test_a_closed_account_and_a_program_stay_out(client: Client, state: Provider, worker: User) -> None:
    with acting(SYSTEM):
        User.objects.filter(pk=worker.pk).update(is_active=False)
    assert_refused(client, come(client, state))
    machine = person("machine@example.kz", Role.MACHINE)
    with acting(SYSTEM):
        machine.set_iin(IIN)
        machine.save()
    assert_refused(Client(), come(Client(), state))


def test_nothing_is_made_linked_or_kept(client: Client, state: Provider, worker: User) -> None:
    state.token["amr"] = ["mfa"]
    people = User.objects.count()
    come(client, state)
    state.userinfo["iin"] = "900228400778"
    come(Client(), state)
    assert User.objects.count() == people
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=x", "?code=x&state=forged"])
def test_an_answer_that_nobody_asked_for(client: Client, state: Provider, worker: User, query: str) -> None:
    assert_refused(client, client.get(BACK + query))


def test_an_answer_serves_one_browser_once(client: Client, state: Provider, worker: User) -> None:
    state.token["amr"] = ["mfa"]
    back = state.authorize(client.post(LOGIN)["Location"])
    assert_refused(Client(), Client().get(back))
    assert client.get(back)["Location"] == reverse("home")
    assert inside(client)
    assert client.get(back)["Location"] == reverse("account_login")


def test_a_provider_that_is_away(client: Client, state: Provider, worker: User) -> None:
    back = state.authorize(client.post(LOGIN)["Location"])
    state.away = True
    assert_refused(client, client.post(LOGIN))
    assert_refused(client, client.get(back))


def test_without_a_provider_there_is_no_such_page(client: Client, state: Provider, settings: Any) -> None:
    assert LOGIN in client.get(reverse("account_login")).content.decode()
    assert client.get(LOGIN).status_code == 405
    assert client.post("/accounts/other/login/").status_code == 404
    settings.OIDC_ISSUER = ""
    assert LOGIN not in client.get(reverse("account_login")).content.decode()
    assert client.post(LOGIN).status_code == 404
    assert client.get(BACK).status_code == 404
