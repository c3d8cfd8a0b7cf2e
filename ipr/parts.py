"""A body's own part of a plan: what its sectors may see of the one person concerned, and no more (R192 7(3), 9).

Which fields a sector may see is data (`directory.SectorField`, rules.md 6); here stands only where each is
kept. Never in a part: a shelter's address, other bodies' parts, the narrative, what third parties said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import number_format

from assessments.models import Assessment
from cases.models import Case, CaseMember, Person
from family_support.directory.models import Agency, SectorField
from ipr.models import Measure

Field = SectorField.Field


@dataclass(frozen=True)
class Source:
    """What a part is copied from, loaded once for all measures of a case."""

    case: Case
    members: list[CaseMember]
    assessment: Assessment | None
    # Sector -> what its bodies may see on that day.
    fields: dict[int, frozenset[str]]
    on: date

    @classmethod
    def of(cls, case: Case, on: date) -> Source:
        members = case.members.select_related("person", "legal_representative")
        assessment = case.assessments.filter(state=Assessment.State.CONCLUDED).first()
        fields: dict[int, frozenset[str]] = {}
        for sector, field in SectorField.objects.in_force(on).values_list("sector_id", "field"):
            fields[sector] = fields.get(sector, frozenset()) | {field}
        return cls(case, list(members), assessment, fields, on)


def _representative(person: Person, source: Source) -> str:
    place = next((member for member in source.members if member.person_id == person.pk), None)
    return place.legal_representative.full_name if place and place.legal_representative else ""


def _household(person: Person, source: Source) -> str:
    return str(sum(member.lives_together for member in source.members))


def _income(person: Person, source: Source) -> str:
    if source.assessment is None or source.assessment.income_month is None:
        return ""
    return number_format(source.assessment.income_month, decimal_pos=0, force_grouping=True)


def _housing(person: Person, source: Source) -> str:
    return source.assessment.housing_note if source.assessment else ""


def _threat(person: Person, source: Source) -> str:
    return source.case.instruction if source.case.threat_at else ""


def _minors(person: Person, source: Source) -> str:
    minors = [member.person for member in source.members if member.person.is_minor(source.on)]
    return "; ".join(f"{minor.full_name}, {minor.birth_date:%d.%m.%Y}" for minor in minors)


def _minors_stay(person: Person, source: Source) -> str:
    places = {
        str(member.person.district)
        for member in source.members
        if member.person.is_minor(source.on) and member.person.district
    }
    return "; ".join(sorted(places))


# Where each field that a sector may see is kept; one without an entry is not kept yet and so is in nobody's part.
VALUES: dict[str, Callable[[Person, Source], str]] = {
    Field.SCHOOL: lambda person, source: person.place_of_study,
    Field.LEGAL_REPRESENTATIVE: _representative,
    Field.HEALTH_SECTION: lambda person, source: person.health_note,
    Field.EDUCATION: lambda person, source: person.education,
    Field.WORK_HISTORY: lambda person, source: person.work,
    Field.HOUSEHOLD: _household,
    Field.INCOME: _income,
    Field.ADDRESS: lambda person, source: person.address,
    Field.HOUSING_CONDITIONS: _housing,
    Field.THREAT: _threat,
    Field.MINORS: _minors,
    Field.MINORS_STAY: _minors_stay,
}


def visible_fields(agency: Agency, measure: Measure, source: Source) -> frozenset[str]:
    """The fields a body may see for a measure: those of the measure's sector, when it is one of the body's."""
    own = {sector.pk for sector in agency.sectors.all()}
    return source.fields.get(measure.sector_id, frozenset()) if measure.sector_id in own else frozenset()


def part_for(
    agency: Agency, measure: Measure, case: Case, *, on: date, source: Source | None = None
) -> dict[str, Any]:
    """The copy that a body gets of one measure on a local day: JSON-able, empty fields left out.

    Every body: the measure, its goal and dates, the Center's contact, and of the one person concerned name,
    birth date, IIN where a state service needs it, safe contact; beyond that what its sector may see.
    """
    source = source or Source.of(case, on)
    person = measure.person
    allowed = visible_fields(agency, measure, source)
    values = {
        code: VALUES[code](person, source) for code in Field.values if code in allowed and code in VALUES
    }
    return {
        "measure": {
            "text": measure.text,
            "goal": measure.goal,
            "purpose": measure.purpose,
            "starts_on": measure.starts_on.isoformat(),
            "due_on": measure.due_on.isoformat(),
            "service": measure.service.names if measure.service else None,
            "sector": measure.sector.names,
        },
        "center": {
            "names": case.center.names,
            "phone": case.center.phone,
            "worker": case.lead.user.full_name if case.lead else "",
        },
        "person": {
            "name": person.full_name,
            "birth_date": person.birth_date.isoformat() if person.birth_date else None,
            "iin": person.iin if measure.service else "",
            "contact": person.safe_contact,
            "contact_note": person.safe_contact_note,
            "phone": person.phone
            if person.safe_contact in (Person.Channel.PHONE, Person.Channel.MESSAGE)
            else "",
        },
        "fields": {code: value for code, value in values.items() if value},
    }
