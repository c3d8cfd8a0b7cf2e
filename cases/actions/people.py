"""Members of the family: minimal data before consent, the full profile after it (R256 13; 94-V art. 8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_case, locked_person
from cases.actions.protecting import protect_from_colleagues
from cases.consent import check_consent, check_processing
from cases.models import Case, CaseMember, Person
from cases.permissions import check_can_work
from cases.timeline import record
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.crypto import blind_index
from family_support.base.errors import Conflict, Invalid, Text
from family_support.base.idempotency import run_once
from family_support.base.names import fold
from family_support.base.rows import one
from family_support.directory.models import District

SEX = {validators.FEMALE: Person.Sex.FEMALE, validators.MALE: Person.Sex.MALE}
NAME_OF_SEX: dict[str, str] = {code: name for name, code in SEX.items()}
# What is kept only once consent is there; the minimal signal is lawful without it.
PROFILE_FIELDS = ("address", "place_of_study", "education", "work", "health_note")
NAMES = ("last_name", "first_name", "patronymic")
BY_PHONE = frozenset({Person.Channel.PHONE, Person.Channel.MESSAGE})


@dataclass(frozen=True)
class PersonData:
    """A person as a form gives them; `iin` empty needs `no_iin_reason`, and the other way round."""

    last_name: str = ""
    first_name: str = ""
    patronymic: str = ""
    birth_date: date | None = None
    sex: str = ""
    iin: str = ""
    no_iin_reason: str = ""
    phone: str = ""
    safe_contact: str = ""
    safe_contact_note: str = ""
    district: District | None = None
    address: str = ""
    place_of_study: str = ""
    education: str = ""
    work: str = ""
    health_note: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing that would make somebody known."""
        return not any(
            (*(getattr(self, name).strip() for name in NAMES), self.iin.strip(), self.phone.strip())
        )

    @property
    def has_profile(self) -> bool:
        return any(getattr(self, name).strip() for name in PROFILE_FIELDS)


def cleaned(data: PersonData, *, today: date) -> PersonData:
    """The data normalized: names composed, phone in E.164, birth date and sex filled from the IIN.

    Errors: Invalid with a message for each wrong field; no value is echoed.
    """
    errors: dict[str, Text] = {}
    changes: dict[str, Any] = {}
    for name in NAMES:
        changes[name] = _part_of_name(getattr(data, name), name, errors)
    if not changes["last_name"] and not changes["first_name"] and not errors:
        errors["last_name"] = _("Enter at least the last name or the first name.")
    changes |= _identity(data, today, errors)
    phone = data.phone.strip()
    try:
        changes["phone"] = validators.normalise_phone(phone) if phone else ""
    except ValidationError as error:
        errors["phone"] = error.messages[0]
    if data.safe_contact in BY_PHONE and not phone:
        errors["phone"] = _("This way to reach the person needs a phone number.")
    for name in ("safe_contact_note", *PROFILE_FIELDS):
        changes[name] = _text(getattr(data, name), name, errors)
    if errors:
        raise Invalid("person_invalid", fields=errors)
    return replace(data, **changes)


def _part_of_name(value: str, name: str, errors: dict[str, Text]) -> str:
    if not value.strip():
        return ""
    try:
        validators.check_name(value)
    except ValidationError as error:
        errors[name] = error.messages[0]
    return validators.clean_name(value)


def _text(value: str, name: str, errors: dict[str, Text]) -> str:
    try:
        validators.check_text(value)
    except ValidationError as error:
        errors[name] = error.messages[0]
    return value.strip()


def _identity(data: PersonData, today: date, errors: dict[str, Text]) -> dict[str, Any]:
    """IIN, birth date and sex, each against the others (rules.md 6.14)."""
    iin = data.iin.strip()
    if data.birth_date is not None:
        try:
            validators.check_birth_date(data.birth_date, today=today)
        except ValidationError as error:
            errors["birth_date"] = error.messages[0]
    if not iin:
        if not data.no_iin_reason:
            errors["iin"] = _("Enter the IIN, or say why there is none.")
        return {"iin": ""}
    if data.no_iin_reason:
        errors["no_iin_reason"] = _("There is an IIN: leave the reason empty.")
    try:
        validators.check_iin(iin, data.birth_date, NAME_OF_SEX.get(data.sex), today=today)
    except ValidationError as error:
        errors["iin"] = error.messages[0]
        return {"iin": iin}
    return {
        "iin": iin,
        "birth_date": validators.iin_birth_date(iin),
        "sex": SEX[validators.iin_sex(iin) or validators.FEMALE],
    }


def fill(person: Person, data: PersonData) -> Person:
    """Put cleaned data on a person; the caller saves."""
    for name in (
        *NAMES,
        "birth_date",
        "sex",
        "no_iin_reason",
        "safe_contact",
        "safe_contact_note",
        "district",
        *PROFILE_FIELDS,
    ):
        setattr(person, name, getattr(data, name))
    person.set_identity(iin=data.iin, phone=data.phone)
    return person


def name_family(case: Case, person: Person) -> None:
    """Call the family by its applicant's last name; the caller saves the case."""
    case.family_name = person.last_name or person.first_name
    case.family_key = fold(case.family_name)


def add_member(
    *,
    case: Case,
    data: PersonData,
    relation: str,
    by: Actor,
    now: datetime,
    lives_together: bool = True,
    legal_representative: Person | None = None,
    key: UUID | str | None = None,
) -> CaseMember:
    """Add somebody to the family; before consent only minimal data.

    Errors: Missing outside the team, Invalid for wrong data, Conflict for a profile without consent, for a second
    applicant and for a person who is in the case already.
    """
    with acting(by):
        if key is None:
            return _add_member(case, data, relation, by, now, lives_together, legal_representative)
        return run_once(
            key,
            by,
            "cases.add_member",
            {"case": case.pk, "data": repr(data), "relation": relation, "together": lives_together},
            lambda: _add_member(case, data, relation, by, now, lives_together, legal_representative),
        )


def _add_member(
    case: Case,
    data: PersonData,
    relation: str,
    by: Actor,
    now: datetime,
    lives_together: bool,
    legal_representative: Person | None,
) -> CaseMember:
    case = locked_case(case, by)
    check_can_work(by, case)
    check_processing(case, on=local_date(now))
    data = cleaned(data, today=local_date(now))
    if data.has_profile:
        check_consent(case, on=local_date(now))
    if relation == CaseMember.Relation.SELF and case.members.filter(relation=relation).exists():
        raise Invalid("second_applicant", fields={"relation": _("The case has an applicant already.")})
    if data.iin and case.members.filter(person__iin_index=blind_index(data.iin, "iin")).exists():
        raise Conflict("already_member", _("Somebody with this IIN is in the family already."))
    _check_representative(case, legal_representative, None)
    person = fill(Person(), data)
    person.save()
    member = CaseMember.objects.create(
        case=case,
        person=person,
        relation=relation,
        lives_together=lives_together,
        legal_representative=legal_representative,
        added_at=now,
    )
    if relation == CaseMember.Relation.SELF:
        name_family(case, person)
        case.bump()
        case.save(update_fields=("family_name", "family_key", "version"))
    record(case, "person.added", by=by, now=now, subject=("cases.casemember", member.pk))
    protect_from_colleagues(case, [person.iin_index], by=by, now=now)
    return member


def change_member(
    *,
    member: CaseMember,
    data: PersonData,
    relation: str,
    lives_together: bool,
    by: Actor,
    now: datetime,
    version: int | None,
    reason: str = "",
    legal_representative: Person | None = None,
) -> CaseMember:
    """Change somebody's data and place in the family. `version` is the person's.

    Errors: Missing outside the team, Conflict when stale or where the profile lacks consent, Invalid for wrong data.
    """
    with acting(by, reason=reason):
        case = locked_case(member.case_id, by)
        check_can_work(by, case)
        person = locked_person(member.person_id, case, version)
        place = one(CaseMember.objects.select_for_update(of=("self",)), pk=member.pk, case=case)
        data = cleaned(data, today=local_date(now))
        if data.has_profile:
            check_consent(case, on=local_date(now))
        if relation != place.relation and relation == CaseMember.Relation.SELF:
            raise Invalid("second_applicant", fields={"relation": _("The case has an applicant already.")})
        if place.relation == CaseMember.Relation.SELF and relation != place.relation:
            raise Invalid(
                "applicant_stays", fields={"relation": _("The applicant of a case stays its applicant.")}
            )
        _check_representative(case, legal_representative, person)
        fill(person, data).bump()
        person.save()
        place.relation, place.lives_together = relation, lives_together
        place.legal_representative = legal_representative
        place.save(update_fields=("relation", "lives_together", "legal_representative"))
        if relation == CaseMember.Relation.SELF:
            name_family(case, person)
            case.save(update_fields=("family_name", "family_key"))
        record(case, "person.changed", by=by, now=now, subject=("cases.casemember", place.pk))
        protect_from_colleagues(case, [person.iin_index], by=by, now=now)
    return place


def _check_representative(case: Case, representative: Person | None, person: Person | None) -> None:
    if representative is None:
        return
    if person is not None and representative.pk == person.pk:
        raise Invalid(
            "own_representative", fields={"legal_representative": _("Choose another member of the family.")}
        )
    if not case.members.filter(person=representative).exists():
        raise Invalid(
            "foreign_representative", fields={"legal_representative": _("Choose a member of the family.")}
        )
