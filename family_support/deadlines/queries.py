"""Reading deadlines for pages: of a case, of a record, of a day's work, and how alive the sweep is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, IntegerField, QuerySet, Value, When, Window
from django.utils.translation import get_language

from family_support.access.scopes import readable_cases
from family_support.base.actor import Actor
from family_support.deadlines.models import Deadline, DeadlineHold, DeadlineQuerySet, Heartbeat, Term
from family_support.deadlines.signs import SWEEP, is_silent
from family_support.workdays.calendar import ONE_DAY, WorkCalendar

# Beat runs every minute; three missed beats are noticed.
SILENT_AFTER = timedelta(minutes=3)
GROUPS = ("overdue", "today", "week", "later")


def for_case(case_id: int) -> DeadlineQuerySet:
    """Every deadline of a case, running first, then by due moment; the caller has checked that the case is visible."""
    running_first = Case(
        When(state=Deadline.State.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return (
        Deadline.objects.filter(case_id=case_id)
        .for_display()
        .order_by(running_first, F("due_at").asc(nulls_last=True), "pk")
    )


def open_for_case(case_id: int) -> DeadlineQuerySet:
    """The running deadlines of a case, the most urgent first."""
    return (
        Deadline.objects.open()
        .filter(case_id=case_id)
        .for_display()
        .order_by(F("due_at").asc(nulls_last=True), "pk")
    )


def handovers(deadlines: Iterable[Deadline]) -> dict[int, list[tuple[str, datetime]]]:
    """Deadline -> to whom it passed and when, in order: one query."""
    rows = DeadlineHold.objects.filter(deadline__in=[row.pk for row in deadlines]).order_by("since", "pk")
    found: dict[int, list[tuple[str, datetime]]] = {}
    for pk, holder, since in rows.values_list("deadline_id", "holder", "since"):
        found.setdefault(pk, []).append((holder, since))
    return found


def for_subject(subject: tuple[str, int]) -> DeadlineQuerySet:
    """The deadlines of one record, the newest last."""
    return Deadline.objects.of_subject(*subject).for_display().order_by("pk")


def for_subjects(
    subject_type: str, keys: Collection[int], terms: Collection[str] = ()
) -> Mapping[int, Deadline]:
    """The running deadline by record key, for lists: one query however many rows."""
    rows = Deadline.objects.open().filter(subject_type=subject_type, subject_id__in=set(keys)).for_display()
    if terms:
        rows = rows.filter(code__in=terms)
    return {row.subject_id: row for row in rows.order_by(F("due_at").desc(nulls_first=True))}


@dataclass(slots=True)
class Day:
    """Running deadlines in the groups of My day, each sorted by due moment, and how many each group holds in all."""

    overdue: list[Deadline] = field(default_factory=list)
    today: list[Deadline] = field(default_factory=list)
    week: list[Deadline] = field(default_factory=list)
    later: list[Deadline] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GROUPS, 0))

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def my_day(
    *,
    actor: Actor,
    now: datetime,
    calendar: WorkCalendar,
    case_ids: QuerySet | None = None,
    terms: Collection[str] | None = None,
    limit: int = 200,
) -> Day:
    """What has a date, in groups: overdue, today, this week (to Sunday), later. One query.

    `case_ids` narrows to cases (`.values("pk")`: those an actor leads or is on the team of), `terms` to codes; at most
    `limit` rows, the earliest first, while `counts` are of all.
    """
    rows = Deadline.objects.open().filter(due_at__isnull=False)
    if actor.center_id is not None:
        rows = rows.filter(center_id=actor.center_id)
    elif actor.agency_id is not None:
        rows = rows.filter(agency_id=actor.agency_id)
    rows = rows.visible_to(actor)
    if case_ids is not None:
        rows = rows.filter(case_id__in=case_ids)
    if terms is not None:
        rows = rows.filter(code__in=terms)
    return _grouped(rows, now, calendar, limit)


def _grouped(rows: DeadlineQuerySet, now: datetime, calendar: WorkCalendar, limit: int) -> Day:
    today = calendar.local_date(now)
    # A body's 24:00 is the midnight that ends the day: it still belongs to it.
    tonight = calendar.end_of_day(today)
    sunday = calendar.end_of_day(today + ONE_DAY * (6 - today.weekday()))
    group = Case(
        When(due_at__lt=now, then=Value(0)),
        When(due_at__lte=tonight, then=Value(1)),
        When(due_at__lte=sunday, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    numbered = rows.annotate(day_group=group).annotate(
        group_size=Window(Count("*"), partition_by=[F("day_group")])
    )
    day = Day()
    for deadline in numbered.for_display().order_by("due_at", "pk")[:limit]:
        name = GROUPS[deadline.day_group]  # type: ignore[attr-defined]  # annotated above
        getattr(day, name).append(deadline)
        day.counts[name] = deadline.group_size  # type: ignore[attr-defined]  # annotated above
    if sum(len(getattr(day, name)) for name in GROUPS) >= limit:
        # Groups that lie wholly behind the limit have no row to tell their size.
        sizes = rows.annotate(day_group=group).values_list("day_group").annotate(size=Count("*"))
        day.counts |= {GROUPS[number]: size for number, size in sizes}
    return day


@dataclass(frozen=True, slots=True)
class Load:
    """Running and overdue deadlines of one owner."""

    running: int
    overdue: int


def load(*, center_id: int, now: datetime, by_case: Mapping[int, int]) -> dict[int, Load]:
    """Running and overdue deadlines by owner, for the director's board: `by_case` gives the owner of each case."""
    totals: dict[int, list[int]] = {}
    rows = Deadline.objects.open().filter(center_id=center_id, case_id__in=by_case.keys())
    for case_id, due_at in rows.values_list("case_id", "due_at"):
        pair = totals.setdefault(by_case[case_id], [0, 0])
        pair[0] += 1
        pair[1] += due_at is not None and due_at < now
    return {owner: Load(*pair) for owner, pair in totals.items()}


def late_count(*, center_id: int, now: datetime) -> int:
    """How many running deadlines of a Center are overdue now."""
    return Deadline.objects.open().without_reviews().filter(center_id=center_id, due_at__lt=now).count()


@dataclass(frozen=True, slots=True)
class Sign:
    """The last sign of life of a recurring job: when, what it found and how long it took; `silent` is an alarm."""

    at: datetime | None
    found: int
    milliseconds: int
    silent: bool
    waiting: int


def last_sweep(now: datetime) -> Sign:
    """How alive the sweep is, for the health page: silent after three minutes, and how many levels wait for it."""
    beat = Heartbeat.objects.filter(name=SWEEP).first()
    waiting = Deadline.objects.open().filter(next_at__lt=now).count()
    if beat is None:
        return Sign(None, 0, 0, True, waiting)
    return Sign(beat.at, beat.found, beat.milliseconds, is_silent(beat, now, SILENT_AFTER), waiting)


def term_names(codes: Iterable[str]) -> dict[str, str]:
    """Code -> name of the newest row of a term, in the active language."""
    column = f"name_{(get_language() or 'ru')[:2]}"
    rows = Term.objects.filter(code__in=set(codes)).order_by("code", "valid_from")
    return {code: name or russian for code, name, russian in rows.values_list("code", column, "name_ru")}


def reads_behind(actor: Actor, rows: Iterable[Deadline]) -> set[int]:
    """Those of the terms whose body, and whose reason in somebody's own words, the actor may read: a masked case keeps
    them. One query, none where all are one's own."""
    found = list(rows)
    own = {
        row.pk for row in found if row.case_id is None or row.agency_id and row.agency_id == actor.agency_id
    }
    cases = {row.case_id for row in found if row.pk not in own}
    open_to = set(readable_cases(actor).filter(pk__in=cases).values_list("pk", flat=True)) if cases else set()
    return own | {row.pk for row in found if row.case_id in open_to}
