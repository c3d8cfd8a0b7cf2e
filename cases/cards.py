"""Digital Family Cards as people of the Center meet them: on the intake, and when the family's members are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.actions.submissions import ROLES
from cases.models import Case, CaseMember, FamilyCard, Intake, IntakeTransfer, Person, Submission
from family_support.base.crypto import blind_index
from family_support.ui import masking

HEAD = _("Head of the family")
NAMES = ("last_name", "first_name", "patronymic")


@dataclass(frozen=True)
class Named:
    """A member of a card, as shown."""

    name: str
    iin: str
    role: str | Promise
    url: str = ""


def sent_by_program(intake: Intake) -> Submission | None:
    """What a program sent, with the card behind a signal; the caller has checked that the actor reads the intake."""
    if intake.form != Intake.Form.SYSTEM:
        return None
    moved = IntakeTransfer.objects.filter(new_intake=intake)
    found = Submission.objects.filter(Q(intake=intake) | Q(intake__in=moved.values("intake")))
    return found.select_related("card").first()


def shown(card: FamilyCard) -> list[Named]:
    """All members of a card."""
    return [_named(member) for member in card.members]


def waiting(case: Case, members: Sequence[CaseMember]) -> tuple[FamilyCard | None, list[Named]]:
    """The case's newest card, and those of it who are not in the family yet, each with the address that adds them."""
    cards = FamilyCard.objects.of_cases([case])
    card = cards.order_by("-card_date", "-pk").first()
    if card is None:
        return None, []
    there = {member.person.iin_index for member in members} - {""}
    named_without = {member.person.full_name for member in members if not member.person.iin_index}
    rows = []
    for place, member in enumerate(card.members):
        iin = str(member.get("iin") or "")
        if iin and blind_index(iin, "iin") in there:
            continue
        if not iin and _name(member) and _name(member) in named_without:
            continue
        address = f"{reverse('member-add', args=(case.pk,))}?card={card.pk}&member={place}"
        rows.append(_named(member, address))
    return card, rows


def taken_over(case: Case, members: Sequence[CaseMember], card: str, member: str) -> dict[str, Any]:
    """What the form of a new member begins with; nothing for a card of another case or a member it does not have."""
    if not (card.isdecimal() and member.isdecimal() and len(card) < 19 and len(member) < 4):
        return {}
    found = FamilyCard.objects.of_cases([case]).filter(pk=int(card)).first()
    if found is None or int(member) >= len(found.members):
        return {}
    data = found.members[int(member)]
    relation = ROLES.get(data.get("role", ""), "")
    has_applicant = any(each.relation == CaseMember.Relation.SELF for each in members)
    if relation == CaseMember.Relation.SELF and has_applicant:
        relation = ""
    return {name: data.get(name, "") for name in (*NAMES, "iin", "no_iin_reason")} | {"relation": relation}


def _name(member: dict[str, Any]) -> str:
    return " ".join(member[name] for name in NAMES if member.get(name))


def _named(member: dict[str, Any], url: str = "") -> Named:
    iin = str(member.get("iin") or "")
    number = masking.last_of_iin(iin) if iin else str(Person.NoIin(member["no_iin_reason"]).label)
    role = HEAD if member["role"] == "head" else CaseMember.Relation(ROLES[member["role"]]).label
    return Named(_name(member), number, role, url)
