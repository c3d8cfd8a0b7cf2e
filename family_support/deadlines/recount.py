"""What a change of the calendar does to open deadlines: first as counts, then in batches in the background."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.deadlines.actions import counted_again, recompute, shortened
from family_support.deadlines.models import Deadline, DeadlineQuerySet, Recount
from family_support.deadlines.schedule import due_day, levels
from family_support.outbox.events import emit
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.edition import Edition, Scope
from family_support.workdays.queries import Calendars, load_edition

BATCH = 200
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


def preview(rows: DeadlineQuerySet, edition: Edition, now: datetime) -> Preview:
    """What publishing this version would do to these deadlines: the same number of queries however many."""
    before, after = Calendars(load_edition()), Calendars(edition)
    found = Preview()
    terms: dict[str, list[int]] = {}
    centers: dict[str, list[int]] = {}
    for deadline in rows.select_related("term", "center__district").iterator(chunk_size=2000):
        found.looked_at += 1
        old, new = before.of(deadline.center), after.of(deadline.center)
        ends = counted_again(deadline, new)
        _count_levels(found, deadline, ends.due_at, old, new, now)
        if ends.due_at == deadline.due_at or deadline.due_at is None or ends.due_at is None:
            continue
        days = (due_day(ends.due_at, new) - due_day(deadline.due_at, old)).days
        found.later += days > 0
        found.earlier += days < 0
        found.same_day += days == 0
        terms.setdefault(deadline.term.name, []).append(days)
        centers.setdefault(deadline.center.name, []).append(days)
    found.terms, found.centers = _table(terms), _table(centers)
    return found


def _count_levels(
    found: Preview,
    deadline: Deadline,
    due_at: datetime | None,
    old: WorkCalendar,
    new: WorkCalendar,
    now: datetime,
) -> None:
    """The level that has been reached by now, before and after."""
    was = _level(deadline, deadline.due_at, old, now)
    becomes = _level(deadline, due_at, new, now)
    if was == becomes:
        return
    late_before = deadline.due_at is not None and now > deadline.due_at
    late_after = due_at is not None and now > due_at
    found.becomes_overdue += late_after and not late_before
    found.no_longer_overdue += late_before and not late_after
    found.other_level += late_before == late_after


def _level(deadline: Deadline, due_at: datetime | None, calendar: WorkCalendar, now: datetime) -> str:
    reached = [
        name for name, moment in levels(deadline.term, deadline.started_at, due_at, calendar) if moment < now
    ]
    return reached[-1] if reached else ""


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
