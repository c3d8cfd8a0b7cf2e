"""A signed quarter stays; what its records say later is a corrections annex, by figure and reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import translation

from cases.actions import record_consultation
from cases.models import Case, Consultation
from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.errors import AppError, Conflict
from family_support.base.figures import HIDDEN
from family_support.documents.models import Rendering
from monitoring import actions
from monitoring.corrections import corrections
from monitoring.models import CorrectionsAnnex, FrozenRecords, QuarterlyReport
from monitoring.outside import annexes_of
from monitoring.quarters import Quarter
from tests.factories import NOON, Place, a_case, a_center, a_membership, actor_for, an_agency
from tests.lasting import keeping, lasting
from tests.monitoring.samples import APRIL, an_analyst, the_report, values

pytestmark = pytest.mark.django_db
State = QuarterlyReport.State
LATER = APRIL + timedelta(days=3)


@lasting
def a_place() -> Place:
    """A Center with one case of the first quarter, and a consultation in it."""
    place = a_center()
    consult(place, a_case(place, now=NOON), NOON + timedelta(hours=1))
    return place


_kept = keeping(a_place, at=APRIL)


@pytest.fixture
def place() -> Place:
    return a_place()


def consult(place: Place, case: Case, held_at, now=None) -> Consultation:
    return record_consultation(
        case=case,
        kind=Consultation.Kind.CONSULTATION,
        topic=Consultation.Topic.SOCIAL,
        summary="Разъяснены виды поддержки.",
        held_at=held_at,
        by=place.by(at=now or held_at),
        now=now or held_at,
    )


def issue(place: Place, report: QuarterlyReport, note: str = "") -> CorrectionsAnnex:
    report = QuarterlyReport.objects.get(pk=report.pk)
    return actions.issue_annex(
        report=report,
        note=note,
        expected_version=report.version,
        by=place.by(Role.DIRECTOR, at=LATER),
        now=LATER,
    )


def told(report: QuarterlyReport) -> dict[tuple[str, str], tuple[int, int, int, int, int]]:
    return {
        (line.code, line.row): (line.frozen, line.now, line.late, line.changed, line.gone)
        for line in corrections(report)
    }


def test_a_second_freeze_is_refused_with_its_own_answer(place: Place) -> None:
    report = the_report(place, "signed")
    for version in (report.version, report.version - 1):
        with pytest.raises(Conflict) as error:
            actions.sign_quarter(
                report=report, expected_version=version, by=place.by(Role.DIRECTOR, at=LATER), now=LATER
            )
        assert error.value.code == "quarter_frozen"
    with translation.override("ru"):
        assert str(error.value.detail) == (
            "Показатели квартала 1 2026 года уже зафиксированы. Поздние записи появляются только как исправления."
        )


@pytest.mark.parametrize("state", ["signed", "sent", "received"])
def test_the_database_keeps_what_was_signed(place: Place, state: str) -> None:
    report = the_report(place, state)
    for change in ({"figures": {}}, {"conclusion": "Иначе."}, {"computed_at": LATER}, {"signed_at": LATER}):
        with pytest.raises(Conflict) as error, transaction.atomic(), acting(SYSTEM, reason="test"):
            QuarterlyReport.objects.filter(pk=report.pk).update(**change)
        assert error.value.code == "quarter_frozen"
    with pytest.raises(Conflict), transaction.atomic(), acting(SYSTEM, reason="test"):
        FrozenRecords.objects.filter(report=report).update(records={})


def test_nothing_differs_while_nothing_changes(place: Place) -> None:
    report = the_report(place, "sent")
    assert corrections(report) == []
    with pytest.raises(Conflict) as error:
        issue(place, report)
    assert error.value.code == "annex_empty"


def test_a_late_entry_is_told_with_its_reason(place: Place) -> None:
    report = the_report(place, "sent")
    case = Case.objects.get(center=place.center)
    consult(place, case, NOON + timedelta(days=2), LATER)
    assert told(report) == {
        ("consultations", "consultation"): (1, 2, 1, 0, 0),
        ("topics", "social"): (1, 2, 1, 0, 0),
    }
    assert corrections(report)[0].cases == (case.pk,)
    assert values(report.figures, "consultations") == {"consultation": {"count": 1}}


def test_a_changed_record_is_told_apart_from_a_new_one(place: Place) -> None:
    outside = consult(place, Case.objects.get(center=place.center), APRIL - timedelta(hours=2))
    inside = Consultation.objects.exclude(pk=outside.pk).get(case__center=place.center)
    report = the_report(place, "sent")
    with acting(SYSTEM, reason="test"):
        Consultation.objects.filter(pk=outside.pk).update(held_at=NOON + timedelta(days=1))
    assert told(report)["topics", "social"] == (1, 2, 0, 1, 0)
    with acting(SYSTEM, reason="test"):
        Consultation.objects.filter(pk=inside.pk).update(held_at=APRIL)
    assert told(report) == {}, "as many as before: the figure is right"


def test_a_record_that_counts_no_more(place: Place) -> None:
    report = the_report(place, "sent")
    with acting(SYSTEM, reason="test"):
        Consultation.objects.filter(case__center=place.center).update(held_at=APRIL)
    assert told(report)["consultations", "consultation"] == (1, 0, 0, 0, 1)


def test_each_annex_says_something_new(place: Place) -> None:
    report = the_report(place, "sent")
    case = Case.objects.get(center=place.center)
    consult(place, case, NOON + timedelta(days=2), LATER)
    first = issue(place, report, " Запись из бумажного журнала. ")
    assert (first.number, first.note, len(first.lines)) == (1, "Запись из бумажного журнала.", 2)
    assert "cases" not in first.lines[0]
    with pytest.raises(Conflict) as error:
        issue(place, report)
    assert error.value.code == "annex_nothing_new"
    consult(place, case, NOON + timedelta(days=3), LATER)
    assert issue(place, report).number == 2
    with pytest.raises(Conflict), transaction.atomic(), acting(SYSTEM, reason="test"):
        CorrectionsAnnex.objects.filter(pk=first.pk).update(note="Иначе.")
    made = Rendering.objects.filter(subject_type=actions.SENT_SUBJECT, subject_id=report.pk)
    assert made.count() == 4


def test_small_differences_stay_in_the_center(place: Place) -> None:
    report = the_report(place, "sent")
    consult(place, Case.objects.get(center=place.center), NOON + timedelta(days=2), LATER)
    issue(place, report)
    (own,), (outside,) = annexes_of(report, outside=False), annexes_of(report, outside=True)
    assert [line.now for line in own.lines] == [2, 2]
    assert {line.now for line in outside.lines} == {HIDDEN}
    assert all(line.reasons == [] and line.difference is None for line in outside.lines)


def test_only_what_was_sent_is_corrected(place: Place) -> None:
    for number, state in enumerate((State.DRAFT, State.SIGNED), start=1):
        report = the_report(place, state, quarter=Quarter(2025, number))
        with pytest.raises(Conflict) as error:
            issue(place, report)
        assert error.value.code == "quarter_not_sent"


def test_every_role_and_the_annex(place: Place) -> None:
    report = the_report(place, "sent")
    consult(place, Case.objects.get(center=place.center), NOON + timedelta(days=2), LATER)
    report = QuarterlyReport.objects.get(pk=report.pk)
    agency = an_agency(district=place.center.district)
    found = {}
    for role in Role:
        if role in CENTER_ROLES:
            by = place.by(role, at=LATER)
        else:
            by = actor_for(a_membership(role, agency=agency if role in AGENCY_ROLES else None), at=LATER)
        try:
            with transaction.atomic():
                actions.issue_annex(report=report, note="", expected_version=report.version, by=by, now=LATER)
                found[role] = "ok"
                transaction.set_rollback(True)
        except AppError as error:
            found[role] = type(error).__name__
    assert found == {role: "ok" if role == Role.DIRECTOR else "Forbidden" for role in Role}
    other = a_center()
    with pytest.raises(AppError) as error:
        actions.issue_annex(
            report=report, note="", expected_version=None, by=other.by(Role.DIRECTOR, at=LATER), now=LATER
        )
    assert type(error.value).__name__ == "Missing"
    assert an_analyst().role == Role.MINISTRY_ANALYST
