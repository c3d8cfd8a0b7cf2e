"""Every page of sign-in and of the own account, as a person meets it, wrong answers included: axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from family_support.accounts.roles import Role
from tests.browser.conftest import Window
from tests.browser.walker import Walker


@pytest.fixture(params=[("ru", "light", 1440), ("kk", "dark", 390)], ids=["ru-wide", "kk-phone"])
def walker(request: Any, window: Window) -> Iterator[Walker]:
    language, theme, width = request.param
    with window(viewport={"width": width, "height": 844}, color_scheme=theme) as walker:
        walker.speaks(language)
        walker.keeps("theme", theme)
        yield walker


def sign_in_form(walker: Walker, email: str, password: str) -> None:
    walker.fill(login=email, password=password)
    walker.submit("/accounts/login/")


def test_the_way_in(walker: Walker) -> None:
    walker.go("/accounts/login/")
    for _ in range(6):
        sign_in_form(walker, "nobody@demo.example", "Wrong-horse-2026")
    walker.go("/accounts/password/reset/")
    walker.fill(email="nobody@demo.example")
    walker.submit()
    walker.go("/accounts/password/reset/key/1-no/")
    walker.comes_as(Role.METHODOLOGIST)
    own_pages(walker)


def own_pages(walker: Walker) -> None:
    """What a signed-in person has; a step that protects the account may ask who it is first."""
    for path in ("/settings/", "/sessions/", "/accounts/2fa/"):
        walker.go(path)
    walker.go("/accounts/password/change/")
    walker.fill(oldpassword="x", password1="Qwertyuiop123", password2="Qwertyuiop123")
    walker.submit("/accounts/password/change/")
    assert walker.page.locator("[aria-invalid=true]").count() == 2
    walker.go("/accounts/2fa/webauthn/")
    for path in ("2fa/webauthn/add/", "2fa/totp/activate/", "reauthenticate/", "logout/"):
        walker.go(f"/accounts/{path}")
