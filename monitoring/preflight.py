"""Before the figures freeze: records that would distort them, with who answers for each (rules.md 6.14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseMember, Consultation, Intake, Person
from family_support.access.barred import barred_case_ids
from family_support.access.subjects import case_lines
from family_support.base.actor import Actor
from family_support.base.figures import Text
from family_support.deadlines.models import Deadline, Term
from family_support.directory.models import Center
from interagency.models import Task
from mobile_groups.models import Visit
from monitoring.counting import during
from monitoring.indicators.quality import OTHER
from monitoring.models import OutreachEvent
from monitoring.quarters import Quarter
from shelter.models import Stay

# {check: (records, path of their case)}
Finder = Callable[[Center, Quarter], QuerySet]


@dataclass(frozen=True)
class Rule:
    """What to look for, and why it distorts a figure."""

    code: str
    title: Text
    why: Text
    find: Finder
    case: str = "case_id"


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Owner:
    """Who answers for so many of the records, and those of them that the reader may open."""

    name: str
    count: int
    links: list[Link]


@dataclass(frozen=True)
class Finding:
    """A check and what it found."""

    code: str
    title: Text
    why: Text
    count: int
    owners: list[Owner]


def _unknown_iin(center: Center, quarter: Quarter) -> QuerySet:
    registered = Intake.objects.kept().filter(during("registered_at", quarter))
    intakes = registered.filter(case=OuterRef("case"), center=center)
    return CaseMember.objects.filter(Exists(intakes), person__no_iin_reason=Person.NoIin.UNKNOWN)


def _nobody(center: Center, quarter: Quarter) -> QuerySet:
    return Intake.objects.kept().filter(
        during("registered_at", quarter), center=center, applicant__isnull=True
    )


def _open_terms(center: Center, quarter: Quarter) -> QuerySet:
    return Deadline.objects.open().filter(
        during("due_at", quarter), center=center, case_id__isnull=False, term__acts_for=Term.ActsFor.CENTER
    )


def _unreviewed(center: Center, quarter: Quarter) -> QuerySet:
    return Task.objects.filter(
        during("reports__received_at", quarter), case__center=center, state=Task.State.REPORTED
    ).distinct()


def _other(center: Center, quarter: Quarter) -> QuerySet:
    return Task.objects.filter(
        during("sent_at", quarter), case__center=center, measure__template__code__endswith=OTHER
    )


def _entered_late(center: Center, quarter: Quarter) -> QuerySet:
    return Consultation.objects.filter(
        during("held_at", quarter), case__center=center, recorded_at__gte=quarter.ends_at
    )


def _overstays(center: Center, quarter: Quarter) -> QuerySet:
    return Stay.objects.filter(
        during("overstay_at", quarter), place__shelter__center=center, overstay_reason=""
    )


def _open_visits(center: Center, quarter: Quarter) -> QuerySet:
    open_ones = Visit.objects.filter(state__in=(Visit.State.PLANNED, Visit.State.DEPARTED))
    return open_ones.filter(during("planned_for", quarter), case__center=center)


def _no_lead(center: Center, quarter: Quarter) -> QuerySet:
    still_open = Q(closed_at__isnull=True) | Q(closed_at__gte=quarter.ends_at)
    return Case.objects.filter(still_open, center=center, lead__isnull=True, opened_at__lt=quarter.ends_at)


def _unmarked_events(center: Center, quarter: Quarter) -> QuerySet:
    return OutreachEvent.objects.filter(
        during("starts_at", quarter), center=center, state=OutreachEvent.State.PLANNED
    )


RULES: list[Rule] = [
    Rule(
        "open_terms",
        _("Terms of the quarter that are still open"),
        _("They count as unmet. If the work was done, record it before the figures freeze."),
        _open_terms,
    ),
    Rule(
        "unreviewed",
        _("Reports of bodies without a mark"),
        _("A measure counts as done, partly done or not done only after the Center’s mark."),
        _unreviewed,
    ),
    Rule(
        "nobody",
        _("Intakes without a named person"),
        _("Nobody can check them, and a repeat of the same family counts twice."),
        _nobody,
    ),
    Rule(
        "unknown_iin",
        _("People whose IIN is “not yet known”"),
        _("Find out the IIN or state another reason: the same person may be counted under two cases."),
        _unknown_iin,
    ),
    Rule(
        "other",
        _("Measures coded “other”"),
        _("They fall out of every breakdown by measure."),
        _other,
    ),
    Rule(
        "entered_late",
        _("Consultations recorded after the quarter ended"),
        _("They change its figures afterwards: look whether the date is right."),
        _entered_late,
    ),
    Rule(
        "overstay",
        _("Stays beyond a month without the director’s reason"),
        _("They count as overstays; the reason is the director’s to give."),
        _overstays,
    ),
    Rule(
        "visits",
        _("Visits that were planned in the quarter and have no protocol"),
        _("They do not count as visits until both times and the protocol are there."),
        _open_visits,
    ),
    Rule(
        "no_lead",
        _("Cases without a case manager"),
        _("Nobody answers for what is recorded in them."),
        _no_lead,
        "pk",
    ),
]
EVENTS = (
    "events",
    _("Planned events that nobody marked as held or cancelled"),
    _("They count neither as held nor as cancelled."),
)


def findings(center: Center, quarter: Quarter, actor: Actor) -> list[Finding]:
    """Every check that found something; case numbers only of cases that the actor sees listed."""
    found = {
        rule.code: list(_seen(rule, center, quarter, actor).values_list(rule.case, flat=True))
        for rule in RULES
    }
    ids = {case_id for each in found.values() for case_id in each}
    leads = {
        case.pk: case.lead.user.short_name if case.lead else ""
        for case in Case.objects.filter(pk__in=ids).select_related("lead__user").only("lead__user")
    }
    lines = case_lines(ids, actor)
    made = []
    for rule in RULES:
        if not found[rule.code]:
            continue
        by_owner: dict[str, list[int]] = {}
        for case_id in found[rule.code]:
            by_owner.setdefault(leads.get(case_id, ""), []).append(case_id)
        owners = [
            Owner(
                name,
                len(case_ids),
                [
                    Link(lines[case_id].number, lines[case_id].url)
                    for case_id in dict.fromkeys(case_ids)
                    if case_id in lines
                ],
            )
            for name, case_ids in sorted(by_owner.items())
        ]
        made.append(Finding(rule.code, rule.title, rule.why, len(found[rule.code]), owners))
    return made + _events(center, quarter)


def _events(center: Center, quarter: Quarter) -> list[Finding]:
    by_owner: dict[str, list[Link]] = {}
    events = _unmarked_events(center, quarter).select_related("planned_by__user").order_by("starts_at")
    for event in events:
        link = Link(event.topic, reverse("event", args=(event.pk,)))
        by_owner.setdefault(event.planned_by.user.short_name, []).append(link)
    if not by_owner:
        return []
    owners = [Owner(name, len(links), links) for name, links in sorted(by_owner.items())]
    return [Finding(*EVENTS, sum(owner.count for owner in owners), owners)]


def count(center: Center, quarter: Quarter, actor: Actor) -> int:
    """How many records would distort the figures, those left out of the findings left out here too."""
    events = _unmarked_events(center, quarter).count()
    return events + sum(_seen(rule, center, quarter, actor).count() for rule in RULES)


def _seen(rule: Rule, center: Center, quarter: Quarter, actor: Actor) -> QuerySet:
    """What a check finds, without the cases that keep the actor out by name: not even their number is told."""
    found = rule.find(center, quarter)
    return found.exclude(**{f"{rule.case}__in": barred_case_ids(actor)}) if actor.iin_index else found
