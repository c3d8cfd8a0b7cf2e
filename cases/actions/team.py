"""Who works on a case, who was let in by name, and who is kept out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_case
from cases.grants import sync_case_grants
from cases.models import Case, CaseGrant, TeamMember
from cases.permissions import check_can_assign, check_can_grant, check_can_reassign, check_open, works
from cases.timeline import record
from family_support.access import barred
from family_support.access.models import Barred
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS, Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from family_support.base.rows import one
from family_support.outbox.events import emit

# A grant that ends in the moment in which it was given.
SHORTEST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reassigned:
    """How many cases got the new lead, and how many stayed because the lists keep that person out."""

    moved: int
    kept: int


def assign_lead(*, case: Case, membership: Membership, by: Actor, now: datetime, reason: str = "") -> Case:
    """Make a worker of the Center the case's lead; the lead before leaves the team.

    Errors: Missing out of scope, Forbidden for who may not assign, Invalid for a membership that cannot work on
    the case, Conflict in a closed case.
    """
    with acting(by, reason=reason):
        case = locked_case(case, by)
        check_can_assign(by, case)
        place_lead(case, membership, by=by, now=now)
    return case


assign = assign_lead


def take_case(*, case: Case, by: Actor, now: datetime) -> Case:
    """Become the lead of an ordinary case that nobody leads yet.

    Errors: Forbidden for roles that work on no cases, Conflict when somebody leads it or it is restricted or closed.
    """
    if by.role not in WORKERS or by.membership_id is None:
        raise Forbidden
    with acting(by):
        case = locked_case(case, by)
        check_open(case)
        if case.restricted:
            raise Forbidden("restricted", _("The director assigns a restricted case."))
        if case.lead_id is not None:
            raise Conflict("case_taken", _("Somebody leads this case already."))
        place_lead(case, Membership.objects.get(pk=by.membership_id), by=by, now=now)
    return case


def place_lead(case: Case, membership: Membership, *, by: Actor, now: datetime, tell: bool = True) -> None:
    """Write the lead's place, inside an action that has locked the case and checked its actor."""
    check_may_work(case, membership, now)
    if case.lead_id == membership.pk:
        return
    places = TeamMember.objects.filter(case=case, ends_at__isnull=True)
    leaving = places.filter(is_lead=True)
    _end_grants(case, leaving.values("membership"), now)
    leaving.update(ends_at=now)
    place, created = places.get_or_create(
        membership=membership, defaults={"case": case, "starts_at": now, "is_lead": True, "ends_at": None}
    )
    if not created:
        place.is_lead = True
        place.save(update_fields=("is_lead",))
    case.lead = membership
    case.save(update_fields=("lead",))
    sync_case_grants(case, now=now)
    record(case, "team.lead", by=by, now=now, subject=("accounts.membership", membership.pk))
    if tell:
        emit("case.assigned", case_id=case.pk, membership=membership.pk, by=by.membership_id)


def _end_grants(case: Case, memberships: Collection[int] | QuerySet, now: datetime) -> None:
    """Who leaves the team takes no grant along: put on it again, they have to be named again."""
    running = CaseGrant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), case=case)
    ended = Greatest(Value(now), F("granted_at") + SHORTEST, output_field=DateTimeField())
    running.filter(membership__in=memberships).update(ends_at=ended)


def reassign_cases(
    *, leaving: Membership, to: Membership, reason: str, by: Actor, now: datetime
) -> Reassigned:
    """Give every open case that one worker leads to another, in one act; the new lead is told once.

    A case from which the new lead is kept out by name stays where it is and is counted. Errors: Forbidden for others
    than director and head of a unit, Missing for another Center's worker, Invalid without a reason, for the same
    person, or for somebody who cannot lead cases of the Center.
    """
    with acting(by, reason=reason):
        check_can_reassign(by)
        if leaving.center_id != by.center_id:
            raise Missing
        _check_new_lead(leaving, to, reason, by, now)
        cases = Case.objects.listed_to(by).open().filter(lead=leaving).order_by("pk")
        moved, kept = [], 0
        for pk in list(cases.values_list("pk", flat=True)):
            case = locked_case(pk, by)
            try:
                check_may_work(case, to, now)
            except Invalid:
                kept += 1
                continue
            place_lead(case, to, by=by, now=now, tell=False)
            moved.append(case)
        if moved:
            emit("cases.reassigned", membership=to.pk, count=len(moved), by=by.membership_id)
    return Reassigned(len(moved), kept)


def _check_new_lead(leaving: Membership, to: Membership, reason: str, by: Actor, now: datetime) -> None:
    errors = {}
    rows = Membership.objects.active(local_date(now)).of_center(by.center_id or 0)
    if to.pk == leaving.pk:
        errors["to"] = _("Choose another worker.")
    elif not rows.filter(pk=to.pk, role__in=sorted(WORKERS)).exists():
        errors["to"] = _("This person cannot lead cases of the Center.")
    if not reason.strip():
        errors["reason"] = _("State the reason.")
    if errors:
        raise Invalid("reassign_invalid", fields=errors)


def add_to_team(*, case: Case, membership: Membership, by: Actor, now: datetime) -> TeamMember:
    """Put a worker of the Center on the team; in a restricted case they read only with a named grant as well.

    Errors: as `assign_lead`; Conflict when they are on the team already.
    """
    with acting(by):
        case = locked_case(case, by)
        check_can_assign(by, case)
        check_may_work(case, membership, now)
        if TeamMember.objects.filter(case=case, membership=membership, ends_at__isnull=True).exists():
            raise Conflict("on_team", _("This person is on the team already."))
        place = TeamMember.objects.create(case=case, membership=membership, starts_at=now)
        sync_case_grants(case, now=now)
        record(case, "team.added", by=by, now=now, subject=("accounts.membership", membership.pk))
        emit("case.assigned", case_id=case.pk, membership=membership.pk, by=by.membership_id)
    return place


def remove_from_team(*, case: Case, membership_id: int, by: Actor, now: datetime) -> None:
    """End a member's place and with it the access; the lead is replaced, not removed.

    Errors: as `assign_lead`; Missing for somebody not on the team, Conflict for the lead.
    """
    with acting(by):
        case = locked_case(case, by)
        check_can_assign(by, case)
        place = one(TeamMember.objects, case=case, membership_id=membership_id, ends_at__isnull=True)
        if place.is_lead:
            raise Conflict("lead_stays", _("Assign another lead first: a case is not left without one."))
        place.ends_at = now
        place.save(update_fields=("ends_at",))
        _end_grants(case, [membership_id], now)
        sync_case_grants(case, now=now)
        record(case, "team.removed", by=by, now=now, subject=("accounts.membership", membership_id))


def grant_access(
    *,
    case: Case,
    membership: Membership,
    reason: str,
    by: Actor,
    now: datetime,
    ends_at: datetime | None = None,
) -> CaseGrant:
    """Let a team member read a restricted case, with reason and end; in place of an earlier grant, if there is one.

    Errors: Missing out of scope, Forbidden for others than lead and director, Conflict for a case not restricted,
    Invalid for a missing reason, an end in the past or somebody not on the team.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    if ends_at is not None and ends_at <= now:
        raise Invalid("ends_early", fields={"ends_at": _("The end must be in the future.")})
    with acting(by, reason=reason):
        case = locked_case(case, by)
        check_can_grant(by, case)
        check_may_work(case, membership, now)
        if not TeamMember.objects.filter(case=case, membership=membership, ends_at__isnull=True).exists():
            raise Invalid("not_on_team", fields={"membership": _("Put this person on the team first.")})
        # Else an end set later would end nothing, and an ended grant leave another behind.
        _end_grants(case, [membership.pk], now)
        grant = CaseGrant.objects.create(
            case=case,
            membership=membership,
            granted_by_id=by.membership_id,
            reason=reason,
            granted_at=now,
            ends_at=ends_at,
        )
        sync_case_grants(case, now=now)
        record(case, "team.granted", by=by, now=now, subject=("accounts.membership", membership.pk))
    return grant


def end_grant(*, grant: CaseGrant, by: Actor, now: datetime) -> CaseGrant:
    """End a named grant now. Errors: as `grant_access`; a grant that has ended stays as it is."""
    with acting(by):
        case = locked_case(grant.case_id, by)
        check_can_grant(by, case)
        grant = CaseGrant.objects.select_for_update().get(pk=grant.pk, case=case)
        if grant.ends_at is None or grant.ends_at > now:
            grant.ends_at = now
            grant.save(update_fields=("ends_at",))
            sync_case_grants(case, now=now)
            record(
                case, "team.grant_ended", by=by, now=now, subject=("accounts.membership", grant.membership_id)
            )
    return grant


def bar_person(*, case: Case, iin: str, relation: str, by: Actor, now: datetime) -> Barred:
    """Keep the alleged abuser or a relative out of the case, whatever their account was granted.

    Errors: Missing outside the team, Invalid for a wrong IIN or a missing relation.
    """
    with acting(by):
        case = locked_case(case, by)
        if not works(case, by):
            raise Missing
        row = barred.bar(case_id=case.pk, iin=iin, relation=relation, by=by, now=now)
        record(case, "person.barred", by=by, now=now)
    return row


def workers_of(center_id: int, now: datetime) -> list[Membership]:
    """The Center's workers in force, by name, for choosing a lead or a member: one query."""
    rows = Membership.objects.active(local_date(now)).of_center(center_id).filter(role__in=sorted(WORKERS))
    return list(rows.with_names().order_by("user__last_name", "user__first_name", "pk"))


def check_may_work(case: Case, membership: Membership, now: datetime) -> None:
    """Errors: Invalid for a membership of another Center, of another role, not in force, or of a barred person."""
    in_force = Membership.objects.active(local_date(now)).filter(pk=membership.pk).exists()
    fits = membership.center_id == case.center_id and Role(membership.role) in WORKERS
    kept_out = (
        bool(membership.user.iin_index)
        and Barred.objects.filter(case_id=case.pk, iin_index=membership.user.iin_index).exists()
    )
    if not (in_force and fits) or kept_out:
        raise Invalid("cannot_work", fields={"membership": _("This person cannot work on the case.")})
