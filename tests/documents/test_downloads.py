"""Files leave only to who may have them, as downloads, and leave a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from family_support.access.openings import open_with_reason
from family_support.access.reads import readings_of_case
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import now
from family_support.directory.models import Center
from family_support.documents.models import Attachment
from tests.access.world import sign_in
from tests.documents import samples
from tests.documents.test_uploads import add
from tests.places import make_actor, make_center

pytestmark = pytest.mark.django_db


def get(client: Client, actor: Actor, attachment: Attachment) -> object:
    sign_in(client, Membership.objects.select_related("user").get(pk=actor.membership_id))
    return client.get(reverse("attachment-download", args=(attachment.pk,)))


def test_the_team_downloads_under_the_given_name(client: Client, case: Case, worker: Actor) -> None:
    attachment = add(case, worker, name="Справка о доходах.pdf")
    answer = get(client, worker, attachment)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == samples.PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "%D0%A1%D0%BF%D1%80%D0%B0%D0%B2%D0%BA%D0%B0" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"].startswith("sandbox")
    (row,) = readings_of_case(case.pk)
    assert (row.membership_id, row.what) == (worker.membership_id, f"attachment {attachment.pk}")


def test_others_find_nothing_and_leave_no_trace(client: Client, case: Case, worker: Actor) -> None:
    attachment = add(case, worker)
    own = Center.objects.get(pk=worker.center_id)
    for other in (
        make_actor(Role.PSYCHOLOGIST, own),
        make_actor(Role.DIRECTOR, own),
        make_actor(Role.CASEWORKER, make_center()),
    ):
        assert get(client, other, attachment).status_code == 404
    assert not readings_of_case(case.pk)


def test_a_reason_opens_papers_to_the_director_only(client: Client, case: Case, worker: Actor) -> None:
    attachment = add(case, worker)
    own = Center.objects.get(pk=worker.center_id)
    for role, status in ((Role.DIRECTOR, 200), (Role.LAWYER, 404)):
        actor = make_actor(role, own)
        open_with_reason(case_id=case.pk, by=actor, reason="Проверка жалобы заявителя", now=now())
        assert get(client, actor, attachment).status_code == status


def test_a_lost_file_is_not_found(client: Client, case: Case, worker: Actor, media: Path) -> None:
    attachment = add(case, worker)
    (media / attachment.file.name).unlink()
    assert get(client, worker, attachment).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status", "range_", "body"),
    [
        ("bytes=0-3", 206, "bytes 0-3/{size}", samples.PDF[:4]),
        ("bytes=4-", 206, "bytes 4-{last}/{size}", samples.PDF[4:]),
        ("bytes=-6", 206, "bytes {tail}-{last}/{size}", samples.PDF[-6:]),
        ("bytes=0-999999", 206, "bytes 0-{last}/{size}", samples.PDF),
        ("bytes=999999-", 416, "bytes */{size}", b""),
        ("bytes=-0", 416, "bytes */{size}", b""),
        ("bytes=9-2", 200, None, samples.PDF),
        ("bytes=0-1,4-5", 200, None, samples.PDF),
        ("bytes=-", 200, None, samples.PDF),
        ("bytes=٠-٣", 200, None, samples.PDF),
        ("items=0-3", 200, None, samples.PDF),
    ],
)
def test_a_piece_is_given_as_it_was_asked_for(
    wanted: str, status: int, range_: str | None, body: bytes, client: Client, case: Case, worker: Actor
) -> None:
    attachment = add(case, worker)
    get(client, worker, attachment)
    answer = client.get(reverse("attachment-download", args=(attachment.pk,)), headers={"Range": wanted})
    size = len(samples.PDF)
    assert answer.status_code == status
    assert answer.headers.get("Content-Range") == (
        range_ and range_.format(size=size, last=size - 1, tail=size - 6)
    )
    assert answer.getvalue() == body
    assert answer["Accept-Ranges"] == "bytes"
    assert "no-store" in answer["Cache-Control"]
    if status != 416:
        assert answer["Content-Length"] == str(len(body))
        assert answer["Content-Disposition"].startswith("attachment;")


def test_a_piece_of_another_version_is_the_whole(client: Client, case: Case, worker: Actor) -> None:
    attachment = add(case, worker)
    tag = get(client, worker, attachment)["ETag"]  # type: ignore[index]
    url = reverse("attachment-download", args=(attachment.pk,))
    for known, status in ((tag, 206), ('"other"', 200)):
        answer = client.get(url, headers={"Range": "bytes=0-3", "If-Range": known})
        assert answer.status_code == status


def test_a_piece_of_what_is_not_theirs_is_not_found(client: Client, case: Case, worker: Actor) -> None:
    attachment = add(case, worker)
    sign_in(client, Membership.objects.get(pk=make_actor(Role.CASEWORKER, make_center()).membership_id))
    url = reverse("attachment-download", args=(attachment.pk,))
    for wanted in ("bytes=0-3", "bytes=999999-"):
        assert client.get(url, headers={"Range": wanted}).status_code == 404
