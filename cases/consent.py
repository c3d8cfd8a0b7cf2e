"""Is there a consent in force? Asked before the full profile, the plan and the hand-off (R256 13; 94-V art. 8)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from cases.models import Case, Consent
from family_support.base.errors import Conflict


def has_consent(case: Case, *, third_parties: bool = False, on: date) -> bool:
    """Whether somebody of the family gave a consent that holds; with `third_parties`, one that lets data be passed on.

    `on` is the local date of the step: a consent whose term has ended before it counts for nothing, though the daily
    task may not have marked it as expired yet.
    """
    found = Consent.objects.in_force(on).filter(case=case)
    if third_parties:
        found = found.filter(third_parties=True)
    return found.exists()


def check_processing(case: Case, *, on: date) -> None:
    """Errors: Conflict once a withdrawn consent was settled by stopping and nobody of the family has given another.

    Asked by what adds to the family's data; what a law demands (a threat, violence, a stay) goes on without it.
    """
    stopped = Consent.objects.filter(case=case, state=Consent.State.WITHDRAWN, stopped=True)
    if stopped.exists() and not has_consent(case, on=on):
        raise Conflict(
            "processing_stopped",
            _("The consent was withdrawn and processing has stopped: nothing may be added (94-V art. 8)."),
        )


def check_consent(case: Case, *, third_parties: bool = False, on: date) -> None:
    """Errors: Conflict where no given consent covers the step."""
    if not has_consent(case, on=on):
        raise Conflict(
            "consent_missing",
            _("First record the family's consent to the processing of personal data (R256 13)."),
        )
    if third_parties and not has_consent(case, third_parties=True, on=on):
        raise Conflict(
            "consent_no_transfer",
            _(
                "The family has not agreed to its data being passed to other bodies. Record a consent that includes it."
            ),
        )
