"""What a change of the calendar does to open deadlines: first as counts, then in batches in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.deadlines.actions import recompute, shortened
from family_support.deadlines.models import Deadline, DeadlineQuerySet, Recount, Term
from family_support.deadlines.schedule import due_day, end_of, level_at
from family_support.directory.models import Center
from family_support.outbox.events import emit
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.edition import Edition, Scope
from family_support.workdays.queries import Calendars, load_edition

BATCH = 1000
# A level after the end is reached so many days later at most: longer ladders and holidays do not exist.
AFTERMATH = timedelta(days=60)


def concerned(scope: Scope, first: date, last: date | None, calendar: WorkCalendar) -> DeadlineQuerySet:
    """Open deadlines that walk over the days from `first` to `last` (None: and on), levels after the end included."""
    rows = Deadline.objects.open().filter(
        due_at__isnull=False, due_at__gte=calendar.start_of_day(first) - AFTERMATH
    )
    if last is not None:
        rows = rows.filter(started_at__lt=calendar.end_of_day(last))
    if scope.center_id is not None:
        rows = rows.filter(center_id=scope.center_id)
    elif scope.region_id is not None:
        rows = rows.filter(center__district__region_id=scope.region_id)
    return rows.exclude(pk__in=shortened())


class Moved(NamedTuple):
    """How one row of a table of the preview moves: how many, and by how many calendar days at least and at most."""

    name: str
    number: int
    least: int
    most: int


@dataclass
class Preview:
    """Counts only: no case, no person (security.md)."""

    looked_at: int = 0
    later: int = 0
    earlier: int = 0
    same_day: int = 0
    becomes_overdue: int = 0
    no_longer_overdue: int = 0
    other_level: int = 0
    terms: list[Moved] = field(default_factory=list)
    centers: list[Moved] = field(default_factory=list)

    @property
    def moved(self) -> int:
        return self.later + self.earlier + self.same_day


class Counted:
    """Ends of terms by one version of the calendar, each counted once for a day and Centers that live alike."""

    def __init__(self, edition: Edition, terms: Mapping[int, Term], centers: Mapping[int, Center]) -> None:
        self.calendars, self.terms, self.centers = Calendars(edition), terms, centers
        self._ends: dict[tuple[Any, ...], datetime | None] = {}
        self._late: dict[tuple[Any, ...], str] = {}

    def calendar(self, row: Row) -> WorkCalendar:
        return self.calendars.of(self.centers[row.center_id])

    def end(self, row: Row) -> datetime | None:
        term, calendar = self.terms[row.term_id], self.calendar(row)
        hours = term.unit == Term.Unit.CLOCK_HOURS
        start = row.started_at if hours else calendar.local_date(row.started_at)
        key = (row.term_id, id(calendar), start, row.set_date, row.length)
        if key not in self._ends:
            set_date = date.fromisoformat(row.set_date) if row.set_date else None
            self._ends[key] = end_of(term, row.started_at, set_date, calendar, _days(term, row)).due_at
        return self._ends[key]

    def level(self, row: Row, due_at: datetime | None, now: datetime) -> str:
        """The level that has been reached by now."""
        term, calendar = self.terms[row.term_id], self.calendar(row)
        if due_at is None or now <= due_at:
            return level_at(term, row.started_at, due_at, calendar, now)
        key = (row.term_id, id(calendar), due_at)
        if key not in self._late:
            # Past its end the level does not depend on the start.
            self._late[key] = level_at(term, row.started_at, due_at, calendar, now)
        return self._late[key]


class Row(NamedTuple):
    """What a preview reads of a deadline: no more than it counts with."""

    term_id: int
    center_id: int
    started_at: datetime
    due_at: datetime | None
    set_date: str | None
    length: str | None


def _days(term: Term, row: Row) -> int | None:
    """The working days that the register gave a state service when it was requested."""
    return int(row.length) if term.unit == Term.Unit.SERVICE and row.length else None


def preview(rows: DeadlineQuerySet, edition: Edition, now: datetime) -> Preview:
    """What publishing this version would do to these deadlines: the same number of queries however many."""
    terms, centers = Term.objects.in_bulk(), Center.objects.with_place().in_bulk()
    before, after = Counted(load_edition(), terms, centers), Counted(edition, terms, centers)
    found = Preview()
    by_term: dict[int, list[int]] = {}
    by_center: dict[int, list[int]] = {}
    lean = rows.order_by().values_list(
        "term_id",
        "center_id",
        "started_at",
        "due_at",
        KeyTextTransform("set_date", "explanation"),
        KeyTextTransform("length", "explanation"),
    )
    for row in map(Row._make, lean.iterator(chunk_size=5000)):
        found.looked_at += 1
        due_at = after.end(row)
        _count_levels(found, row, due_at, before, after, now)
        if due_at == row.due_at or row.due_at is None or due_at is None:
            continue
        days = (due_day(due_at, after.calendar(row)) - due_day(row.due_at, before.calendar(row))).days
        found.later += days > 0
        found.earlier += days < 0
        found.same_day += days == 0
        by_term.setdefault(row.term_id, []).append(days)
        by_center.setdefault(row.center_id, []).append(days)
    found.terms = _table(_by_name(by_term, terms))
    found.centers = _table(_by_name(by_center, centers))
    return found


def _count_levels(
    found: Preview, row: Row, due_at: datetime | None, before: Counted, after: Counted, now: datetime
) -> None:
    """The level that has been reached by now, before and after."""
    if before.level(row, row.due_at, now) == after.level(row, due_at, now):
        return
    late_before = row.due_at is not None and now > row.due_at
    late_after = due_at is not None and now > due_at
    found.becomes_overdue += late_after and not late_before
    found.no_longer_overdue += late_before and not late_after
    found.other_level += late_before == late_after


def _by_name(groups: Mapping[int, list[int]], rows: Mapping[int, Any]) -> dict[str, list[int]]:
    """Rows of one name are one: a term whose wording changed keeps its name."""
    found: dict[str, list[int]] = {}
    for pk, days in groups.items():
        found.setdefault(rows[pk].name, []).extend(days)
    return found


def _table(groups: dict[str, list[int]]) -> list[Moved]:
    rows = [Moved(name, len(days), min(map(abs, days)), max(map(abs, days))) for name, days in groups.items()]
    return sorted(rows, key=lambda row: (-row.number, row.name))


def run_batch(now: datetime, batch: int = BATCH) -> bool:
    """Count the next batch of the oldest unfinished recount, in one transaction; False when there is nothing to do.

    A recount that another worker holds is left to it. A kill loses at most a batch, which is counted again.
    """
    with acting(SYSTEM, reason="recount"):
        recount = Recount.objects.unfinished().select_for_update(skip_locked=True).first()
        if recount is None or _older_runs(recount):
            return False
        edition = load_edition(recount.version)
        keys = list(_left(recount, edition).values_list("pk", flat=True)[:batch])
        moved = recompute(
            deadlines=Deadline.objects.filter(pk__in=keys),
            note=recount.note,
            # The product counts; the changes name the person whose order it was.
            by=replace(SYSTEM, membership_id=recount.by_id),
            now=now,
            edition=edition,
        )
        recount.looked_at += len(keys)
        recount.moved += len(moved)
        recount.last_pk = keys[-1] if keys else recount.last_pk
        if len(keys) < batch:
            recount.finished_at = now
            recount.total = recount.looked_at
            if recount.moved:
                emit("deadlines.recounted", recount=recount.pk)
        recount.save(update_fields=("looked_at", "moved", "last_pk", "finished_at", "total"))
    return True


def _older_runs(recount: Recount) -> bool:
    """Whether another worker counts an older version: this one waits for its turn."""
    return Recount.objects.unfinished().filter(version__lt=recount.version).exists()


def _left(recount: Recount, edition: Edition) -> QuerySet[Deadline]:
    scope = Scope(region_id=recount.region_id, center_id=recount.center_id)
    calendar = WorkCalendar(version=edition.number, days=edition.national)
    rows = concerned(scope, recount.first_day, recount.last_day, calendar)
    return rows.filter(pk__gt=recount.last_pk).order_by("pk")


def run_all(now: datetime, batch: int = BATCH) -> int:
    """Count until nothing is left; how many batches."""
    done = 0
    while run_batch(now, batch):
        done += 1
    return done
