"""One digest a person and day of work, with everything new in it: under crowds, kills and outages."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from family_support.access.barred import bar
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.base.loudness import Loudness
from family_support.deadlines.sweep import sweep
from family_support.directory.models import Center
from family_support.notifications.actions import mark_all_read, notify
from family_support.notifications.digest import gather_digests
from family_support.notifications.mail import send_waiting
from family_support.notifications.models import Digest, Mail, Notice
from family_support.outbox.delivery import deliver_due
from family_support.outbox.events import emit
from tests.deadlines.test_actions import opened
from tests.places import actor, at, make_agency, make_case, make_center, make_membership

EVENING, MORNING = at("2026-05-05 18:00"), at("2026-05-06 09:00")
IIN = "850615300129"


@pytest.fixture
def center(db: None) -> Center:
    return make_center()


@pytest.fixture
def lead(center: Center) -> Membership:
    return make_membership(Role.CASEWORKER, center)


def told(
    *people: Membership,
    kind: str = "case.closed",
    case: Case | None = None,
    loudness: str | None = None,
    now: datetime = EVENING,
) -> None:
    with acting(SYSTEM):
        notify(
            [person.pk for person in people],
            kind,
            subject=("cases.case", case.pk if case else 1),
            case_id=case.pk if case else None,
            loudness=loudness,
            now=now,
        )


def figures() -> list[tuple[int, int]]:
    return sorted(Digest.objects.values_list("total", "late"))


def test_figures_of_everything_new_and_nothing_else(lead: Membership) -> None:
    told(lead)
    told(lead, kind="deadline.overdue")
    told(lead, loudness=Loudness.QUIET)
    told(lead, loudness=Loudness.URGENT)
    assert gather_digests(MORNING) == 1
    assert figures() == [(2, 1)]
    assert Notice.objects.filter(digest__isnull=False).count() == 2
    assert send_waiting(MORNING) == 2
    digest = next(message for message in mail.outbox if message.subject == "Уведомления на сегодня")
    assert "Новых уведомлений: 2" in digest.body
    assert "Из них о просроченном: 1" in digest.body
    assert digest.to == [lead.user.email]


def test_nothing_new_is_no_mail(lead: Membership) -> None:
    assert gather_digests(MORNING) == 0
    told(lead)
    mark_all_read(by=actor(lead), now=EVENING)
    assert gather_digests(MORNING) == 0


def test_once_a_day_and_what_comes_later_tomorrow(lead: Membership) -> None:
    told(lead)
    assert gather_digests(MORNING) == 1
    told(lead, now=MORNING + timedelta(minutes=1))
    assert [gather_digests(MORNING + timedelta(hours=hours)) for hours in (1, 5, 9)] == [0, 0, 0]
    # The day between is the Day of the Defender.
    assert gather_digests(MORNING + timedelta(days=2)) == 1
    assert Digest.objects.count() == Mail.objects.count() == 2


def test_one_for_all_roles_of_a_person(lead: Membership) -> None:
    with acting(SYSTEM):
        other = Membership.objects.create(
            user=lead.user, role=Role.LAWYER, center=make_center(), starts_on=lead.starts_on
        )
    told(lead, other)
    assert gather_digests(MORNING) == 1
    assert figures() == [(2, 0)]


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-05-06 07:59", 0),
        ("2026-05-06 08:00", 1),
        ("2026-05-06 16:59", 1),
        ("2026-05-06 17:00", 0),
        ("2026-05-09 10:00", 0),
        ("2026-05-11 10:00", 0),
    ],
)
def test_a_centers_day_begins_at_its_own_hour(
    center: Center, lead: Membership, moment: str, sent: int
) -> None:
    """9 May is Victory Day on a Saturday: the Monday after it is off."""
    with acting(SYSTEM):
        Center.objects.filter(pk=center.pk).update(opens=time(8), closes=time(17))
    told(lead)
    assert gather_digests(at(moment)) == sent


@pytest.mark.parametrize("role", [Role.BODY_ADMIN, Role.MINISTRY_ANALYST, Role.SYSTEM_ADMIN])
@pytest.mark.parametrize(
    ("moment", "sent"), [("2026-05-06 08:59", 0), ("2026-05-06 09:00", 1), ("2026-05-07 09:00", 0)]
)
def test_others_begin_at_nine_of_a_working_day(db: None, role: Role, moment: str, sent: int) -> None:
    told(make_membership(role, make_agency()))
    assert gather_digests(at(moment)) == sent


def test_who_wants_no_mail_gets_urgent_ones_only(lead: Membership) -> None:
    with acting(SYSTEM):
        User.objects.filter(pk=lead.user_id).update(notice_mail=User.NoticeMail.NONE)
    told(lead)
    told(lead, loudness=Loudness.URGENT)
    assert gather_digests(MORNING) == 0
    assert Mail.objects.count() == 1


def test_who_left_and_who_is_kept_out_are_not_told(center: Center, lead: Membership) -> None:
    case = make_case(center, lead)
    husband, gone = make_membership(Role.LAWYER, center, iin=IIN), make_membership(Role.LAWYER, center)
    told(husband, gone, lead, case=case)
    bar(case_id=case.pk, iin=IIN, relation="муж", by=actor(lead), now=EVENING)
    with acting(SYSTEM):
        User.objects.filter(pk=gone.user_id).update(is_active=False)
    assert gather_digests(MORNING) == 1
    assert Digest.objects.get().user_id == lead.user_id


def test_what_falls_due_as_the_day_begins_is_waited_for(center: Center, lead: Membership) -> None:
    told(lead)
    with acting(SYSTEM), clock.at(MORNING):
        emit("case.closed", case_id=make_case(center, lead).pk)
    assert gather_digests(MORNING) == 0
    with clock.at(MORNING):
        deliver_due(lambda: MORNING)
    assert gather_digests(MORNING) == 1
    assert figures() == [(2, 0)]


def test_three_days_of_outage_are_one_digest(center: Center, lead: Membership) -> None:
    director = make_membership(Role.DIRECTOR, center)
    for _number in range(3):
        opened(make_case(center, lead), actor(lead), started="2026-05-12 10:00")
    told(lead, now=at("2026-05-15 12:00"))
    # Everything was off from Friday noon to Wednesday: the terms of Friday evening were escalated on Monday.
    back = at("2026-05-20 11:20")
    with clock.at(back):
        sweep(back)
    assert gather_digests(back) == 0
    with clock.at(back):
        deliver_due(lambda: back)
    assert gather_digests(back) == 2
    assert {row.user_id: (row.total, row.late) for row in Digest.objects.all()} == {
        lead.user_id: (4, 3),
        director.user_id: (3, 3),
    }
    assert [gather_digests(back + timedelta(hours=hours)) for hours in (1, 2)] == [0, 0]


def test_cut_off_nothing_stays_and_nothing_is_lost(lead: Membership) -> None:
    class Killed(BaseException):
        pass

    told(lead)

    def cut_off() -> None:
        with transaction.atomic():
            assert gather_digests(MORNING) == 1
            raise Killed

    with pytest.raises(Killed):
        cut_off()
    assert not Digest.objects.exists()
    assert not Notice.objects.filter(digest__isnull=False).exists()
    assert gather_digests(MORNING) == 1


def test_many_at_once_gather_once(own_database: str) -> None:
    """Runs that shared a person's notices between them left the loser's out of the day's only digest."""
    people = [make_membership(Role.LAWYER, make_center()) for _number in range(12)]
    for _number in range(60):
        told(*people)
    start = Barrier(4)

    def run(_number: int) -> int:
        try:
            start.wait(30)
            return gather_digests(MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == len(people)
    assert figures() == [(60, 0)] * len(people)
    assert Mail.objects.count() == len(people)
    assert not Notice.objects.for_digest().exists()


def test_statements_do_not_grow_with_people(db: None) -> None:
    counts = []
    for more in (2, 20):
        told(*_people(more))
        with _counted() as made:
            assert gather_digests(MORNING) == more
        counts.append(len(made))
    assert counts[0] == counts[1] <= 14


def _people(number: int) -> Iterable[Membership]:
    return [make_membership(Role.LAWYER, make_center()) for _number in range(number)]


def _counted() -> CaptureQueriesContext:
    return CaptureQueriesContext(connection)
