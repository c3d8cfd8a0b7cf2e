"""Loading what an action changes: in the actor's scope, locked, in the version the form showed."""

from __future__ import annotations

from typing import TypeVar

from cases.models import Case, Consent, Intake, Person
from family_support.base.actor import Actor
from family_support.base.models import Versioned, check_version
from family_support.base.rows import one

V = TypeVar("V", bound=Versioned)


def locked_case(case: Case | int, by: Actor, version: int | None = None) -> Case:
    """The case anew, locked, with what `permissions` reads on it. Errors: Missing out of scope, Conflict when stale."""
    pk = case if isinstance(case, int) else case.pk
    rows = Case.objects.with_access(by) if by.is_system else Case.objects.listed_to(by)
    return checked(
        one(rows.select_for_update(of=("self",)).select_related("center__district"), pk=pk), version
    )


def locked_intake(intake: Intake | int, by: Actor, version: int | None = None) -> Intake:
    """The intake anew, locked. Errors: Missing out of scope, Conflict when stale."""
    pk = intake if isinstance(intake, int) else intake.pk
    rows = Intake.objects.all() if by.is_system else Intake.objects.visible_to(by)
    return checked(
        one(rows.select_for_update(of=("self",)).select_related("center__district"), pk=pk), version
    )


def locked_consent(consent: Consent | int, version: int | None = None) -> Consent:
    """The consent anew, locked; its case is locked first by the caller. Errors: Missing, Conflict when stale."""
    pk = consent if isinstance(consent, int) else consent.pk
    return checked(
        one(Consent.objects.select_for_update(of=("self",)).select_related("person"), pk=pk), version
    )


def locked_person(person: Person | int, case: Case, version: int | None = None) -> Person:
    """The person anew, locked, if a member of the case. Errors: Missing, Conflict when stale."""
    pk = person if isinstance(person, int) else person.pk
    rows = Person.objects.filter(pk__in=case.members.values("person_id"))
    return checked(one(rows.select_for_update(of=("self",)), pk=pk), version)


def checked(row: V, version: int | None) -> V:
    """The row, if its version is the expected one; None expects nothing (calls from code)."""
    if version is not None:
        check_version(row, version)
    return row
