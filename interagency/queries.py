"""Reads for the inbox, the task page and the case's tab of bodies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from cases.models import Case
from family_support.base.actor import Actor
from family_support.deadlines.models import Deadline
from family_support.documents.models import Attachment
from interagency.models import Handoff, Review, ServiceNorm, Task, TaskReport
from ipr.models import PlanVersion


@dataclass
class Line:
    """A task with the term that runs on it."""

    task: Task
    deadline: Deadline | None
    # The register's term of the state service that the measure means (R192 10).
    service: Deadline | None = None


def with_terms(tasks: list[Task]) -> list[Line]:
    """Each task with its open term: the report's, the review's once it was reported, or the settlement's of a decline.
    Two queries for any number."""
    reports = _open(("task_report",), "ipr.measure", [task.measure_id for task in tasks])
    keys = [task.pk for task in tasks]
    own = _open(("report_review", "decline_settlement", "state_service"), "interagency.task", keys)
    found = []
    for task in tasks:
        terms = {row.code: row for row in own.get(task.pk, ())}
        service = terms.pop("state_service", None)
        report = next(iter(reports.get(task.measure_id, ())), None)
        found.append(Line(task, next(iter(terms.values()), report), service))
    return found


def _open(codes: tuple[str, ...], subject_type: str, ids: list[int]) -> dict[int, list[Deadline]]:
    rows = Deadline.objects.open().filter(code__in=codes, subject_type=subject_type, subject_id__in=ids)
    found: dict[int, list[Deadline]] = {}
    for row in rows.select_related("term", "center__district"):
        found.setdefault(row.subject_id, []).append(row)
    return found


def inbox(actor: Actor) -> list[Line]:
    """The officer's tasks, the earliest due first; what waits for the Center comes last."""
    tasks = (
        Task.objects.visible_to(actor)
        .select_related("agency", "case__center", "measure__sector", "assigned_to__user")
        .order_by("due_on", "pk")
    )
    lines = with_terms(list(tasks))
    return sorted(lines, key=lambda line: line.task.state in (Task.State.REPORTED, Task.State.DECLINED))


def grouped(lines: list[Line], now: datetime) -> list[tuple[str, list[Line]]]:
    """Lines by what they ask for: new, overdue, returned, in work, waiting for the Center."""
    groups: dict[str, list[Line]] = {"overdue": [], "returned": [], "new": [], "work": [], "waiting": []}
    for line in lines:
        groups[_group(line, now)].append(line)
    return [(code, found) for code, found in groups.items() if found]


def _group(line: Line, now: datetime) -> str:
    if line.task.state in (Task.State.REPORTED, Task.State.DECLINED):
        return "waiting"
    if any(term is not None and term.is_overdue(now) for term in (line.deadline, line.service)):
        return "overdue"
    return {Task.State.RETURNED: "returned", Task.State.SENT: "new"}.get(Task.State(line.task.state), "work")


def reports_of(task: Task) -> list[TaskReport]:
    """A task's reports, the newest first, with their reviews and files."""
    reports = list(
        task.reports.select_related("review__service_norm", "reported_by__user").order_by("-number")
    )
    files: dict[int, list[Attachment]] = {}
    rows = Attachment.objects.filter(
        subject_type="interagency.taskreport", subject_id__in=[report.pk for report in reports]
    )
    for row in rows.order_by("pk"):
        files.setdefault(row.subject_id, []).append(row)
    for report in reports:
        report.files = files.get(report.pk, [])  # type: ignore[attr-defined]
    return reports


@dataclass
class BodyPart:
    """What one body has of the plan in force. `handoff` is None for the Center's own measures."""

    handoff: Handoff | None
    name: str
    lines: list[Line]


def parts_of_case(case: Case) -> tuple[PlanVersion | None, list[BodyPart]]:
    """The newest approved version that was handed off, by body."""
    version = (
        PlanVersion.objects.filter(plan__case=case, state__in=("approved", "ended"))
        .select_related("plan")
        .order_by("-decided_at")
        .first()
    )
    if version is None:
        return None, []
    # A task sent again stands for the one that it replaces.
    tasks = Task.objects.filter(measure__version=version, replaced_by__isnull=True).select_related(
        "agency", "assigned_to__user", "handoff__agency", "case__center", "measure__sector", "measure__person"
    )
    lines = with_terms(list(tasks.order_by("due_on", "pk")))
    parts = {
        handoff.agency_id: BodyPart(handoff, handoff.agency.name, [])
        for handoff in version.handoffs.select_related("agency").order_by("agency__name_ru")
    }
    for line in lines:
        # A task that an amendment left as it was keeps the hand-off it came with.
        task = line.task
        name = task.agency.name if task.agency else case.center.name
        parts.setdefault(task.agency_id, BodyPart(task.handoff, name, [])).lines.append(line)
    own = parts.pop(None, None)
    return version, [*parts.values(), *([own] if own else [])]


def taken_back(case: Case, version: PlanVersion | None) -> list[Task]:
    """Tasks of earlier versions that were taken back from a body and have no other in their place, the last first."""
    rows = Task.objects.filter(case=case, state=Task.State.WITHDRAWN, replaced_by__isnull=True)
    if version is not None:
        rows = rows.exclude(measure__version=version)
    rows = rows.select_related("agency", "case__center", "measure__sector", "measure__version__plan")
    return list(rows.order_by("-closed_at", "-pk"))


def breaches(reviews: QuerySet[Review]) -> QuerySet:
    """Annotate `breached`: the code of the norm, or its words where an older return names it in words only."""
    return reviews.annotate(breached=Coalesce("service_norm__code", "norm"))


def norm_titles(codes: Collection[str]) -> dict[str, dict[str, str]]:
    """Code -> the norm's title in every language; what is no code is not in it."""
    rows = ServiceNorm.objects.filter(code__in=codes).order_by("valid_from")
    return {row.code: row.titles for row in rows}
