"""Pages of mobile groups, alarms, response plans and visits (security.md, row "alarm, response plan, visit")."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Case
from family_support.accounts.models import Membership
from family_support.accounts.roles import UNIT_HEADS, WORKERS
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import local_date
from family_support.directory.models import Sector
from mobile_groups import actions
from mobile_groups.actions import MemberData
from mobile_groups.models import Alarm, MobileGroup, ResponseMeasure, ResponsePlan, Visit
from tests.access.matrix import ALL, Made, Relation, Role, kind, page
from tests.factories import a_case, an_agency
from tests.plans import PDF

if TYPE_CHECKING:
    from tests.access.world import World

DIRECTOR, COORDINATOR = {Role.DIRECTOR}, {Role.COORDINATOR}
MEMBER, OFFICER = {Role.GROUP_MEMBER}, {Role.AGENCY_OFFICER}
COMMANDING = DIRECTOR | COORDINATOR
FULL = WORKERS | COMMANDING | MEMBER
READERS = FULL | UNIT_HEADS
DRAFTING = WORKERS | COMMANDING
# Coordinator and director answer for the whole district and Center, a restricted case included; the harness's
# colleague of the group is in no group.
DISTRICT = COMMANDING
SEEN_BY_HEADS = DISTRICT | UNIT_HEADS
THIRD_SECTORS = ("education", "health", "internal_affairs", "social_protection")


def _member_of(world: World, group: MobileGroup, membership: Membership, sector: str) -> None:
    actions.put_member(
        group=group,
        data=MemberData(Sector.objects.get(code=sector), membership=membership, post="Специалист"),
        by=world.by(Role.COORDINATOR),
        now=world.now,
    )


def _sectors(world: World) -> None:
    """The body of the "own" accounts belongs to all four sectors: one member stands for each of three bodies."""
    with acting(SYSTEM, reason="matrix"):
        for code in THIRD_SECTORS:
            found = Sector.objects.filter(code=code).first()
            world.agency.sectors.add(found or Sector.objects.create(code=code, order=9, **world._names(code)))


def _draft(world: World, year: int) -> MobileGroup:
    _sectors(world)
    group = actions.create_group(
        year=year,
        order_number="1",
        order_date=world.today,
        by=world.by(Role.COORDINATOR),
        now=world.now,
    )
    scan = SimpleUploadedFile("order.pdf", PDF, content_type="application/pdf")
    actions.attach_order(group=group, upload=scan, by=world.by(Role.COORDINATOR), now=world.now)
    _member_of(world, group, world.membership(Role.GROUP_MEMBER), "health")
    _member_of(world, group, world.membership(Role.GROUP_MEMBER, Relation.BARRED), "education")
    agency = an_agency("internal_affairs", district=world.district)
    actions.put_member(
        group=group,
        data=MemberData(
            Sector.objects.get(code="internal_affairs"),
            agency=agency,
            name="Участковый",
            post="Инспектор",
            phone="+77011234567",
        ),
        by=world.by(Role.COORDINATOR),
        now=world.now,
    )
    return MobileGroup.objects.get(pk=group.pk)


def _in_force(world: World) -> MobileGroup:
    found = MobileGroup.objects.filter(district=world.district, state="in_force").first()
    if found is not None:
        return found
    draft = _draft(world, world.today.year)
    return actions.put_group_in_force(
        group=draft, expected_version=draft.version, by=world.by(Role.COORDINATOR), now=world.now
    )


@kind("group")
def group(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    found = _in_force(world)
    return Made(found, {"pk": found.pk})


@kind("group-draft")
def group_draft(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    found = _draft(world, world.today.year + 1)
    return Made(found, {"pk": found.pk})


@kind("group-member")
def group_member(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    found = world.obj("group-draft").members.get(membership=None)
    return Made(found, {"pk": found.pk})


def _alarm(world: World, restricted: bool) -> Alarm:
    _in_force(world)
    case = a_case(world.place, now=world.now, threat=True)
    world.team_up(Case.objects.get(pk=case.pk), restricted)
    return Alarm.objects.get(case=case)


def _of_case(row: Any, case_id: int) -> Made:
    return Made(row, {"pk": row.pk}, case_id)


@kind("alarm", of_case=True)
def alarm(world: World, *, restricted: bool) -> Made:
    found = _alarm(world, restricted)
    return _of_case(found, found.case_id)


@kind("alarm-engaged", of_case=True)
def engaged(world: World, *, restricted: bool) -> Made:
    found, by = _alarm(world, restricted), world.by(Role.COORDINATOR)
    found = actions.acknowledge_alarm(alarm=found, by=by, now=world.now)
    found = actions.engage_group(alarm=found, expected_version=found.version, by=by, now=world.now)
    return _of_case(found, found.case_id)


def _plan(world: World, restricted: bool) -> ResponsePlan:
    by = world.by(Role.COORDINATOR)
    plan = actions.start_plan(alarm=_alarm(world, restricted), goal="Обезопасить.", by=by, now=world.now)
    actions.put_measure(
        plan=plan,
        text="Осмотр",
        agency=world.agency,
        due_on=local_date(world.now) + timedelta(days=1),
        by=by,
        now=world.now,
    )
    return ResponsePlan.objects.get(pk=plan.pk)


@kind("response-plan", of_case=True)
def plan(world: World, *, restricted: bool) -> Made:
    found = _plan(world, restricted)
    return _of_case(found, found.case_id)


@kind("response-measure", of_case=True)
def measure(world: World, *, restricted: bool) -> Made:
    found = _plan(world, restricted)
    return _of_case(ResponseMeasure.objects.get(plan=found), found.case_id)


@kind("response-measure-in-force", of_case=True)
def measure_in_force(world: World, *, restricted: bool) -> Made:
    found = _plan(world, restricted)
    actions.put_plan_in_force(
        plan=found, expected_version=found.version, by=world.by(Role.COORDINATOR), now=world.now
    )
    return _of_case(ResponseMeasure.objects.get(plan=found), found.case_id)


@kind("visit", of_case=True)
def visit(world: World, *, restricted: bool) -> Made:
    found = actions.plan_visit(
        alarm=_alarm(world, restricted),
        planned_for=world.now,
        purpose="Проверить.",
        by=world.by(Role.COORDINATOR),
        now=world.now,
    )
    return _of_case(found, found.case_id)


@kind("case-met", of_case=True)
def case_met(world: World, *, restricted: bool) -> Made:
    """A case that the group of the district has visited without a threat."""
    _in_force(world)
    case = a_case(world.place, now=world.now)
    world.team_up(Case.objects.get(pk=case.pk), restricted)
    actions.plan_early_visit(
        case=case, planned_for=world.now, purpose="Знакомство.", by=world.by(Role.DIRECTOR), now=world.now
    )
    return Made(case, {"pk": case.pk}, case.pk)


@kind("visit-departed", of_case=True)
def visit_departed(world: World, *, restricted: bool) -> Made:
    found: Visit = visit(world, restricted=restricted).obj
    found = actions.depart(
        visit=found,
        departed_at=world.now,
        expected_version=found.version,
        by=world.by(Role.COORDINATOR),
        now=world.now,
    )
    return _of_case(found, found.case_id)


GROUP_SCOPE = {"colleague": READERS - MEMBER}


def _alarm_page(name: str, made: str, roles: Any, *, methods: str, refused: Any = ()) -> Any:
    """Team and group only where they are of it; coordinator and director everywhere in district and Center."""
    there = {role for role in roles if role in SEEN_BY_HEADS}
    return page(
        name,
        made,
        roles=roles,
        colleague=there,
        restricted=there - UNIT_HEADS,
        methods=methods,
        refused=refused,
    )


ROWS = (
    page("group-list", roles=READERS),
    page("group-new", roles=COORDINATOR, methods="GET POST"),
    page("group", "group", roles=READERS, **GROUP_SCOPE),
    page("group-edit", "group-draft", roles=COORDINATOR, colleague=ALL, methods="GET POST"),
    page("group-order", "group-draft", roles=COORDINATOR, colleague=ALL, methods="GET POST"),
    page("group-in-force", "group-draft", roles=COORDINATOR, colleague=ALL, methods="GET POST"),
    page("group-discard", "group-draft", roles=COORDINATOR, colleague=ALL, methods="GET POST"),
    page("group-member-new", "group-draft", roles=COORDINATOR, colleague=ALL, methods="GET POST"),
    page("group-member-edit", "group-member", roles=COORDINATOR, colleague=ALL, methods="GET POST"),
    page("group-member-remove", "group-member", roles=COORDINATOR, colleague=ALL, methods="POST"),
    page("group-member-up", "group-member", roles=COORDINATOR, colleague=ALL, methods="POST"),
    page("alarm-list", roles=READERS),
    _alarm_page("alarm", "alarm", READERS, methods="GET"),
    _alarm_page("alarm-acknowledge", "alarm", COMMANDING | MEMBER, methods="POST"),
    _alarm_page("alarm-engage", "alarm", COMMANDING, methods="GET POST"),
    _alarm_page("alarm-brief", "alarm", DRAFTING, methods="GET POST"),
    _alarm_page("alarm-close", "alarm-engaged", COMMANDING, methods="GET POST"),
    page("case-alarms", "case", roles=WORKERS | UNIT_HEADS | DIRECTOR, own=WORKERS),
    _alarm_page("response-plan-new", "alarm", DRAFTING, methods="GET POST"),
    page("response-board", roles=COMMANDING | MEMBER | OFFICER),
    _alarm_page("response-plan", "response-plan", FULL, methods="GET"),
    _alarm_page("response-plan-print", "response-plan", FULL, methods="GET"),
    _alarm_page("response-plan-in-force", "response-plan", COMMANDING, methods="GET POST"),
    _alarm_page("response-plan-complete", "response-plan", COMMANDING, methods="GET POST"),
    _alarm_page("response-plan-cancel", "response-plan", COMMANDING, methods="GET POST"),
    _alarm_page("response-measure-new", "response-plan", DRAFTING, methods="GET POST"),
    _alarm_page("response-measure-edit", "response-measure", DRAFTING, methods="GET POST"),
    _alarm_page("response-measure-remove", "response-measure", DRAFTING, methods="POST"),
    page(
        "response-measure-mark",
        "response-measure-in-force",
        roles=COMMANDING | MEMBER | OFFICER,
        colleague=COMMANDING | OFFICER,
        restricted=COMMANDING | OFFICER,
        methods="GET POST",
    ),
    _alarm_page("visit-new", "alarm", FULL, methods="GET POST"),
    _alarm_page("case-visit-new", "case-met", FULL, methods="GET POST"),
    _alarm_page("visit", "visit", FULL, methods="GET"),
    _alarm_page("visit-print", "visit", FULL, methods="GET"),
    _alarm_page("visit-depart", "visit", FULL, methods="GET POST"),
    _alarm_page("visit-protocol", "visit-departed", FULL, methods="GET POST"),
    page(
        "visit-sign",
        "visit-departed",
        roles=FULL,
        colleague=COMMANDING,
        restricted=COMMANDING,
        methods="POST",
    ),
    _alarm_page("visit-paper", "visit-departed", FULL, methods="GET POST"),
    _alarm_page("visit-cancel", "visit", FULL, methods="GET POST"),
)
