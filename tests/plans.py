"""Assessments and plans for tests, made through the real actions on top of `tests.factories`.

case = an_assessed_case(place)                # hard life situation found: in the planning stage
version = a_draft(place, case)                # with a body's measure, the Center's own and the family's
version = a_submitted(place, case)            # frozen and signed by both
version = an_approved(place, case)            # in force
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assessments import actions as assessing
from assessments.actions import GroundChoice
from assessments.models import Assessment, Ground
from cases.models import Case, Person
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.directory.models import Agency
from ipr import actions
from ipr.actions.content import MeasureData
from ipr.models import MeasureTemplate, PlanVersion
from tests.factories import NOON, Place, a_case_with_consent, an_agency, fresh
from tests.lasting import lasting

CONCLUSION: dict[str, Any] = {
    "hls_found": True,
    "risk": "medium",
    "risk_reason": "Двое детей, дохода нет.",
    "response_measures": "Оформить пособие, устроить ребёнка в детский сад.",
    "conclusion": "Семья в трудной жизненной ситуации.",
}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def a_scan(name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def a_decision(now: datetime = NOON) -> actions.DecisionData:
    """The head's decision as a paper."""
    return actions.DecisionData("12-р", local_date(now), "Прекратить индивидуальный план работы.")


def a_draft_assessment(
    place: Place, case: Case | None = None, *, now: datetime = NOON, **fields: Any
) -> Assessment:
    """A draft with its situation, own means and one ground."""
    by = place.by(at=now)
    case = case or a_case_with_consent(place, now=now)
    draft = assessing.start_assessment(case=case, by=by, now=now)
    filled = {
        "situation": "Потеря работы, долг за жильё.",
        "own_means_note": "Родных нет, накоплений нет.",
        **fields,
    }
    draft = assessing.save_draft(
        assessment=draft, fields=filled, expected_version=draft.version, by=by, now=now
    )
    ground = Ground.objects.get(code="homelessness")
    return assessing.set_grounds(
        assessment=draft, grounds=[GroundChoice(ground)], expected_version=draft.version, by=by, now=now
    )


def a_concluded(
    place: Place, case: Case | None = None, *, now: datetime = NOON, **changes: Any
) -> Assessment:
    """A concluded assessment."""
    draft = a_draft_assessment(place, case, now=now)
    return assessing.conclude_assessment(
        assessment=draft,
        expected_version=draft.version,
        by=place.by(at=now),
        now=now,
        **{**CONCLUSION, **changes},
    )


@lasting
def an_assessed_case(place: Place, *, now: datetime = NOON, **changes: Any) -> Case:
    """A case in the planning stage."""
    return fresh(a_concluded(place, now=now, **changes).case)


def applicant(case: Case) -> Person:
    return case.members.get(relation="self").person


def measure_data(case: Case, *, agency: Agency | None = None, code: str = "", **changes: Any) -> MeasureData:
    """A measure of a body of the education sector, or of the Center itself, over the plan's first two months."""
    template = MeasureTemplate.objects.get(code=code or ("EDU-01" if agency else "FAM-05"))
    given: dict[str, Any] = {
        "template": template,
        "text": "Поставить ребёнка в очередь в детский сад.",
        "goal": "Ребёнок ходит в детский сад.",
        "person": applicant(case),
        "starts_on": local_date(NOON),
        "due_on": date(2026, 4, 30),
        "agency": agency,
        "by_center": agency is None,
        "service": template.service,
    }
    return MeasureData(**{**given, **changes})


def a_draft(
    place: Place,
    case: Case | None = None,
    *,
    agency: Agency | None = None,
    bodies: bool = True,
    now: datetime = NOON,
) -> PlanVersion:
    """A draft that could be frozen: period, goal, a body's measure, the Center's own and the family's."""
    by = place.by(at=now)
    case = case or an_assessed_case(place, now=now)
    version = actions.start_plan(case=case, by=by, now=now)
    first = local_date(now)
    version = actions.change_version(
        version=version,
        starts_on=first,
        ends_on=first + timedelta(days=180),
        goal="Семья живёт в своём жилье, ребёнок в саду.",
        expected_version=version.version,
        by=by,
        now=now,
    )
    dates = {"starts_on": first, "due_on": first + timedelta(days=45)}
    if bodies:
        agency = agency or an_agency("education", district=place.center.district)
        actions.put_measure(version=version, data=measure_data(case, agency=agency, **dates), by=by, now=now)
    actions.put_measure(version=version, data=measure_data(case, **dates), by=by, now=now)
    actions.put_family_measure(
        version=version,
        text="Посещать занятия школы родителей.",
        person=applicant(case),
        by=by,
        now=now,
        **dates,
    )
    actions.put_participant(version=version, name="Ли А. С.", specialty="psychologist", by=by, now=now)
    return anew(version)


def a_signing(place: Place, case: Case | None = None, *, now: datetime = NOON, **kwargs: Any) -> PlanVersion:
    """Frozen, not signed yet."""
    version = a_draft(place, case, now=now, **kwargs)
    return actions.freeze_version(
        version=version, expected_version=version.version, by=place.by(at=now), now=now
    )


def sign(
    version: PlanVersion, place: Place, party: str, *, by: Actor | None = None, now: datetime = NOON
) -> PlanVersion:
    """One party's signature, with a scan."""
    signer: dict[str, Any] = (
        {"membership": place.people[Role.CASEWORKER]}
        if party == "center"
        else {"person": applicant(version.plan.case)}
    )
    actions.record_signature(
        version=version,
        party=party,
        signed_on=local_date(now),
        upload=a_scan(),
        by=by or place.by(at=now),
        now=now,
        **signer,
    )
    return anew(version)


def a_submitted(
    place: Place, case: Case | None = None, *, now: datetime = NOON, **kwargs: Any
) -> PlanVersion:
    """Signed by both: with the director."""
    version = sign(a_signing(place, case, now=now, **kwargs), place, "center", now=now)
    return sign(version, place, "family", now=now)


def a_returned(place: Place, case: Case | None = None, *, now: datetime = NOON, **kwargs: Any) -> PlanVersion:
    version = a_submitted(place, case, now=now, **kwargs)
    return actions.return_plan(
        version=version,
        reason="Добавьте меру для ребёнка.",
        expected_version=version.version,
        by=place.by(Role.DIRECTOR, at=now),
        now=now,
    )


def an_approved(
    place: Place, case: Case | None = None, *, now: datetime = NOON, **kwargs: Any
) -> PlanVersion:
    """In force."""
    version = a_submitted(place, case, now=now, **kwargs)
    return actions.approve_plan(
        version=version, expected_version=version.version, by=place.by(Role.DIRECTOR, at=now), now=now
    )


def a_discarded(
    place: Place, case: Case | None = None, *, now: datetime = NOON, **kwargs: Any
) -> PlanVersion:
    version = a_draft(place, case, now=now, **kwargs)
    return actions.discard_version(
        version=version,
        reason="Семья переехала в другой район.",
        expected_version=version.version,
        by=place.by(at=now),
        now=now,
    )


def an_ended(place: Place, case: Case | None = None, *, now: datetime = NOON, **kwargs: Any) -> PlanVersion:
    """Ended by the director's decision."""
    version = an_approved(place, case, now=now, **kwargs)
    actions.terminate_plan(
        plan=version.plan,
        ground="refused",
        evidence="Заявление об отказе от сопровождения.",
        ended_on=local_date(now),
        decision=a_decision(now),
        files=[a_scan()],
        expected_version=None,
        by=place.by(Role.DIRECTOR, at=now),
        now=now,
    )
    return anew(version)


def a_superseded(
    place: Place, case: Case | None = None, *, now: datetime = NOON, **kwargs: Any
) -> PlanVersion:
    """An older version after an amendment was approved."""
    older = an_approved(place, case, now=now, **kwargs)
    amended = actions.amend_plan(plan=older.plan, by=place.by(at=now), now=now)
    amended = actions.freeze_version(
        version=amended, expected_version=amended.version, by=place.by(at=now), now=now
    )
    amended = sign(sign(amended, place, "center", now=now), place, "family", now=now)
    actions.approve_plan(
        version=amended, expected_version=amended.version, by=place.by(Role.DIRECTOR, at=now), now=now
    )
    return anew(older)


IN_STATE: dict[str, Callable[..., PlanVersion]] = {
    "draft": a_draft,
    "signing": a_signing,
    "submitted": a_submitted,
    "returned": a_returned,
    "approved": an_approved,
    "superseded": a_superseded,
    "ended": an_ended,
    "discarded": a_discarded,
}


def anew(version: PlanVersion) -> PlanVersion:
    """The version as the database has it."""
    return PlanVersion.objects.select_related("plan__case__center", "author").get(pk=version.pk)
