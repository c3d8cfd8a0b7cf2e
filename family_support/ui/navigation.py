"""What the top bar holds. Apps fill it in ``AppConfig.ready()``; this module knows no app."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class NavItem:
    """A link of the top bar for the roles that have its page. ``order`` sorts, smaller is further left.

    ``sections`` are other URL names (or their beginnings) under which the item counts as the current one.
    """

    name: Text
    url_name: str
    icon: str
    roles: Collection[str]
    order: int = 100
    sections: tuple[str, ...] = ()


@dataclass(frozen=True)
class MenuItem:
    """A link of the menu under the person's name; ``roles`` None means everybody."""

    name: Text
    url_name: str
    icon: str
    roles: Collection[str] | None = None
    order: int = 100


@dataclass(frozen=True)
class Link:
    """An item resolved for one request."""

    name: Text
    url: str
    icon: str
    current: bool


@dataclass(frozen=True)
class MembershipOption:
    """One role and organization of the person, for the switcher."""

    id: int
    role: Text
    organization: Text
    current: bool


_items: dict[str, NavItem] = {}
_menu: dict[str, MenuItem] = {}
_memberships: tuple[str, Callable[[HttpRequest], list[MembershipOption]]] | None = None
_notices: tuple[str, Callable[[HttpRequest], int]] | None = None


def register(item: NavItem) -> None:
    """Add a link to the top bar (again with the same URL name: replaces it)."""
    _items[item.url_name] = item


def register_menu(item: MenuItem) -> None:
    """Add a link to the menu under the person's name."""
    _menu[item.url_name] = item


def register_memberships(url_name: str, options: Callable[[HttpRequest], list[MembershipOption]]) -> None:
    """Who lists the person's memberships, and the URL name that takes a POST with ``membership``."""
    global _memberships
    _memberships = (url_name, options)


def register_notices(url_name: str, unread: Callable[[HttpRequest], int]) -> None:
    """Who counts unread notices, and the URL name of their list."""
    global _notices
    _notices = (url_name, unread)


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _actor(request: HttpRequest) -> Any:
    actor = getattr(request, "actor", None)
    return actor if actor is not None and getattr(actor, "user_id", None) else None


def _may(roles: Collection[str] | None, actor: Any) -> bool:
    """Whether the item is the actor's: an acting director has the director's pages too."""
    return roles is None or actor.role in roles or (getattr(actor, "acting", False) and "director" in roles)


def links(request: HttpRequest) -> list[Link]:
    """The top bar's links for the request's actor; none for a person who has not signed in."""
    actor = _actor(request)
    if actor is None:
        return []
    match = getattr(request, "resolver_match", None)
    here = (match.view_name or "") if match else ""
    found = []
    for item in sorted(_items.values(), key=lambda item: item.order):
        url = _url(item.url_name) if _may(item.roles, actor) else ""
        if url:
            current = here == item.url_name or any(here.startswith(section) for section in item.sections)
            found.append(Link(item.name, url, item.icon, current))
    return found


def menu(request: HttpRequest) -> list[Link]:
    """The links of the menu under the person's name."""
    actor = _actor(request)
    if actor is None:
        return []
    items = [item for item in sorted(_menu.values(), key=lambda item: item.order) if _may(item.roles, actor)]
    return [Link(item.name, url, item.icon, False) for item in items if (url := _url(item.url_name))]


def memberships(request: HttpRequest) -> tuple[str, list[MembershipOption]]:
    """The address that switches and the memberships to choose from; empty where there is nothing to choose."""
    if _memberships is None or _actor(request) is None:
        return "", []
    url = _url(_memberships[0])
    return url, _memberships[1](request) if url else []


def notices(request: HttpRequest) -> tuple[str, int]:
    """The address of the notices and the number of unread ones."""
    if _notices is None or _actor(request) is None:
        return "", 0
    url = _url(_notices[0])
    return url, _notices[1](request) if url else 0
