"""The calendar changed by an order: preview, publishing, counting again; the exact answers to what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cases.models import Case
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.deadlines import actions
from family_support.deadlines import calendar_actions as orders
from family_support.deadlines.explanation import explained
from family_support.deadlines.models import Deadline, DeadlineChange, Recount
from family_support.deadlines.recount import run_all, run_batch
from family_support.deadlines.schedule import due, levels
from family_support.directory.models import Center
from family_support.notifications.models import Notice
from family_support.notifications.registry import kind_of
from family_support.outbox.delivery import deliver_due
from family_support.workdays.calendar import Names
from family_support.workdays.edition import Line, What
from family_support.workdays.models import CalendarDay
from family_support.workdays.queries import current_version, load_calendar
from tests.deadlines.test_actions import local, opened
from tests.places import at, make_actor, make_case, make_center, make_membership

pytestmark = pytest.mark.django_db
NOW = at("2026-05-06 11:00")
ORDER = {"order_number": "№ 512", "order_date": date(2026, 5, 5)}
QUAKE = Names("Жер сілкінісі", "Землетрясение", "Earthquake")
# Wednesday 6 May; Thursday 7 May is a holiday; Saturday 16 May rests.
SATURDAY, MONDAY = date(2026, 5, 16), date(2026, 5, 18)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def editor() -> Actor:
    return make_actor(Role.MINISTRY_EDITOR)


def line(what: What, day: date, other: date | None = None, names: Names = Names(), number: int = 1) -> Line:  # noqa: B008
    return Line(what, day, other, names, number)


def publish(by: Actor, *lines: Line, **more: Any) -> Recount:
    given = {"region": None, "center": None, "seen": current_version(), "now": NOW, **ORDER, **more}
    return orders.publish_calendar(lines=lines, by=by, **given)


def preview(by: Actor, *lines: Line, **more: Any) -> Any:
    given = {"region": None, "center": None, "now": NOW, **ORDER, **more}
    return orders.preview_calendar(lines=lines, by=by, **given)


CLOSED = line(What.CLOSURE, date(2026, 5, 12), names=QUAKE)


def test_a_transfer_moves_open_deadlines_and_explains_them(
    case: Case, worker: Actor, editor: Actor, center: Center
) -> None:
    """15 May (Friday) off, 16 May (Saturday) worked instead: a term that ended on the 15th ends on the 16th."""
    deadline = opened(case, worker, started="2026-05-12 10:00")
    assert local(deadline.due_at) == "2026-05-15 18:30"
    transfer = line(What.TRANSFER, SATURDAY, date(2026, 5, 15))
    found = preview(editor, transfer)
    assert (found.looked_at, found.moved, found.later) == (1, 1, 1)
    assert [(row.number, row.least, row.most) for row in found.terms] == [(1, 1, 1)]
    assert [row.name for row in found.centers] == [center.name]
    deadline.refresh_from_db()
    assert local(deadline.due_at) == "2026-05-15 18:30"  # a preview changes nothing

    recount = publish(editor, transfer)
    assert run_all(NOW) == 1
    recount.refresh_from_db()
    assert (recount.total, recount.looked_at, recount.moved, recount.finished_at) == (1, 1, 1, NOW)
    deadline.refresh_from_db()
    assert local(deadline.due_at) == "2026-05-16 18:30"
    assert deadline.calendar_version == recount.version
    told = explained(deadline, NOW, load_calendar(center=deadline.center))
    assert any("transferred from 16.05.2026 by order 512 of 05.05.2026" in text for text in told.sentences)
    assert any("(made a working day by order 512 of 05.05.2026)" in text for text in told.sentences)
    (change,) = told.changes
    assert (change.note, local(change.before), local(change.after)) == (
        "№ 512, 05.05.2026",
        "2026-05-15 18:30",
        "2026-05-16 18:30",
    )
    assert DeadlineChange.objects.get().by_id == editor.membership_id


def test_an_earlier_version_explains_an_earlier_date(editor: Actor) -> None:
    before = current_version()
    publish(editor, line(What.TRANSFER, SATURDAY, MONDAY))
    assert not load_calendar(version=before).is_working(SATURDAY)
    assert load_calendar().is_working(SATURDAY)
    assert not load_calendar().is_working(MONDAY)


def test_a_region_and_a_center_close_alone(case: Case, worker: Actor, editor: Actor, center: Center) -> None:
    deadline = opened(case, worker)
    assert local(deadline.due_at) == "2026-05-13 18:30"
    other = make_center()
    recount = publish(editor, CLOSED, center=other)
    assert recount.total == 0
    run_all(NOW)
    recount = publish(editor, CLOSED, region=center.district.region)
    run_all(NOW)
    deadline.refresh_from_db()
    assert local(deadline.due_at) == "2026-05-14 18:30"
    assert any(
        "closed by order 512" in text
        for text in explained(deadline, NOW, load_calendar(center=deadline.center)).sentences
    )
    assert load_calendar().is_working(date(2026, 5, 12))
    # The region's closure is taken back: the old date returns, and both moves stay.
    publish(editor, line(What.REMOVE, date(2026, 5, 12)), region=center.district.region)
    run_all(NOW)
    deadline.refresh_from_db()
    assert local(deadline.due_at) == "2026-05-13 18:30"
    assert deadline.changes.count() == 2


def test_closed_and_shortened_deadlines_stay(
    case: Case, worker: Actor, editor: Actor, center: Center
) -> None:
    opened(case, worker)
    consultation = opened(case, worker, "consultation")
    with acting(worker):
        actions.meet(terms="consultation", case_id=case.pk, by=worker, now=NOW)
        actions.shorten(flagged_at=NOW, case_id=case.pk, by=worker, now=NOW)
    before = dict(Deadline.objects.values_list("pk", "due_at"))
    recount = publish(editor, line(What.CLOSURE, date(2026, 5, 8), names=QUAKE), center=center)
    run_all(NOW)
    recount.refresh_from_db()
    assert recount.moved == 0
    assert dict(Deadline.objects.values_list("pk", "due_at")) == before
    assert consultation.pk in before


def test_an_estimated_holiday_is_confirmed_or_moved(editor: Actor) -> None:
    day = CalendarDay.objects.current().filter(estimated=True, date__gt=NOW.date()).first().date
    publish(editor, line(What.CONFIRM, day))
    row = CalendarDay.objects.current().get(date=day)
    assert (row.estimated, row.order_number) == (False, "512")
    with pytest.raises(Invalid, match="There is no estimated day"):
        _raise_first(lambda: publish(editor, line(What.CONFIRM, day)))


def _raise_first(call: Any) -> None:
    try:
        call()
    except Invalid as error:
        raise Invalid(error.code, next(iter(error.fields.values()))[0]) from error


def test_removing_one_end_of_a_transfer_removes_the_other(editor: Actor) -> None:
    publish(editor, line(What.TRANSFER, SATURDAY, MONDAY))
    publish(editor, line(What.REMOVE, MONDAY))
    assert not CalendarDay.objects.current().filter(date__in=(SATURDAY, MONDAY)).exists()


@pytest.mark.parametrize(
    ("lines", "field", "message"),
    [
        (
            [line(What.TRANSFER, date(2026, 5, 8), date(2026, 5, 12))],
            "day_1",
            "08.05.2026 is a working day already.",
        ),
        ([line(What.TRANSFER, SATURDAY, date(2026, 5, 17))], "other_1", "17.05.2026 is a day off already."),
        ([line(What.TRANSFER, SATURDAY)], "other_1", "Name the day that is off instead."),
        (
            [line(What.HOLIDAY, date(2026, 5, 7), names=QUAKE)],
            "day_1",
            "There is a holiday on 07.05.2026 already.",
        ),
        (
            [line(What.HOLIDAY, date(2026, 5, 12), names=Names("", "Праздник", "Holiday"))],
            "name_kk_1",
            "Write it in Kazakh too: all three languages are obligatory.",
        ),
        (
            [line(What.REMOVE, date(2026, 5, 12))],
            "day_1",
            "The calendar has no entry of this kind on 12.05.2026: there is nothing to remove.",
        ),
        (
            [line(What.REMOVE, date(2026, 5, 1))],
            "day_1",
            "A day that has passed stays as it was: terms that ended by it were decided.",
        ),
        (
            [line(What.HOLIDAY, date(2090, 5, 1), names=QUAKE)],
            "day_1",
            "The calendar covers the years 2018 to 2036.",
        ),
        ([CLOSED], "center", "Choose the region or the Center that is closed."),
        (
            [
                line(What.TRANSFER, SATURDAY, MONDAY),
                line(What.TRANSFER, SATURDAY, date(2026, 5, 19), number=2),
            ],
            "day_2",
            "16.05.2026 stands here twice.",
        ),
        ([], "day_1", "Name at least one day."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    editor: Actor, lines: list[Line], field: str, message: str
) -> None:
    version = current_version()
    with pytest.raises(Invalid) as error:
        publish(editor, *lines)
    assert {name: str(texts[0]) for name, texts in error.value.fields.items()} == {field: message}
    assert current_version() == version


@pytest.mark.parametrize(
    ("order", "field", "message"),
    [
        ({"order_number": " "}, "order_number", "Give the number of the order."),
        ({"order_date": None}, "order_date", "Give the date of the order."),
        ({"order_date": date(2026, 5, 7)}, "order_date", "The order's date cannot be later than today."),
    ],
)
def test_nothing_is_published_without_an_order(
    editor: Actor, order: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(Invalid) as error:
        publish(editor, line(What.TRANSFER, SATURDAY, MONDAY), **order)
    assert {name: str(texts[0]) for name, texts in error.value.fields.items()} == {field: message}


def test_a_closure_ends_after_it_begins_and_a_center_gets_no_holidays(editor: Actor, center: Center) -> None:
    backwards = line(What.CLOSURE, date(2026, 5, 14), date(2026, 5, 12), QUAKE)
    with pytest.raises(Invalid) as error:
        publish(editor, backwards, center=center)
    assert "other_1" in error.value.fields
    with pytest.raises(Invalid) as error:
        publish(editor, line(What.HOLIDAY, date(2026, 5, 12), names=QUAKE), center=center)
    assert [str(text) for text in error.value.fields["what_1"]] == [
        "A region or a Center can only be closed on a day."
    ]
    with pytest.raises(Invalid) as error:
        publish(editor, CLOSED, center=center, region=center.district.region)
    assert [str(text) for text in error.value.fields["center"]] == ["Choose either a region or a Center."]


def test_of_two_editors_the_second_is_told(editor: Actor) -> None:
    seen = current_version()
    publish(editor, line(What.TRANSFER, SATURDAY, MONDAY), seen=seen)
    with pytest.raises(Conflict) as error:
        publish(editor, line(What.TRANSFER, date(2026, 5, 23), date(2026, 5, 25)), seen=seen)
    assert (error.value.status, error.value.code) == (409, "stale_version")


@pytest.mark.parametrize("role", [Role.MINISTRY_ANALYST, Role.SYSTEM_ADMIN])
def test_only_the_ministrys_editor_publishes(role: Role) -> None:
    with pytest.raises(Forbidden):
        publish(make_actor(role), line(What.TRANSFER, SATURDAY, MONDAY))


def many(case: Case, center: Center, count: int, version: int = 1) -> None:
    """Running deadlines of one Center, made past the actions: their number is what matters."""
    model = opened(case, make_actor(Role.CASEWORKER, center), started="2026-05-06 10:00")
    with acting(SYSTEM):
        rows = []
        for number in range(count - 1):
            row = Deadline.objects.get(pk=model.pk) if number == 0 else rows[0]
            rows.append(
                Deadline(
                    **{
                        field.attname: getattr(row, field.attname)
                        for field in Deadline._meta.concrete_fields
                        if field.name not in ("id", "subject_id")
                    },
                    subject_id=1000 + number,
                )
            )
        Deadline.objects.bulk_create(rows)


def queries_of_preview(editor: Actor, center: Center) -> tuple[int, Any]:
    preview(editor, CLOSED, center=center)
    with CaptureQueriesContext(connection) as caught:
        found = preview(editor, CLOSED, center=center)
    return len(caught), found


def test_a_preview_of_2000_asks_no_more_than_one_of_two(case: Case, editor: Actor, center: Center) -> None:
    many(case, center, 2)
    few, found = queries_of_preview(editor, center)
    assert found.moved == 2
    Deadline.objects.all().delete()
    many(case, center, 2000)
    more, found = queries_of_preview(editor, center)
    assert (found.looked_at, found.moved) == (2000, 2000)
    assert more == few <= 6


def test_terms_counted_together_keep_each_its_own_beginning_and_schedule(
    case: Case, worker: Actor, editor: Actor, center: Center
) -> None:
    """What is counted once for a day is shared; the moment each began, its warnings and its row stay its own."""
    early = opened(case, worker, started="2026-05-12 10:00")
    late = opened(case, worker, started="2026-05-14 16:00", term="consultation")
    twin = opened(make_case(center, worker), worker, started="2026-05-12 17:15")
    publish(editor, line(What.TRANSFER, SATURDAY, date(2026, 5, 15)))
    run_all(NOW)
    rows = {row.pk: row for row in Deadline.objects.filter(pk__in=(early.pk, late.pk, twin.pk))}
    for before in (early, late, twin):
        after = rows[before.pk]
        assert after.explanation["started_at"] == before.started_at.isoformat()
        again = load_calendar(center=center)
        ends = due(after.term, after.started_at, None, again)
        assert (after.due_at, after.explanation) == (ends.due_at, ends.explanation)
        ahead = levels(after.term, after.started_at, after.due_at, again)
        assert after.schedule == [[level, moment.isoformat()] for level, moment in ahead]
        assert after.next_at == ahead[0][1]


def test_counting_again_goes_on_where_it_stopped(case: Case, editor: Actor, center: Center) -> None:
    """Each batch is one transaction: a worker killed between two loses nothing and counts nothing twice."""
    many(case, center, 7)
    recount = publish(editor, CLOSED, center=center)
    assert run_batch(NOW, batch=3)
    recount.refresh_from_db()
    assert (recount.looked_at, recount.moved, recount.finished_at) == (3, 3, None)
    run_all(NOW, batch=3)
    recount.refresh_from_db()
    assert (recount.looked_at, recount.moved) == (7, 7)
    assert recount.finished_at is not None
    assert DeadlineChange.objects.count() == 7
    assert not run_batch(NOW)


def test_who_leads_cases_hears_once_of_an_order_that_moved_their_dates(
    case: Case, editor: Actor, center: Center
) -> None:
    """One notice a person and recount, whatever the number of terms and batches; nothing to who has none moved."""
    lead, idle = make_membership(Role.CASEWORKER, center), make_membership(Role.CASEWORKER, center)
    with acting(SYSTEM):
        Case.objects.filter(pk=case.pk).update(lead=lead)
    many(case, center, 5)
    recount = publish(editor, CLOSED, center=center)
    with clock.at(NOW):
        run_all(NOW, batch=2)
        for _twice in range(2):
            deliver_due(clock.now)
    (notice,) = Notice.objects.filter(kind="deadlines.moved")
    assert (notice.recipient, notice.case_id) == (lead, None)
    assert notice.params == {"count": 5, "order": recount.note}
    shown = kind_of(notice.kind).text % notice.params
    assert shown == "An order (№ 512, 05.05.2026) moved the dates of your running terms: 5"
    assert not Notice.objects.filter(recipient=idle).exists()


def test_versions_are_counted_in_their_order(
    case: Case, worker: Actor, editor: Actor, center: Center
) -> None:
    deadline = opened(case, worker)
    publish(editor, CLOSED, center=center)
    publish(editor, line(What.CLOSURE, date(2026, 5, 13), names=QUAKE), center=center)
    late = opened(case, worker, "handoff", started="2026-05-08 10:00")
    run_all(NOW)
    deadline.refresh_from_db()
    assert local(deadline.due_at) == "2026-05-15 18:30"
    assert list(deadline.changes.values_list("calendar_version", flat=True)) == [
        current_version() - 1,
        current_version(),
    ]
    late.refresh_from_db()
    assert not late.changes.exists()  # opened by the newest version already


def test_a_way_up_that_lies_on_a_day_off_moves_too(
    case: Case, worker: Actor, editor: Actor, center: Center
) -> None:
    deadline = opened(case, worker)
    assert dict(deadline.schedule)["escalated"].startswith("2026-05-14")
    publish(editor, line(What.CLOSURE, date(2026, 5, 14), names=QUAKE), center=center)
    run_all(NOW)
    deadline.refresh_from_db()
    assert local(deadline.due_at) == "2026-05-13 18:30"
    assert dict(deadline.schedule)["escalated"].startswith("2026-05-15")
    assert not deadline.changes.exists()


class TestHours:
    """A director's order on the own Center's hours."""

    @pytest.fixture
    def director(self, center: Center) -> Actor:
        return make_actor(Role.DIRECTOR, center)

    def set(self, by: Actor, center: Center, opens: time, closes: time, day: date, **more: Any) -> Recount:
        given = {"seen": current_version(), "now": NOW, **ORDER, **more}
        return orders.publish_hours(center=center, opens=opens, closes=closes, valid_from=day, by=by, **given)

    def test_terms_end_at_the_hour_of_their_last_day(
        self, case: Case, worker: Actor, director: Actor, center: Center
    ) -> None:
        before, after = opened(case, worker, "consultation"), opened(case, worker)
        assert local(before.due_at) == "2026-05-08 18:30"
        day = date(2026, 5, 12)
        found = orders.preview_hours(
            center=center, opens=time(8), closes=time(17), valid_from=day, by=director, now=NOW, **ORDER
        )
        assert (found.moved, found.same_day) == (1, 1)
        self.set(director, center, time(8), time(17), day)
        run_all(NOW)
        before.refresh_from_db()
        after.refresh_from_db()
        assert (local(before.due_at), local(after.due_at)) == ("2026-05-08 18:30", "2026-05-13 17:00")
        assert any(
            "Due by 17:00, the Center's closing hour" in text
            for text in explained(after, NOW, load_calendar(center=center)).sentences
        )
        assert load_calendar(center=center).hours_of(date(2026, 5, 11)) == (time(9), time(18, 30))
        # Another change takes the place of the one that waits; taking it back brings the old hours again.
        self.set(director, center, time(9), time(18), date(2026, 5, 13))
        run_all(NOW)
        after.refresh_from_db()
        assert local(after.due_at) == "2026-05-13 18:00"
        orders.take_back_hours(center=center, by=director, seen=current_version(), now=NOW, **ORDER)
        run_all(NOW)
        after.refresh_from_db()
        assert local(after.due_at) == "2026-05-13 18:30"
        with pytest.raises(Conflict):
            orders.take_back_hours(center=center, by=director, seen=current_version(), now=NOW, **ORDER)

    @pytest.mark.parametrize(
        ("opens", "closes", "day", "field", "message"),
        [
            (
                time(18),
                time(9),
                date(2026, 5, 12),
                "closes",
                "The closing hour must be later than the opening hour.",
            ),
            (
                time(9),
                time(18),
                date(2026, 5, 6),
                "valid_from",
                "Hours change from tomorrow at the earliest: 07.05.2026.",
            ),
        ],
    )
    def test_hours_that_cannot_be(
        self, director: Actor, center: Center, opens: time, closes: time, day: date, field: str, message: str
    ) -> None:
        with pytest.raises(AppError) as error:
            self.set(director, center, opens, closes, day)
        assert {name: str(texts[0]) for name, texts in error.value.fields.items()} == {field: message}

    def test_only_the_own_center(self, director: Actor, editor: Actor) -> None:
        other = make_center()
        with pytest.raises(Missing):
            self.set(director, other, time(8), time(17), date(2026, 5, 12))
        with pytest.raises(Forbidden):
            self.set(editor, other, time(8), time(17), date(2026, 5, 12))
