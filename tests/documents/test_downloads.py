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
