"""Guardian rows of restricted cases, derived from assignments and named grants by one idempotent function."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q

from cases.models import Case, CaseGrant, CaseUserObjectPermission, TeamMember
from cases.models.standing import READ_RESTRICTED
from family_support.accounts.models import Membership
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date


def entitled_users(case: Case, now: datetime) -> set[int]:
    """Users who read a restricted case now: its lead, and team members with a named grant, while their
    membership lasts."""
    if not case.restricted:
        return set()
    team = TeamMember.objects.filter(case=case, ends_at__isnull=True)
    named = CaseGrant.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), case=case).values(
        "membership_id"
    )
    people = Membership.objects.active(local_date(now)).filter(
        Q(pk__in=team.filter(is_lead=True).values("membership_id"))
        | Q(pk__in=team.values("membership_id")) & Q(pk__in=named),
        center_id=case.center_id,
    )
    return set(people.values_list("user_id", flat=True))


def sync_case_grants(case: Case, *, now: datetime) -> None:
    """Make the case's guardian rows equal to what assignments and grants say at `now`; call it after
    changing either."""
    rows = CaseUserObjectPermission.objects.filter(content_object=case, permission__codename=READ_RESTRICTED)
    wanted, held = entitled_users(case, now), set(rows.values_list("user_id", flat=True))
    if held - wanted:
        rows.filter(user_id__in=held - wanted).delete()
    if wanted - held:
        permission = Permission.objects.get(codename=READ_RESTRICTED, content_type__app_label="cases")
        CaseUserObjectPermission.objects.bulk_create(
            [
                CaseUserObjectPermission(user_id=user, permission=permission, content_object=case)
                for user in sorted(wanted - held)
            ],
            ignore_conflicts=True,
        )


def tidy_case_grants(*, now: datetime, user_id: int | None = None) -> int:
    """Make the rows of every case right where one outlived its ground, of one user or of all; how many cases.

    Nobody reads a case by such a row, for the scope asks for the ground as well: membership, team, grant. Called when
    a membership or an account ends, and daily for what ends by its date.
    """
    today = local_date(now)
    of_user = Membership.objects.active(today).filter(
        user=OuterRef("user"), center=OuterRef("content_object__center")
    )
    named = CaseGrant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now), case=OuterRef(OuterRef("content_object"))
    )
    grounded = of_user.filter(
        Q(pk=OuterRef("content_object__lead")) | Q(pk__in=named.values("membership_id"))
    )
    rows = CaseUserObjectPermission.objects.filter(permission__codename=READ_RESTRICTED)
    if user_id is not None:
        rows = rows.filter(user=user_id)
    left_over = rows.filter(Q(content_object__restricted=False) | ~Exists(grounded))
    cases = Case.objects.filter(pk__in=left_over.values("content_object"))
    with acting(SYSTEM, reason="grants derived anew"):
        found = list(cases.select_for_update(of=("self",)).order_by("pk"))
        for case in found:
            sync_case_grants(case, now=now)
    return len(found)
