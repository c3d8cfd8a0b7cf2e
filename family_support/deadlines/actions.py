"""Opening, meeting, cancelling and moving deadlines: called by the actions of upper apps, inside their transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from family_support.audit.context import current_actor
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Invalid, Text
from family_support.base.prepared import Given, Prepared
from family_support.deadlines.again import begin_telling_again
from family_support.deadlines.bulk import write_ends
from family_support.deadlines.models import (
    Deadline,
    DeadlineChange,
    DeadlineHold,
    DeadlineLevel,
    DeadlineQuerySet,
    Holder,
    Term,
)
from family_support.deadlines.schedule import Due, due, levels
from family_support.directory.models import Agency, Center
from family_support.workdays.calendar import WorkCalendar
from family_support.workdays.edition import Edition
from family_support.workdays.queries import Calendars, load_calendar, load_edition

# Checked on every version of a plan; not a term that runs (rules.md 4).
LIMITS = frozenset({"plan_period"})
URGENT_TERM = {"assessment": "assessment_urgent"}
CALENDAR = DeadlineChange.Reason.CALENDAR
ESCALATED = DeadlineLevel.Level.ESCALATED
RESTATED = ("term", "code", "due_at", "explanation", "calendar_version", "schedule", "next_at")

# Hardly ever there, and asked for by every term that opens.
_runs = Prepared(
    lambda: (
        Deadline.objects.open()
        .filter(subject_type=Given("model"), subject_id=Given("pk"), code=Given("term"))
        .order_by()
        .values_list("pk")
    )
)

Subject = tuple[str, int]
Terms = str | Iterable[str]


def open_deadline(
    *,
    term: str,
    started_at: datetime,
    by: Actor,
    now: datetime,
    center: Center,
    case_id: int | None,
    subject: Subject,
    due_on: date | None = None,
    service_days: int | None = None,
    agency: Agency | None = None,
    holder: Holder | None = None,
    if_absent: bool = False,
) -> Deadline:
    """Start a term (rules.md 4) for a subject ("app.model", id); store when it ends and its levels are reached.

    The row of the term is the one in force on the local day of `started_at`. `due_on` is the day that terms with
    a date of their own end on (a measure's date); `service_days` are the working days that the register gives a state
    service. `agency` is the body whose turn it is.
    `holder` is with whom the work lies at first, where that is not who the term's row says.
    Errors: Conflict when the same term already runs for the subject (with `if_absent` that one is returned
    instead), ValueError for a limit and for a term without its date, Term.DoesNotExist, OutsideCalendar,
    RuntimeError outside `acting`.
    """
    _must_act()
    if term in LIMITS:
        raise ValueError(f"{term} is a limit, checked on every version; it does not run")
    for (known,) in _runs(model=subject[0], pk=subject[1], term=term):
        if if_absent:
            return Deadline.objects.get(pk=known)
        raise Conflict("term_runs", _("This term is already running."))
    calendar = load_calendar(center=center)
    row = Term.objects.in_force(term, calendar.local_date(started_at))
    ends = due(row, started_at, due_on, calendar, service_days)
    schedule = levels(row, started_at, ends.due_at, calendar)
    return Deadline.objects.create(
        term=row,
        code=row.code,
        case_id=case_id,
        center=center,
        agency=agency,
        subject_type=subject[0],
        subject_id=subject[1],
        holder=holder or _first_holder(row, agency),
        started_at=started_at,
        due_at=ends.due_at,
        calendar_version=calendar.version,
        explanation=ends.explanation,
        **_as_stored(schedule),
    )


def _first_holder(row: Term, agency: Agency | None) -> str:
    """What a body would do the Center does itself where no body is named."""
    return Holder.CENTER if row.holder == Holder.AGENCY and agency is None else row.holder


def hand_over(
    *,
    to: Holder,
    terms: Terms,
    by: Actor,
    now: datetime,
    subjects: Sequence[Subject] = (),
    case_id: int | None = None,
) -> list[Deadline]:
    """The work of running terms passes to somebody else, in the transaction of the act that passes it.

    Of records of one kind, or of a whole case; gives those that changed hands. Errors: RuntimeError outside `acting`.
    """
    _must_act()
    rows = Deadline.objects.open().filter(code__in=[terms] if isinstance(terms, str) else list(terms))
    if subjects:
        rows = rows.filter(subject_type=subjects[0][0], subject_id__in=[pk for _type, pk in subjects])
    elif case_id is not None:
        rows = rows.filter(case_id=case_id)
    else:
        return []
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if not found:
        return []
    last = dict(
        DeadlineHold.objects.filter(deadline__in=found)
        .order_by("deadline", "-since", "-pk")
        .distinct("deadline")
        .values_list("deadline_id", "holder")
    )
    passed = [row for row in found if last.get(row.pk, row.holder) != to]
    DeadlineHold.objects.bulk_create(
        DeadlineHold(deadline=row, holder=to, since=now, by_id=by.membership_id) for row in passed
    )
    return passed


def meet(
    *, terms: Terms, by: Actor, now: datetime, subject: Subject | None = None, case_id: int | None = None
) -> list[Deadline]:
    """Meet the running terms of these codes, of a subject or of a whole case; later than due is met late, and stays so.

    Levels whose moment has passed and that the sweep has not seen yet are recorded, untold. Gives what was met, which
    may be nothing. Errors: RuntimeError outside `acting`, ValueError without subject and case.
    """
    found = list(_running(terms, subject, case_id).select_for_update().order_by("pk"))
    for deadline in found:
        if deadline.is_overdue(now):
            deadline.meet_late()
        else:
            deadline.meet_in_time()
    _close(found, now)
    return found


def cancel(
    *,
    terms: Terms | None = None,
    reason: Text,
    by: Actor,
    now: datetime,
    subject: Subject | None = None,
    case_id: int | None = None,
) -> list[Deadline]:
    """Cancel running terms whose ground fell away (all of them when `terms` is None), with the reason. Words of the
    product come lazy: they are kept as the code has them and told to each reader in the reader's language.

    What had passed by then stays recorded. Errors: Invalid without a reason, RuntimeError outside `acting`, ValueError
    without subject and case.
    """
    with override("en"):
        kept = str(reason).strip()
    if not kept:
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    found = list(_running(terms, subject, case_id).select_for_update().order_by("pk"))
    for deadline in found:
        deadline.cancel()
        deadline.reason = kept
    _close(found, now)
    return found


def shorten(
    *,
    flagged_at: datetime,
    by: Actor,
    now: datetime,
    subject: Subject | None = None,
    case_id: int | None = None,
    term: str = "assessment",
    note: str = "",
) -> list[Deadline]:
    """A threat found later can only shorten (rules.md 6.6): min(old due, flagged + the urgent term's length).

    The running term becomes its urgent one with that one's levels and ladder; levels already reached stay as they are.
    Errors: RuntimeError outside `acting`, ValueError without subject and case, KeyError for a term that has no
    urgent one.
    """
    found = _locked(_running(term, subject, case_id))
    for deadline in found:
        calendar = load_calendar(center=deadline.center)
        urgent = Term.objects.in_force(URGENT_TERM[term], calendar.local_date(flagged_at))
        ends = due(urgent, flagged_at, None, calendar)
        if deadline.due_at is not None and ends.due_at is not None and deadline.due_at <= ends.due_at:
            ends = Due(deadline.due_at, ends.due_on, deadline.explanation)
        _restate(deadline, urgent, ends, calendar, DeadlineChange.Reason.THREAT, note, by, now)
        if ESCALATED in _reached([deadline]).get(deadline.pk, set()):
            # Its way up was told before the threat was known: from now on it is told again as a threat is.
            begin_telling_again([(deadline.pk, urgent.code, urgent.escalation.get("every_hours"))], now)
    return found


def move(*, term: str, subject: Subject, due_on: date, note: str, by: Actor, now: datetime) -> list[Deadline]:
    """Set another date for a running term that has a date of its own, with the reason as `note`.

    Errors: Invalid without a note, ValueError for a term that the law counts, RuntimeError outside `acting`.
    """
    if not note.strip():
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    found = _locked(_running(term, subject, None))
    for deadline in found:
        if deadline.term.unit not in (Term.Unit.DATE, Term.Unit.SERVICE):
            raise ValueError(f"{term} is counted, its date cannot be set")
        calendar = load_calendar(center=deadline.center)
        ends = due(deadline.term, deadline.started_at, due_on, calendar)
        _restate(deadline, deadline.term, ends, calendar, DeadlineChange.Reason.DATE, note.strip(), by, now)
    return found


def recompute(
    *,
    deadlines: DeadlineQuerySet,
    note: str,
    by: Actor,
    now: datetime,
    edition: Edition | None = None,
) -> list[Deadline]:
    """Count open deadlines again by the newest calendar, or by that version; gives those whose end moved.

    Closed ones are never touched, nor those counted by a later version already. A term that a threat shortened keeps
    its end: the shorter of both was decided then. Where other days are walked over to the same end, or the levels come
    at other moments, that is kept too. Errors: RuntimeError outside `acting`.
    """
    _must_act()
    calendars, counted = Calendars(edition or load_edition()), CountedAgain()
    rows = deadlines.open().exclude(pk__in=shortened()).filter(calendar_version__lte=calendars.edition.number)
    found = _locked_alone(rows)
    reached = _reached(found)
    moved, restated, rescheduled, changes = [], [], [], []
    for deadline in found:
        calendar, seen = calendars.of(deadline.center), reached.get(deadline.pk, set())
        ends = counted.due(deadline, calendar)
        if ends.due_at != deadline.due_at or _walked(ends.explanation) != _walked(deadline.explanation):
            moved += [deadline] if ends.due_at != deadline.due_at else []
            restated.append(deadline)
            changes.append(
                _restated(deadline, deadline.term, ends, calendar, seen, _Why(CALENDAR, note, by, now))
            )
        elif _rescheduled(deadline, calendar, seen):
            rescheduled.append(deadline)
    # A few statements however many deadlines.
    DeadlineChange.objects.bulk_create(changes)
    write_ends([*restated, *rescheduled])
    return moved


def shortened() -> QuerySet[Any]:
    """Deadlines that a threat shortened: a change of the calendar does not lengthen them again."""
    return DeadlineChange.objects.filter(reason=DeadlineChange.Reason.THREAT).values("deadline")


class CountedAgain:
    """Ends of terms, each counted once for those that began on one day by one calendar."""

    def __init__(self) -> None:
        self._ends: dict[tuple[Any, ...], Due] = {}

    def due(self, deadline: Deadline, calendar: WorkCalendar) -> Due:
        """When the deadline's term ends by a calendar that lives as long as this."""
        term, started_at = deadline.term, deadline.started_at
        set_date = deadline.explanation.get("set_date")
        length = deadline.explanation.get("length") if term.unit == Term.Unit.SERVICE else None
        start = started_at if term.unit == Term.Unit.CLOCK_HOURS else calendar.local_date(started_at)
        key = (term.pk, id(calendar), start, set_date, length)
        if key not in self._ends:
            on = date.fromisoformat(set_date) if set_date else None
            self._ends[key] = due(term, started_at, on, calendar, length)
        known = self._ends[key]
        return replace(known, explanation={**known.explanation, "started_at": started_at.isoformat()})


def _walked(explanation: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(explanation.get(name) for name in ("counted", "skipped", "closes"))


def _reached(found: Sequence[Deadline]) -> dict[int, set[str]]:
    """Deadline -> levels reached already: one query."""
    levels_of: dict[int, set[str]] = {}
    rows = DeadlineLevel.objects.filter(deadline__in=[row.pk for row in found])
    for pk, level in rows.values_list("deadline_id", "level"):
        levels_of.setdefault(pk, set()).add(level)
    return levels_of


def _rescheduled(deadline: Deadline, calendar: WorkCalendar, reached: set[str]) -> bool:
    """The same end, but a warning or the way up may lie on a day that is off now: whether one moved."""
    ahead = levels(deadline.term, deadline.started_at, deadline.due_at, calendar)
    stored = _as_stored([pair for pair in ahead if pair[0] not in reached])
    if stored["schedule"] == deadline.schedule:
        return False
    deadline.schedule, deadline.next_at = stored["schedule"], stored["next_at"]
    return True


def _must_act() -> None:
    if current_actor() is None or not connection.in_atomic_block:
        raise RuntimeError("deadlines change in the transaction of the act that moves them: use acting()")


def _locked(rows: DeadlineQuerySet) -> list[Deadline]:
    """With what their end is counted from."""
    return list(
        rows.select_related("term", "center__district").select_for_update(of=("self",)).order_by("pk")
    )


def _locked_alone(rows: DeadlineQuerySet) -> list[Deadline]:
    """Many at once: terms and Centers are read once each, not again with every row."""
    found = list(rows.select_for_update().order_by("pk"))
    terms = Term.objects.in_bulk({row.term_id for row in found})
    centers = Center.objects.with_place().in_bulk({row.center_id for row in found})
    for row in found:
        row.term, row.center = terms[row.term_id], centers[row.center_id]
    return found


def _running(terms: Terms | None, subject: Subject | None, case_id: int | None) -> DeadlineQuerySet:
    _must_act()
    rows = Deadline.objects.open()
    if subject is not None:
        rows = rows.of_subject(*subject)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    if subject is None and case_id is None:
        raise ValueError("say of which subject or case")
    if terms is not None:
        rows = rows.filter(code__in=[terms] if isinstance(terms, str) else list(terms))
    return rows


def _as_stored(schedule: Sequence[tuple[str, datetime]]) -> dict[str, Any]:
    return {
        "schedule": [[level, moment.isoformat()] for level, moment in schedule],
        "next_at": schedule[0][1] if schedule else None,
    }


def _close(found: Sequence[Deadline], now: datetime) -> None:
    """Store the closed rows; levels that had passed unseen are recorded, so that none is skipped."""
    unseen = []
    for deadline in found:
        for level, moment in deadline.schedule:
            reached = datetime.fromisoformat(moment)
            if reached < now:
                unseen.append(
                    DeadlineLevel(deadline=deadline, level=level, due_at=reached, reached_at=now, told=False)
                )
        deadline.closed_at, deadline.schedule, deadline.next_at = now, [], None
        deadline.save(update_fields=("state", "reason", "closed_at", "schedule", "next_at"))
    if unseen:
        DeadlineLevel.objects.bulk_create(unseen, ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class _Why:
    """What a change of a due moment is explained by."""

    reason: DeadlineChange.Reason
    note: str
    by: Actor
    now: datetime


def _restate(
    deadline: Deadline,
    term: Term,
    ends: Due,
    calendar: WorkCalendar,
    reason: DeadlineChange.Reason,
    note: str,
    by: Actor,
    now: datetime,
) -> None:
    reached = _reached([deadline]).get(deadline.pk, set())
    _restated(deadline, term, ends, calendar, reached, _Why(reason, note, by, now)).save(force_insert=True)
    deadline.save(update_fields=RESTATED)


def _restated(
    deadline: Deadline, term: Term, ends: Due, calendar: WorkCalendar, reached: set[str], why: _Why
) -> DeadlineChange:
    """The deadline with its other end, and the row that keeps the former one; neither is saved yet."""
    change = DeadlineChange(
        deadline=deadline,
        at=why.now,
        by_id=why.by.membership_id,
        reason=why.reason,
        note=why.note[:300],
        code_before=deadline.code,
        due_before=deadline.due_at,
        due_after=ends.due_at,
        calendar_version=calendar.version,
        explanation_before=deadline.explanation,
    )
    ahead = levels(term, deadline.started_at, ends.due_at, calendar)
    stored = _as_stored([pair for pair in ahead if pair[0] not in reached])
    deadline.term, deadline.code = term, term.code
    deadline.due_at, deadline.explanation = ends.due_at, ends.explanation
    deadline.calendar_version = calendar.version
    deadline.schedule, deadline.next_at = stored["schedule"], stored["next_at"]
    return change
