"""Every URL × role × relation, walked from the resolver; a URL that nobody listed fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, Role
from tests.access.matrix import KINDS, LIBRARY_PAGES, PUBLIC, Relation, Row, page, rows
from tests.access.world import World, sign_in

TABLE = rows()
REACHED_BY_POST = {200, 302, 400, 409}


def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern


def unlisted(patterns: list[URLPattern], table: dict[str, Row]) -> list[str]:
    """What is wrong between the resolver and the table, by URL name."""
    problems = []
    for pattern in patterns:
        name = pattern.name or ""
        if name in LIBRARY_PAGES:
            continue
        row = table.get(name)
        roles = getattr(pattern.callback, "allowed_roles", "missing")
        if row is None:
            problems.append(f"{pattern.pattern} ({name or 'no name'}) is not in the matrix")
        elif roles == "missing":
            problems.append(f"{name}: the view has neither @allowed nor @public")
        elif roles != row.roles:
            problems.append(f"{name}: the view allows {_names(roles)}, the matrix {_names(row.roles)}")
    return problems


def _names(roles: frozenset[Role] | None) -> str:
    return "everybody" if roles is None else ", ".join(sorted(role.value for role in roles))


def test_every_url_is_listed() -> None:
    patterns = list(walk(get_resolver().url_patterns))
    assert unlisted(patterns, TABLE) == []
    known = {pattern.name for pattern in patterns}
    assert sorted(set(TABLE) - known) == [], "rows of URLs that do not exist"
    assert sorted(LIBRARY_PAGES - known) == [], "library pages that are not exposed"


def test_an_unlisted_url_is_noticed() -> None:
    patterns = list(walk(get_resolver().url_patterns))
    table = dict(TABLE)
    del table["user-list"]
    assert any("user-list" in problem for problem in unlisted(patterns, table))
    table["user-list"] = page("user-list", roles={Role.DIRECTOR})
    assert any("user-list" in problem for problem in unlisted(patterns, table))


def relations(role: Role, row: Row) -> list[Relation]:
    if not row.kind:
        return [Relation.OWN]
    if role not in CENTER_ROLES | AGENCY_ROLES:
        wanted = [Relation.OWN]
    else:
        wanted = [Relation.OWN, Relation.COLLEAGUE, Relation.FOREIGN]
    return [*wanted, Relation.RESTRICTED, Relation.BARRED] if KINDS[row.kind].of_case else wanted


class Probe:
    """Sends the requests of one row and gathers what does not match."""

    def __init__(self, row: Row, world: World) -> None:
        self.row, self.world = row, world
        self.problems: list[str] = []
        self.clients: dict[tuple[Role, Relation], Client] = {}

    def client(self, role: Role, relation: Relation) -> Client:
        if (role, relation) not in self.clients:
            membership = self.world.membership(role, relation)
            self.clients[role, relation] = sign_in(Client(raise_request_exception=True), membership)
        return self.clients[role, relation]

    def send(self, client: Client, method: str, kwargs: dict[str, Any]) -> Any:
        """One request, whatever it changes is taken back."""
        with transaction.atomic():
            response = client.generic(method, reverse(self.row.name, kwargs=kwargs))
            transaction.set_rollback(True)
        return response

    def expect(self, who: str, method: str, got: int, wanted: set[int]) -> None:
        if got not in wanted:
            self.problems.append(f"{who}: {method} gave {got}, not {'/'.join(map(str, sorted(wanted)))}")

    def reached(self, method: str) -> set[int]:
        if method == "GET":
            return {self.row.get}
        return REACHED_BY_POST if self.row.post is None else {self.row.post}

    def run(self) -> None:
        row, world = self.row, self.world
        made = world.made(row.kind) if row.kind else None
        kwargs = made.kwargs if made else {}
        for method in sorted(row.methods):
            self.anonymous(method, kwargs)
        if row.roles is PUBLIC:
            return
        for role in Role:
            for method in sorted(row.methods):
                if role not in row.roles:
                    got = self.send(self.client(role, Relation.OWN), method, kwargs).status_code
                    self.expect(role.value, method, got, {403})
                    continue
                got = self.send(self.client(role, Relation.ENDED), method, kwargs).status_code
                self.expect(f"{role.value}, ended", method, got, {403})
                for relation in relations(role, row):
                    self.cell(role, relation, method)
        somebody = min(row.roles)
        for method in sorted({"GET", "POST"} - row.methods):
            got = self.send(self.client(somebody, Relation.OWN), method, kwargs).status_code
            self.expect(somebody.value, method, got, {405})

    def anonymous(self, method: str, kwargs: dict[str, Any]) -> None:
        response = self.send(Client(), method, kwargs)
        if self.row.roles is PUBLIC:
            self.expect("anybody", method, response.status_code, self.reached(method))
        elif method == "POST":
            self.expect("nobody signed in", method, response.status_code, {401})
        elif response.status_code != 302 or not response["Location"].startswith(reverse(settings.LOGIN_URL)):
            self.problems.append(
                f"nobody signed in: {method} gave {response.status_code}, not the sign-in page"
            )

    def cell(self, role: Role, relation: Relation, method: str) -> None:
        restricted = relation is Relation.RESTRICTED
        made = self.world.made(self.row.kind, restricted) if self.row.kind else None
        if self.row.kind and made is None:
            return
        if relation is Relation.BARRED:
            self.world.bar(self.world.membership(role, relation), self.world.obj("case").pk)
        client = self.client(role, relation)
        response = self.send(client, method, made.kwargs if made else {})
        who = f"{role.value}, {relation.value}"
        if self.row.reaches(role, relation):
            self.expect(who, method, response.status_code, self.reached(method))
            return
        self.expect(who, method, response.status_code, {404})
        absent = self.send(client, method, {**(made.kwargs if made else {}), **KINDS[self.row.kind].absent})
        if (response.status_code, response.content) != (absent.status_code, absent.content):
            self.problems.append(f"{who}: {method} answers other than for something that does not exist")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLE))
def test_row(name: str) -> None:
    probe = Probe(TABLE[name], World())
    probe.run()
    assert probe.problems == []
