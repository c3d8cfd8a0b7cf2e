"""The doors of an intake: form, refusal, transfer between Centers (R256 12)."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Intake, IntakeTransfer
from family_support.directory.models import Center
from monitoring.counting import Part, choices
from monitoring.indicators.registry import add
from monitoring.quarters import Quarter


def _intakes(center: Center, quarter: Quarter) -> QuerySet:
    return Intake.objects.kept().filter(center=center)


def _refused(center: Center, quarter: Quarter) -> QuerySet:
    return Intake.objects.filter(center=center, state=Intake.State.REFUSED)


def _away(center: Center, quarter: Quarter) -> QuerySet:
    return Intake.objects.filter(center=center, state=Intake.State.TRANSFERRED)


def _given(center: Center, quarter: Quarter) -> QuerySet:
    return IntakeTransfer.objects.filter(from_center=center)


def _taken(center: Center, quarter: Quarter) -> QuerySet:
    return IntakeTransfer.objects.filter(to_center=center)


_ACCEPTED = Q(state=IntakeTransfer.State.ACCEPTED)
_DECLINED = Q(state=IntakeTransfer.State.DECLINED)

add(
    "doors",
    "intake",
    _("Intakes by form"),
    _(
        "The same intakes by the door they came through: desk, telephone, public form, letter, system, link, inbox."
    ),
    Part(_intakes, "registered_at", by="form"),
    labels=choices(Intake.Form.choices),
)
add(
    "refused",
    "intake",
    _("Submissions refused"),
    _("Submissions received in the quarter that were no requests."),
    Part(_refused, "received_at", by="refusal_kind", case=None),
    labels=choices(Intake.Refusal.choices),
)
add(
    "transfers",
    "intake",
    _("Transfers between Centers"),
    _(
        "Transfers decided in the quarter. An intake taken over is counted among the intakes of the Center that took "
        "it over, and here, by the day of its registration, as transferred away by the other."
    ),
    Part(_away, "registered_at", row="away"),
    Part(_given, "decided_at", _ACCEPTED, row="given"),
    Part(_given, "decided_at", _DECLINED, row="declined"),
    Part(_taken, "decided_at", _ACCEPTED, row="taken", case="new_intake__case_id"),
    labels=choices(
        [
            ("away", _("Intakes of the quarter transferred away")),
            ("given", _("Given to another Center")),
            ("declined", _("Declined by the other Center")),
            ("taken", _("Taken over from another Center")),
        ]
    ),
)
