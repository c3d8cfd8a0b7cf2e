"""Who may draw up, sign, approve and end a plan: `check_` raises, `can_` answers (security.md; states.md, "by").

Cases come annotated (`locked_case`, `visible_to`, `writable_by`), so nothing here queries. Which people a version is
the own work of comes in as ids of users: several memberships of one person are still one person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.permissions import check_leads, check_open, directs, works
from family_support.accounts.roles import WORKERS
from family_support.base.actor import Actor
from family_support.base.errors import AppError, Conflict, Forbidden, Missing
from ipr.models import Plan, PlanVersion

State = PlanVersion.State


def check_can_draw_up(actor: Actor, case: Case) -> None:
    """Errors: Missing outside the team, Forbidden for others than workers, Conflict in a closed case."""
    if not works(case, actor):
        raise Missing()
    if actor.role not in WORKERS and not actor.is_system:
        raise Forbidden()
    check_open(case)


def can_draw_up(actor: Actor, case: Case) -> bool:
    return _passes(check_can_draw_up, actor, case)


def check_state(version: PlanVersion, *allowed: str) -> None:
    """Errors: Conflict telling the state the version is in."""
    if version.state not in allowed:
        raise Conflict(
            "plan_state",
            _("This version of the plan is in the state “{state}”. Open it again.").format(
                state=version.get_state_display()
            ),
        )


def check_can_edit(actor: Actor, version: PlanVersion) -> None:
    """Only a draft changes. Errors: as `check_can_draw_up`, Conflict for a version that is no draft."""
    check_can_draw_up(actor, version.plan.case)
    check_state(version, State.DRAFT)


def can_edit(actor: Actor, version: PlanVersion) -> bool:
    return _passes(check_can_edit, actor, version)


def check_can_lead(actor: Actor, case: Case) -> None:
    """Start, freeze, sign, rework, discard, amend, complete: the case manager or the lead.

    Errors: Missing, Forbidden, Conflict in a closed case.
    """
    check_leads(actor, case)
    check_open(case)


def can_lead(actor: Actor, case: Case) -> bool:
    return _passes(check_can_lead, actor, case)


def check_can_decide(actor: Actor, version: PlanVersion, own_work_of: Collection[int]) -> None:
    """Approve or return: the director or a named acting one, never author or signer (R256 17; rules.md 6.13).

    Errors: Missing for another Center, Forbidden for another role or one's own work.
    """
    if not actor.is_director:
        raise Forbidden()
    if actor.center_id != version.plan.case.center_id:
        raise Missing()
    if actor.user_id in own_work_of:
        raise Forbidden(
            "own_work",
            _(
                "You drew this plan up or signed it for the Center, so you cannot decide on it yourself: "
                "a named acting director has to."
            ),
        )


def can_decide(actor: Actor, version: PlanVersion, own_work_of: Collection[int]) -> bool:
    return _passes(check_can_decide, actor, version, own_work_of)


def check_can_propose_end(actor: Actor, plan: Plan) -> None:
    """The case manager proposes, the head decides. Errors: Missing, Forbidden, Conflict when it has ended."""
    check_can_lead(actor, plan.case)
    _check_running(plan)


def can_propose_end(actor: Actor, plan: Plan) -> bool:
    return _passes(check_can_propose_end, actor, plan)


def check_can_terminate(actor: Actor, plan: Plan) -> None:
    """R256 19(2)–(4): the head's decision, never on own work. Errors: Forbidden, Missing, Conflict when it has
    ended."""
    if not actor.is_director:
        raise Forbidden()
    if actor.center_id != plan.case.center_id:
        raise Missing()
    if not directs(plan.case, actor):
        raise Forbidden(
            "own_work",
            _("You worked on this case yourself: another director or acting director has to decide."),
        )
    _check_running(plan)


def _check_running(plan: Plan) -> None:
    if not plan.is_running:
        raise Conflict("plan_ended", _("The plan has ended already."))


def can_terminate(actor: Actor, plan: Plan) -> bool:
    return _passes(check_can_terminate, actor, plan)


def _passes(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except AppError:
        return False
    return True
