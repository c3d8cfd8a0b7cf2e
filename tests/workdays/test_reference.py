"""The shipped days against the `holidays` package, and the table against the ministry's later changes."""

import json
from datetime import UTC, date, datetime, time

import pytest
from django.db import IntegrityError, transaction

from family_support.directory.models import Center, District, Region
from family_support.workdays.calendar import Reason
from family_support.workdays.management.commands.export_calendar import TARGET, as_text
from family_support.workdays.models import CalendarDay, CalendarVersion
from family_support.workdays.queries import current_version, forget_calendars, load_calendar
from family_support.workdays.reference import load_reference
from family_support.workdays.seeding import calendar_days

MOMENT = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)


def test_the_file_is_what_the_command_writes() -> None:
    assert TARGET.read_text(encoding="utf-8") == as_text(calendar_days())


def test_every_day_is_named_in_three_languages_and_transfers_have_orders() -> None:
    rows = json.loads(TARGET.read_text(encoding="utf-8"))["days"]
    assert all(row["name_kk"] and row["name_ru"] and row["name_en"] for row in rows)
    assert all("order_number" in row for row in rows if row["kind"] == "working")
    assert all("moved_from" in row for row in rows if row["kind"] == "rest")
    assert [row["date"] for row in rows] == sorted({row["date"] for row in rows})


@pytest.fixture
def place(db: None) -> Center:
    load_reference()
    region = Region.objects.filter(kato="71").first() or Region.objects.create(
        kato="71", name_kk="Астана", name_ru="Астана", name_en="Astana"
    )
    district = District.objects.create(region=region, code="T1", name_kk="Т", name_ru="Т", name_en="T")
    center = Center.objects.create(
        code="TST01", district=district, name_kk="О", name_ru="Ц", name_en="C", opens=time(8), closes=time(17)
    )
    forget_calendars()
    return center


def next_version() -> CalendarVersion:
    return CalendarVersion.objects.create(number=current_version() + 1, published_at=MOMENT)


def closure(version: CalendarVersion, day: date, **place: object) -> CalendarDay:
    return CalendarDay.objects.create(
        date=day,
        kind="rest",
        name_kk="Апат",
        name_ru="Авария",
        name_en="Accident",
        order_number="17",
        since_version=version,
        **place,
    )


def test_loading_twice_adds_nothing(place: Center) -> None:
    before = current_version(), CalendarDay.objects.count()
    assert load_reference() == 0
    assert (current_version(), CalendarDay.objects.count()) == before
    assert before[1] == len(calendar_days())


def test_a_day_the_ministry_withdrew_stays_withdrawn(place: Center) -> None:
    version = next_version()
    CalendarDay.objects.filter(date=date(2026, 5, 27)).update(until_version=version)
    assert load_reference() == 0
    assert load_calendar().is_working(date(2026, 5, 27))


def test_an_old_version_still_explains_an_old_date(place: Center) -> None:
    old = current_version()
    version = next_version()
    closure(version, date(2026, 6, 3))
    assert load_calendar().version == version.number
    assert not load_calendar().is_working(date(2026, 6, 3))
    assert load_calendar(version=old).is_working(date(2026, 6, 3))


def test_a_center_lives_by_its_hours_and_its_closures(place: Center) -> None:
    version = next_version()
    closure(version, date(2026, 6, 3), center=place)
    closure(version, date(2026, 6, 4), region=place.district.region)
    own = load_calendar(center=place)
    assert (own.opens, own.closes) == (time(8), time(17))
    assert own.step(date(2026, 6, 3)).reason is Reason.CLOSURE
    assert own.step(date(2026, 6, 4)).reason is Reason.CLOSURE
    assert load_calendar().is_working(date(2026, 6, 3))
    assert load_calendar().is_working(date(2026, 6, 4))


def test_a_known_version_costs_one_query(place: Center, django_assert_num_queries: object) -> None:
    load_calendar()
    with django_assert_num_queries(1):
        load_calendar(center=place)


def test_without_reference_data_nothing_is_guessed(db: None) -> None:
    with pytest.raises(CalendarVersion.DoesNotExist):
        load_calendar(version=10_000)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("calendar_day_once", {"order_number": "1"}),
        ("calendar_day_local_has_order", {"center": True, "order_number": ""}),
        ("calendar_day_region_or_center", {"center": True, "region": True, "order_number": "1"}),
        (
            "calendar_day_not_moved_from_itself",
            {"date": date(2026, 6, 9), "moved_from": date(2026, 6, 9), "order_number": "1"},
        ),
    ],
)
def test_the_database_refuses(place: Center, name: str, change: dict) -> None:
    values = {
        "date": date(2026, 5, 9),
        "kind": "rest",
        "name_kk": "x",
        "name_ru": "x",
        "name_en": "x",
        "since_version": CalendarVersion.objects.get(number=current_version()),
        **change,
    }
    if values.get("center"):
        values["center"] = place
    if values.get("region"):
        values["region"] = place.district.region
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CalendarDay.objects.create(**values)
