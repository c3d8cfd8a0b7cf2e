"""A case and a day have room for so much; beyond it the exact words, and nothing kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation

from cases.models import Case
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Invalid
from family_support.directory.models import Center
from family_support.documents.models import Attachment
from tests.documents import samples
from tests.documents.conftest import files
from tests.documents.test_uploads import add
from tests.places import make_actor, make_case, make_center

SIZE = len(samples.PDF)


def refusal_of(case: Case, by: Actor, language: str = "en") -> tuple[str, str]:
    with translation.override(language), pytest.raises(Invalid) as refusal:
        add(case, by)
    with translation.override(language):
        return refusal.value.code, str(refusal.value.fields["file"][0])


def test_a_full_case_takes_no_more(case: Case, worker: Actor, media: Path, settings: object) -> None:
    settings.ATTACHMENTS_PER_CASE = SIZE + 1  # type: ignore[attr-defined]
    add(case, worker)
    said = {language: refusal_of(case, worker, language) for language in ("ru", "kk", "en")}
    limit = dict.fromkeys(said, f"{SIZE + 1}\xa0")
    assert {code for code, _text in said.values()} == {"case_full"}
    assert (
        said["en"][1] == f"The files of this case may hold {limit['en']}bytes together. Add a smaller file."
    )
    assert said["ru"][1].startswith(f"Все файлы этого дела вместе могут занимать {limit['ru']}")
    assert said["kk"][1].startswith(f"Осы істің барлық файлы {limit['kk']}")
    assert len(files(media)) == 1
    other = make_case(Center.objects.get(pk=worker.center_id), worker)
    add(other, worker)


def test_a_center_has_a_day(case: Case, worker: Actor, settings: object) -> None:
    settings.ATTACHMENTS_PER_DAY = SIZE + 1  # type: ignore[attr-defined]
    kept = add(case, worker)
    code, text = refusal_of(make_case(Center.objects.get(pk=worker.center_id), worker), worker)
    assert (code, text) == (
        "day_full",
        f"Your organization has added {SIZE + 1}\xa0bytes of files today. Add this one tomorrow.",
    )
    elsewhere = make_actor(Role.CASEWORKER, make_center())
    add(make_case(Center.objects.get(pk=elsewhere.center_id), elsewhere), elsewhere)
    with acting(worker):
        Attachment.objects.filter(pk=kept.pk).update(added_at=kept.added_at - timedelta(days=1))
    add(case, worker)
