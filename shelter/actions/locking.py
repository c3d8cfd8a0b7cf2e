"""Loading what an action changes: the case first, then the stay, then the place; always in this order."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from cases.actions.locking import checked, locked_case
from cases.models import Case, Person
from family_support.access.barred import barred_among
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Invalid, Missing, Text, invalid_field
from shelter.models import MinorNotice, Place, Stay

SUBJECT = "shelter.stay"
PLACE_TAKEN = _("Somebody has just taken this place for this time. Choose another one.")
STATE_FORBIDS = _("The state of this stay does not allow that step. Open it again to see where it stands.")


def locked_stay(stay: Stay | int, by: Actor, version: int | None = None) -> tuple[Case, Stay]:
    """The case and its stay anew, both locked. Errors: Missing out of scope, Conflict when stale."""
    pk = stay if isinstance(stay, int) else stay.pk
    case_id = Stay.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing
    case = locked_case(case_id, by)
    found = Stay.objects.select_for_update(of=("self",)).select_related("person", "place__shelter").get(pk=pk)
    return case, checked(found, version)


def locked_notice(
    notice: MinorNotice | int, by: Actor, version: int | None = None
) -> tuple[Case, Stay, MinorNotice]:
    """Case, stay and notice anew, locked. Errors: Missing out of scope, Conflict when stale."""
    pk = notice if isinstance(notice, int) else notice.pk
    stay_id = MinorNotice.objects.filter(pk=pk).values_list("stay_id", flat=True).first()
    if stay_id is None:
        raise Missing
    case, stay = locked_stay(stay_id, by)
    found = MinorNotice.objects.select_for_update(of=("self",)).get(pk=pk)
    return case, stay, checked(found, version)


def locked_place(place: Place | int, case: Case) -> Place:
    """A place in use of the case's Center, locked. Errors: Invalid on `place` for any other."""
    pk = place if isinstance(place, int) else place.pk
    rows = Place.objects.of_center(case.center_id).active()
    found = rows.select_for_update(of=("self",)).select_related("shelter").filter(pk=pk).first()
    if found is None:
        raise Invalid("place_unknown", fields={"place": _("Choose a place that is in use.")})
    return found


def check_nobody_barred(case: Case, people: Sequence[Person], field: str) -> None:
    """Who is kept out of the case by name learns of no house, and gets no place in it. Errors: Invalid on the field."""
    if barred_among(case.pk, [person.iin_index for person in people]):
        text = _("This person is on the barred list of the case: a place in the house is not given to them.")
        raise Invalid("barred", fields={field: text})


def check_state(stay: Stay, *states: str) -> None:
    """Errors: Conflict in any other state."""
    if stay.state not in states:
        raise Conflict("state_forbids", STATE_FORBIDS)


def required_text(text: str, field: str, message: Text) -> str:
    """The stripped text. Errors: Invalid on its field when it is empty or holds forbidden characters."""
    text = text.strip()
    if not text:
        raise Invalid(f"{field}_missing", fields={field: message})
    with invalid_field(field):
        validators.check_text(text)
    return text
