"""Pages of users, memberships, own settings and the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from family_support.accounts.models import (
    Absence,
    ActingDirector,
    FactorReset,
    MachineClient,
    Membership,
    SignIn,
)
from family_support.accounts.roles import UNIT_HEADS
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from tests.access.matrix import ALL, EVERYBODY, PUBLIC, Made, Relation, Role, kind, page
from tests.factories import a_membership

if TYPE_CHECKING:
    from tests.access.world import World

ADMINS = {Role.SYSTEM_ADMIN, Role.BODY_ADMIN}
DIRECTORY_EDITORS = {Role.SYSTEM_ADMIN, Role.MINISTRY_EDITOR}
# Security.md: the directory is read by all who refer, plan or govern; officers meet it only through their tasks.
READERS = EVERYBODY


@kind("user")
def user(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    found = world.membership(Role.AGENCY_OFFICER).user
    return Made(found, {"pk": found.pk})


@kind("membership")
def membership(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    found = world.membership(Role.AGENCY_OFFICER)
    return Made(found, {"pk": found.pk})


@kind("center")
def center(world: World, *, restricted: bool) -> Made | None:
    return None if restricted else Made(world.center, {"pk": world.center.pk})


@kind("agency")
def agency(world: World, *, restricted: bool) -> Made | None:
    return None if restricted else Made(world.agency, {"pk": world.agency.pk})


@kind("region")
def region(world: World, *, restricted: bool) -> Made | None:
    return None if restricted else Made(world.district.region, {"pk": world.district.region_id})


@kind("acting-director")
def acting_director(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    with acting(SYSTEM):
        found = ActingDirector.objects.create(
            center=world.center,
            membership=a_membership(Role.METHODOLOGIST, center=world.center),
            order_number="7",
            order_date=world.today,
            starts_on=world.today,
            ends_on=world.today,
        )
    return Made(found, {"pk": found.pk})


@kind("absence")
def absence(world: World, *, restricted: bool) -> Made | None:
    """Of a worker: its Center's director and heads of unit end it, no body's administrator sees it."""
    if restricted:
        return None
    with acting(SYSTEM):
        found = Absence.objects.create(
            membership=a_membership(Role.CASEWORKER, center=world.center),
            substitute=a_membership(Role.CASEWORKER, center=world.center),
            starts_on=world.today,
            ends_on=world.today,
            reason=Absence.Reason.LEAVE,
            recorded_at=world.now,
        )
    return Made(found, {"pk": found.pk})


@kind("machine")
def machine(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    found = world.machine(MachineClient.Door.CONTACT_CENTER)
    return Made(found, {"pk": found.pk})


@kind("closed-machine")
def closed_machine(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    found = world.machine(MachineClient.Door.CONTACT_CENTER, Relation.ENDED)
    return Made(found, {"pk": found.pk})


@kind("own-sign-in")
def own_sign_in(world: World, *, restricted: bool) -> Made | None:
    """A session of nobody in the matrix: everybody's own page ends only one's own."""
    if restricted:
        return None
    with acting(SYSTEM):
        somebody = a_membership(Role.METHODOLOGIST, center=world.center).user
        found = SignIn.objects.create(user=somebody, started_at=world.now, session_key="matrix")
    return Made(found, {"pk": found.pk})


@kind("awaited-role")
def awaited_role(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    with acting(SYSTEM):
        somebody = a_membership(Role.METHODOLOGIST, center=world.center).user
        found = Membership.objects.create(
            user=somebody, role=Role.SECURITY_OFFICER, starts_on=world.today, awaits_approval=True
        )
    return Made(found, {"pk": found.pk})


@kind("factor-reset")
def factor_reset(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    with acting(SYSTEM):
        found = FactorReset.objects.create(
            user=a_membership(Role.METHODOLOGIST, center=world.center).user,
            asked_by=a_membership(Role.SYSTEM_ADMIN).user,
            asked_at=world.now,
            identity_check="Came in person with the identity card",
        )
    return Made(found, {"pk": found.pk})


@kind("own-reset-request")
def own_reset_request(world: World, *, restricted: bool) -> Made | None:
    """What the system administrator asked for: nobody else takes it back."""
    if restricted:
        return None
    with acting(SYSTEM):
        found = FactorReset.objects.create(
            user=a_membership(Role.AGENCY_OFFICER, agency=world.agency).user,
            asked_by=world.membership(Role.SYSTEM_ADMIN).user,
            asked_at=world.now,
            identity_check="Came in person with the identity card",
        )
    return Made(found, {"pk": found.pk})


ABSENCES = UNIT_HEADS | {Role.DIRECTOR, Role.BODY_ADMIN}
KEEPER = {Role.SYSTEM_ADMIN}

ROWS = (
    page("machine-list", roles=KEEPER),
    page("machine-create", roles=KEEPER, methods="GET POST"),
    page("machine-page", "machine", roles=KEEPER),
    page("machine-rotate", "machine", roles=KEEPER, methods="GET POST"),
    page("machine-disable", "machine", roles=KEEPER, methods="GET POST"),
    page("machine-enable", "closed-machine", roles=KEEPER, methods="GET POST"),
    page("api-token", roles=PUBLIC, methods="POST", post=415),
    page("health", roles=PUBLIC),
    page("operations", roles={Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER}),
    page("operations-state", roles={Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER}),
    page("deliveries-retry", roles=KEEPER, methods="POST"),
    page("home", roles=EVERYBODY, get=302),
    page("demo-sign-in", roles=PUBLIC, methods="POST", post=404),
    page("membership-switch", roles=EVERYBODY, methods="POST", post=404),
    page("own-settings", roles=EVERYBODY, methods="GET POST"),
    page("set_language", roles=PUBLIC, methods="POST"),
    page("ui-theme", roles=PUBLIC, methods="POST"),
    page("ui-alive", roles=EVERYBODY, get=204),
    page("own-sessions", roles=EVERYBODY),
    page("own-sessions-end", roles=EVERYBODY, methods="POST"),
    page(
        "own-session-end",
        "own-sign-in",
        roles=EVERYBODY,
        own=frozenset(),
        colleague=frozenset(),
        methods="POST",
    ),
    page("role-approvals", roles={Role.SECURITY_OFFICER}),
    page(
        "role-approve",
        "awaited-role",
        roles={Role.SECURITY_OFFICER},
        colleague=ALL,
        foreign=ALL,
        methods="POST",
    ),
    page(
        "role-decline",
        "awaited-role",
        roles={Role.SECURITY_OFFICER},
        colleague=ALL,
        foreign=ALL,
        methods="GET POST",
    ),
    page(
        "factor-approve",
        "factor-reset",
        roles={Role.SECURITY_OFFICER},
        colleague=ALL,
        foreign=ALL,
        methods="POST",
    ),
    page(
        "factor-decline",
        "factor-reset",
        roles={Role.SECURITY_OFFICER},
        colleague=ALL,
        foreign=ALL,
        methods="GET POST",
    ),
    page("factor-withdraw", "own-reset-request", roles=ADMINS, own=KEEPER, methods="POST"),
    page("user-factor-reset", "user", roles=ADMINS, colleague=ALL, methods="GET POST"),
    page("user-sessions-end", "user", roles=ADMINS, colleague=ALL, methods="GET POST"),
    page("user-list", roles=ADMINS),
    page("user-search", roles=ADMINS, methods="POST"),
    page("user-create", roles=ADMINS, methods="GET POST"),
    page("user-page", "user", roles=ADMINS, colleague=ALL),
    page("user-edit", "user", roles=ADMINS, colleague=ALL, methods="GET POST"),
    page("user-deactivate", "user", roles=ADMINS, colleague=ALL, methods="POST"),
    page("user-reactivate", "user", roles=ADMINS, colleague=ALL, methods="POST"),
    page("membership-add", "user", roles=ADMINS, colleague=ALL, methods="GET POST"),
    page("membership-end", "membership", roles=ADMINS, colleague=ALL, methods="GET POST"),
    page("acting-director", roles={Role.DIRECTOR}, methods="GET POST"),
    page("acting-director-end", "acting-director", roles={Role.DIRECTOR}, colleague=ALL, methods="POST"),
    page("absence-list", roles=ABSENCES),
    page("absence-new", roles=ABSENCES, methods="GET POST"),
    page(
        "absence-end",
        "absence",
        roles=ABSENCES,
        own=ABSENCES - {Role.BODY_ADMIN},
        colleague=ABSENCES - {Role.BODY_ADMIN},
        methods="GET POST",
    ),
    page("directory", roles=READERS),
    page("region-page", "region", roles=READERS, colleague=ALL, foreign=ALL),
    page("center-list", roles=READERS),
    page("center-page", "center", roles=READERS, colleague=ALL, foreign=ALL),
    page("center-create", roles=DIRECTORY_EDITORS, methods="GET POST"),
    page("center-edit", "center", roles=DIRECTORY_EDITORS, methods="GET POST"),
    page("agency-list", roles=READERS),
    page("agency-page", "agency", roles=READERS, colleague=ALL, foreign=ALL),
    page("agency-create", roles=DIRECTORY_EDITORS, methods="GET POST"),
    page("agency-edit", "agency", roles=DIRECTORY_EDITORS, methods="GET POST"),
)
