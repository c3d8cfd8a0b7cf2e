"""Every URL × role × relation, walked from the resolver; a URL that nobody listed fails."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from family_support.accounts.models import MachineClient
from family_support.accounts.roles import Role
from tests.access.matrix import KINDS, LIBRARY_PAGES, PUBLIC, Made, Relation, Row, page, relations, rows
from tests.access.papers import without_papers
from tests.access.world import World, sign_in

TABLE = rows()
# One of each kind that breaks the glass: a worker, a head.
GLASS_HOLDERS = frozenset({Role.LAWYER, Role.CASEWORKER, Role.HEAD_ACCOMPANIMENT})


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
        elif row.door != getattr(pattern.callback, "door", ""):
            problems.append(f"{name}: the endpoint and the matrix name different doors")
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


class Probe:
    """Sends the requests of one row and gathers what does not match."""

    def __init__(self, row: Row, world: World, clients: dict[tuple[Role, Relation], Client]) -> None:
        self.row, self.world, self.clients = row, world, clients
        self.problems: list[str] = []
        self._absent: dict[tuple[Role, str], Any] = {}

    def client(self, role: Role, relation: Relation) -> Client:
        if relation is Relation.RESTRICTED:
            relation = Relation.COLLEAGUE
        if (role, relation) not in self.clients:
            client = self.clients[role, relation] = sign_in(Client(), self.world.membership(role, relation))
            # Every answer is rolled back, the session's prolonging too: on a slow machine it would end between rows.
            session = client.session
            session.set_expiry(24 * 60 * 60)
            session.save()
        return self.clients[role, relation]

    def send(self, client: Client, method: str, kwargs: dict[str, Any], token: str = "") -> Any:
        """One request, whatever it changes is taken back."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with transaction.atomic():
            response = client.generic(method, reverse(self.row.name, kwargs=kwargs), headers=headers)
            transaction.set_rollback(True)
        return response

    def expect(self, who: str, method: str, got: int, wanted: Collection[int]) -> None:
        if got not in wanted:
            self.problems.append(f"{who}: {method} gave {got}, not {'/'.join(map(str, sorted(wanted)))}")

    def reached(self, method: str) -> frozenset[int]:
        return self.row.get if method == "GET" else self.row.post

    def run(self) -> None:
        row = self.row
        if row.door:
            self.run_endpoint()
            return
        methods = sorted(row.methods)
        kwargs = self.kwargs(restricted=False)
        for method in methods:
            self.anonymous(method, kwargs)
        if row.roles is PUBLIC:
            return
        somebody = min(row.roles)
        for method in methods:
            got = self.send(self.client(somebody, Relation.ENDED), method, kwargs).status_code
            self.expect(f"{somebody.value}, ended", method, got, {403})
        for method in sorted({"GET", "POST"} - row.methods):
            got = self.send(self.client(somebody, Relation.OWN), method, kwargs).status_code
            self.expect(somebody.value, method, got, {405})
        for role in Role:
            if role not in row.roles:
                got = self.send(self.client(role, Relation.OWN), methods[0], kwargs).status_code
                self.expect(role.value, methods[0], got, {403})
                continue
            for relation in relations(role, row):
                for method in methods:
                    self.cell(role, relation, method)
        if "POST" in methods and row.kind and KINDS[row.kind].of_case:
            for role in sorted(GLASS_HOLDERS & row.roles):
                self.through_glass(role)

    def through_glass(self, role: Role) -> None:
        """Who broke the glass changes nothing: what is sent is answered like something that does not exist."""
        made = self.world.made(self.row.kind, True)
        if made is None or self.row.reaches(role, Relation.RESTRICTED):
            return
        membership = self.world.membership(role, Relation.GLASS)
        self.world.break_glass(membership, case_of(made))
        response = self.send(self.client(role, Relation.GLASS), "POST", made.kwargs)
        absent = self.absent(role, "POST")
        if (response.status_code, response.content) != (absent.status_code, absent.content):
            self.problems.append(f"{role.value}, glass broken: POST gave {response.status_code}")

    def run_endpoint(self) -> None:
        """Programs by their tokens; a session opens no endpoint, whoever's it is."""
        row = self.row
        kwargs = self.kwargs(restricted=False)
        absent = {**kwargs, **KINDS[row.kind].absent} if row.kind else {}
        strangers = {role.value: self.client(role, Relation.OWN) for role in Role}
        for method in ("GET", "POST"):
            for who, client in {"nobody": Client(), **strangers}.items():
                self.expect(who, method, self.send(client, method, kwargs).status_code, {401})
            for relation in (Relation.OWN, Relation.FOREIGN, Relation.ENDED):
                token = self.world.token(row.door, relation)
                response = self.send(Client(), method, kwargs, token)
                who = f"program, {relation.value}"
                if relation is Relation.ENDED:
                    self.expect(who, method, response.status_code, {401})
                elif method not in row.methods:
                    self.expect(who, method, response.status_code, {405})
                elif relation is Relation.OWN or not row.kind:
                    self.expect(who, method, response.status_code, self.reached(method))
                else:
                    missing = self.send(Client(), method, absent, token)
                    if (response.status_code, response.content) != (404, missing.content):
                        self.problems.append(
                            f"{who}: {method} answers other than for something that does not exist"
                        )
            for door in set(MachineClient.Door.values) - {row.door}:
                got = self.send(Client(), method, kwargs, self.world.token(door)).status_code
                self.expect(f"program of {door}", method, got, {403})

    def kwargs(self, *, restricted: bool) -> dict[str, Any]:
        made = self.world.made(self.row.kind, restricted) if self.row.kind else None
        return made.kwargs if made else {}

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
        if relation is Relation.BARRED and made is not None:
            self.world.bar(self.world.membership(role, relation), case_of(made))
        response = self.send(self.client(role, relation), method, made.kwargs if made else {})
        who = f"{role.value}, {relation.value}"
        if self.row.reaches(role, relation):
            refused = role in self.row.refused
            self.expect(who, method, response.status_code, {403} if refused else self.reached(method))
            return
        self.expect(who, method, response.status_code, {404})
        absent = self.absent(role, method)
        if (response.status_code, response.content) != (absent.status_code, absent.content):
            self.problems.append(f"{who}: {method} answers other than for something that does not exist")

    def absent(self, role: Role, method: str) -> Any:
        """What the role hears about something that does not exist."""
        if (role, method) not in self._absent:
            kwargs = {**self.kwargs(restricted=False), **KINDS[self.row.kind].absent}
            self._absent[role, method] = self.send(self.client(role, Relation.OWN), method, kwargs)
        return self._absent[role, method]


def case_of(made: Made) -> int:
    if made.case_id is not None:
        return made.case_id
    found = getattr(made.obj, "case_id", None)
    return found if found is not None else made.obj.pk


class TestMatrix:
    """One world for all rows: objects are made once, and what a request changes is rolled back."""

    @pytest.fixture(scope="class")
    def world(self, class_database: str) -> World:
        return World()

    @pytest.fixture(scope="class")
    def clients(self) -> dict[tuple[Role, Relation], Client]:
        return {}

    # Rows of one kind stand together: processes that share the rows need not all make every kind.
    @pytest.mark.parametrize("name", sorted(TABLE, key=lambda name: (TABLE[name].kind, name)))
    def test_row(
        self,
        name: str,
        world: World,
        clients: dict[tuple[Role, Relation], Client],
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        settings.DEMO_MODE = False
        settings.SESSION_SAVE_EVERY_REQUEST = False  # prolonging is tested elsewhere and would be rolled back
        without_papers(monkeypatch)
        probe = Probe(TABLE[name], world, clients)
        probe.run()
        assert probe.problems == []
