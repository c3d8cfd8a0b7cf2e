"""What programs send: contact center 111 its calls, state systems Digital Family Cards (R256 12; R192 3(1), 4(8))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.actions.intakes import register_intake
from cases.actions.people import PersonData
from cases.models import CaseMember, FamilyCard, Intake, Submission
from cases.permissions import check_can_register
from family_support.accounts.models import MachineClient
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.crypto import blind_index
from family_support.base.errors import Invalid, KeyReused
from family_support.base.idempotency import Once, body_hash, once
from family_support.directory.models import Center, District

# A family member as a card calls them, and as the case does.
ROLES: Mapping[str, str] = {
    "head": CaseMember.Relation.SELF,
    **{code: code for code in CaseMember.Relation.values if code != CaseMember.Relation.SELF},
}
# The official languages: a signal's line is read by Centers of both.
OFFICIAL = ("kk", "ru")


@dataclass(frozen=True)
class Call:
    """A call that contact center 111 took. The Center by its code or by the KATO of its district."""

    received_at: datetime
    said: str
    threat: bool
    violence: bool
    minor_at_risk: bool
    center_code: str = ""
    kato: str = ""
    person: PersonData | None = None
    reported_by: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Card:
    """A Digital Family Card; members hold ``iin`` or ``no_iin_reason``, ``role`` and, where sent, parts of the name."""

    family_id: str
    level: str
    kato: str
    card_date: date
    members: list[dict[str, Any]] = field(default_factory=list)


def submit_intake(
    *, machine: MachineClient, call: Call, body: Mapping[str, Any], key: UUID | str, by: Actor, now: datetime
) -> Submission:
    """Register a call at its Center. The same `key` with the same `body` gives the same submission.

    Errors: Forbidden for a program of another door, Invalid (`center_code`, `kato`, and as of `register_intake`),
    Conflict `in_flight` while the same key is being carried out, KeyReused for another body.
    """
    channel = Intake.Channel.CONTACT_CENTER
    check_can_register(by, channel)
    with acting(by), _once(key, by, "cases.submit_intake", body) as ticket:
        if ticket.repeated:
            return _earlier(ticket)
        center = _center_of_code(call.center_code) if call.center_code else center_of_kato(call.kato)
        person = call.person
        intake = register_intake(
            center=center,
            channel=channel,
            form=Intake.Form.SYSTEM,
            received_at=call.received_at,
            said=call.said,
            person=replace(person, district=center.district) if person is not None else None,
            threat=call.threat,
            violence=call.violence,
            minor_at_risk=call.minor_at_risk,
            sender_name=" · ".join(part for part in (machine.name, call.reported_by) if part)[:200],
            by=by,
            now=now,
        )
        submission = Submission.objects.create(
            machine=machine, intake=intake, reference=call.reference, sent_at=now
        )
        ticket.done(submission)
    return submission


def submit_signal(*, machine: MachineClient, card: Card, by: Actor, now: datetime) -> Submission:
    """Register the signal of a state system: one of (system, family, date), however often it is sent.

    The level is kept as a reason to look, never as a ground; of the family only what is lawful before consent becomes
    part of the case, the rest waits in the card. A family known already is joined, which the sender does not learn.
    Errors: Forbidden, Invalid (`kato`, `date`), Conflict `in_flight`, KeyReused for another card of that day.
    """
    channel = Intake.Channel.STATE_SYSTEM
    check_can_register(by, channel)
    if card.card_date > local_date(now):
        raise Invalid("date_future", fields={"date": _("The date is in the future.")})
    body = {"card": repr(card)}
    family, row_hash = FamilyCard.index_of(card.family_id), blind_index(repr(card), "card_body")
    key = UUID(body_hash([machine.pk, family, card.card_date])[:32])
    with acting(by), _once(key, by, "cases.submit_signal", body) as ticket:
        if ticket.repeated:
            return _earlier(ticket)
        told = FamilyCard.told_before(machine, card.family_id, card.card_date)
        if told is not None:
            # The hash of another key says nothing (rotate_blind_index): then the content does.
            sent = (told.level, told.kato, told.members)
            if told.body_hash != row_hash and sent != (card.level, card.kato, card.members):
                raise _reused()
            return told.submission
        row = FamilyCard(
            machine=machine,
            card_date=card.card_date,
            level=card.level,
            kato=card.kato,
            body_hash=row_hash,
        )
        row.set_family(family_id=card.family_id, members=card.members)
        center = center_of_kato(card.kato)
        intake = register_intake(
            center=center,
            channel=channel,
            form=Intake.Form.SYSTEM,
            received_at=now,
            said=_line(card),
            person=_head(card, center),
            sender_name=machine.name,
            family={row.family_index, *row.member_indexes},
            by=by,
            now=now,
        )
        submission = Submission.objects.create(machine=machine, intake=intake, sent_at=now)
        row.submission = submission
        row.save()
        ticket.done(submission)
    return submission


def center_of_kato(kato: str) -> Center:
    """The Center that works for a place: of its own code, of the rural district's, or of the district it lies in.

    Errors: Invalid (`kato`) for a place that no Center works for.
    """
    places = [kato, kato[:6] + "000", kato[:4] + "00000"]
    districts = {row.kato: row for row in District.objects.active().filter(kato__in=places)}
    for place in places:
        if place in districts:
            found = (
                Center.objects.active().filter(district=districts[place]).select_related("district").first()
            )
            if found is not None:
                return found
    raise Invalid("kato_unknown", fields={"kato": _("No Family Support Center works for this place.")})


def _center_of_code(code: str) -> Center:
    found = Center.objects.active().filter(code=code).select_related("district").first()
    if found is None:
        raise Invalid("center_unknown", fields={"center_code": _("There is no Center with this code.")})
    return found


def _head(card: Card, center: Center) -> PersonData | None:
    """Whom the case is about, if the card names them: a minimal signal (94-V art. 8). Others wait for consent."""
    head = next((member for member in card.members if member["role"] == "head"), None)
    if head is None or not (head.get("last_name") or head.get("first_name")):
        return None
    names = {name: head.get(name, "") for name in ("last_name", "first_name", "patronymic")}
    return PersonData(
        **names,
        iin=head.get("iin", ""),
        no_iin_reason=head.get("no_iin_reason", ""),
        district=center.district,
    )


def _line(card: Card) -> str:
    """What is kept as said, in both official languages."""
    lines = []
    for language in OFFICIAL:
        with translation.override(language):
            text = gettext("Digital Family Card: level {level} on {day}, members: {number}.")
        lines.append(
            text.format(level=card.level, day=f"{card.card_date:%d.%m.%Y}", number=len(card.members))
        )
    return "\n".join(lines)


@contextmanager
def _once(key: UUID | str, by: Actor, action: str, body: Mapping[str, Any]) -> Iterator[Once]:
    """`once` without waiting, with a program's words."""
    try:
        with once(key, by, action, body, wait=False) as ticket:
            yield ticket
    except KeyReused as error:
        raise _reused() from error


def _reused() -> KeyReused:
    return KeyReused(
        detail=_("This was sent already with another body. A changed one needs a key of its own.")
    )


def _earlier(ticket: Once) -> Submission:
    found = ticket.result()
    if not isinstance(found, Submission):
        raise TypeError("the key was noted for something else")
    return found
