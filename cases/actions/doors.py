"""Doors that open from outside the Center: a body's inbox, and the public form for people without an account."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.actions.intakes import receive_intake
from cases.actions.people import PersonData
from cases.actions.sources import NO_SOURCE, Source
from cases.models import Intake, Person
from cases.permissions import check_can_submit
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Invalid, Missing
from family_support.base.idempotency import run_once
from family_support.directory.models import Agency, Center

Channel, Form = Intake.Channel, Intake.Form
# A child who asks, or is asked about, is a minor at risk: the case is restricted from its first moment.
WITH_A_CHILD = frozenset({Intake.About.MINOR, Intake.About.CHILD})


def center_for(district_id: int | None) -> Center | None:
    """The Center that a district turns to, or None where there is none yet."""
    rows = Center.objects.active().filter(district_id=district_id).select_related("district")
    return rows.order_by("code").first()


def send_to_center(
    *,
    person: PersonData,
    said: str,
    by: Actor,
    now: datetime,
    threat: bool = False,
    violence: bool = False,
    minor_at_risk: bool = False,
    source: Source = NO_SOURCE,
    key: UUID | str | None = None,
) -> Intake:
    """An officer sends an intake from the inbox to the Center of the body's own district (R256 12(4)).

    It is received with a reference and a code, and registered at once where life is threatened or there are signs
    of violence. Errors: Forbidden for other roles, Missing where the district has no Center, Invalid with `fields`
    as of `receive_intake`, and on `district` for a family of another district.
    """
    check_can_submit(by)
    center = center_for(by.district_id)
    if center is None:
        raise Missing
    if person.district is not None and person.district.pk != by.district_id:
        raise Invalid(
            "foreign_district",
            fields={
                "district": _(
                    "Your body sends intakes to the Center of its own district. For a family of another district "
                    "call 111, or write to the body there."
                )
            },
        )

    def write() -> Intake:
        return receive_intake(
            center=center,
            channel=Channel.BODY,
            form=Form.INBOX,
            received_at=now,
            said=said,
            person=person,
            threat=threat,
            violence=violence,
            minor_at_risk=minor_at_risk,
            sender_agency=Agency.objects.get(pk=by.agency_id),
            source=source,
            submitted_by=by,
            by=SYSTEM,
            now=now,
        )

    with acting(by):
        if key is None:
            return write()
        body = [center.pk, repr(person), said, threat, violence, minor_at_risk, source.plain()]
        return run_once(key, by, "cases.send_to_center", {"body": body}, write)


def ask_for_help(
    *,
    center: Center,
    first_name: str,
    said: str,
    about: str,
    safe_contact: str,
    phone: str,
    safe_contact_note: str,
    threat: bool,
    violence: bool,
    now: datetime,
    key: UUID | str,
) -> Intake:
    """A request of the public form: received for the clerk, registered at once under threat or violence.

    Nobody is looked up, so that known and unknown people get the same answer. The same `key` gives the same intake.
    Errors: Invalid with `fields` as of `receive_intake`.
    """
    if about not in Intake.About.values:
        raise Invalid("about_unknown", fields={"about": _("Say whom it is about.")})
    person = PersonData(
        first_name=first_name,
        phone=phone,
        no_iin_reason=Person.NoIin.UNKNOWN,
        safe_contact=safe_contact,
        safe_contact_note=safe_contact_note,
        district=center.district,
    )

    def write() -> Intake:
        return receive_intake(
            center=center,
            channel=Channel.SELF,
            form=Form.PUBLIC,
            received_at=now,
            said=said,
            person=person,
            threat=threat,
            violence=violence,
            minor_at_risk=about in WITH_A_CHILD,
            about=about,
            by=SYSTEM,
            now=now,
        )

    with acting(SYSTEM):
        body = {"center": center.pk, "person": repr(person), "said": said, "signs": [about, threat, violence]}
        return run_once(key, SYSTEM, "cases.ask_for_help", body, write)
