"""A canary in every personal field of a whole world, then a look everywhere it must not be."""

from __future__ import annotations

import io
import json
import logging
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from cases.models import Case
from family_support.accounts.models import User
from family_support.accounts.roles import (
    AGENCY_ROLES,
    CENTER_ROLES,
    MINISTRY_ROLES,
    OPERATOR_ROLES,
    WORKERS,
    Role,
)
from family_support.base import clock
from family_support.base.logs import WithoutValues
from family_support.documents.registry import renderers
from family_support.notifications.mail import send_waiting
from family_support.notifications.models import Notice
from family_support.outbox.models import Delivery, Event
from tests.access.canaries import Canaries, plant
from tests.access.matrix import KINDS, PUBLIC, Relation, rows
from tests.access.papers import no_pdf, without_papers
from tests.access.world import World, sign_in

TABLE = rows()
FAMILY = frozenset({"client", "reporter"})
# Of equal rights (family_support/accounts/roles.py): one of them looks for all.
ALIKE = WORKERS - {Role.CASEWORKER}
INSIDE = (", colleague", ", barred")
# A worker of the own Center reads an intake before a case team has it (security.md): these fields, on these pages.
INTAKES = {
    ("intake", "Intake.refusal_reason"),
    ("intake-list", "Person.first_name"),
    ("intake-list", "Person.last_name"),
    ("intake-list", "Person.patronymic"),
}
# (page, field): who may see it there, and why.
ALLOWED = {
    ("group", "Attachment.name"): "the scan of the akim's order names no family",
    ("note", "AnalyticNote.text"): "the ministry's analysts read the notes that Centers write for them",
    ("note-print", "AnalyticNote.text"): "the same, on paper",
    **{
        (place, field): "the report's own words, written for the ministry and seen by it before"
        for field in (
            "QuarterlyReport.conclusion",
            "Shortcoming.text",
            "Shortcoming.proposal",
        )
        for place in ("sheets", "PDFs")
    },
}


class Lookers:
    """Opens pages as somebody and gathers what canaries show."""

    def __init__(self, world: World, canaries: Canaries) -> None:
        self.world, self.canaries = world, canaries
        self.clients: dict[tuple[Role, Relation], Client] = {}
        self.found: list[str] = []
        self.headers: list[str] = []
        self.looked: Counter[str] = Counter()

    def client(self, role: Role, relation: Relation) -> Client:
        if (role, relation) not in self.clients:
            membership = self.world.membership(role, relation)
            client = self.clients[role, relation] = sign_in(Client(), membership)
            client.raise_request_exception = False
        return self.clients[role, relation]

    def look(self, client: Client, who: str, name: str, owners: frozenset[str]) -> None:
        kind = TABLE[name].kind
        made = self.world.made(kind) if kind else None
        if kind and made is None:
            return
        answer = client.get(reverse(name, kwargs=made.kwargs if made else {}))
        body = self.text_of(answer)
        self.looked[who] += 1
        for label in self.canaries.found_in(body, owners):
            if (name, label) in ALLOWED or who.endswith(INSIDE) and (name, label) in INTAKES:
                continue
            self.found.append(f"{who}: {name} shows {label}")
        told = "\n".join(
            f"{key}: {value}" for key, value in answer.headers.items() if key != "Content-Disposition"
        )
        self.headers += [f"{name}: header shows {label}" for label in self.canaries.found_in(told)]

    def text_of(self, answer: Any) -> str:
        """What is written in an answer; of a PDF its text and its data about itself, which its bytes do not show."""
        content = answer.getvalue()
        if not content.startswith(b"%PDF"):
            return str(content.decode(errors="replace"))
        self.looked["PDFs"] += 1
        return read(content)


def read(pdf: bytes) -> str:
    """Text and metadata of a PDF as a reader shows them."""
    found = PdfReader(io.BytesIO(pdf))
    return "\n".join((*(page.extract_text() for page in found.pages), str(found.metadata)))


def strangers(name: str) -> Iterator[tuple[Role, Relation]]:
    """Who opens a page without being of the family's Center, as far as it is open to them: the matrix test finds that
    the others get the same bytes as for nothing."""
    row = TABLE[name]
    for role in sorted((row.roles or frozenset()) - ALIKE):
        if role in CENTER_ROLES | AGENCY_ROLES:
            if not row.kind or row.reaches(role, Relation.FOREIGN):
                yield role, Relation.FOREIGN
        elif role in MINISTRY_ROLES | OPERATOR_ROLES:
            yield role, Relation.OWN


def kept_out(world: World) -> list[tuple[Role, Relation]]:
    """Of the family's own Center: a colleague who is not of the team, and one of the team who is on the barred list of
    every case there is."""
    barred = world.membership(Role.CASEWORKER, Relation.BARRED)
    for case_id in Case.objects.values_list("pk", flat=True):
        world.bar(barred, case_id)
    return [(Role.LAWYER, Relation.COLLEAGUE), (Role.CASEWORKER, Relation.BARRED)]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the product's own formatter writes of everything."""
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    handler.setFormatter(WithoutValues(settings.LOGGING["formatters"]["plain"]["format"]))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # The statements of the database are written in debugging only, which no installation switches on.
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield target
    root.removeHandler(handler)
    root.setLevel(before)


def broken_statements(words: list[str]) -> None:
    """What PostgreSQL refuses with values in its message: a name twice, a column that may not be empty."""
    user = User.objects.exclude(email="").first()
    assert user is not None
    for statement, values in (
        ("INSERT INTO accounts_user (email, last_name) VALUES (%s, %s)", [user.email, words[0]]),
        ("SELECT 1 / 0 WHERE %s <> ''", [words[0]]),
        ("SELECT no_such_column FROM accounts_user WHERE last_name = %s", [words[0]]),
    ):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)
        except DatabaseError:
            logging.getLogger("tests.canary").exception("statement refused")


def broker() -> str:
    """Every key and value of Valkey: broker's messages, counters, cached pieces of pages."""
    server = redis.Redis.from_url(settings.REDIS_URL)
    kept = []
    for key in server.scan_iter():
        kept.append(key.decode(errors="replace"))
        content = server.dump(key) or b""
        kept.append(content.decode(errors="replace"))
    return "\n".join(kept)


def sheet_of(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def papers_of_nobody(subjects: dict[tuple[str, str], int]) -> list[str]:
    """What is written in the papers that say they hold no person."""
    made = ((renderers()[key], pk) for key, pk in subjects.items() if key[1] == "pdf")
    return [read(each.render(pk, "kk")) for each, pk in made if each.case_of(pk) is None]


class TestCanary:
    """In one world, which is made and planted once."""

    @pytest.fixture
    def world(self, own_database: str) -> World:
        return World()

    def test_nothing_personal_where_it_may_not_be(
        self, world: World, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
    ) -> None:
        settings.DEMO_MODE = False
        settings.SESSION_SAVE_EVERY_REQUEST = False
        settings.MEDIA_ROOT = str(tmp_path)
        for kind in sorted(KINDS):
            world.made(kind)
        insiders = kept_out(world)
        canaries = plant()
        lookers = Lookers(world, canaries)
        nobody = Client()
        for name, row in sorted(TABLE.items()):
            if row.door or "GET" not in row.methods:
                continue
            if row.roles is PUBLIC or not row.kind:
                lookers.look(nobody, "nobody", name, FAMILY | {"staff"})
            of_the_center = [each for each in insiders if each[0] in (row.roles or ())]
            for role, relation in (*strangers(name), *of_the_center):
                lookers.look(lookers.client(role, relation), f"{role.value}, {relation.value}", name, FAMILY)
        # If the paper of the family's own worker held no canary, reading PDFs would find none anywhere.
        own = lookers.client(Role.CASEWORKER, Relation.OWN).get(self.own_paper(world))
        assert canaries.found_in(lookers.text_of(own)), "the control"
        papers = self.papers(monkeypatch)
        send_waiting(clock.now(), limit=500)
        words = list(canaries.planted)
        broken_statements(words)
        places = {
            "logs": log.getvalue(),
            "Valkey": broker(),
            "events": "\n".join(
                json.dumps(event, ensure_ascii=False, default=str) for event in Event.objects.values()
            ),
            "deliveries": "\n".join(map(repr, Delivery.objects.values())),
            "sessions": "\n".join(repr(session.get_decoded()) for session in Session.objects.all()),
            "letters": "\n".join(f"{letter.subject}\n{letter.body}" for letter in mail.outbox),
            "notices": "\n".join(map(repr, Notice.objects.values_list("params", flat=True))),
            "file names": "\n".join(map(str, Path(default_storage.path("")).rglob("*"))),
            **papers,
        }
        found = [
            f"{place}: {label}"
            for place, text in places.items()
            for label in sorted(canaries.found_in(text))
            if (place, label) not in ALLOWED
        ]
        print(
            f"canaries: planted {len(canaries.planted)} fields, {len(canaries.kept)} values looked for as they are, "
            f"closed to planting {len(canaries.refused)}, empty {len(canaries.empty)}; pages looked at "
            f"{sum(lookers.looked.values())} as {len(lookers.looked)} people, {len(places)} other places; found "
            f"{len(lookers.found) + len(lookers.headers) + len(found)}"
        )
        assert len(canaries.planted) > 80, canaries.refused | canaries.empty
        assert sorted({*lookers.found, *lookers.headers, *found}) == []
        own_log = os.environ.get("POSTGRES_LOG", "")
        if own_log and os.access(own_log, os.R_OK):
            told = Path(own_log).read_text(errors="replace")
            # Of the statements refused above it holds what went wrong, and nothing else.
            assert "division by zero" in told
            assert canaries.found_in(told) == set()

    @staticmethod
    def own_paper(world: World) -> str:
        made = world.made("submitted-plan")
        assert made is not None
        return reverse("plan-print", kwargs=made.kwargs)

    @staticmethod
    def papers(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """Titles (a PDF's only metadata, tests/documents) and names of all files the product makes; a sheet's text."""
        titles: list[str] = []
        subjects = {
            key: row.pk
            for key in renderers()
            # "app.model", or "app.model.paper" where a subject has several.
            if (row := apps.get_model(".".join(key[0].split(".")[:2]))._base_manager.order_by("pk").first())
        }
        texts = papers_of_nobody(subjects)

        def titled(template: str, context: Any, language: str, *, title: str) -> bytes:
            titles.append(str(title))
            return no_pdf()

        without_papers(monkeypatch, titled)
        names, sheets = [], []
        for (subject, form), pk in subjects.items():
            made_by = renderers()[subject, form]
            names.append(made_by.file_name(pk))
            content = made_by.render(pk, "kk")
            if form == "xlsx":
                sheets.append(sheet_of(content))
        print(f"files made: {len(names)}, titles {len(titles)}, sheets {len(sheets)}; PDFs read {len(texts)}")
        found = {"titles of papers": titles, "names of files": names, "sheets": sheets, "PDFs": texts}
        return {place: "\n".join(texts) for place, texts in found.items()}
