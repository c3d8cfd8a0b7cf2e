"""Pages of deadlines, documents and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from family_support.accounts.roles import METHODOLOGY, UNIT_HEADS, WORKERS
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.deadlines.actions import open_deadline
from family_support.documents.actions import attach
from family_support.documents.files import sha256_of, write_with_row
from family_support.documents.models import Attachment, Rendering, storage_name
from family_support.notifications.models import Notice
from monitoring.models import QuarterlyReport
from tests.access.matrix import AGENCY_ROLES, EVERYBODY, MINISTRY_ROLES, Made, Relation, Role, kind, page
from tests.documents.samples import PDF, upload

if TYPE_CHECKING:
    from tests.access.world import World

OFFICERS = {Role.AGENCY_OFFICER, Role.BODY_ADMIN}
LISTING = WORKERS | UNIT_HEADS | {Role.INTAKE_CLERK, Role.DIRECTOR}
# A coordinator: the mandate of the district's group only, which is of no case.
# The security officer: the term of a review, which is of no case.
EXPLAINED = (
    LISTING | OFFICERS | {Role.METHODOLOGIST, Role.CENTER_ANALYST, Role.COORDINATOR, Role.SECURITY_OFFICER}
)
PAPER_READERS = (
    WORKERS
    | METHODOLOGY
    | {
        Role.DIRECTOR,
        Role.HEAD_ACCOMPANIMENT,
        Role.AGENCY_OFFICER,
        Role.GROUP_MEMBER,
        Role.COORDINATOR,
        Role.MINISTRY_ANALYST,
    }
    | {Role.INTAKE_CLERK}
)
RENDERING_READERS = (
    WORKERS | UNIT_HEADS | METHODOLOGY | AGENCY_ROLES | MINISTRY_ROLES | {Role.DIRECTOR, Role.INTAKE_CLERK}
)
# A Center's own quarterly report on paper.
REPORTED = METHODOLOGY | {Role.DIRECTOR, Role.HEAD_ACCOMPANIMENT}
PEOPLE = EVERYBODY


@kind("deadline", of_case=True)
def deadline(world: World, *, restricted: bool) -> Made:
    case = world.obj("case", restricted)
    with acting(SYSTEM):
        row = open_deadline(
            term="task_report",
            started_at=world.now,
            due_on=world.today,
            by=SYSTEM,
            now=world.now,
            center=world.center,
            case_id=case.pk,
            subject=("test.row", case.pk),
            agency=world.agency,
        )
    return Made(row, {"pk": row.pk})


@kind("attachment", of_case=True)
def attachment(world: World, *, restricted: bool) -> Made:
    case = world.obj("case", restricted)
    row = attach(
        case_id=case.pk,
        subject=("cases.case", case.pk),
        kind=Attachment.Kind.OTHER,
        upload=upload(PDF, "матрица.pdf"),
        by=world.by(Role.CASEWORKER),
        now=world.now,
    )
    return Made(row, {"pk": row.pk})


@kind("rendering")
def rendering(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    with acting(SYSTEM):
        report = QuarterlyReport.objects.create(center=world.center, year=2026, quarter=1)
        stored = storage_name(None, "")
        write_with_row(stored, PDF)
        row = Rendering.objects.create(
            subject_type="monitoring.quarterlyreport",
            subject_id=report.pk,
            format=Rendering.Format.PDF,
            language="ru",
            queued_at=world.now,
            state=Rendering.State.READY,
            ready_at=world.now,
            file=stored,
            sha256=sha256_of(PDF),
        )
    return Made(row, {"pk": row.pk})


@kind("notice")
def notice(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    with acting(SYSTEM):
        row = Notice.objects.create(
            recipient=world.membership(Role.CASEWORKER, Relation.OWN),
            kind="deadline.overdue",
            subject_type="test.row",
            subject_id=1,
            params={"term": "assessment"},
            created_at=world.now,
        )
    return Made(row, {"pk": row.pk})


ROWS = (
    page(
        "deadline-explain",
        "deadline",
        roles=EXPLAINED,
        own=LISTING | OFFICERS,
        colleague=LISTING | OFFICERS,
        restricted={Role.DIRECTOR} | OFFICERS,
    ),
    page(
        "deadline-explain-pdf",
        "deadline",
        roles=EXPLAINED,
        own=LISTING | OFFICERS,
        colleague=LISTING | OFFICERS,
        restricted={Role.DIRECTOR} | OFFICERS,
    ),
    page("held-days", roles={Role.DIRECTOR} | UNIT_HEADS),
    page("attachment-download", "attachment", roles=PAPER_READERS, own=WORKERS),
    page("rendering-status", "rendering", roles=RENDERING_READERS, own=REPORTED, colleague=REPORTED),
    page("rendering-download", "rendering", roles=RENDERING_READERS, own=REPORTED, colleague=REPORTED),
    page("notices", roles=PEOPLE),
    page("notice-counter", roles=PEOPLE),
    page("notice-read", "notice", roles=PEOPLE, own={Role.CASEWORKER}, methods="POST"),
    page("notices-read", roles=PEOPLE, methods="POST"),
    page("parked-mail", roles={Role.SYSTEM_ADMIN}),
    page("parked-mail-retry", roles={Role.SYSTEM_ADMIN}, methods="POST"),
    page("parked-mail-give-up", roles={Role.SYSTEM_ADMIN}, methods="GET POST"),
)
