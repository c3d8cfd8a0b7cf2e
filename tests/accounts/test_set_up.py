"""Setting a second factor up, with real commits: allauth tells of it after the commit."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from family_support.accounts.roles import Role
from family_support.base.clock import now
from tests.accounts.people import PASSWORD, person


def test_setting_a_second_factor_up_opens_the_session(own_database: str) -> None:
    client = Client()
    user = person("new@example.kz", Role.SYSTEM_ADMIN, totp=False)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert client.get(reverse("own-settings")).status_code == 200
    kept = str(list(Authenticator.objects.filter(user=user).values_list("data", flat=True)))
    assert secret not in kept
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
