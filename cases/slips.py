"""What the sender of an intake is told: a slip's number and code, and a state that says nothing of the family."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Intake
from family_support.ui.components import Badge, Tone

State = Intake.State
RECEIVED: tuple[str, Promise, Tone] = ("received", _("Received"), "blue")
IN_WORK: tuple[str, Promise, Tone] = ("in_work", _("Registered, in work"), "green")
NO_ACTION: tuple[str, Promise, Tone] = ("closed", _("Closed, no action"), "grey")
# A repeat, an answer, a transfer and the end of a case look alike: the sender learns nothing of a family.
TOLD = {
    State.RECEIVED: RECEIVED,
    State.REGISTERED: IN_WORK,
    State.ANSWERED: IN_WORK,
    State.TRANSFERRED: IN_WORK,
    State.REFUSED: NO_ACTION,
}
NOBODYS_CODE = "0" * 8


@dataclass(frozen=True)
class Told:
    """The neutral state of an intake: a code for machines, a word and a tone for people."""

    code: str
    text: Promise
    tone: Tone

    @property
    def badge(self) -> Badge:
        return Badge(self.text, self.tone)


def told(intake: Intake) -> Told:
    """The state as its sender hears it."""
    return Told(*TOLD[State(intake.state)])


def grouped(reference: str) -> str:
    """Eight digits as people read them out: 4821 7736."""
    return f"{reference[:4]} {reference[4:]}"


def find(number: str, code: str) -> Intake | None:
    """The intake of a slip, by its number or reference and its code; a wrong code and no such slip are the same."""
    number = re.sub(r"\s+", "", number).upper().replace("-O-", "-О-")  # a Latin O is typed for the letter
    code = re.sub(r"[\s-]+", "", code).upper()
    rows = Intake.objects.exclude(slip_code="").select_related("center")
    digits = number.replace("-", "")
    found = (
        rows.filter(reference=digits).first() if digits.isdecimal() else rows.filter(number=number).first()
    )
    right = constant_time_compare(code, found.slip_code if found else NOBODYS_CODE)
    return found if right else None
