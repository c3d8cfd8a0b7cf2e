"""The paper for the person: their own data and who read it, and nothing of anybody else."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import translation
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from cases.actions import add_member
from cases.models import Case, CaseMember, TimelineEntry
from family_support.access.models import Barred, CaseOpening, ReadEntry
from family_support.access.reads import log_read
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict, Invalid, Missing
from family_support.protection import actions, export
from family_support.protection.models import DataRequest
from shelter.models import Resident, Stay
from tests.factories import (
    NOON,
    Place,
    a_case_with_consent,
    a_center,
    a_membership,
    actor_for,
    an_agency,
    an_iin,
    fresh,
    person_data,
)
from tests.shelter.samples import a_resident

pytestmark = pytest.mark.django_db
SHOWN = DataRequest.Shown.ID_CARD


@pytest.fixture
def place() -> Place:
    return a_center()


def captured(request: DataRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The words of the paper, as the template makes them."""
    from django.template import loader

    seen: dict[str, Any] = {}

    def keep(template: str, context: dict[str, Any], language: str, *, title: str) -> bytes:
        with translation.override(language):
            seen["html"] = loader.render_to_string(
                template, {**context, "title": title, "language": language}
            )
        return b"%PDF"

    monkeypatch.setattr(export, "render_pdf", keep)
    export.data_pdf(request, "ru", NOON)
    return re.sub(r"\s+", " ", seen["html"])


def test_the_paper_holds_the_persons_data_and_nobody_elses(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = a_case_with_consent(place)
    other = add_member(
        case=case,
        data=person_data(last_name="Посторонняя", first_name="Гульнара", iin=an_iin()),
        relation=CaseMember.Relation.SIBLING,
        lives_together=True,
        by=place.by(),
        now=NOON,
    )
    member = case.members.select_related("person").get(relation="self")
    reader = place.people[Role.PSYCHOLOGIST]
    log_read(actor_for(reader), case.pk, "assessment 77")
    found = actions.give_data(member=member, shown=SHOWN, by=place.by(), now=NOON)
    words = captured(found, monkeypatch)
    person = member.person
    for own in (person.last_name, person.first_name, str(person.iin), str(person.phone)):
        assert own
        assert own in words
    intake = case.intakes.get()
    for foreign in ("Посторонняя", "Гульнара", str(other.person.iin), intake.said, "assessment 77"):
        assert foreign not in words
    assert reader.user.last_name not in words, "posts read, not workers"
    assert str(place.center) in words
    assert TimelineEntry.objects.filter(case=case, kind="data.given").exists()
    assert ReadEntry.objects.filter(case_id=case.pk, what=f"data of person {person.pk}").exists()


def test_who_may_not_and_what_is_missing(place: Place) -> None:
    case = a_case_with_consent(place)
    member = case.members.select_related("person").get(relation="self")
    with pytest.raises(Invalid) as refused:
        actions.give_data(member=member, shown="", by=place.by(), now=NOON)
    assert set(refused.value.fields) == {"shown"}
    stranger = a_center().people[Role.CASEWORKER]
    with pytest.raises(Missing):
        actions.give_data(member=member, shown=SHOWN, by=actor_for(stranger), now=NOON)
    with acting(SYSTEM):
        row = Barred(case_id=case.pk, relation="x", noted_by=case.lead, noted_at=NOON)
        row.set_iin(str(member.person.iin))
        row.save()
    with pytest.raises(Conflict) as barred:
        actions.give_data(member=member, shown=SHOWN, by=place.by(), now=NOON)
    assert barred.value.code == "person_barred"
    assert not DataRequest.objects.filter(case=case).exists()


def test_a_restricted_case_names_no_other_body(place: Place) -> None:
    case = a_case_with_consent(place)
    member = case.members.select_related("person").get(relation="self")
    found = actions.give_data(member=member, shown=SHOWN, by=place.by(), now=NOON)
    found.case.restricted = True
    officer = a_membership(Role.AGENCY_OFFICER, agency=an_agency("police", name="Полиция города"))
    log_read(actor_for(officer), case.pk, "task")
    assert "Полиция" not in str(export.readings(found))
    found.case = fresh(case)
    assert "Полиция" in str(export.readings(found))


def test_that_somebody_stays_in_the_house_is_not_on_the_paper(place: Place) -> None:
    """An abuser may find the paper at home."""
    stay = a_resident(place)
    kinds = [kind for kind, _count in export.records(stay.person, stay.case_id)]
    assert kinds
    for model in (Stay, Resident):
        assert str(model._meta.verbose_name_plural).capitalize() not in kinds


def test_who_only_opened_the_case_gets_no_paper(place: Place) -> None:
    case = a_case_with_consent(place)
    member = case.members.select_related("person").get(relation="self")
    found = actions.give_data(member=member, shown=SHOWN, by=place.by(), now=NOON)
    colleague = a_membership(Role.LAWYER, center=place.center)
    with acting(SYSTEM):
        CaseOpening.objects.create(
            case_id=case.pk,
            membership=colleague,
            reason="Готовлю ответ суду.",
            opened_at=Now() - timedelta(minutes=1),
            ends_at=Now() + timedelta(minutes=30),
        )
    reader = actor_for(colleague)
    assert Case.objects.visible_to(reader).filter(pk=case.pk).exists()
    assert not DataRequest.objects.visible_to(reader).exists()
    assert DataRequest.objects.visible_to(place.by()).get() == found
    with pytest.raises(Missing):
        actions.give_data(member=member, shown=SHOWN, by=reader, now=NOON)


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_paper_is_a_tagged_pdf(place: Place, language: str) -> None:
    case = a_case_with_consent(place)
    member = case.members.select_related("person").get(relation="self")
    found = actions.give_data(member=member, shown=SHOWN, by=place.by(), now=NOON)
    content = export.data_pdf(found, language, NOON)
    assert content.startswith(b"%PDF")
    report = validate_pdf_bytes(content, profile=ValidationProfile.PDF_UA_1)
    assert report.is_compliant
    assert member.person.last_name not in str(PdfReader(io.BytesIO(content)).metadata)
    assert member.person.last_name.encode() not in content
