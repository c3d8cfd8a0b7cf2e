"""Use cases of the primary assessment (R256 13(2)–(3), 14(2)–(3)): one transaction each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment, AssessmentGround, Ground, ImmediateMeasure, Need
from assessments.permissions import check_can_edit, check_can_record_needs, check_can_start
from assessments.queries import concluded_of, findings_of, is_urgent
from assessments.rules import check_day, met_terms, obstacles
from cases.actions import begin_assessment, set_risk, to_planning
from cases.actions.locking import locked_case
from cases.actions.violence import open_record
from cases.consent import check_consent, check_processing
from cases.models import Case, Person, ViolenceRecord
from cases.permissions import works
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid, Missing
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.deadlines.actions import meet, open_deadline
from family_support.directory.models import Agency, Sector
from family_support.outbox.events import emit

# The form of the ground of cruelty that is domestic violence (grounds.json).
DOMESTIC_VIOLENCE = "domestic_violence"
SUBJECT = "assessments.assessment"
# What a draft's sections may set; anything else is refused rather than ignored.
DRAFT_FIELDS = frozenset(
    {
        "visited_on",
        "situation",
        "own_means_note",
        "children_note",
        "strengths_note",
        "housing",
        "housing_note",
        "income_month",
        "income_note",
        "health_note",
        "safety_note",
        "risk",
        "risk_reason",
        "response_measures",
        "conclusion",
    }
)


@dataclass(frozen=True, slots=True)
class GroundChoice:
    """A ground the assessor names, with its form where it has forms, and what it shows in."""

    ground: Ground
    form: str = ""
    note: str = ""


def start_assessment(*, case: Case, by: Actor, now: datetime) -> Assessment:
    """Begin the draft; the case goes from intake to assessment. A draft that is already there is given back.

    A threat to life or health known by now makes it urgent. Errors: Missing, Forbidden, Conflict (closed case),
    and what `check_consent` raises: consent comes before the profile (R256 13).
    """
    with acting(by):
        case = lock_case(case.pk, by)
        check_can_start(by, case)
        check_consent(case, on=local_date(now))
        draft = case.assessments.filter(state=Assessment.State.DRAFT).first()
        if draft is not None:
            return draft
        if case.stage == Case.Stage.INTAKE:
            case = begin_assessment(case=case, by=by, now=now)
        intake = case.intakes.order_by("-registered_at", "-pk").first()
        draft = Assessment.objects.create(
            case=case,
            intake=intake,
            urgent=case.threat_at is not None or bool(intake and intake.threat),
            started_at=now,
            assessor_id=by.membership_id,
        )
        record(case, "assessment.started", by=by, now=now, subject=(SUBJECT, draft.pk))
    return draft


def save_draft(
    *,
    assessment: Assessment,
    fields: Mapping[str, Any],
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> Assessment:
    """Keep some of a draft's sections as they stand, complete or not.

    Errors: Missing, Forbidden, Conflict (concluded, or changed by somebody else meanwhile), Invalid for a day in the
    future, a negative income or a field that no section has.
    """
    with acting(by):
        assessment = _lock_draft(assessment, by)
        check_version(assessment, expected_version)
        unknown = set(fields) - DRAFT_FIELDS
        if unknown:
            raise Invalid(
                "unknown_field", fields={name: _("There is no such field.") for name in sorted(unknown)}
            )
        wrong = check_day(fields.get("visited_on"), local_date(now))
        if wrong:
            raise Invalid("date_future", fields={"visited_on": wrong})
        if (fields.get("income_month") or 0) < 0:
            raise Invalid("income_negative", fields={"income_month": _("The income cannot be below zero.")})
        for name, value in fields.items():
            setattr(assessment, name, value)
        assessment.bump()
        assessment.save(update_fields=[*fields, "version"])
    return assessment


def set_grounds(
    *,
    assessment: Assessment,
    grounds: Sequence[GroundChoice],
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> Assessment:
    """Replace the grounds of a draft (Social Code art. 133).

    Errors: Missing, Forbidden, Conflict, Invalid for a ground not in force today, a form that the ground does not have,
    or none where one must be named.
    """
    with acting(by):
        assessment = _lock_draft(assessment, by)
        check_version(assessment, expected_version)
        today = local_date(now)
        in_force = set(Ground.objects.in_force(today).values_list("pk", flat=True))
        for choice in grounds:
            _check_ground(choice, in_force)
        before = {row.ground_id: row for row in assessment.grounds.all()}
        wanted = {choice.ground.pk: choice for choice in grounds}
        assessment.grounds.filter(ground_id__in=before.keys() - wanted.keys()).delete()
        for pk, choice in wanted.items():
            row = before.get(pk) or AssessmentGround(assessment=assessment, ground=choice.ground)
            if row.pk is None or (row.form, row.note) != (choice.form, choice.note):
                row.form, row.note = choice.form, choice.note
                row.save()
        assessment.bump()
        assessment.save(update_fields=["version"])
    return assessment


def _check_ground(choice: GroundChoice, in_force: set[int]) -> None:
    name = f"ground_{choice.ground.pk}"
    if choice.ground.pk not in in_force:
        raise Invalid("ground_not_in_force", fields={name: _("This ground is not in force today.")})
    known = {form["code"] for form in choice.ground.forms}
    if known and choice.form not in known:
        raise Invalid(
            "ground_form", fields={f"form_{choice.ground.pk}": _("Name the form of the cruel treatment.")}
        )
    if not known and choice.form:
        raise Invalid("ground_form", fields={name: _("This ground has no forms.")})


def add_immediate_measure(
    *,
    assessment: Assessment,
    text: str,
    responsible: str,
    agency: Agency | None = None,
    by: Actor,
    now: datetime,
) -> ImmediateMeasure:
    """Assign what is done at once where life or health is threatened (R256 13(2), 14(2)).

    Errors: Missing, Forbidden, Conflict, Invalid without what is done or who answers for it.
    """
    with acting(by):
        assessment = _lock_draft(assessment, by)
        gaps = {}
        if not text.strip():
            gaps["text"] = _("Say what is done.")
        if not responsible.strip():
            gaps["responsible"] = _("Name who answers for it.")
        if gaps:
            raise Invalid(fields=gaps)
        measure = ImmediateMeasure.objects.create(
            assessment=assessment,
            text=text.strip(),
            responsible=responsible.strip(),
            agency=agency,
            assigned_at=now,
        )
        record(
            assessment.case, "assessment.immediate_measure", by=by, now=now, subject=(SUBJECT, assessment.pk)
        )
    return measure


def remove_immediate_measure(*, measure: ImmediateMeasure, by: Actor, now: datetime) -> None:
    """Take a measure entered by mistake out of the draft. Errors: Missing, Forbidden, Conflict when it was done."""
    with acting(by):
        _lock_draft(measure.assessment, by)
        found = one(ImmediateMeasure.objects.select_for_update(), pk=measure.pk)
        if found.done_at is not None:
            raise Conflict("measure_done", _("This measure is done: it stays in the record."))
        found.delete()


def mark_immediate_measure_done(*, measure: ImmediateMeasure, by: Actor, now: datetime) -> ImmediateMeasure:
    """Note that an immediate measure was carried out; also after the conclusion.

    Errors: Missing, Forbidden, Conflict.
    """
    with acting(by):
        case = lock_case(measure.assessment.case_id, by)
        check_can_start(by, case)
        found = one(ImmediateMeasure.objects.select_for_update(), pk=measure.pk)
        if found.done_at is None:
            found.done_at = now
            found.save(update_fields=["done_at"])
    return found


def conclude_assessment(
    *,
    assessment: Assessment,
    hls_found: bool | None,
    risk: str,
    risk_reason: str,
    response_measures: str,
    conclusion: str,
    expected_version: int | None,
    by: Actor,
    now: datetime,
) -> Assessment:
    """Find for or against a hard life situation (R256 13(2), 14(2)); meets `assessment` and, urgent, its shorter term.

    The one concluded before is superseded. For HLS the case goes on to planning and the internal target of preparing
    the plan starts; without HLS it may be closed on that ground. Errors: Missing, Forbidden, Conflict, what
    `check_consent` raises, and Invalid naming every gap (`rules.obstacles`).
    """
    with acting(by):
        assessment = _lock_draft(assessment, by)
        check_version(assessment, expected_version)
        case = assessment.case
        check_consent(case, on=local_date(now))
        assessment.hls_found, assessment.risk, assessment.risk_reason = hls_found, risk, risk_reason.strip()
        assessment.response_measures, assessment.conclusion = response_measures.strip(), conclusion.strip()
        assessment.urgent = is_urgent(assessment)
        gaps = obstacles(findings_of(assessment, local_date(now)))
        if gaps:
            raise Invalid("assessment_incomplete", fields=gaps)
        for older in case.assessments.select_for_update().filter(state=Assessment.State.CONCLUDED):
            older.supersede()
            older.bump()
            older.save(update_fields=["state", "version"])
        assessment.conclude()
        assessment.concluded_at, assessment.concluded_by_id = now, by.membership_id
        assessment.bump()
        assessment.save()
        meet(terms=met_terms(urgent=assessment.urgent), case_id=case.pk, by=by, now=now)
        case = set_risk(case=case, risk=risk, reason=assessment.risk_reason, by=by, now=now)
        if hls_found and case.stage == Case.Stage.ASSESSMENT:
            case = to_planning(case=case, by=by, now=now)
            open_deadline(
                term="plan_preparation",
                started_at=now,
                by=by,
                now=now,
                center=case.center,
                case_id=case.pk,
                subject=(SUBJECT, assessment.pk),
            )
        _note_violence(case, assessment, by, now)
        kind = "assessment.concluded_hls" if hls_found else "assessment.concluded_no_hls"
        record(case, kind, by=by, now=now, subject=(SUBJECT, assessment.pk))
        emit("assessment.concluded", case_id=case.pk, assessment_id=assessment.pk, hls_found=bool(hls_found))
    return assessment


def _note_violence(case: Case, assessment: Assessment, by: Actor, now: datetime) -> None:
    """An assessment that stands on domestic violence notes its signs, unless the case knows of them (R256 24)."""
    ground = assessment.grounds.filter(form=DOMESTIC_VIOLENCE).first()
    if ground is None or ViolenceRecord.objects.filter(case=case).exists():
        return
    signs = ground.note or assessment.safety_note or assessment.conclusion
    open_record(case, signs, ViolenceRecord.Source.ASSESSMENT, by=by, now=now)


def add_need(
    *,
    case: Case,
    sector: Sector,
    text: str,
    person: Person | None = None,
    priority: str = "",
    by: Actor,
    now: datetime,
) -> Need:
    """Record what a member of the family needs, by kind of state support (R256 13(3), 14(3)).

    Errors: Missing, Forbidden, Conflict without a hard life situation found, Invalid for an empty text or a person who
    is not of this family.
    """
    with acting(by):
        case = lock_case(case.pk, by)
        concluded = concluded_of(case)
        check_can_record_needs(by, case, concluded)
        check_processing(case, on=local_date(now))
        gaps = {}
        if not text.strip():
            gaps["text"] = _("Say what is needed.")
        if person is not None and not case.members.filter(person=person).exists():
            gaps["person"] = _("This person is not of the family of the case.")
        if gaps:
            raise Invalid(fields=gaps)
        need = Need.objects.create(
            case=case,
            assessment=concluded,
            sector=sector,
            person=person,
            text=text.strip(),
            priority=Need.Priority(priority or Need.Priority.NORMAL),
            recorded_by_id=by.membership_id,
            recorded_at=now,
        )
        record(
            case, "need.recorded", by=by, now=now, subject=("assessments.need", need.pk), sector=sector.names
        )
    return need


def remove_need(*, need: Need, by: Actor, now: datetime) -> None:
    """Take back a need entered by mistake. Errors: Missing, Forbidden, Conflict when the case is closed."""
    with acting(by):
        case = lock_case(need.case_id, by)
        check_can_record_needs(by, case, concluded_of(case))
        deleted, _rows = Need.objects.filter(pk=need.pk, case=case).delete()
        if not deleted:
            raise Missing()


def lock_case(case_id: int, by: Actor) -> Case:
    """A case the actor works on, locked. Errors: Missing outside the team."""
    case = locked_case(case_id, by)
    if not works(case, by):
        raise Missing()
    return case


def _lock_draft(assessment: Assessment, by: Actor) -> Assessment:
    """A draft of a case the actor works on, both locked: case first, so that nobody waits for each other."""
    case = lock_case(assessment.case_id, by)
    found = one(Assessment.objects.select_for_update(), pk=assessment.pk, case=case)
    check_can_edit(by, found)
    check_processing(case, on=clock.today())
    found.case = case
    return found
