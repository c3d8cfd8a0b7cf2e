"""Reading the calendar: one version at a time, kept in the process because a published version never changes."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from datetime import date, datetime
from threading import Lock

from django.db import connection

from family_support.base.prepared import Given, Prepared
from family_support.directory.models import Center
from family_support.workdays.calendar import (
    CLOSES,
    OPENS,
    Day,
    Hours,
    Kind,
    Names,
    RememberingCalendar,
    WorkCalendar,
)
from family_support.workdays.edition import Edition
from family_support.workdays.models import CalendarDay, CalendarVersion, CenterHours

KEPT_VERSIONS = 8
# Every deadline that is opened or moved asks which version is the newest.
_VERSION = ("pk", "number", "published_at")
_newest = Prepared(lambda: CalendarVersion.objects.order_by("-number").values_list(*_VERSION)[:1])
_published = Prepared(
    lambda: CalendarVersion.objects.order_by().filter(number=Given("number")).values_list(*_VERSION)
)
Key = tuple[str, int, datetime]


_kept: OrderedDict[Key, Edition] = OrderedDict()
_lock = Lock()


def load_calendar(*, center: Center | None = None, version: int | None = None) -> WorkCalendar:
    """The calendar a Center lives by, or the national one: the newest version or, to explain an old date, that one.

    One query when the version is known to this process. Errors: CalendarVersion.DoesNotExist.
    """
    return calendar_of(load_edition(version), center)


def load_edition(version: int | None = None) -> Edition:
    """The newest version of the calendar as a whole, or that one. Errors: CalendarVersion.DoesNotExist."""
    rows = _published(number=version) if version else _newest()
    if not rows:
        raise CalendarVersion.DoesNotExist("no such version of the calendar; load the reference data first")
    return _version(*rows[0])


def calendar_of(
    edition: Edition, center: Center | None, make: type[WorkCalendar] = WorkCalendar
) -> WorkCalendar:
    """One version as one Center lives by it."""
    return make(
        version=edition.number,
        days=edition.days_of(center.pk, center.district.region_id) if center else edition.national,
        opens=center.opens if center else OPENS,
        closes=center.closes if center else CLOSES,
        first=edition.first,
        last=edition.last,
        hours=edition.hours.get(center.pk, ()) if center else (),
    )


class Calendars:
    """The calendars of Centers by one version, each made once: for lists and for counting many deadlines.

    Centers that live by the same days and hours share one, and what it has counted already.
    """

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._made: dict[int, WorkCalendar] = {}
        self._alike: dict[tuple[object, ...], WorkCalendar] = {}

    def of(self, center: Center) -> WorkCalendar:
        if center.pk not in self._made:
            own = calendar_of(self.edition, center, RememberingCalendar)
            # The days by identity: the country's are one object, those of a region or a Center are made for it.
            lived = (id(own.days), own.opens, own.closes, own.hours)
            self._made[center.pk] = self._alike.setdefault(lived, own)
        return self._made[center.pk]


def current_version() -> int:
    """The newest version's number; 0 before the reference data is loaded."""
    row = CalendarVersion.objects.order_by("-number").only("number").first()
    return row.number if row else 0


def forget_calendars() -> None:
    """Drop what this process holds."""
    with _lock:
        _kept.clear()


def _version(pk: int, number: int, published_at: datetime) -> Edition:
    # A number alone would mistake one database for another where several are met in one process, as in tests.
    key = (str(connection.settings_dict["NAME"]), pk, published_at)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    held = _read(number)
    with _lock:
        _kept[key] = held
        while len(_kept) > KEPT_VERSIONS:
            _kept.popitem(last=False)
    return held


def _read(number: int) -> Edition:
    national: dict[date, Day] = {}
    regions: dict[int, dict[date, Day]] = defaultdict(dict)
    centers: dict[int, dict[date, Day]] = defaultdict(dict)
    for row in CalendarDay.objects.of_version(number):
        if row.center_id:
            place = centers[row.center_id]
        elif row.region_id:
            place = regions[row.region_id]
        else:
            place = national
        place[row.date] = as_day(row)
    if not national:
        raise CalendarVersion.DoesNotExist(f"version {number} of the calendar holds no days")
    hours: dict[int, list[Hours]] = defaultdict(list)
    for change in CenterHours.objects.of_version(number).order_by("valid_from"):
        hours[change.center_id].append(Hours(change.valid_from, change.opens, change.closes))
    # Whole years only: a year of which no holiday is known is not covered.
    return Edition(
        number=number,
        first=date(min(national).year, 1, 1),
        last=date(max(national).year, 12, 31),
        national=national,
        regions=dict(regions),
        centers=dict(centers),
        hours={center: tuple(changes) for center, changes in hours.items()},
    )


def as_day(row: CalendarDay) -> Day:
    """A row of the table as the pure calendar's day."""
    return Day(
        date=row.date,
        kind=Kind(row.kind),
        names=Names(row.name_kk, row.name_ru, row.name_en),
        order_number=row.order_number,
        order_date=row.order_date,
        moved_from=row.moved_from,
        estimated=row.estimated,
        local=bool(row.region_id or row.center_id),
    )
