"""A version of the calendar as a whole, and what it would be after an order: pure, for previews and for publishing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from family_support.base.errors import Invalid
from family_support.workdays.calendar import (
    SATURDAY,
    Day,
    Hours,
    Kind,
    Names,
)

# One closure lasts at most so many days: longer ones are a typing slip.
LONGEST_CLOSURE = 31
TRANSFERRED = Names(
    "{day} күнінен ауыстырылған демалыс",
    "День отдыха, перенесённый с {day}",
    "Day off transferred from {day}",
)
WORKED = Names(
    "Демалыс {day} күніне ауыстырылған жұмыс күні",
    "Рабочий день, отдых перенесён на {day}",
    "Working day, its rest transferred to {day}",
)


@dataclass(frozen=True, slots=True)
class Edition:
    """Every day that is not what its weekday says, of the country, the regions and the Centers, and Centers' hours."""

    number: int
    first: date
    last: date
    national: Mapping[date, Day] = field(repr=False)
    regions: Mapping[int, Mapping[date, Day]] = field(repr=False)
    centers: Mapping[int, Mapping[date, Day]] = field(repr=False)
    hours: Mapping[int, tuple[Hours, ...]] = field(default_factory=dict, repr=False)

    def days_of(self, center_id: int | None, region_id: int | None) -> Mapping[date, Day]:
        """National days, with those of the region over them and those of the Center over both."""
        region = self.regions.get(region_id or 0, {})
        own = self.centers.get(center_id or 0, {})
        return {**self.national, **region, **own} if region or own else self.national


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom an order concerns: the country, one region or one Center."""

    region_id: int | None = None
    center_id: int | None = None

    @property
    def is_local(self) -> bool:
        return self.region_id is not None or self.center_id is not None


class What(StrEnum):
    """What an order does with a day."""

    TRANSFER = "transfer"  # a rest day is worked, another day is off instead
    HOLIDAY = "holiday"
    CLOSURE = "closure"  # of a region or a Center
    CONFIRM = "confirm"  # the date of Kurban Ait
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order as it was typed; messages come back under its number."""

    what: What
    day: date
    other: date | None = None
    names: Names = Names()
    number: int = 1


@dataclass(frozen=True, slots=True)
class Order:
    """The act that a new version stands on."""

    number: str
    day: date


@dataclass(frozen=True, slots=True)
class DayChange:
    """What becomes of one day: another entry, or none."""

    date: date
    day: Day | None


@dataclass(frozen=True, slots=True)
class HoursChange:
    """A Center's hours from a day on; None takes back the change that waits."""

    center_id: int
    hours: Hours | None


def day_changes(
    edition: Edition,
    scope: Scope,
    lines: Sequence[Line],
    order: Order,
    today: date,
    region_of_center: int | None = None,
) -> list[DayChange]:
    """What the lines of an order make of the days. Raises Invalid with each message at its field (`day_1`, …)."""
    view = _View(edition, scope, region_of_center, order, today)
    gaps: dict[str, str] = {}
    changes: dict[date, DayChange] = {}
    for line in lines:
        try:
            for change in view.changes(line):
                if change.date in changes:
                    raise Invalid(
                        "twice", fields={_at(line, "day"): _("%(day)s stands here twice.") % _d(change.date)}
                    )
                changes[change.date] = change
        except Invalid as error:
            gaps |= {name: str(texts[0]) for name, texts in error.fields.items()}
    if gaps:
        raise Invalid("order", fields=gaps)
    if not changes:
        raise Invalid("empty", fields={"day_1": _("Name at least one day.")})
    return [changes[day] for day in sorted(changes)]


def after(edition: Edition, scope: Scope, changes: Sequence[DayChange]) -> Edition:
    """The version that would follow."""
    if scope.center_id is not None:
        own = _changed(edition.centers.get(scope.center_id, {}), changes)
        return replace(edition, number=edition.number + 1, centers={**edition.centers, scope.center_id: own})
    if scope.region_id is not None:
        own = _changed(edition.regions.get(scope.region_id, {}), changes)
        return replace(edition, number=edition.number + 1, regions={**edition.regions, scope.region_id: own})
    return replace(edition, number=edition.number + 1, national=_changed(edition.national, changes))


def after_hours(edition: Edition, change: HoursChange, today: date) -> Edition:
    """The version with a Center's new hours: one change waits at a time, so a later one takes its place."""
    kept = tuple(each for each in edition.hours.get(change.center_id, ()) if each.since <= today)
    hours = (*kept, change.hours) if change.hours else kept
    return replace(edition, number=edition.number + 1, hours={**edition.hours, change.center_id: hours})


def check_hours(opens: time, closes: time, since: date, today: date) -> None:
    """Raise Invalid for hours that are none, or that would change a day that has begun."""
    if opens >= closes:
        raise Invalid("hours", fields={"closes": _("The closing hour must be later than the opening hour.")})
    if since <= today:
        text = _("Hours change from tomorrow at the earliest: %(day)s.") % _d(today + timedelta(days=1))
        raise Invalid("in_the_past", fields={"valid_from": text})


def _changed(days: Mapping[date, Day], changes: Sequence[DayChange]) -> Mapping[date, Day]:
    found = dict(days)
    for change in changes:
        if change.day is None:
            found.pop(change.date, None)
        else:
            found[change.date] = change.day
    return found


def _d(day: date) -> dict[str, str]:
    return {"day": f"{day:%d.%m.%Y}"}


def _at(line: Line, name: str) -> str:
    return f"{name}_{line.number}"


class _View:
    """The days as the scope sees them, and the changes that a line means."""

    def __init__(
        self, edition: Edition, scope: Scope, region_of_center: int | None, order: Order, today: date
    ) -> None:
        self.edition, self.scope, self.order, self.today = edition, scope, order, today
        self.days = edition.days_of(scope.center_id, scope.region_id or region_of_center)
        if scope.center_id is not None:
            self.own = edition.centers.get(scope.center_id, {})
        elif scope.region_id is not None:
            self.own = edition.regions.get(scope.region_id, {})
        else:
            self.own = edition.national

    def works(self, day: date) -> bool:
        known = self.days.get(day)
        return known.kind is Kind.WORKING if known else day.weekday() < SATURDAY

    def changes(self, line: Line) -> Iterator[DayChange]:
        self._check_day(line, "day", line.day)
        if line.other is not None and line.what in (What.TRANSFER, What.CLOSURE, What.CONFIRM):
            self._check_day(line, "other", line.other)
        if self.scope.is_local and line.what not in (What.CLOSURE, What.REMOVE):
            raise Invalid(
                "local", fields={_at(line, "what"): _("A region or a Center can only be closed on a day.")}
            )
        match line.what:
            case What.TRANSFER:
                yield from self._transfer(line)
            case What.HOLIDAY:
                yield self._holiday(line)
            case What.CLOSURE:
                yield from self._closure(line)
            case What.CONFIRM:
                yield from self._confirm(line)
            case What.REMOVE:
                yield from self._remove(line)

    def _check_day(self, line: Line, name: str, day: date) -> None:
        if day < self.today:
            text = _("A day that has passed stays as it was: terms that ended by it were decided.")
            raise Invalid("in_the_past", fields={_at(line, name): text})
        if not self.edition.first <= day <= self.edition.last:
            text = _("The calendar covers the years %(first)s to %(last)s.") % {
                "first": self.edition.first.year,
                "last": self.edition.last.year,
            }
            raise Invalid("outside", fields={_at(line, name): text})

    def _check_names(self, line: Line) -> None:
        texts = {
            "kk": _("Write it in Kazakh too: all three languages are obligatory."),
            "ru": _("Write it in Russian too: all three languages are obligatory."),
            "en": _("Write it in English too: all three languages are obligatory."),
        }
        gaps = {
            _at(line, f"name_{language}"): text
            for language, text in texts.items()
            if not getattr(line.names, language).strip()
        }
        if gaps:
            raise Invalid("language_missing", fields=gaps)

    def _entry(self, day: date, kind: Kind, names: Names, moved_from: date | None = None) -> DayChange:
        return DayChange(
            day,
            Day(
                date=day,
                kind=kind,
                names=names,
                order_number=self.order.number,
                order_date=self.order.day,
                moved_from=moved_from,
                local=self.scope.is_local,
            ),
        )

    def _transfer(self, line: Line) -> Iterator[DayChange]:
        if line.other is None:
            raise Invalid(
                "other_missing", fields={_at(line, "other"): _("Name the day that is off instead.")}
            )
        if self.works(line.day):
            text = _("%(day)s is a working day already.") % _d(line.day)
            raise Invalid("works_already", fields={_at(line, "day"): text})
        if not self.works(line.other):
            text = _("%(day)s is a day off already.") % _d(line.other)
            raise Invalid("off_already", fields={_at(line, "other"): text})
        yield self._entry(line.day, Kind.WORKING, _dated(WORKED, line.other), line.other)
        yield self._entry(line.other, Kind.REST, _dated(TRANSFERRED, line.day), line.day)

    def _holiday(self, line: Line) -> DayChange:
        self._check_names(line)
        known = self.days.get(line.day)
        if known is not None and known.kind is Kind.HOLIDAY:
            text = _("There is a holiday on %(day)s already.") % _d(line.day)
            raise Invalid("holiday_already", fields={_at(line, "day"): text})
        return self._entry(line.day, Kind.HOLIDAY, line.names)

    def _closure(self, line: Line) -> Iterator[DayChange]:
        if not self.scope.is_local:
            text = _("Choose the region or the Center that is closed.")
            raise Invalid("scope_missing", fields={"center": text})
        self._check_names(line)
        last = line.other or line.day
        if not line.day <= last <= line.day + timedelta(days=LONGEST_CLOSURE - 1):
            text = _("The last day must be the first or later, at most %(n)s days in all.") % {
                "n": LONGEST_CLOSURE
            }
            raise Invalid("date_order", fields={_at(line, "other"): text})
        span = [line.day + timedelta(days=n) for n in range((last - line.day).days + 1)]
        worked = [day for day in span if self.works(day)]
        if not worked:
            text = _("%(day)s is a day off already.") % _d(line.day)
            raise Invalid("off_already", fields={_at(line, "day"): text})
        for day in worked:
            yield self._entry(day, Kind.REST, line.names)

    def _confirm(self, line: Line) -> Iterator[DayChange]:
        known = self.own.get(line.day)
        if known is None or not known.estimated:
            text = _("There is no estimated day on %(day)s to be confirmed.") % _d(line.day)
            raise Invalid("not_estimated", fields={_at(line, "day"): text})
        moved = line.other or line.day
        if moved != line.day:
            other = self.days.get(moved)
            if other is not None and other.kind is Kind.HOLIDAY:
                text = _("There is a holiday on %(day)s already.") % _d(moved)
                raise Invalid("holiday_already", fields={_at(line, "other"): text})
            yield DayChange(line.day, None)
        yield self._entry(moved, Kind.HOLIDAY, known.names)

    def _remove(self, line: Line) -> Iterator[DayChange]:
        known = self.own.get(line.day)
        if known is None:
            text = _("The calendar has no entry of this kind on %(day)s: there is nothing to remove.") % _d(
                line.day
            )
            raise Invalid("not_there", fields={_at(line, "day"): text})
        yield DayChange(line.day, None)
        # A transfer has two ends: without one of them the other would be a day given or taken for nothing.
        other = self.own.get(known.moved_from) if known.moved_from and known.order_number else None
        if other is not None and other.moved_from == line.day:
            self._check_day(line, "day", other.date)
            yield DayChange(other.date, None)


def _dated(names: Names, day: date) -> Names:
    return Names(*(text.format(day=f"{day:%d.%m.%Y}") for text in names))
