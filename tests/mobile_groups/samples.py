"""A Center with a mobile group in force, its people as actors, and alarms in every state, through the real actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Case
from family_support.access.models import Barred
from family_support.accounts.models import Membership
from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.directory.models import Agency, Sector
from mobile_groups import actions
from mobile_groups.actions import MemberData
from mobile_groups.models import Alarm, MobileGroup, ResponseMeasure, ResponsePlan, Visit
from tests.factories import NOON, Place, a_case, a_center, a_membership, actor_for, an_agency
from tests.lasting import lasting
from tests.plans import PDF

SECTORS = ("health", "education", "internal_affairs")
NEW_YEAR = datetime(2026, 12, 31, 19, 30, tzinfo=UTC)  # 00:30 of 1 January 2027 in Almaty


@dataclass
class District:
    """A Center, the bodies of its district, coordinator and group members with accounts."""

    place: Place
    agencies: dict[str, Agency]
    coordinator: Actor
    members: dict[str, Membership] = field(default_factory=dict)

    @property
    def director(self) -> Actor:
        return self.place.by(Role.DIRECTOR)

    @property
    def worker(self) -> Actor:
        return self.place.by()

    def member(self, sector: str = "health") -> Actor:
        return actor_for(self.members[sector])

    def sector(self, code: str) -> Sector:
        return Sector.objects.get(code=code)


def a_district_with_bodies() -> District:
    place = a_center()
    district = place.center.district
    agencies = {code: an_agency(code, district=district) for code in (*SECTORS, "social_protection")}
    coordinator = actor_for(a_membership(Role.COORDINATOR, agency=agencies["social_protection"]))
    members = {code: a_membership(Role.GROUP_MEMBER, agency=agencies[code]) for code in SECTORS}
    return District(place, agencies, coordinator, members)


def a_scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.pdf", PDF, content_type="application/pdf")


def add(there: District, group: MobileGroup, sector: str, *, now: datetime = NOON) -> None:
    """Health with an account first on call, the others too."""
    data = MemberData(there.sector(sector), membership=there.members[sector], post="Специалист")
    actions.put_member(group=group, data=data, by=there.coordinator, now=now)


def a_draft_group(
    there: District, *, year: int = 2026, sectors: tuple[str, ...] = SECTORS, now: datetime = NOON
) -> MobileGroup:
    group = actions.create_group(
        year=year,
        order_number="15-р",
        order_date=min(local_date(now), local_date(NOON)),
        issued_by="Аким района",
        by=there.coordinator,
        now=now,
    )
    actions.attach_order(group=group, upload=a_scan(), by=there.coordinator, now=now)
    for sector in sectors:
        add(there, group, sector, now=now)
    return fresh(group)


def a_group(there: District, *, year: int = 2026, now: datetime = NOON) -> MobileGroup:
    draft = a_draft_group(there, year=year, now=now)
    return actions.put_group_in_force(
        group=draft, expected_version=draft.version, by=there.coordinator, now=now
    )


@lasting
def a_ready_district() -> District:
    there = a_district_with_bodies()
    a_group(there)
    return there


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def an_alarm(there: District, state: str = "raised", *, now: datetime = NOON, **changes: Any) -> Alarm:
    """An alarm of a case registered with a threat, brought into a state."""
    case = a_case(there.place, now=now, threat=True, **changes)
    alarm = Alarm.objects.get(case=case)
    if state == Alarm.State.RAISED:
        return alarm
    alarm = actions.acknowledge_alarm(alarm=alarm, by=there.coordinator, now=now)
    if state == Alarm.State.ACKNOWLEDGED:
        return alarm
    alarm = actions.engage_group(
        alarm=alarm, instead="Полиция", expected_version=alarm.version, by=there.coordinator, now=now
    )
    return alarm if state == Alarm.State.ENGAGED else close(there, alarm, now=now)


def close(
    there: District,
    alarm: Alarm,
    *,
    outcome: str = "unfounded",
    by: Actor | None = None,
    now: datetime = NOON,
) -> Alarm:
    alarm = fresh(alarm)
    return actions.close_alarm(
        alarm=alarm,
        outcome=outcome,
        note="Проверено на месте, опасности нет.",
        expected_version=alarm.version,
        by=by or there.coordinator,
        now=now,
    )


def a_plan(
    there: District, alarm: Alarm, state: str = "draft", *, measures: int = 1, now: datetime = NOON
) -> ResponsePlan:
    plan = actions.start_plan(alarm=alarm, goal="Обезопасить семью.", by=there.coordinator, now=now)
    for number in range(measures):
        actions.put_measure(
            plan=plan,
            text=f"Мера {number}",
            agency=there.agencies["health"],
            due_on=local_date(now) + timedelta(days=2),
            by=there.coordinator,
            now=now,
        )
    return bring_plan(there, plan, state, now=now)


def bring_plan(there: District, plan: ResponsePlan, state: str, *, now: datetime = NOON) -> ResponsePlan:
    plan = fresh(plan)
    common: dict[str, Any] = {"expected_version": plan.version, "by": there.coordinator, "now": now}
    if state == ResponsePlan.State.DRAFT:
        return plan
    if state == ResponsePlan.State.CANCELLED:
        return actions.cancel_plan(plan=plan, reason="Отпало", **common)
    plan = actions.put_plan_in_force(plan=plan, **common)
    if state == ResponsePlan.State.COMPLETED:
        for measure in plan.measures.all():
            mark(measure, there.coordinator, now=now)
        plan = fresh(plan)
        plan = actions.complete_plan(plan=plan, expected_version=plan.version, by=there.coordinator, now=now)
    return plan


def mark(measure: ResponseMeasure, by: Actor, *, now: datetime = NOON, **changes: Any) -> ResponseMeasure:
    given = {"mark": "done", "note": "Сделано.", "expected_version": measure.version, **changes}
    return actions.mark_measure(measure=measure, by=by, now=now, **given)


def a_visit(there: District, alarm: Alarm, state: str = "planned", *, now: datetime = NOON) -> Visit:
    visit = actions.plan_visit(
        alarm=alarm, planned_for=now, purpose="Проверить безопасность детей.", by=there.member(), now=now
    )
    return bring_visit(there, visit, state, now=now)


def an_early_visit(there: District, case: Case, state: str = "planned", *, now: datetime = NOON) -> Visit:
    """A visit without a threat, planned by the case's worker."""
    visit = actions.plan_early_visit(
        case=case, planned_for=now, purpose="Познакомиться с семьёй.", by=there.worker, now=now
    )
    return bring_visit(there, visit, state, now=now)


def bring_visit(there: District, visit: Visit, state: str, *, now: datetime = NOON) -> Visit:
    by = there.member()
    if state == Visit.State.PLANNED:
        return visit
    if state == Visit.State.CANCELLED:
        return actions.cancel_visit(
            visit=visit, reason="Семья уехала", expected_version=visit.version, by=by, now=now
        )
    visit = actions.depart(
        visit=visit, departed_at=now - timedelta(hours=3), expected_version=visit.version, by=by, now=now
    )
    if state == Visit.State.DEPARTED:
        return visit
    visit = write_protocol(there, visit, now=now)
    return visit if state == Visit.State.BACK else actions.sign_protocol(visit=visit, by=by, now=now)


def write_protocol(there: District, visit: Visit, *, now: datetime = NOON, **changes: Any) -> Visit:
    given: dict[str, Any] = {
        "arrived_at": now - timedelta(hours=2),
        "returned_at": now - timedelta(hours=1),
        "members": [visit.group.members.get(membership=there.members["health"])],
        "result": "helped",
        "protocol": "Семья осмотрена, помощь оказана.",
        "expected_version": visit.version,
        "by": there.member(),
        **changes,
    }
    return actions.record_protocol(visit=visit, now=now, **given)


def actors(there: District) -> dict[Role, Actor]:
    """Somebody in every role, of the Center or of a body of the district; the member is in the group."""
    found = {}
    for role in Role:
        if role in CENTER_ROLES:
            found[role] = there.place.by(role)
        elif role == Role.GROUP_MEMBER:
            found[role] = there.member()
        elif role == Role.COORDINATOR:
            found[role] = there.coordinator
        else:
            agency = there.agencies["health"] if role in AGENCY_ROLES else None
            found[role] = actor_for(a_membership(role, agency=agency))
    return found


def bar(actor: Actor, case: Case, iin: str) -> Actor:
    """Put the person behind an actor on the case's barred list; the actor as it is loaded from then on."""
    with acting(SYSTEM, reason="test"):
        membership = Membership.objects.get(pk=actor.membership_id)
        membership.user.set_iin(iin)
        membership.user.save()
        row = Barred(case_id=case.pk, relation="abuser", noted_at=NOON, noted_by_id=case.lead_id)
        row.set_iin(iin)
        row.save()
    return actor_for(membership)
