"""What stands in a draft: measures by kind of support, the family's own, who took part (R256 15, 16; R192 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from cases.models import Person
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Invalid, Missing
from family_support.base.rows import one
from family_support.directory.models import Agency, StateService
from ipr.actions.locking import case_of, locked_version, touch
from ipr.models import FamilyMeasure, Measure, MeasureTemplate, Participant, PlanVersion
from ipr.permissions import check_can_edit
from ipr.rules import Gaps, MeasureFact, dates_gaps, executor_gaps


@dataclass(frozen=True, slots=True)
class MeasureData:
    """A measure as a form gives it; its kind of support is that of the catalog's row."""

    template: MeasureTemplate
    text: str
    goal: str
    person: Person
    starts_on: date | None
    due_on: date | None
    agency: Agency | None = None
    by_center: bool = False
    purpose: str = Measure.Purpose.SUPPORT
    service: StateService | None = None


def put_measure(
    *,
    version: PlanVersion,
    data: MeasureData,
    measure: Measure | None = None,
    expected_version: int | None = None,
    by: Actor,
    now: datetime,
) -> Measure:
    """Add a measure to a draft, or change one of its own.

    Errors: Missing, Forbidden, Conflict (state; somebody else's change meanwhile), Invalid naming each wrong field:
    dates missing or outside the plan's period, no executor or one of another kind of support, a person who is not of
    the family, a catalog row or state service that is not in force.
    """
    with acting(by):
        version = locked_version(version, by, expected_version)
        check_can_edit(by, version)
        gaps = _measure_gaps(version, data, local_date(now))
        if gaps:
            raise Invalid("measure_invalid", fields=gaps)
        row = measure
        if row is None:
            row = Measure(version=version)
        else:
            row = one(version.measures.select_for_update(of=("self",)), pk=row.pk)
        row.template, row.sector_id = data.template, data.template.sector_id
        row.text, row.goal, row.purpose = data.text.strip(), data.goal.strip(), Measure.Purpose(data.purpose)
        row.person, row.agency, row.by_center = data.person, data.agency, data.by_center
        row.service = data.service
        row.starts_on, row.due_on = data.starts_on, data.due_on
        row.save()
        touch(version)
    return row


def _measure_gaps(version: PlanVersion, data: MeasureData, today: date) -> Gaps:
    gaps = dates_gaps(data.starts_on, data.due_on, period=(version.starts_on, version.ends_on))
    gaps |= executor_gaps(
        MeasureFact(
            starts_on=data.starts_on,
            due_on=data.due_on,
            sector=data.template.sector.code,
            by_center=data.by_center,
            executor_sectors=None
            if data.agency is None
            else set(data.agency.sectors.values_list("code", flat=True)),
        )
    )
    if not data.text.strip():
        gaps["text"] = _("Say what is done: a code alone tells nobody.")
    if not data.goal.strip():
        gaps["goal"] = _("State the goal of the measure.")
    if not MeasureTemplate.objects.in_force(today).filter(pk=data.template.pk).exists():
        gaps["template"] = _("This measure of the catalog is not in force today.")
    if data.service is not None and not data.service.is_in_force(today):
        gaps["service"] = _("This state service is not in force today.")
    if data.agency is not None and not data.agency.is_active:
        gaps["agency"] = _("This body no longer works: choose another executor.")
    return gaps | _person_gap(version, data.person)


def _person_gap(version: PlanVersion, person: Person) -> Gaps:
    if case_of(version).members.filter(person=person).exists():
        return {}
    return {"person": _("This person is not of the family of the case.")}


def remove_measure(
    *, measure: Measure, expected_version: int | None = None, by: Actor, now: datetime
) -> None:
    """Take a measure out of a draft. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        version = locked_version(measure.version, by, expected_version)
        check_can_edit(by, version)
        deleted, _rows = version.measures.filter(pk=measure.pk).delete()
        if not deleted:
            raise Missing()
        touch(version)


def put_family_measure(
    *,
    version: PlanVersion,
    text: str,
    person: Person,
    starts_on: date | None,
    due_on: date | None,
    measure: FamilyMeasure | None = None,
    expected_version: int | None = None,
    by: Actor,
    now: datetime,
) -> FamilyMeasure:
    """Add a measure of the family's own active participation, or change one of the draft's (R256 16).

    Errors: as `put_measure`.
    """
    with acting(by):
        version = locked_version(version, by, expected_version)
        check_can_edit(by, version)
        gaps = dates_gaps(starts_on, due_on, period=(version.starts_on, version.ends_on))
        gaps |= _person_gap(version, person)
        if not text.strip():
            gaps["text"] = _("Say what the family does.")
        if gaps:
            raise Invalid("measure_invalid", fields=gaps)
        row = measure
        if row is None:
            row = FamilyMeasure(plan_version=version)
        else:
            row = one(version.family_measures.select_for_update(of=("self",)), pk=row.pk)
        row.text, row.person = text.strip(), person
        row.starts_on, row.due_on = starts_on, due_on
        row.bump()
        row.save()
        touch(version)
    return row


def remove_family_measure(
    *, measure: FamilyMeasure, expected_version: int | None = None, by: Actor, now: datetime
) -> None:
    """Take a measure of the family's out of a draft. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        version = locked_version(measure.plan_version, by, expected_version)
        check_can_edit(by, version)
        deleted, _rows = version.family_measures.filter(pk=measure.pk).delete()
        if not deleted:
            raise Missing()
        touch(version)


def put_participant(
    *,
    version: PlanVersion,
    name: str,
    specialty: str,
    organization: str = "",
    took_part_on: date | None = None,
    by: Actor,
    now: datetime,
) -> Participant:
    """Record a specialist who takes part in drawing up the plan, and the day (R256 15); without one it is today.

    Errors: Missing, Forbidden, Conflict, Invalid.
    """
    with acting(by):
        version = locked_version(version, by)
        check_can_edit(by, version)
        gaps: Gaps = {}
        if not name.strip():
            gaps["name"] = _("Give the name.")
        if specialty not in Participant.Specialty.values:
            gaps["specialty"] = _("Choose the specialty.")
        took_part_on = took_part_on or local_date(now)
        if took_part_on > local_date(now):
            gaps["took_part_on"] = _("The date is in the future.")
        if gaps:
            raise Invalid("participant_invalid", fields=gaps)
        row = Participant.objects.create(
            version=version,
            name=name.strip(),
            specialty=specialty,
            organization=organization.strip(),
            took_part_on=took_part_on,
        )
        touch(version)
    return row


def remove_participant(*, participant: Participant, by: Actor, now: datetime) -> None:
    """Take a participant entered by mistake out of a draft. Errors: Missing, Forbidden, Conflict."""
    with acting(by):
        version = locked_version(participant.version, by)
        check_can_edit(by, version)
        deleted, _rows = version.participants.filter(pk=participant.pk).delete()
        if not deleted:
            raise Missing()
        touch(version)
