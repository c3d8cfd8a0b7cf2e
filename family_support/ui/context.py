"""What every page's frame needs, computed only when the template asks for it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from family_support.ui import navigation
from family_support.ui.theme import next_theme, theme

LANGUAGE_BUTTONS = (("kk", "ҚАЗ", "Қазақша"), ("ru", "РУС", "Русский"), ("en", "ENG", "English"))


def account_mark(request: HttpRequest) -> str:
    """The account and its role in this session, as a text that a page compares."""
    membership = getattr(getattr(request, "actor", None), "membership_id", None)
    return f"{request.user.pk or 0}-{membership or 0}"


class Frame:
    """The frame of one request: theme, languages, links, menu, memberships, notices."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.theme = theme(request)
        self.next_theme = next_theme(self.theme)
        self.languages = LANGUAGE_BUTTONS
        self.demo = bool(getattr(settings, "DEMO_MODE", False))
        self.session_seconds = str(settings.SESSION_COOKIE_AGE)
        # Seconds to the end that no click puts off, and whose page this is: set by who knows the session.
        self.session_left = str(getattr(request, "session_left", settings.SESSION_COOKIE_AGE))
        # Coming back after a switch of language or theme: only to pages that a GET shows.
        self.here = request.get_full_path() if request.method == "GET" else request.path

    @property
    def actor(self) -> Any:
        """Who acts, or None for a person who has not signed in or has no role yet."""
        actor = getattr(self._request, "actor", None)
        return actor if actor is not None and getattr(actor, "user_id", None) else None

    @property
    def account(self) -> str:
        """Whose page this is: who signs in again must be the same, in the same role."""
        return account_mark(self._request)

    @property
    def links(self) -> list[navigation.Link]:
        """Links of the top bar."""
        return navigation.links(self._request)

    @property
    def menu(self) -> list[navigation.Link]:
        """Links of the menu under the name."""
        return navigation.menu(self._request)

    @property
    def memberships(self) -> dict[str, Any]:
        """Memberships to switch between."""
        url, options = navigation.memberships(self._request)
        current = next((option for option in options if option.current), None)
        return {"url": url, "options": options, "current": current}

    @property
    def notices(self) -> dict[str, Any]:
        """Unread notices."""
        url, unread = navigation.notices(self._request)
        return {"url": url, "unread": unread, "shown": "99+" if unread > 99 else str(unread)}


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``frame`` and ``actor``."""
    return {
        "frame": SimpleLazyObject(lambda: Frame(request)),
        "actor": getattr(request, "actor", None),
    }
