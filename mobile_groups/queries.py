"""Reads for the pages of groups, alarms, response plans and visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.consent import has_consent
from cases.models import Case, CaseMember, Person
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.ui.components import SummaryRow
from family_support.ui.masking import initials
from family_support.ui.templatetags.ui import moment
from mobile_groups.loading import loaded_alarms
from mobile_groups.models import Alarm, GroupMember, MobileGroup, ResponseMeasure, ResponsePlan, Visit
from mobile_groups.models.visit import UNDER_WAY
from mobile_groups.permissions import reads_narrative, sees_contact
from mobile_groups.rules import missing_sectors

# Closed alarms stay in the list this long.
KEPT_IN_LIST = timedelta(days=30)
SOON = timedelta(days=2)
# By these the person is reached directly; the others name no number that could be called.
BY_NUMBER = frozenset({Person.Channel.PHONE, Person.Channel.MESSAGE})

Text = str | Promise


def board(actor: Actor, now: datetime) -> dict[str, list[Alarm]]:
    """Alarms the actor sees, by state: the open ones, and those closed lately. One query."""
    shown = Q(closed_at__isnull=True) | Q(closed_at__gt=now - KEPT_IN_LIST)
    rows = (
        loaded_alarms(actor)
        .filter(shown)
        .annotate(open_visits=Count("visits", filter=Q(visits__state__in=("planned", "departed", "back"))))
        .order_by("raised_at", "pk")
    )
    groups: dict[str, list[Alarm]] = {state: [] for state in Alarm.State.values}
    for row in rows:
        groups[row.state].append(row)
    return groups


def what_threatens(alarm: Alarm) -> list[Text]:
    """The signs, in words that name nobody."""
    found: list[Text] = [_("life or health is threatened")]
    if alarm.violence:
        found.append(_("signs of domestic violence"))
    if alarm.minor_at_risk:
        found.append(_("a minor is at risk"))
    return found


def summary_of(alarm: Alarm, actor: Actor) -> list[SummaryRow]:
    """The alarm's summary: what threatens, where, how the person is safely reached. Neither narrative nor address."""
    signs = "; ".join(str(sign) for sign in what_threatens(alarm))
    rows = [SummaryRow(_("What threatens"), signs[:1].upper() + signs[1:])]
    if alarm.brief:
        rows.append(SummaryRow(_("What the group is told"), alarm.brief))
    if reads_narrative(actor, alarm):
        rows.append(SummaryRow(_("Written in the case"), alarm.threat.note))
    rows += _whom(alarm, actor)
    rows.append(SummaryRow(_("Raised"), moment(alarm.raised_at)))
    return rows


def early_summary_of(visit: Visit, actor: Actor) -> list[SummaryRow]:
    """What the group knows of a family it visits without a threat: where, and with consent how it is reached."""
    rows = _whom(visit, actor)
    if actor.center_id is None and not sees_contact(actor, visit):
        told = _("not known: ask the Center")
        if not has_consent(visit.case, third_parties=True, on=clock.today()):
            told = _("The family has not agreed that its data is passed on: ask the Center.")
        rows.append(SummaryRow(_("Safe contact"), told))
    return rows


def _whom(alarm: Alarm | Visit, actor: Actor) -> list[SummaryRow]:
    center = alarm.case.center
    rows = [
        SummaryRow(_("District"), (alarm.case.district or alarm.district).name),
        SummaryRow(_("Center"), ", ".join(part for part in (center.name, center.phone) if part)),
    ]
    return rows + _contact(alarm, actor) if sees_contact(actor, alarm) else rows


def _contact(alarm: Alarm | Visit, actor: Actor) -> list[SummaryRow]:
    place = (
        CaseMember.objects.filter(case_id=alarm.case_id, relation=CaseMember.Relation.SELF)
        .select_related("person")
        .first()
    )
    if place is None:
        return [SummaryRow(_("Safe contact"), _("not known: ask the Center"))]
    person = place.person
    name = person.full_name if reads_narrative(actor, alarm) else initials(person.full_name)
    reach = [str(person.get_safe_contact_display())]
    if person.safe_contact in BY_NUMBER:
        reach.append(person.phone)
    reach.append(person.safe_contact_note)
    told = " · ".join(part for part in reach if part)
    return [
        SummaryRow(_("Person"), name),
        SummaryRow(_("Safe contact"), told or _("not known: ask the Center")),
    ]


def call_list(alarm: Alarm) -> list[GroupMember]:
    """The group's members in the order of calling."""
    if alarm.group_id is None:
        return []
    return list(members_of(alarm.group_id))


def members_of(group_id: int) -> QuerySet[GroupMember]:
    return GroupMember.objects.filter(group_id=group_id).select_related(
        "agency", "sector", "membership__user"
    )


def plans_of(alarm: Alarm) -> list[ResponsePlan]:
    """Plans of an alarm, the newest first, with their measures."""
    return list(
        alarm.plans.select_related(
            "created_by__user", "in_force_by__user", "ended_by__user"
        ).prefetch_related("measures__agency", "measures__marked_by__user")
    )


def visits_of(alarm: Alarm) -> list[Visit]:
    return list(alarm.visits.select_related("planned_by__user").prefetch_related("present"))


def early_visits_of(case: Case, actor: Actor) -> list[Visit]:
    """Visits for early detection to a family, the newest first."""
    return list(Visit.objects.visible_to(actor).early().filter(case=case))


def early_board(actor: Actor, now: datetime) -> list[Visit]:
    """Visits for early detection that are under way, and those that ended lately. One query."""
    shown = Q(state__in=UNDER_WAY) | Q(planned_for__gt=now - KEPT_IN_LIST)
    rows = Visit.objects.visible_to(actor).early().filter(shown)
    return list(rows.select_related("group__district", "case__center").order_by("planned_for", "pk"))


@dataclass(frozen=True)
class Composition:
    """A group as its page shows it: members, and what is still missing before it can take force."""

    members: list[GroupMember]
    missing: list[str]


def composition_of(group: MobileGroup) -> Composition:
    members = list(members_of(group.pk))
    return Composition(members, missing_sectors({member.sector.code for member in members}))


def groups_of(actor: Actor) -> list[MobileGroup]:
    """Groups the actor sees, the newest year first, with how many members each has."""
    rows = MobileGroup.objects.visible_to(actor).select_related("district", "coordinator__user")
    return list(rows.annotate(size=Count("members")).order_by("-year", "-pk"))


def measures_board(actor: Actor, now: datetime) -> dict[str, list[ResponseMeasure]]:
    """Measures of plans in force by due date: overdue, soon, later, marked. A member sees those of the own body."""
    rows = ResponseMeasure.objects.visible_to(actor).filter(plan__state=ResponsePlan.State.IN_FORCE)
    if actor.role == Role.GROUP_MEMBER:
        rows = rows.filter(agency_id=actor.agency_id)
    rows = rows.select_related("agency", "plan__alarm__case__center", "plan__alarm__district")
    today = local_date(now)
    groups: dict[str, list[ResponseMeasure]] = {"overdue": [], "soon": [], "later": [], "marked": []}
    for row in rows.order_by("due_on", "pk"):
        groups[_group(row, today)].append(row)
    return groups


def _group(measure: ResponseMeasure, today: date) -> str:
    if measure.mark:
        return "marked"
    if measure.due_on < today:
        return "overdue"
    return "soon" if measure.due_on <= today + SOON else "later"
