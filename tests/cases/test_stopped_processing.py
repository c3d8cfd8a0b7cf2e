"""A consent taken back: its term of 15 working days, and what becomes unavailable once processing stops."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.actions import save_draft, start_assessment
from cases.actions import add_document, add_member, flag_threat, settle_withdrawal, withdraw_consent
from cases.consent import check_consent
from cases.models import CaseMember, Consent
from family_support.base.clock import local_date
from family_support.base.errors import Conflict
from family_support.deadlines.models import Deadline
from family_support.documents.models import Attachment
from family_support.outbox.models import Event
from tests.factories import NOON, Place, a_case_with_consent, a_center, a_consent, fresh, person_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return a_center()


def test_fifteen_working_days_and_then_nothing_is_added(place: Place) -> None:
    case, by = a_case_with_consent(place), place.by()
    draft = start_assessment(case=case, by=by, now=NOON)
    consent = Consent.objects.get(case=case)
    withdraw_consent(consent=consent, reason="Передумала.", by=by, now=NOON, version=consent.version)
    term = Deadline.objects.get(case_id=case.pk, code="consent_withdrawal")
    assert term.due_at is not None
    assert local_date(term.due_at) - local_date(NOON) >= timedelta(days=19), "15 working days"
    with pytest.raises(Conflict) as no_plan:
        check_consent(fresh(case), on=local_date(NOON))
    assert no_plan.value.code == "consent_missing", "before plan, hand-off and profile"
    draft = save_draft(
        assessment=draft, fields={"situation": "До решения."}, expected_version=draft.version, by=by, now=NOON
    )
    consent.refresh_from_db()
    settle_withdrawal(
        consent=consent, stopped=True, settlement="Прекращено.", by=by, now=NOON, version=consent.version
    )
    term.refresh_from_db()
    assert term.state == Deadline.State.MET
    assert Event.objects.filter(type="consent.settled", case_id=case.pk).exists()
    with pytest.raises(Conflict) as stopped:
        save_draft(
            assessment=draft, fields={"situation": "После."}, expected_version=draft.version, by=by, now=NOON
        )
    assert stopped.value.code == "processing_stopped"
    with pytest.raises(Conflict) as no_files:
        add_document(
            case=case,
            kind=Attachment.Kind.OTHER,
            upload=SimpleUploadedFile("a.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf"),
            by=by,
            now=NOON,
        )
    assert no_files.value.code == "processing_stopped"
    with pytest.raises(Conflict) as no_people:
        add_member(
            case=fresh(case),
            data=person_data(last_name="Новая"),
            relation=CaseMember.Relation.SIBLING,
            lives_together=True,
            by=by,
            now=NOON,
        )
    assert no_people.value.code == "processing_stopped"
    flag_threat(case=fresh(case), note="Угроза жизни.", by=by, now=NOON)
    a_consent(fresh(case), place, valid_until=date(2099, 1, 1))
    draft.refresh_from_db()
    save_draft(
        assessment=draft, fields={"situation": "Снова."}, expected_version=draft.version, by=by, now=NOON
    )


def test_a_reasoned_refusal_stops_nothing_but_needs_a_new_consent_for_a_plan(place: Place) -> None:
    case, by = a_case_with_consent(place), place.by()
    draft = start_assessment(case=case, by=by, now=NOON)
    consent = Consent.objects.get(case=case)
    withdraw_consent(consent=consent, reason="Передумала.", by=by, now=NOON, version=consent.version)
    consent.refresh_from_db()
    settle_withdrawal(
        consent=consent,
        stopped=False,
        settlement="Дети в опасности.",
        by=by,
        now=NOON,
        version=consent.version,
    )
    save_draft(
        assessment=draft, fields={"situation": "По закону."}, expected_version=draft.version, by=by, now=NOON
    )
