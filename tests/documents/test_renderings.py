"""Files made in the background: whole or not there, asked for again when forgotten, given up when hopeless."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, TestCase
from django.urls import reverse

from cases.models import Case
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import now
from family_support.directory.models import Center
from family_support.documents import registry, renderings
from family_support.documents.models import Rendering
from family_support.documents.upkeep import remove_orphans
from tests.access.world import sign_in
from tests.documents.conftest import files
from tests.places import make_actor

SUBJECT = "test.paper"


class Press:
    """A renderer that fails as often as it is told to."""

    def __init__(self) -> None:
        self.failures, self.runs, self.content = 0, 0, b"%PDF first"

    def render(self, key: int, language: str) -> bytes:
        self.runs += 1
        if self.runs <= self.failures:
            raise ValueError("Иванова Анна, 850615300129")
        return self.content


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch, case: Case) -> Press:
    press = Press()
    monkeypatch.setattr(registry, "_renderers", dict(registry._renderers))
    monkeypatch.setattr(renderings, "dispatch", lambda pk: None)
    registry.register_renderer(
        SUBJECT,
        "pdf",
        render=press.render,
        visible=lambda actor: Case.objects.visible_to(actor).values("pk"),
        file_name=lambda key: "paper",
        case_of=lambda key: key,
    )
    return press


def ask(case: Case, by: Actor) -> Rendering:
    return renderings.request_rendering(
        subject=(SUBJECT, case.pk), file_format="pdf", language="ru", by=by, now=now()
    )


def test_a_rendering_becomes_ready_and_its_hash_is_the_files(
    case: Case, worker: Actor, press: Press, media: Path
) -> None:
    row = ask(case, worker)
    assert renderings.render(row.pk, now())
    row.refresh_from_db()
    (stored,) = files(media)
    assert row.state == Rendering.State.READY
    assert row.sha256 == hashlib.sha256(stored.read_bytes()).hexdigest()
    assert not renderings.render(row.pk, now())


def test_asking_again_keeps_the_old_file_until_the_new_one(
    case: Case, worker: Actor, press: Press, media: Path
) -> None:
    row = ask(case, worker)
    renderings.render(row.pk, now())
    row.refresh_from_db()
    before = row.file.name
    assert ask(case, worker).pk == row.pk
    row.refresh_from_db()
    assert (row.state, row.file.name) == (Rendering.State.QUEUED, before)
    press.content = b"%PDF second"
    with TestCase.captureOnCommitCallbacks(execute=True):
        renderings.render(row.pk, now())
    row.refresh_from_db()
    assert [path.read_bytes() for path in files(media)] == [b"%PDF second"]


def test_failures_are_bounded_and_say_no_data(case: Case, worker: Actor, press: Press, media: Path) -> None:
    press.failures = 99
    row = ask(case, worker)
    for _attempt in range(5):
        renderings.render(row.pk, now())
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (Rendering.State.FAILED, 3, "ValueError")
    assert press.runs == 3
    assert not files(media)


def test_what_kills_its_worker_is_given_up(case: Case, worker: Actor, press: Press) -> None:
    row = ask(case, worker)
    Rendering.objects.filter(pk=row.pk).update(attempts=renderings.MAX_ATTEMPTS)
    assert not renderings.render(row.pk, now())
    row.refresh_from_db()
    assert (row.state, row.error) == (Rendering.State.FAILED, "worker_lost")


def test_forgotten_ones_are_asked_for_again(
    case: Case, worker: Actor, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ask(case, worker)
    asked: list[int] = []
    monkeypatch.setattr(renderings, "dispatch", asked.append)
    assert renderings.redispatch_stale(now()) == 0
    assert renderings.redispatch_stale(now() + timedelta(minutes=2)) == 1
    assert asked == [row.pk]


def test_a_dead_broker_keeps_nobody_from_asking(
    case: Case, worker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(renderings.current_app, "send_task", refuse)
    renderings.dispatch(1)


def test_only_files_that_no_row_names_are_removed(
    case: Case, worker: Actor, press: Press, media: Path
) -> None:
    row = ask(case, worker)
    renderings.render(row.pk, now())
    (media / "ab").mkdir(exist_ok=True)
    (media / "ab" / "orphan").write_bytes(b"x")
    assert remove_orphans(now()) == 0  # both are fresh
    assert remove_orphans(now() + timedelta(days=2)) == 1
    row.refresh_from_db()
    assert [path.relative_to(media).as_posix() for path in files(media)] == [row.file.name]


def test_pages_of_a_rendering(client: Client, case: Case, worker: Actor, press: Press) -> None:
    row = ask(case, worker)
    status, download = (
        reverse("rendering-status", args=(row.pk,)),
        reverse("rendering-download", args=(row.pk,)),
    )
    sign_in(client, Membership.objects.select_related("user").get(pk=worker.membership_id))
    waiting = client.get(status, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in waiting
    assert "hx-trigger" in waiting
    assert client.get(download).status_code == 404
    assert "<html" in client.get(status).content.decode()
    renderings.render(row.pk, now())
    done = client.get(status, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in done
    answer = client.get(download)
    assert b"".join(answer.streaming_content) == press.content
    assert answer["Content-Disposition"] == 'attachment; filename="paper-ru.pdf"'
    stranger = make_actor(Role.PSYCHOLOGIST, Center.objects.get(pk=worker.center_id))
    sign_in(client, Membership.objects.select_related("user").get(pk=stranger.membership_id))
    assert client.get(download).status_code == 404
    assert client.get(status).status_code == 404
