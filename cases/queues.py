"""The journal of intakes: what waits, what was registered, refused, transferred; and whose files open when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case as Choice
from django.db.models import Count, Exists, F, OrderBy, OuterRef, Q, QuerySet, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.models import Case, Intake, IntakeTransfer
from cases.permissions import REGISTERING, can_read_intake
from cases.queries import shown_family
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.deadlines.badges import badge_of
from family_support.deadlines.models import Deadline
from family_support.deadlines.queries import for_subjects
from family_support.documents.models import Attachment
from family_support.ui import masking
from family_support.ui.components import Badge, Tile
from family_support.workdays.calendar import WorkCalendar

State = Intake.State
# The tabs of the journal, and the states behind each.
TABS: dict[str, tuple[str, ...]] = {
    "received": (State.RECEIVED,),
    "registered": (State.REGISTERED, State.ANSWERED),
    "refused": (State.REFUSED,),
    "transferred": (State.TRANSFERRED,),
}
LOOKED_BACK = timedelta(days=90)


def journal(actor: Actor, tab: str) -> QuerySet[Intake]:
    """The intakes of a tab, what came last first; what waits, the longest first. Those the actor registered and may
    no longer look into stand at the end, marked `hidden`."""
    rows = Intake.objects.journal_of(actor).filter(state__in=TABS[tab])
    offered = IntakeTransfer.objects.pending().filter(intake=OuterRef("pk"))
    found = rows.annotate(offered=Exists(offered)).select_related("applicant__district", "sender_agency")
    return by_moment(found, "received_at", latest_first=tab != "received")


def by_moment(rows: QuerySet[Intake], name: str, *, latest_first: bool) -> QuerySet[Intake]:
    """In the order of a moment; the hidden ones behind, in the order of their numbers: their place tells no moment."""
    shown = Choice(When(hidden=True, then=None), default=F(name))
    moment = OrderBy(shown, descending=latest_first, nulls_last=True)
    return rows.order_by(F("hidden"), moment, "-pk")


def counts(actor: Actor) -> dict[str, int]:
    """How many intakes each tab holds, the hidden ones among them: one query."""
    sums = {tab: Count("pk", filter=Q(state__in=states)) for tab, states in TABS.items()}
    return Intake.objects.journal_of(actor).aggregate(**sums)


@dataclass(frozen=True)
class Row:
    """An intake of the journal as the actor may see it."""

    intake: Intake
    case: Case | None
    name: str
    place: str
    iin: Badge
    due: Badge | None
    due_url: str
    offered: bool
    reads: bool

    @property
    def url(self) -> str:
        return reverse("intake", args=(self.intake.pk,))


def rows_of(intakes: Sequence[Intake], actor: Actor, now: datetime, calendar: WorkCalendar) -> dict[int, Row]:
    """What a page of the journal shows, by intake: two queries however many rows; nothing of a hidden one."""
    intakes = [row for row in intakes if not row.hidden]  # type: ignore[attr-defined]  # by journal_of
    ids = {row.case_id for row in intakes if row.case_id}
    cases = {case.pk: case for case in Case.objects.listed_to(actor).filter(pk__in=ids)}
    running = for_subjects("cases.intake", [row.pk for row in intakes])
    return {row.pk: _row(row, cases.get(row.case_id or 0), running, actor, now, calendar) for row in intakes}


def _row(
    row: Intake,
    case: Case | None,
    running: Mapping[int, Deadline],
    actor: Actor,
    now: datetime,
    calendar: WorkCalendar,
) -> Row:
    deadline = running.get(row.pk)
    person = row.applicant
    if case is not None and case.family_name:
        name = shown_family(case, actor)
    elif person is not None:
        name = person.full_name if can_read_intake(actor, case) else masking.initials(person.full_name)
    else:
        name = ""
    return Row(
        intake=row,
        case=case,
        name=name,
        place=person.district.name if person and person.district else "",
        iin=iin_badge(row),
        due=badge_of(deadline, now, calendar) if deadline else None,
        due_url=reverse("deadline-explain", args=(deadline.pk,)) if deadline else "",
        offered=bool(getattr(row, "offered", False)),
        reads=can_read_intake(actor, case),
    )


def iin_badge(intake: Intake) -> Badge:
    """Whether somebody is known by IIN: without it nobody can check what is reported later (rules.md 6.14)."""
    person = intake.applicant
    if person is None:
        return Badge(_("person not known"), "grey")
    if person.iin_index:
        return Badge(pgettext("journal", "IIN given"), "green")
    reason = person.get_no_iin_reason_display()
    return Badge(_("no IIN: {reason}").format(reason=reason[:1].lower() + reason[1:]), "yellow")


def tiles(actor: Actor, now: datetime) -> list[Tile]:
    """What waits, what waits too long, and how many of the last intakes name nobody by IIN: three queries."""
    waiting = Intake.objects.visible_to(actor).filter(state=State.RECEIVED)
    late = Deadline.objects.open().visible_to(actor).filter(code="intake_registration", due_at__lt=now)
    recent = Intake.objects.visible_to(actor).filter(
        state__in=TABS["registered"], registered_at__gte=now - LOOKED_BACK
    )
    sums = recent.aggregate(
        all=Count("pk"), bare=Count("pk", filter=Q(applicant__isnull=True) | Q(applicant__iin_index=""))
    )
    share = round(100 * sums["bare"] / sums["all"]) if sums["all"] else 0
    overdue = late.count()
    return [
        Tile(waiting.count(), _("Wait for registration"), "inbox", "blue", "?tab=received"),
        Tile(overdue, _("Wait too long"), "alarm", "red" if overdue else "grey"),
        Tile(
            f"{share} %",
            _("Registered without IIN, 90 days"),
            "id",
            "orange" if share else "green",
            "?tab=registered&bare=on",
        ),
    ]


def waiting(actor: Actor) -> QuerySet | None:
    """What somebody has to register; for those who do."""
    if actor.center_id is None or not (actor.role in REGISTERING or actor.is_director):
        return None
    return Intake.objects.visible_to(actor).filter(state=State.RECEIVED)


def waiting_tile(count: int) -> Tile | None:
    """My day: how much there is to register."""
    if not count:
        return None
    return Tile(count, _("Wait for registration"), "inbox", "orange", reverse("intake-list"))


def files_of_intakes(actor: Actor) -> QuerySet:
    """Scans and screenshots of intakes without a team: to who may read what was said then."""
    if actor.role not in REGISTERING and not actor.is_director:
        return Attachment.objects.none().values("pk")
    seen = Intake.objects.visible_to(actor)
    without_team = Q(case__isnull=True)
    if actor.role == Role.INTAKE_CLERK or actor.is_director:
        without_team |= Q(case__lead__isnull=True)
    wanted = seen.filter(without_team).values("pk")
    return Attachment.objects.filter(subject_type="cases.intake", subject_id__in=wanted).values("pk")
