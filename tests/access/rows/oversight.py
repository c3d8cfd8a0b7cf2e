"""Break-glass, and the security officer's pages about looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.actions.glass import break_into
from family_support.access.models import CaseOpening
from family_support.accounts.roles import UNIT_HEADS, WORKERS
from family_support.oversight.models import GlassReview, LookAlert, UnsignedChanges
from family_support.oversight.watch import raise_alert
from tests.access.matrix import Made, Relation, Role, kind, page
from tests.factories import a_case_with_consent

if TYPE_CHECKING:
    from tests.access.world import World

OFFICER = {Role.SECURITY_OFFICER}
# A colleague outside the team broke the glass; of the team only the lead may end it, and the director.
BROKEN_BY = Role.PSYCHOLOGIST


@kind("emergency", of_case=True)
def emergency(world: World, *, restricted: bool) -> Made | None:
    """There is break-glass on restricted cases only."""
    if restricted:
        return None
    case = world.team_up(a_case_with_consent(world.place, now=world.now), True)
    row = break_into(
        find=case.number,
        code=CaseOpening.Glass.TEAM_AWAY,
        reason="Семья пришла вечером, до команды не дозвониться.",
        proved_at=world.now,
        by=world.by(BROKEN_BY, Relation.COLLEAGUE),
        now=world.now,
    )
    return Made(row, {"pk": row.pk}, case.pk)


@kind("glass-review")
def glass_review(world: World, *, restricted: bool) -> Made:
    row = GlassReview.objects.get(opening=world.obj("emergency"))
    return Made(row, {"pk": row.pk})


@kind("look-alert")
def look_alert(world: World, *, restricted: bool) -> Made:
    who = world.membership(Role.LAWYER, Relation.COLLEAGUE).pk
    raise_alert(LookAlert.Kind.GLASS, who, "2026-05", 3, world.now)
    row = LookAlert.objects.get(membership_id=who)
    return Made(row, {"pk": row.pk})


@kind("unsigned-changes")
def unsigned_changes(world: World, *, restricted: bool) -> Made:
    row = UnsignedChanges.objects.create(
        first_change=1,
        transactions=[1],
        tables=["cases_case"],
        count=1,
        first_at=world.now,
        last_at=world.now,
        noticed_at=world.now,
    )
    return Made(row, {"pk": row.pk})


ROWS = (
    page("emergency-access", roles=WORKERS | UNIT_HEADS, methods="GET POST", get=(200, 302)),
    page(
        "emergency-end",
        "emergency",
        roles=WORKERS | UNIT_HEADS | {Role.DIRECTOR},
        own={Role.CASEWORKER, Role.DIRECTOR},
        colleague={BROKEN_BY, Role.DIRECTOR},
        methods="POST",
    ),
    page("glass-reviews", roles=OFFICER),
    page("glass-review", "glass-review", roles=OFFICER, methods="GET POST"),
    page("look-alerts", roles=OFFICER),
    page("look-alert", "look-alert", roles=OFFICER, methods="GET POST"),
    page("unsigned-list", roles=OFFICER),
    page("unsigned-changes", "unsigned-changes", roles=OFFICER, methods="GET POST"),
    page("audit-search", roles=OFFICER, methods="GET POST"),
)
