"""The browser's side of safety on every address there is: what each answer tells the browser to refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as product
from django.test import Client
from django.urls import get_resolver, reverse

from family_support.accounts.roles import Role
from tests.access.matrix import LIBRARY_PAGES, rows
from tests.access.world import sign_in
from tests.places import make_center, make_membership

pytestmark = pytest.mark.django_db
NAMES = sorted({*rows(), *LIBRARY_PAGES})
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
EXACT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}
REFUSED = {"camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb"}
# A piece of code or of style inside a page, which the policy above would not run.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<style|\son[a-z]+=\"|\sstyle=\"|javascript:",
    re.I,
)
# What holds nobody's data and may be kept; everything else may not.
KEPT: frozenset[str] = frozenset()


def address(name: str) -> str:
    """The address with something in each place, of an object that is not there."""
    _possible, _pattern, _defaults, converters = get_resolver().reverse_dict.getlist(name)[0]
    (_text, given), *_others = get_resolver().reverse_dict.getlist(name)[0][0]
    found: dict[str, Any] = {}
    for each in given:
        kind = type(converters[each]).__name__ if each in converters else ""
        found[each] = {
            "IntConverter": 999_999_999, "UUIDConverter": "00000000-0000-4000-8000-000000000000",
        }.get(kind, "2026" if each == "year" else "abc")  # fmt: skip
    return reverse(name, kwargs=found)


def wrong(name: str, answer: Any) -> list[str]:
    """What the answer's headers, cookies and markup miss."""
    problems = [
        f"{name}: {header} is {answer.headers.get(header)}"
        for header, value in EXACT.items()
        if answer.headers.get(header) != value
    ]
    told = dict(
        part.strip().split(" ", 1) for part in answer.headers.get("Content-Security-Policy", "x y").split(";")
    )
    if told != POLICY and told != {"sandbox": "", "default-src": "'none'"}:
        problems.append(f"{name}: policy {told}")
    if set(re.findall(r"([a-z-]+)=\(\)", answer.headers.get("Permissions-Policy", ""))) != REFUSED:
        problems.append(f"{name}: permissions")
    if "no-store" not in answer.headers.get("Cache-Control", "") and name not in KEPT:
        problems.append(f"{name}: may be kept: {answer.headers.get('Cache-Control')}")
    for cookie in answer.cookies.values():
        if (
            not (cookie["httponly"] or cookie.key == product.LANGUAGE_COOKIE_NAME)
            or cookie["samesite"] != "Lax"
        ):
            problems.append(f"{name}: cookie {cookie.key}")
        if not cookie["secure"]:
            problems.append(f"{name}: cookie {cookie.key} goes over http")
    if "html" in answer.headers.get("Content-Type", "") and (
        inline := INLINE.search(answer.getvalue().decode())
    ):
        problems.append(f"{name}: inline {inline[0]}")
    return problems


@pytest.mark.parametrize("who", ["nobody", "somebody"])
def test_every_address(who: str, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
    client = Client()
    if who == "somebody":
        sign_in(client, make_membership(Role.DIRECTOR, make_center()))
    problems = [each for name in NAMES for each in wrong(name, client.get(address(name), secure=True))]
    print(f"addresses looked at: {len(NAMES)}")
    assert problems == []
