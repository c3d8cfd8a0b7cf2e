"""Pages of intakes and cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.actions import grant_access, record_consultation, withdraw_consent
from cases.models import Case, CaseGrant, Consent, Consultation, TeamMember
from family_support.accounts.roles import METHODOLOGY, UNIT_HEADS, WORKERS
from tests.access.matrix import ALL, Made, Role, kind, page
from tests.factories import a_case_with_consent

if TYPE_CHECKING:
    from tests.access.world import World

HEADS = UNIT_HEADS | {Role.DIRECTOR}
DECIDING = WORKERS | {Role.DIRECTOR}
CASE_ROLES = WORKERS | HEADS
LISTING = CASE_ROLES | {Role.INTAKE_CLERK}
REGISTERING = WORKERS | {Role.INTAKE_CLERK}
DIRECTOR = {Role.DIRECTOR}
# What states.md gives to the caseworker is refused to the others of the team.
OTHERS = WORKERS - {Role.CASEWORKER}


@kind("case", of_case=True)
def case(world: World, *, restricted: bool) -> Made:
    found = world.team_up(a_case_with_consent(world.place, now=world.now), restricted)
    return Made(found, {"pk": found.pk}, found.pk)


@kind("member", of_case=True)
def member(world: World, *, restricted: bool) -> Made:
    found: Case = world.obj("case", restricted)
    row = found.members.get(relation="self")
    return Made(row, {"pk": row.pk}, found.pk)


@kind("consent", of_case=True)
def consent(world: World, *, restricted: bool) -> Made:
    found: Case = world.obj("case", restricted)
    row = Consent.objects.filter(case=found).latest("pk")
    return Made(row, {"pk": row.pk}, found.pk)


@kind("withdrawn-consent", of_case=True)
def withdrawn_consent(world: World, *, restricted: bool) -> Made:
    found = world.team_up(a_case_with_consent(world.place, now=world.now), restricted)
    row = Consent.objects.filter(case=found).latest("pk")
    withdraw_consent(
        consent=row, reason="Передумала.", by=world.by(Role.CASEWORKER), now=world.now, version=row.version
    )
    return Made(row, {"pk": row.pk}, found.pk)


@kind("redirection", of_case=True)
def redirection(world: World, *, restricted: bool) -> Made:
    found: Case = world.obj("case", restricted)
    row = record_consultation(
        case=found,
        kind=Consultation.Kind.REDIRECTION,
        reason="Нужна помощь органа занятости.",
        agency=world.agency,
        held_at=world.now,
        by=world.by(Role.CASEWORKER),
        now=world.now,
    )
    return Made(row, {"pk": row.pk}, found.pk)


@kind("intake", of_case=True)
def intake(world: World, *, restricted: bool) -> Made:
    found: Case = world.obj("case", restricted)
    row = found.intakes.earliest("pk")
    return Made(row, {"pk": row.pk}, found.pk)


@kind("team-member", of_case=True)
def team_member(world: World, *, restricted: bool) -> Made:
    found: Case = world.obj("case", restricted)
    row = TeamMember.objects.get(case=found, membership=world.membership(Role.LAWYER), ends_at=None)
    return Made(row, {"pk": row.pk}, found.pk)


@kind("grant", of_case=True)
def grant(world: World, *, restricted: bool) -> Made | None:
    """There are grants on restricted cases only."""
    if restricted:
        return None
    found = world.team_up(a_case_with_consent(world.place, now=world.now), True)
    grant_access(
        case=found,
        membership=world.membership(Role.LAWYER),
        reason="Готовит иск вместе с семьёй.",
        ends_at=None,
        by=world.by(Role.CASEWORKER),
        now=world.now,
    )
    row = CaseGrant.objects.get(case=found, membership=world.membership(Role.LAWYER))
    return Made(row, {"pk": row.pk}, found.pk)


ROWS = (
    page("cases-reassign", roles=UNIT_HEADS | {Role.DIRECTOR}, methods="GET POST"),
    page("center-board", roles=HEADS),
    page("my-day", roles=LISTING | METHODOLOGY),
    page("case-list", roles=LISTING),
    page("case-search", roles=LISTING, methods="POST"),
    page("case", "case", roles=LISTING, colleague=ALL, restricted=DIRECTOR),
    page(
        "case-open",
        "case",
        roles=CASE_ROLES,
        colleague=ALL,
        restricted=DIRECTOR,
        methods="GET POST",
        get=(200, 302),
    ),
    page("case-people", "case", roles=CASE_ROLES, own=WORKERS),
    page("member-add", "case", roles=WORKERS, methods="GET POST"),
    page("member-change", "member", roles=WORKERS, methods="GET POST"),
    page("consent-new", "case", roles=WORKERS, methods="GET POST"),
    page("consent", "consent", roles=CASE_ROLES, own=WORKERS),
    page("consent-withdraw", "consent", roles=WORKERS, methods="GET POST"),
    page("consent-settle", "withdrawn-consent", roles=WORKERS, methods="GET POST"),
    page("case-documents", "case", roles=CASE_ROLES, own=WORKERS, methods="GET POST"),
    page("case-history", "case", roles=CASE_ROLES, own=WORKERS),
    page(
        "case-readings",
        "case",
        roles=WORKERS | DIRECTOR,
        colleague=DIRECTOR,
        restricted=DIRECTOR,
    ),
    page(
        "case-readings-pdf",
        "case",
        roles=WORKERS | DIRECTOR,
        colleague=DIRECTOR,
        restricted=DIRECTOR,
    ),
    page("case-consultation", "case", roles=WORKERS, methods="GET POST"),
    page("redirection", "redirection", roles=CASE_ROLES, own=WORKERS),
    page("redirection-print", "redirection", roles=CASE_ROLES, own=WORKERS),
    page("case-assess", "case", roles=WORKERS, methods="POST", refused=OTHERS),
    page("case-take", "case", roles=WORKERS, colleague=ALL, methods="POST"),
    page("case-risk", "case", roles=WORKERS, methods="GET POST"),
    page("threat-flag", "case", roles=LISTING, colleague=ALL, restricted=DIRECTOR, methods="GET POST"),
    page("case-close", "case", roles=DECIDING, colleague=DIRECTOR, restricted=DIRECTOR, methods="GET POST"),
    page(
        "case-team",
        "case",
        roles=CASE_ROLES,
        colleague=HEADS,
        restricted=DIRECTOR,
        methods="GET POST",
        post=404,
    ),
    page(
        "member-remove",
        "team-member",
        roles=CASE_ROLES,
        colleague=HEADS,
        restricted=DIRECTOR,
        methods="POST",
        refused=OTHERS,
    ),
    page(
        "grant-end",
        "grant",
        roles=CASE_ROLES,
        own={Role.CASEWORKER, Role.LAWYER, Role.DIRECTOR},
        colleague=DIRECTOR,
        methods="POST",
        refused={Role.LAWYER},
    ),
    page("intake-new", roles=REGISTERING, methods="GET POST"),
    page("intake-duplicates", roles=REGISTERING, methods="POST"),
    page("intake", "intake", roles=LISTING, colleague=ALL, restricted=DIRECTOR),
    page("intake-register", "intake", roles=REGISTERING, colleague=ALL, methods="GET POST"),
    page("intake-refuse", "intake", roles=REGISTERING, colleague=ALL, methods="GET POST"),
    page("intake-slip", "intake", roles=LISTING, colleague=ALL, restricted=DIRECTOR),
    page("intake-slip-print", "intake", roles=LISTING, colleague=ALL, restricted=DIRECTOR),
    page("consultation-new", "intake", roles=WORKERS, methods="GET POST"),
)
