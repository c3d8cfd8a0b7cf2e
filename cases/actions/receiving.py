"""Taking in what came: what each channel must say, the minimal person, the slip of who is not at the Center."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.actions.people import PROFILE_FIELDS, PersonData, cleaned, fill
from cases.actions.sources import Source, fields_of, keep_file, wrong_source
from cases.models import Intake, Person
from family_support.base import validators
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Invalid, Text, invalid_field
from family_support.directory.models import Agency, Center

Channel, Form = Intake.Channel, Intake.Form
# How each channel reaches a Center (R256 12).
FORMS: Mapping[str, frozenset[str]] = {
    Channel.SELF: frozenset({Form.DESK, Form.PHONE, Form.LETTER, Form.PUBLIC}),
    Channel.CONTACT_CENTER: frozenset({Form.PHONE, Form.SYSTEM}),
    Channel.STATE_SYSTEM: frozenset({Form.SYSTEM}),
    Channel.BODY: frozenset({Form.DESK, Form.PHONE, Form.LETTER, Form.SYSTEM, Form.INBOX}),
    Channel.MEDIA: frozenset({Form.LINK, Form.PHONE, Form.LETTER}),
}
SLIP_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SLIP_LENGTH = 8
REFERENCE_LENGTH = 8
# Who sends these is not at the Center: they get something to ask by before anybody has registered it.
FROM_OUTSIDE = frozenset({Form.PUBLIC, Form.INBOX})


def received(
    center: Center,
    channel: str,
    form: str,
    received_at: datetime,
    said: str,
    by: Actor,
    now: datetime,
    person: PersonData | None,
    threat: bool,
    violence: bool,
    minor_at_risk: bool,
    sender_name: str,
    sender_agency: Agency | None,
    source: Source,
    submitted_by: Actor | None = None,
    about: str = "",
) -> tuple[Intake, Person | None]:
    """The stored intake and the person it concerns, checked and not stored."""
    sender_name = " ".join(sender_name.split())
    errors = wrong_parts(channel, form, received_at, said, person, sender_name, sender_agency, now)
    errors |= wrong_source(source, channel, form, sender_name, sender_agency, now)
    who = None
    if person is not None and not person.is_empty:
        try:
            who = fill(Person(), _minimal(cleaned(person, today=local_date(now))))
        except Invalid as error:
            errors |= {name: texts[0] for name, texts in error.fields.items()}
    if errors:
        raise Invalid("intake_invalid", fields=errors)
    texts = (("said", said), ("sender_name", sender_name), ("letter_number", source.letter_number))
    for field, text in texts:
        with invalid_field(field):
            validators.check_text(text)
    intake = Intake.objects.create(
        center=center,
        channel=channel,
        form=form,
        received_at=received_at,
        said=said.strip(),
        about=about,
        contact=_contact(who),
        threat=threat,
        violence=violence,
        minor_at_risk=minor_at_risk,
        sender_name=sender_name,
        sender_agency=sender_agency,
        registered_by_id=by.membership_id,
        submitted_by_id=submitted_by.membership_id if submitted_by else None,
        **fields_of(source, form),
        **(_slip() if form in FROM_OUTSIDE else {}),
    )
    keep_file(intake, source, by=submitted_by or by, now=now)
    return intake, who


def _slip() -> dict[str, str]:
    """A reference that nobody has yet, and its code."""
    while True:
        reference = "".join(secrets.choice("0123456789") for _each in range(REFERENCE_LENGTH))
        if not Intake.objects.filter(reference=reference).exists():
            return {"reference": reference, "slip_code": slip_code()}


def slip_code() -> str:
    return "".join(secrets.choice(SLIP_ALPHABET) for _each in range(SLIP_LENGTH))


def wrong_parts(
    channel: str,
    form: str,
    received_at: datetime,
    said: str,
    person: PersonData | None,
    sender_name: str,
    sender_agency: Agency | None,
    now: datetime,
) -> dict[str, Text]:
    """Field -> message for what is missing or cannot be, the person's own data aside; the form asks the same."""
    errors: dict[str, Text] = {}
    if channel not in Channel.values:
        errors["channel"] = _("Choose the channel.")
    elif form not in FORMS[channel]:
        errors["form"] = _("This channel does not come in this form.")
    if received_at > now:
        errors["received_at"] = _("The moment is in the future.")
    if not said.strip():
        errors["said"] = _("Write what was said.")
    if channel == Channel.SELF and (person is None or person.is_empty):
        errors["last_name"] = _("Enter at least the last name or the first name.")
    if channel == Channel.BODY and not sender_name and sender_agency is None:
        errors["sender_name"] = _("Say who sent it: choose a body or write a name.")
    return errors


def _minimal(data: PersonData) -> PersonData:
    """A signal is lawful without consent only while it is minimal: no profile is taken from it (94-V art. 8)."""
    if data.has_profile:
        given = [name for name in PROFILE_FIELDS if getattr(data, name).strip()]
        raise Invalid(
            "profile_too_early",
            fields=dict.fromkeys(given, _("The full profile is filled in after consent.")),
        )
    return data


def _contact(person: Person | None) -> str:
    if person is None:
        return ""
    parts = (person.phone, person.get_safe_contact_display(), person.safe_contact_note)
    return "; ".join(str(part) for part in parts if part)
