"""Reads for the plan's actions and pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from cases.consent import has_consent
from cases.models import CaseMember
from family_support.base.actor import Actor
from family_support.deadlines.models import Term
from family_support.documents.models import Attachment
from ipr.models import EndProposal, FamilyMeasure, Measure, Plan, PlanVersion, Signature
from ipr.rules import PERIOD_MONTHS, FamilyFact, MeasureFact, VersionFact


def period_months(on: date) -> int:
    """How many months a plan may last on a local date: the row `plan_period` of the terms (R256 15)."""
    row = Term.objects.filter(code="plan_period", valid_from__lte=on).exclude(valid_to__lt=on).first()
    return row.length if row is not None and row.length else PERIOD_MONTHS


def facts_of(version: PlanVersion, on: date) -> VersionFact:
    """What the pure rules look at, on a local date."""
    case = version.plan.case
    members = list(CaseMember.objects.filter(case=case).select_related("person"))
    minors = {member.person_id for member in members if member.person.is_minor(on)}
    measures = version.measures.select_related("sector", "agency").prefetch_related("agency__sectors")
    return VersionFact(
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        goal=version.goal,
        measures=[measure_fact(each, minors) for each in measures],
        family=[FamilyFact(each.starts_on, each.due_on) for each in version.family_measures.all()],
        participants=version.participants.count(),
        children=len(minors),
        consent=has_consent(case, on=on),
        transfer_consent=has_consent(case, third_parties=True, on=on),
    )


def measure_fact(measure: Measure, minors: set[int]) -> MeasureFact:
    return MeasureFact(
        starts_on=measure.starts_on,
        due_on=measure.due_on,
        sector=measure.sector.code,
        by_center=measure.by_center,
        executor_sectors=None
        if measure.agency is None
        else {sector.code for sector in measure.agency.sectors.all()},
        text=measure.text,
        goal=measure.goal,
        concerns_child=measure.person_id in minors,
    )


def own_work_of(version: PlanVersion) -> frozenset[int]:
    """Users who drew the version up or signed it for the Center, in any round (rules.md 6.13)."""
    signers = version.signatures.filter(party=Signature.Party.CENTER).values_list(
        "membership__user_id", flat=True
    )
    return frozenset({version.author.user_id, *signers})


def running_plan(case_id: int) -> Plan | None:
    """The plan in force, or else the one in preparation, if any."""
    running = Plan.objects.filter(case_id=case_id, state__in=(Plan.State.PREPARING, Plan.State.IN_FORCE))
    return running.order_by("pk").first()


def next_plan_of(plan: Plan) -> Plan | None:
    """The plan of the next period while it is being prepared."""
    return Plan.objects.filter(previous=plan, state=Plan.State.PREPARING).first()


def latest_plan(case_id: int) -> Plan | None:
    """The plan that runs, or the last one."""
    return (
        running_plan(case_id) or Plan.objects.filter(case_id=case_id).order_by("-created_at", "-pk").first()
    )


def for_reading(versions: QuerySet[PlanVersion]) -> QuerySet[PlanVersion]:
    """With everything a page or a paper of a version shows: a fixed number of queries, however long the plan is."""
    return versions.select_related(
        "plan__case__center__district", "plan__case__lead__user", "author__user"
    ).prefetch_related(
        Prefetch(
            "measures", Measure.objects.select_related("sector", "template", "person", "agency", "service")
        ),
        Prefetch("family_measures", FamilyMeasure.objects.select_related("person", "marked_by__user")),
        "participants",
        Prefetch(
            "signatures",
            Signature.objects.filter(void_at__isnull=True).select_related(
                "membership__user", "person", "scan"
            ),
        ),
        "approvals__by__user",
        "approvals__acting",
    )


@dataclass(frozen=True, slots=True)
class SectorGroup:
    """The measures of one kind of state support."""

    sector: object
    measures: Sequence[Measure]


def by_sector(version: PlanVersion) -> list[SectorGroup]:
    """Measures separately by kind of state support within the competence of each body (R256 16)."""
    groups: dict[int, list[Measure]] = {}
    for measure in sorted(version.measures.all(), key=lambda each: (each.sector.order, each.due_on, each.pk)):
        groups.setdefault(measure.sector_id, []).append(measure)
    return [SectorGroup(rows[0].sector, rows) for rows in groups.values()]


def waiting(actor: Actor) -> QuerySet[Any]:
    """The director's queue, longest waiting first, each with its `measure_count`."""
    rows = PlanVersion.objects.awaiting_approval(actor)
    return (
        rows.annotate(measure_count=Count("measures"))
        .select_related("plan__case__center", "author__user")
        .prefetch_related("signatures__membership")
        .order_by("submitted_at", "pk")
    )


def proposals_waiting(actor: Actor) -> QuerySet[Any]:
    """Proposals to end a plan of the director's Center, longest waiting first."""
    rows = EndProposal.objects.visible_to(actor).open().filter(plan__case__center_id=actor.center_id or 0)
    return rows.select_related("plan__case__center", "proposed_by__user").order_by("proposed_at", "pk")


def evidence_of(measures: Iterable[FamilyMeasure], plan_id: int) -> dict[Any, list[Attachment]]:
    """The papers that confirm the family's measures, by the measure's key: a mark made before an amendment keeps its
    papers. Two queries."""
    keys = {each.key for each in measures if each.state != FamilyMeasure.State.PLANNED}
    if not keys:
        return {}
    rows = FamilyMeasure.objects.filter(plan_version__plan=plan_id, key__in=keys).values_list("pk", "key")
    by_pk = dict(rows)
    papers = Attachment.objects.filter(subject_type="ipr.familymeasure", subject_id__in=by_pk).order_by("pk")
    found: dict[Any, list[Attachment]] = {}
    for paper in papers:
        found.setdefault(by_pk[paper.subject_id], []).append(paper)
    return found
