"""The law of temporary stays as pure functions (R256 23(5), 25, 26; rules.md 6.3, 6.4, 6.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.models import Person
from family_support.base.errors import Invalid, Text
from family_support.directory.models import Agency
from family_support.workdays.calendar import add_months

MONTHS = 1  # R256 23(5)
EXIT_PLAN_DAY = 20  # ours
SHARES_A_BED_UNDER = 3  # years; ours: a small child sleeps with the parent
REFERRAL, APPLICATION = "referral", "application"
NOTICE_KINDS = ("law_enforcement", "guardianship")
# Bodies whose referral is a basis of a stay (R256 25): codes of sectors.
REFERRING = ("social_protection", "health", "internal_affairs", "police")
# To whom each notice goes, the closest first.
ADDRESSEES = {"law_enforcement": ("police", "internal_affairs"), "guardianship": ("guardianship",)}


def last_day(admitted_on: date) -> date:
    """The same date of the next month, or its last: it does not roll to a working day (Civil Code 174)."""
    return add_months(admitted_on, MONTHS)


def exit_plan_day(admitted_on: date) -> date:
    """Day 20 of a stay, the day of admission being day zero."""
    return admitted_on + timedelta(days=EXIT_PLAN_DAY)


def day_of_stay(admitted_on: date, today: date) -> int:
    """Which day of the stay it is; 0 on the day of admission."""
    return (today - admitted_on).days


@dataclass(frozen=True, slots=True)
class Basis:
    """What was given as the basis of a stay: a referral, a personal application; exactly one of them (R256 25).

    `chosen` is the kind that was ticked, "" where nothing was.
    """

    chosen: str = ""
    agency: Agency | None = None
    number: str = ""
    referral_on: date | None = None
    application_on: date | None = None

    @property
    def has_referral(self) -> bool:
        return self.chosen == REFERRAL or bool(self.agency or self.number.strip() or self.referral_on)

    @property
    def has_application(self) -> bool:
        return self.chosen == APPLICATION or self.application_on is not None

    @property
    def kind(self) -> str:
        return REFERRAL if self.has_referral else APPLICATION


def check_basis(basis: Basis, sectors: Sequence[str], today: date, *, has_scan: bool) -> None:
    """Errors: Invalid on `basis` for none or two, on its parts for what is missing or cannot be.

    `sectors` are the codes of the referring body's sectors.
    """
    if basis.has_referral and basis.has_application:
        raise _on("basis", _("Give exactly one basis: a referral or a personal application, not both."))
    if not basis.has_referral and not basis.has_application:
        raise _on(
            "basis",
            _(
                "Give the basis of the stay: a referral with body, number and date, or a personal application."
            ),
        )
    errors = _referral_errors(basis, sectors, today) if basis.has_referral else {}
    if basis.has_application and basis.application_on is None:
        errors["application_on"] = _("Enter the date of the application.")
    elif basis.application_on is not None and basis.application_on > today:
        errors["application_on"] = _("The date is in the future.")
    if not has_scan:
        errors["scan"] = _("Attach the scan of the referral or application.")
    if errors:
        raise Invalid("basis_invalid", fields=errors)


def _referral_errors(basis: Basis, sectors: Sequence[str], today: date) -> dict[str, Text]:
    errors: dict[str, Text] = {}
    if basis.agency is None:
        errors["referral_agency"] = _("Choose the body that refers.")
    elif not set(sectors) & set(REFERRING):
        errors["referral_agency"] = _(
            "A referral comes from the body of social protection, health or internal affairs (R256 25)."
        )
    if not basis.number.strip():
        errors["referral_number"] = _("Enter the number of the referral.")
    if basis.referral_on is None:
        errors["referral_on"] = _("Enter the date of the referral.")
    elif basis.referral_on > today:
        errors["referral_on"] = _("The date is in the future.")
    return errors


def check_ages(minors: Sequence[Person], adults: Sequence[Person], on: date) -> None:
    """Errors: Invalid for an adult among the minors, or a minor among the adults, by birth date; on whom."""
    grown = [person for person in minors if person.birth_date is not None and not person.is_minor(on)]
    small = [person for person in adults if person.is_minor(on)]
    twice = {person.pk for person in minors} & {person.pk for person in adults}
    errors: dict[str, Text] = {}
    if grown:
        errors["minors"] = _("{name} is an adult by birth date: choose among the adults.").format(
            name=grown[0].full_name
        )
    if small:
        errors["adults"] = _(
            "{name} is under 18 by birth date: choose among the children, two notices have to be sent (R256 26)."
        ).format(name=small[0].full_name)
    elif twice:
        errors["adults"] = _("Somebody is chosen both among the children and among the adults.")
    if errors:
        raise Invalid("ages_disagree", fields=errors)


def check_admitted_at(admitted_at: datetime, first_heard: datetime | None, now: datetime) -> None:
    """Errors: Invalid for an admission in the future, or before the family was first heard of."""
    if admitted_at > now:
        raise _on("admitted_at", _("The admission is in the future: enter it when the person has come."))
    # Moments are typed to the minute.
    if first_heard is not None and admitted_at < first_heard.replace(second=0, microsecond=0):
        raise _on("admitted_at", _("The family turned to the Center later than this moment."))


def check_left_at(left_at: datetime, admitted_at: datetime, now: datetime) -> None:
    """Errors: Invalid for a check-out in the future, or not after the admission."""
    if left_at > now:
        raise _on("checked_out_at", _("The check-out is in the future: enter it when the person has left."))
    if left_at <= admitted_at:
        raise _on("checked_out_at", _("The check-out must come after the admission."))


def beds_needed(people: Sequence[Person], on: date) -> int:
    """Beds for these people: who is under three shares one."""
    youngest = on.replace(year=on.year - SHARES_A_BED_UNDER, day=min(on.day, 28))
    return sum(person.birth_date is None or person.birth_date <= youngest for person in people)


def check_beds(people: Sequence[Person], beds: int, on: date) -> None:
    """Errors: Invalid on `place` when the people do not fit."""
    needed = beds_needed(people, on)
    if needed > beds:
        text = ngettext_lazy(
            "This place has %(count)d bed, and more people come.",
            "This place has %(count)d beds, and more people come.",
            beds,
        )
        raise _on("place", text % {"count": beds})


def _on(field: str, text: Text) -> Invalid:
    return Invalid("stay_invalid", fields={field: text})
