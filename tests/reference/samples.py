"""An editor of the ministry and a service to be changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.directory.models import StateService
from family_support.reference import actions
from family_support.reference.actions import Act, seen_of
from family_support.reference.catalogs import Catalog, catalog
from tests.places import at, make_actor

NOW = at("2026-05-06 10:00")
TODAY = date(2026, 5, 6)
TOMORROW = TODAY + timedelta(days=1)
ACT = Act("12-НҚ", date(2026, 5, 4))
KEPT_ACT = "№ 12-НҚ, 04.05.2026"


def editor() -> Actor:
    return make_actor(Role.MINISTRY_EDITOR)


def listed(slug: str) -> Catalog:
    found = catalog(slug)
    assert found is not None
    return found


def service(**changes: Any) -> StateService:
    row = StateService.objects.get(code="social-targeted-aid")
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def content_of(catalog_: Catalog, row: Any, **changes: Any) -> dict[str, Any]:
    return {name: changes.get(name, getattr(row, name)) for name in catalog_.content}


def seen(catalog_: Catalog, row: Any) -> str:
    return seen_of(list(catalog_.chain(row)))


def changed(by: Actor, row: Any, slug: str = "services", /, **more: Any) -> Any:
    """A change from tomorrow, by the act, of what is named."""
    found = listed(slug)
    given = {"valid_from": TOMORROW, "act": ACT, "now": NOW, "seen": seen(found, row)}
    for name in list(given):
        given[name] = more.pop(name, given[name])
    return actions.change_row(catalog=found, row=row, content=content_of(found, row, **more), by=by, **given)
