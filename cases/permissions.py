"""Who may do what in a case: `check_` raises, `can_` answers (security.md, access matrix; states.md, "by").

Cases come annotated by `Case.objects.with_access(actor)` (which `listed_to`, `visible_to` and `writable_by` do),
so nothing here queries.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.models import Case, IntakeTransfer
from family_support.access.models import CaseOpening
from family_support.access.openings import OPENING_ROLES
from family_support.accounts.roles import METHODOLOGY, UNIT_HEADS, WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Forbidden, Missing, Text

REGISTERING = WORKERS | {Role.INTAKE_CLERK}
CASE_ROLES = WORKERS | UNIT_HEADS | {Role.DIRECTOR}
LIST_ROLES = CASE_ROLES | {Role.INTAKE_CLERK}
# The methodology unit has dates of its own (the quarter), though no cases.
DAY_ROLES = LIST_ROLES | METHODOLOGY
ASSIGNING = WORKERS | UNIT_HEADS | {Role.DIRECTOR}

Stage, Closing = Case.Stage, Case.Closing
# Who ends a case in a stage for a reason (states.md). Refusal under a threat is the director's everywhere.
BY_CASEWORKER: dict[str, frozenset[str]] = {
    Stage.INTAKE: frozenset(
        {
            Closing.CONSULTED,
            Closing.REDIRECTED,
            Closing.REFUSED,
            Closing.UNFOUNDED,
            Closing.DUPLICATE,
            Closing.TRANSFERRED,
        }
    ),
    Stage.ASSESSMENT: frozenset({Closing.NO_HLS, Closing.REFUSED}),
    Stage.PLANNING: frozenset(),
    Stage.SUPPORT: frozenset({Closing.COMPLETED}),
    Stage.CLOSED: frozenset(),
}
BY_DIRECTOR: dict[str, frozenset[str]] = {
    Stage.INTAKE: frozenset({Closing.REFUSED}),
    Stage.ASSESSMENT: frozenset({Closing.REFUSED}),
    Stage.PLANNING: frozenset({Closing.REFUSED, Closing.INDIVIDUAL}),
    Stage.SUPPORT: frozenset({Closing.REFUSED, Closing.DID_NOT_ACT, Closing.INDIVIDUAL, Closing.TRANSFERRED}),
    Stage.CLOSED: frozenset(),
}
# Endings that R256 19(2)–(4) lets only the head decide, on evidence.
NEEDS_EVIDENCE = frozenset({Closing.DID_NOT_ACT, Closing.INDIVIDUAL})


def reads(case: Case, actor: Actor) -> bool:
    """Whether the case's content is open to the actor now."""
    return actor.is_system or works(case, actor) or bool(getattr(case, "opened", False))


def behind_glass(case: Case, actor: Actor) -> bool:
    """Whether only break-glass opens the case to the actor: then nothing of it can be changed."""
    return case.restricted and not actor.is_director and not works(case, actor)


def works(case: Case, actor: Actor) -> bool:
    """Whether the actor is on the team, with the named grant where the case is restricted."""
    if actor.is_system:
        return True
    on_team = bool(getattr(case, "on_team", False))
    return on_team and (not case.restricted or bool(getattr(case, "granted", False)))


def leads(case: Case, actor: Actor) -> bool:
    """Whether the actor works on the case as its lead or as a case manager of its team: states.md's "caseworker"."""
    if actor.is_system:
        return True
    return works(case, actor) and (actor.role == Role.CASEWORKER or is_lead(case, actor))


def is_lead(case: Case, actor: Actor) -> bool:
    """The case's lead; in an ordinary case also who stands in for an absent one (ADR 22)."""
    if case.lead_id is None:
        return False
    if case.lead_id == actor.membership_id:
        return True
    return not case.restricted and case.lead_id in actor.standing_for


def can_register(actor: Actor) -> bool:
    return actor.is_system or (actor.center_id is not None and actor.role in REGISTERING)


def can_send(actor: Actor, channel: str) -> bool:
    """Whether a program sends intakes by this channel: its own one door, to any Center, and nothing else."""
    return actor.role == Role.MACHINE and bool(channel) and actor.channel == channel


def check_can_register(actor: Actor, channel: str = "") -> None:
    """Errors: Forbidden for roles that register no intakes, and for a program by any channel but its own."""
    if not can_register(actor) and not can_send(actor, channel):
        raise Forbidden


def can_submit(actor: Actor) -> bool:
    """Officers send intakes from the inbox of their own body."""
    return actor.role == Role.AGENCY_OFFICER and actor.agency_id is not None


def check_can_submit(actor: Actor) -> None:
    """Errors: Forbidden for all but officers of a body."""
    if not can_submit(actor):
        raise Forbidden


def can_work(actor: Actor, case: Case) -> bool:
    return works(case, actor) and not case.is_closed


def check_can_work(actor: Actor, case: Case) -> None:
    """Errors: Missing outside the team, Conflict in a closed case."""
    if not works(case, actor):
        raise Missing
    check_open(case)


def check_open(case: Case) -> None:
    """Errors: Conflict in a closed case."""
    if case.is_closed:
        raise Conflict("case_closed", _("The case is closed: nothing in it can be changed any more."))


def can_begin_assessment(actor: Actor, case: Case) -> bool:
    return leads(case, actor) and case.stage == Stage.INTAKE


def check_can_begin_assessment(actor: Actor, case: Case) -> None:
    """Errors: Missing outside the team, Forbidden for others than the caseworker, Conflict in another stage."""
    check_leads(actor, case)
    if case.stage != Stage.INTAKE:
        raise Conflict("stage_forbids", _("The assessment of this case has already begun."))


def check_leads(actor: Actor, case: Case) -> None:
    """Errors: Missing outside the team, Forbidden for a team member who neither leads nor is a case manager."""
    if not works(case, actor):
        raise Missing
    if not leads(case, actor):
        raise Forbidden("not_caseworker", _("Only the case manager of this case may do this."))


def can_propose_transfer(actor: Actor, case: Case) -> bool:
    return leads(case, actor) and case.stage == Stage.INTAKE


def check_can_propose_transfer(actor: Actor, case: Case) -> None:
    """Errors: Missing outside the team, Forbidden for others than the case manager, Conflict in a closed case."""
    check_leads(actor, case)
    check_open(case)


def answers_transfer(actor: Actor, transfer: IntakeTransfer) -> bool:
    """Whether the actor directs the Center that is asked."""
    return actor.is_director and actor.center_id == transfer.to_center_id


def check_can_answer_transfer(actor: Actor, transfer: IntakeTransfer) -> None:
    """Errors: Missing for all but the director of the Center that is asked."""
    if not answers_transfer(actor, transfer):
        raise Missing


def can_withdraw_transfer(actor: Actor, case: Case) -> bool:
    return leads(case, actor) or (actor.is_director and actor.center_id == case.center_id)


def check_can_withdraw_transfer(actor: Actor, case: Case) -> None:
    """Errors: Missing outside the sending Center's team and direction, Forbidden for the others of the team."""
    if not (works(case, actor) or (actor.is_director and actor.center_id == case.center_id)):
        raise Missing
    if not can_withdraw_transfer(actor, case):
        raise Forbidden("transfer_not_yours", _("Only the sending Center withdraws its offer."))


def directs(case: Case, actor: Actor) -> bool:
    """Whether the actor decides as director about this case: never about work of their own (rules.md 6.13)."""
    own_work = bool(getattr(case, "on_team", False)) or case.lead_id == actor.membership_id
    return actor.is_system or (actor.is_director and actor.center_id == case.center_id and not own_work)


def closings_for(actor: Actor, case: Case, *, threat: bool) -> frozenset[str]:
    """The reasons for which this actor may close this case now; `threat` says that one is still open."""
    found: frozenset[str] = frozenset()
    if leads(case, actor):
        found |= BY_CASEWORKER[case.stage] - ({Closing.REFUSED} if threat else frozenset())
    if directs(case, actor):
        refusal = (
            frozenset() if threat or case.stage in (Stage.PLANNING, Stage.SUPPORT) else {Closing.REFUSED}
        )
        found |= BY_DIRECTOR[case.stage] - refusal
    return found


def can_close(actor: Actor, case: Case, *, threat: bool = False) -> bool:
    return bool(closings_for(actor, case, threat=threat))


def check_can_close(actor: Actor, case: Case, closing: str, *, threat: bool) -> None:
    """Errors: Missing outside team and direction, Conflict for a reason the stage does not know, Forbidden for
    one that is another's to decide."""
    if not (works(case, actor) or directs(case, actor) or actor.is_director):
        raise Missing
    check_open(case)
    if closing not in BY_CASEWORKER[case.stage] | BY_DIRECTOR[case.stage]:
        raise Conflict("closing_forbidden", _("In this stage the case cannot be closed for this reason."))
    if closing not in closings_for(actor, case, threat=threat):
        raise Forbidden("closing_not_yours", _closing_refusal(actor, case))


def _closing_refusal(actor: Actor, case: Case) -> Text:
    if actor.is_director and not directs(case, actor):
        return _("You worked on this case yourself: another director or acting director has to decide.")
    if works(case, actor):
        return _("Only the director may close the case for this reason.")
    return _("Only the case manager of this case may do this.")


def can_assign(actor: Actor, case: Case) -> bool:
    """Change the team: its lead, the director, the head of a unit; a worker takes an ordinary case that
    nobody leads."""
    if case.is_closed:
        return False
    if actor.is_system or actor.is_director or actor.role in UNIT_HEADS:
        return True
    return works(case, actor) and is_lead(case, actor)


def check_can_assign(actor: Actor, case: Case) -> None:
    """Errors: Missing outside scope, Forbidden for a member who does not lead, Conflict in a closed case."""
    check_open(case)
    if not can_assign(actor, case):
        raise Forbidden("not_lead", _("Only the lead, the director or the head of a unit changes the team."))


def check_can_reassign(actor: Actor) -> None:
    """All cases of one worker: the director, the head of a unit. Errors: Forbidden."""
    if not (actor.is_director or actor.role in UNIT_HEADS):
        raise Forbidden


def can_take(actor: Actor, case: Case) -> bool:
    """Take an ordinary case that nobody leads yet."""
    return actor.role in WORKERS and case.lead_id is None and not case.restricted and not case.is_closed


def can_grant(actor: Actor, case: Case) -> bool:
    """Named grants on a restricted case come from its lead or the director."""
    if case.is_closed or not case.restricted:
        return False
    return actor.is_director or (works(case, actor) and case.lead_id == actor.membership_id)


def check_can_grant(actor: Actor, case: Case) -> None:
    """Errors: Forbidden for others than lead and director, Conflict for a case that is closed or not restricted."""
    check_open(case)
    if not case.restricted:
        raise Conflict("case_not_restricted", _("This case is not restricted: its whole team reads it."))
    if not can_grant(actor, case):
        raise Forbidden(
            "grant_not_yours", _("Only the lead or the director grants access to a restricted case.")
        )


def can_open_with_reason(actor: Actor, case: Case) -> bool:
    return not works(case, actor) and (actor.role in OPENING_ROLES or actor.acting)


def can_see_readings(actor: Actor, case: Case) -> bool:
    """Who read the case is told to its team and to the director (security.md, row "who read my case")."""
    return works(case, actor) or (actor.is_director and actor.center_id == case.center_id)


def can_end_opening(actor: Actor, case: Case, opening: CaseOpening) -> bool:
    """An emergency access is ended by who has it, by the lead and by the director."""
    own = opening.membership_id == actor.membership_id
    leads_it = works(case, actor) and is_lead(case, actor)
    return own or leads_it or (actor.is_director and actor.center_id == case.center_id)


def can_read_intake(actor: Actor, case: Case | None) -> bool:
    """Whether what was said is shown: to the registering roles and the director until the case has a team, then
    to those who read the case."""
    if case is None:
        return actor.is_director or actor.role in REGISTERING
    if case.lead_id is None:
        return actor.is_director or actor.role == Role.INTAKE_CLERK or reads(case, actor)
    return reads(case, actor)
