"""Who may assess: workers on the case's team. Scope is the queryset's; these ask for the function."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment
from cases.models import Case
from family_support.accounts.roles import WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.errors import AppError, Conflict, Forbidden

READERS = WORKERS | {Role.DIRECTOR}


def check_role(actor: Actor) -> None:
    """Errors: Forbidden for anybody but a caseworker, psychologist, lawyer or social worker."""
    if actor.role not in WORKERS:
        raise Forbidden()


def check_can_start(actor: Actor, case: Case) -> None:
    """Errors: Forbidden; Conflict when the case is closed."""
    check_role(actor)
    if case.is_closed:
        raise Conflict("case_closed", _("The case is closed: nothing can be changed in it."))


def can_start(actor: Actor, case: Case) -> bool:
    return _passes(check_can_start, actor, case)


def check_can_edit(actor: Actor, assessment: Assessment) -> None:
    """Errors: Forbidden; Conflict when it is no draft any more."""
    check_role(actor)
    if assessment.state != Assessment.State.DRAFT:
        raise Conflict(
            "assessment_concluded", _("This assessment is concluded: start a new one to change the findings.")
        )


def can_edit(actor: Actor, assessment: Assessment) -> bool:
    return _passes(check_can_edit, actor, assessment)


def check_can_record_needs(actor: Actor, case: Case, concluded: Assessment | None) -> None:
    """Needs are determined only for those found in a hard life situation (R256 13(3), 14(3)).

    Errors: Forbidden; Conflict while no concluded assessment found one, or when the case is closed.
    """
    check_can_start(actor, case)
    if concluded is None or not concluded.hls_found:
        raise Conflict(
            "no_hls",
            _(
                "Needs are determined only after an assessment has found a hard life situation (R256 13(3), 14(3))."
            ),
        )


def can_record_needs(actor: Actor, case: Case, concluded: Assessment | None) -> bool:
    return _passes(check_can_record_needs, actor, case, concluded)


def _passes(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except AppError:
        return False
    return True
