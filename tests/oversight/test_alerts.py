"""Unusual looking: each threshold at its edge, each alert once, decided once, told without a word of the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cases.models import Case
from cases.queries import note_hidden, search
from cases.readings import How, readings_of
from family_support.access.barred import bar
from family_support.access.models import CaseOpening
from family_support.access.openings import open_with_reason
from family_support.access.reads import log_read, readings_of_case
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden, Invalid
from family_support.notifications.models import Notice
from family_support.oversight import watch
from family_support.oversight.actions import decide_alert
from family_support.oversight.models import LookAlert
from tests.access.world import sign_in
from tests.factories import Place, a_case, a_center, a_membership, actor_for, an_iin, person_data
from tests.oversight.test_glass import WHY, broken, restricted
from tests.places import at, make_case

pytestmark = pytest.mark.django_db
Kind = LookAlert.Kind
IIN = an_iin(serial=7002)
# Wednesday, a working day; the Center's hours are those of the calendar.
NIGHT, NOON = at("2026-05-06 23:10"), at("2026-05-06 12:00")


@pytest.fixture
def place() -> Place:
    return a_center()


@pytest.fixture
def colleague(place: Place) -> Actor:
    return actor_for(a_membership(Role.LAWYER, center=place.center))


@pytest.fixture
def officer() -> Actor:
    return actor_for(a_membership(Role.SECURITY_OFFICER))


def alerts() -> list[tuple[str, int, int]]:
    return list(LookAlert.objects.order_by("pk").values_list("kind", "membership_id", "count"))


class TestMisses:
    def test_the_twentieth_within_ten_minutes(self, colleague: Actor, officer: Actor) -> None:
        who, now = colleague.membership_id or 0, NOON
        for number in range(watch.MISSES - 1):
            watch.note_miss(who, now + timedelta(seconds=20 * number))
        assert alerts() == []
        watch.note_miss(who, now + timedelta(minutes=9))
        watch.note_miss(who, now + timedelta(minutes=9))
        assert alerts() == [(Kind.MISSES, who, watch.MISSES)]
        notice = Notice.objects.get(kind="looks.unusual")
        assert (notice.recipient_id, notice.case_id, notice.params) == (officer.membership_id, None, {})

    def test_spread_wider_they_are_nothing(self, colleague: Actor) -> None:
        for number in range(watch.MISSES * 2):
            watch.note_miss(colleague.membership_id or 0, NOON + timedelta(minutes=number))
        assert alerts() == []

    def test_each_account_for_itself(self, place: Place) -> None:
        for number in range(watch.MISSES):
            watch.note_miss(10_000_000 + number, NOON)
        assert alerts() == []

    def test_counted_where_records_are_asked_for(
        self, colleague: Actor, django_assert_max_num_queries: Callable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[int] = []
        monkeypatch.setattr(
            "family_support.oversight.middleware.note_miss", lambda who, now: seen.append(who)
        )
        client = sign_in(Client(), Membership.objects.get(pk=colleague.membership_id))
        assert client.get(reverse("case", args=(999_999,))).status_code == 404
        assert client.get("/no-such-page/").status_code == 404
        assert client.get(reverse("case-list")).status_code == 200
        assert seen == [colleague.membership_id]

    def test_a_cache_that_is_down_fails_no_answer(
        self, colleague: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def down(*args: object, **kwargs: object) -> None:
            raise ConnectionError

        monkeypatch.setattr(cache, "add", down)
        watch.note_miss(colleague.membership_id or 0, NOON)


class TestSearches:
    @pytest.fixture
    def hidden(self, place: Place) -> Case:
        return restricted(
            a_case(place, person=person_data(last_name="Жұмағали", first_name="Ақбота", iin=IIN)), place
        )

    @pytest.mark.parametrize(
        ("query", "noted"),
        [
            (IIN, True),
            ("Жұмағали Ақбота", True),
            ("акбота жумагали", True),
            ("+7 701 123 45 67", True),
            ("Ақбота", False),
            ("Жұмағалиева Ақбота Серікқызы", False),
            ("ЦПС-2026-00001", False),
            (an_iin(serial=7003), False),
        ],
        ids=("iin", "name", "folded", "phone", "first name", "another", "number", "nobody"),
    )
    def test_by_whom_it_names(self, hidden: Case, colleague: Actor, query: str, noted: bool) -> None:
        assert search(query, colleague) == []
        note_hidden(query, colleague)
        assert [row.what for row in readings_of_case(hidden.pk)] == (["searched"] if noted else [])

    def test_from_another_center_too(self, hidden: Case) -> None:
        stranger = a_center().by(Role.INTAKE_CLERK)
        note_hidden(IIN, stranger)
        (row,) = readings_of(hidden, clock.now())
        assert (row.how, row.role, row.reason) == (
            How.SEARCH,
            "Специалист приёма",
            "",
        ) or row.how is How.SEARCH

    def test_the_team_and_the_director_are_not_noted(self, place: Place, hidden: Case) -> None:
        note_hidden(IIN, place.by())
        note_hidden(IIN, place.by(Role.DIRECTOR))
        assert not readings_of_case(hidden.pk)

    def test_who_is_barred_is_noted_in_an_ordinary_case_too(self, place: Place) -> None:
        wife, iin = an_iin(serial=7005), an_iin(female=False)
        case = a_case(place, person=person_data(iin=wife))
        husband = actor_for(a_membership(Role.LAWYER, center=place.center, iin=iin))
        note_hidden(wife, husband)
        assert not readings_of_case(case.pk), "listed to the whole Center"
        bar(case_id=case.pk, iin=iin, relation="муж", by=place.by(), now=clock.now())
        assert search(wife, husband) == []
        note_hidden(wife, husband)
        assert [row.what for row in readings_of_case(case.pk)] == ["searched"]

    def test_one_alert_a_day(self, hidden: Case, colleague: Actor) -> None:
        for _time in range(3):
            note_hidden(IIN, colleague)
        assert [watch.watch(clock.now()) for _time in range(2)] == [1, 0]
        assert alerts() == [(Kind.SEARCHES, colleague.membership_id, 3)]


class TestGlass:
    def test_more_than_two_a_month(self, place: Place, colleague: Actor) -> None:
        now = clock.now()
        for number in range(3):
            assert watch.watch(now) == 0
            broken(restricted(a_case(place), place), colleague, reason=f"{WHY} {number}")
        assert [watch.watch(clock.now()) for _time in range(2)] == [1, 0]
        assert alerts() == [(Kind.GLASS, colleague.membership_id, 3)]

    def test_those_of_the_month_before_do_not_count(self, place: Place, colleague: Actor) -> None:
        moments = (
            at("2026-04-29 10:00"),
            at("2026-04-30 23:59"),
            at("2026-05-01 00:00"),
            at("2026-05-06 09:00"),
        )
        case = make_case(place.center, restricted=True)
        with acting(SYSTEM):
            for moment in moments:
                CaseOpening.objects.create(
                    case_id=case.pk,
                    membership_id=colleague.membership_id,
                    code="life",
                    reason=WHY,
                    opened_at=moment,
                    ends_at=moment + timedelta(minutes=60),
                )
        assert watch.watch(NOON) == 0


class TestOutOfHours:
    @pytest.mark.parametrize(
        ("cases", "moment", "found"),
        [
            (watch.OUT_OF_HOURS_CASES, NIGHT, 1),
            (watch.OUT_OF_HOURS_CASES - 1, NIGHT, 0),
            (watch.OUT_OF_HOURS_CASES, NOON, 0),
            (watch.OUT_OF_HOURS_CASES, at("2026-05-09 12:00"), 1),
        ],
    )
    def test_many_cases_at_night_or_on_a_day_off(
        self,
        place: Place,
        colleague: Actor,
        monkeypatch: pytest.MonkeyPatch,
        cases: int,
        moment: datetime,
        found: int,
    ) -> None:
        for _number in range(cases):
            case = make_case(place.center)
            log_read(colleague, case.pk, "case")
            log_read(colleague, case.pk, "people")
        # The read log takes its moments from the database's clock alone: here it is moved under the watch.
        moved = moment - clock.now()
        real = watch.Calendars.of

        class Moved:
            def __init__(self, calendar: object) -> None:
                self.calendar = calendar

            def local(self, at_: datetime) -> datetime:
                return self.calendar.local(at_ + moved)  # type: ignore[attr-defined]

            def __getattr__(self, name: str) -> object:
                return getattr(self.calendar, name)

        monkeypatch.setattr(watch.Calendars, "of", lambda self, center: Moved(real(self, center)))
        assert [watch.watch(clock.now()) for _time in range(2)] == [found, 0]
        assert [(kind, who) for kind, who, _count in alerts()] == [
            (Kind.OUT_OF_HOURS, colleague.membership_id)
        ] * found


class TestDeciding:
    @pytest.fixture
    def alert(self, colleague: Actor) -> LookAlert:
        watch.raise_alert(Kind.GLASS, colleague.membership_id or 0, "2026-05", 3, clock.now())
        return LookAlert.objects.get()

    def test_once_and_by_the_security_officer(self, alert: LookAlert, place: Place, officer: Actor) -> None:
        given = {
            "alert": alert,
            "decision": "explained",
            "note": "Дежурила две недели, проверил.",
            "now": clock.now(),
        }
        for by in (place.by(Role.DIRECTOR), actor_for(a_membership(Role.SYSTEM_ADMIN))):
            with pytest.raises(Forbidden):
                decide_alert(by=by, **given)  # type: ignore[arg-type]
            assert not LookAlert.objects.visible_to(by).exists()
        decided = decide_alert(by=officer, **given)  # type: ignore[arg-type]
        assert (decided.decision, decided.decided_by_id) == ("explained", officer.membership_id)
        with pytest.raises(Conflict):
            decide_alert(by=officer, **given)  # type: ignore[arg-type]

    def test_not_about_oneself(self, officer: Actor) -> None:
        watch.raise_alert(Kind.MISSES, officer.membership_id or 0, "2026-05-06T10", 20, clock.now())
        with pytest.raises(Forbidden):
            decide_alert(
                alert=LookAlert.objects.get(),
                decision="explained",
                note="Проверял сам, всё в порядке.",
                by=officer,
                now=clock.now(),
            )

    def test_with_a_decision_and_a_note(self, alert: LookAlert, officer: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            decide_alert(alert=alert, decision="maybe", note="", by=officer, now=clock.now())
        assert set(refused.value.fields) == {"decision", "note"}


class TestReadings:
    def test_by_what_right_each_looked(self, place: Place, colleague: Actor) -> None:
        case = a_case(place)
        log_read(place.by(), case.pk, "case")
        open_with_reason(case_id=case.pk, by=colleague, reason="Подменяю коллегу сегодня", now=clock.now())
        log_read(colleague, case.pk, "people")
        case = restricted(case, place)
        head = actor_for(a_membership(Role.HEAD_ACCOMPANIMENT, center=place.center))
        broken(case, head)
        log_read(head, case.pk, "person 7")
        log_read(place.by(Role.DIRECTOR), case.pk, "readings")
        found = [(row.how, row.what, row.reason) for row in readings_of(case, clock.now())]
        assert found == [
            (How.OTHER, "Кто читал это дело", ""),
            (How.GLASS, "Член семьи", WHY),
            (How.GLASS, "Экстренный доступ", WHY),
            (How.REASON, "Люди и согласие", "Подменяю коллегу сегодня"),
            (How.REASON, "Открытие с указанием причины", "Подменяю коллегу сегодня"),
            (How.TEAM, "Дело", ""),
        ]

    def test_queries_do_not_grow(
        self, place: Place, colleague: Actor, django_assert_num_queries: Callable
    ) -> None:
        case = a_case(place)
        for size in (1, 30):
            for number in range(size):
                log_read(colleague, case.pk, f"person {number}")
            with django_assert_num_queries(4):
                readings_of(case, clock.now())
