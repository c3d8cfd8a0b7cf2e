"""Light, dark or as the device says: kept in a cookie and written by the server, so pages never flash."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "theme"
THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 60 * 60


def theme(request: HttpRequest) -> str:
    """The theme of the request: one of ``THEMES``."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else "auto"


def next_theme(current: str) -> str:
    """What the button in the top bar leads to."""
    return THEMES[(THEMES.index(current) + 1) % len(THEMES)]


def remember(response: HttpResponse, chosen: str) -> None:
    """Keep the theme for a year."""
    response.set_cookie(
        COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
