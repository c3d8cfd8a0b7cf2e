"""Who is told what, once; the list, the counter, the mail."""

from __future__ import annotations

import smtplib
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cases.models import Case
from family_support.access.barred import bar
from family_support.accounts.models import ActingDirector, Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import now
from family_support.base.errors import Missing
from family_support.directory.models import Center
from family_support.notifications import mail as mailing
from family_support.notifications import queries
from family_support.notifications.actions import mark_all_read, mark_read, notify
from family_support.notifications.handlers import KINDS, tell_level
from family_support.notifications.models import Mail, Notice
from family_support.notifications.registry import kinds
from family_support.outbox.events import emit
from family_support.outbox.models import Event
from tests.access.world import sign_in
from tests.places import actor, make_actor, make_case, make_center, make_membership

ABUSER = "850615300129"


@pytest.fixture
def center(db: None) -> Center:
    return make_center()


@pytest.fixture
def lead(center: Center) -> Membership:
    return make_membership(Role.CASEWORKER, center)


@pytest.fixture
def director(center: Center) -> Membership:
    return make_membership(Role.DIRECTOR, center)


@pytest.fixture
def case(center: Center, lead: Membership) -> Case:
    return make_case(center, lead)


def reached(case: Case | None, center: Center, level: str, *, at_once: bool = False) -> Event:
    with acting(SYSTEM):
        event = emit(
            "deadline.level_reached",
            case_id=case.pk if case else None,
            deadline_id=1,
            level=level,
            term="assessment",
            center_id=center.pk,
            agency_id=None,
            subject_type="cases.case",
            subject_id=1,
            at_once=at_once,
            loudness="urgent" if at_once else "digest",
        )
    tell_level([event])
    return event


def told() -> set[int]:
    return set(Notice.objects.values_list("recipient_id", flat=True))


@pytest.mark.parametrize("level", ["upcoming", "due_today", "overdue"])
def test_the_lead_is_told_of_levels(
    case: Case, center: Center, lead: Membership, director: Membership, level: str
) -> None:
    reached(case, center, level)
    assert told() == {lead.pk}
    assert not Mail.objects.exists()


def test_an_escalation_reaches_director_and_stand_in(
    case: Case, center: Center, lead: Membership, director: Membership
) -> None:
    deputy = make_membership(Role.LAWYER, center)
    with acting(SYSTEM):
        ActingDirector.objects.create(
            center=center,
            membership=deputy,
            order_number="7",
            order_date=date(2026, 1, 1),
            starts_on=date(2026, 1, 1),
            ends_on=date(2099, 1, 1),
        )
    make_membership(Role.DIRECTOR, make_center())
    reached(case, center, "escalated")
    assert told() == {lead.pk, director.pk, deputy.pk}


def test_a_threats_term_is_urgent_and_mailed_at_once(
    case: Case, center: Center, lead: Membership, director: Membership
) -> None:
    reached(case, center, "escalated", at_once=True)
    assert Mail.objects.count() == 2
    assert set(Notice.objects.values_list("loudness", flat=True)) == {"urgent"}


def test_no_level_is_told_to_nobody(center: Center, director: Membership) -> None:
    reached(None, center, "overdue")
    assert told() == {director.pk}


def test_an_event_delivered_twice_tells_once(case: Case, center: Center, lead: Membership) -> None:
    event = reached(case, center, "overdue", at_once=True)
    tell_level([event])
    tell_level([event])
    assert Notice.objects.count() == Mail.objects.count() == 1


def test_telling_many_levels_asks_no_more_than_telling_few(
    case: Case, center: Center, lead: Membership, director: Membership
) -> None:
    """And each to its own people: the lead, the director of what nobody leads, nobody whom the case keeps out."""
    other = make_membership(Role.CASEWORKER, center, iin=ABUSER)
    theirs = make_case(center, other)
    bar(case_id=theirs.pk, iin=ABUSER, relation="отец", by=actor(other), now=now())

    def asked(times: int) -> int:
        events = [
            Event.objects.create(
                type="deadline.level_reached",
                case_id=case_id,
                payload={"deadline_id": 1, "level": level, "term": "assessment", "center_id": center.pk},
                created_at=now(),
            )
            for case_id, level in ((case.pk, "overdue"), (theirs.pk, "escalated"), (None, "due_today"))
            * times
        ]
        with CaptureQueriesContext(connection) as caught:
            tell_level(events)
        return len(caught)

    assert asked(1) == asked(10)
    by_kind = Notice.objects.order_by("kind").values_list("kind", "recipient_id").annotate(Count("pk"))
    assert list(by_kind) == [
        ("deadline.due_today", director.pk, 11),
        ("deadline.escalated", director.pk, 11),
        ("deadline.overdue", lead.pk, 11),
    ]


def test_people_who_left_and_barred_people_are_not_told(case: Case, center: Center, lead: Membership) -> None:
    gone = make_membership(Role.LAWYER, center)
    with acting(SYSTEM):
        Membership.objects.filter(pk=gone.pk).update(ends_on=date(2026, 1, 1))
    husband = make_membership(Role.CASEWORKER, center, iin=ABUSER)
    bar(case_id=case.pk, iin=ABUSER, relation="муж", by=actor(lead), now=now())
    with acting(SYSTEM):
        notify(
            [lead.pk, gone.pk, husband.pk],
            "deadline.overdue",
            subject=("cases.case", 1),
            case_id=case.pk,
            now=now(),
        )
    assert told() == {lead.pk}


def test_unknown_kinds_and_missing_transactions_are_defects(own_database: str) -> None:
    with pytest.raises(RuntimeError):
        notify([1], "deadline.overdue", subject=("a.b", 1), case_id=None, now=now())
    with pytest.raises(LookupError), acting(SYSTEM):
        notify([1], "no.such_kind", subject=("a.b", 1), case_id=None, now=now())


def test_every_level_has_a_kind() -> None:
    assert set(KINDS.values()) <= set(kinds())


@pytest.mark.parametrize(
    ("language", "name"),
    [("ru", "Первичная оценка"), ("kk", "Бастапқы бағалау"), ("en", "Primary assessment")],
)
def test_a_notice_reads_in_the_readers_language(
    case: Case, center: Center, lead: Membership, language: str, name: str
) -> None:
    reached(case, center, "overdue")
    with translation.override(language):
        (line,) = queries.lines(Notice.objects.all(), actor(lead))
    assert line.text.endswith(name)
    assert line.text.startswith("Overdue") is (language == "en")
    assert line.case is not None
    assert line.case.number == case.number


def test_reading_is_ones_own(case: Case, center: Center, lead: Membership) -> None:
    reached(case, center, "overdue")
    notice = Notice.objects.get()
    with pytest.raises(Missing):
        mark_read(notice_id=notice.pk, by=make_actor(Role.LAWYER, center), now=now())
    moment = now()
    assert mark_read(notice_id=notice.pk, by=actor(lead), now=moment).read_at == moment
    assert mark_read(notice_id=notice.pk, by=actor(lead), now=moment + timedelta(hours=1)).read_at == moment


def test_statements_of_the_list_do_not_grow(
    client: Client, case: Case, center: Center, lead: Membership
) -> None:
    sign_in(client, lead)
    seen = []
    for more in (2, 20):
        for _number in range(more):
            reached(case, center, "overdue")
        with CaptureQueriesContext(connection) as queries_made:
            assert client.get(reverse("notices")).status_code == 200
        seen.append(len(queries_made))
    assert seen[0] == seen[1] <= 12


def test_the_pages(client: Client, case: Case, center: Center, lead: Membership) -> None:
    sign_in(client, lead)
    assert "Уведомлений нет" in client.get(reverse("notices")).content.decode()
    reached(case, center, "overdue")
    reached(case, center, "upcoming")
    page = client.get(reverse("notices")).content.decode()
    assert case.number in page
    counter = client.get(reverse("notice-counter")).content.decode()
    assert "<html" not in counter
    assert "2" in counter
    first = Notice.objects.order_by("pk").first()
    assert first is not None
    answer = client.post(reverse("notice-read", args=(first.pk,)), {"stay": "1"})
    assert answer["Location"] == reverse("notices")
    assert queries.unread_count(actor(lead)) == 1
    client.post(reverse("notices-read"))
    assert queries.unread_count(actor(lead)) == 0
    assert mark_all_read(by=actor(lead), now=now()) == 0


def test_the_list_is_grouped_by_day_and_filtered(
    client: Client, case: Case, center: Center, lead: Membership
) -> None:
    sign_in(client, lead)
    reached(case, center, "overdue")
    reached(case, center, "upcoming", at_once=True)
    with acting(SYSTEM):
        Notice.objects.filter(kind="deadline.overdue").update(created_at=now() - timedelta(days=1))
    page = client.get(reverse("notices")).content.decode()
    assert (
        page.index("Сегодня")
        < page.index("подходит к концу")
        < page.index("Вчера")
        < page.index("Просрочено:")
    )
    urgent = client.get(reverse("notices"), {"show": "urgent"}).content.decode()
    assert "подходит к концу" in urgent
    assert "Просрочено:" not in urgent
    assert "подходит к концу" in client.get(reverse("notices"), {"show": "'; --"}).content.decode()
    first = Notice.objects.get(kind="deadline.upcoming")
    back = client.post(reverse("notice-read", args=(first.pk,)), {"stay": "1", "show": "unread", "page": "2"})
    assert back["Location"] == f"{reverse('notices')}?show=unread&page=2"
    stray = client.post(reverse("notices-read"), {"show": "//evil.example", "page": "٣"})
    assert stray["Location"] == reverse("notices")
    assert "Всё прочитано" in client.get(reverse("notices"), {"show": "unread"}).content.decode()


def test_a_notice_of_a_case_not_open_any_more_reveals_nothing(
    client: Client, case: Case, center: Center, lead: Membership
) -> None:
    """The lead who left the team and whose Center restricted the case reads that there was something, no more."""
    sign_in(client, lead)
    reached(case, center, "overdue", at_once=True)
    with acting(SYSTEM):
        type(case).objects.filter(pk=case.pk).update(restricted=True, restriction="violence", lead=None)
        case.team.all().delete()
    page = client.get(reverse("notices")).content.decode()
    assert "Уведомление о деле, которое вам больше не открыто" in page
    for told in (case.number, "Просрочено:", "Первичная оценка", "Срочно", "/deadlines/"):
        assert told not in page
    notice = Notice.objects.get()
    answer = client.post(reverse("notice-read", args=(notice.pk,)))
    assert answer["Location"] == reverse("notices")


def test_asking_for_the_counter_does_not_prolong_the_session(client: Client, lead: Membership) -> None:
    sign_in(client, lead)
    before = Session.objects.get().expire_date
    early = before - timedelta(minutes=5)
    Session.objects.update(expire_date=early)
    client.get(reverse("notice-counter"))
    client.get(reverse("my-day"), headers={"X-Background": "1"})
    assert Session.objects.get().expire_date == early
    client.get(reverse("notices"))
    assert Session.objects.get().expire_date > early


class TestMail:
    """Neutral, at least once, under one Message-ID, given up after a day."""

    @pytest.fixture(autouse=True)
    def _waiting(self, case: Case, center: Center, lead: Membership) -> None:
        reached(case, center, "overdue", at_once=True)
        self.case, self.lead = case, lead

    def test_it_says_nothing_of_anybody(self) -> None:
        assert mailing.send_waiting(now()) == 1
        (sent,) = mail.outbox
        row = Mail.objects.get()
        text = f"{sent.subject}\n{sent.body}"
        for word in (
            self.case.number,
            self.lead.user.last_name,
            self.lead.user.first_name,
            "оценк",
            "assessment",
        ):
            assert word not in text
        assert sent.extra_headers["Message-ID"] == row.message_id
        assert sent.to == [self.lead.user.email]
        assert reverse("notices") in sent.body
        assert row.sent_at is not None
        assert mailing.send_waiting(now()) == 0

    @pytest.mark.parametrize(
        ("language", "subject"), [("ru", "У вас новое уведомление"), ("kk", "Сізге жаңа хабарлама келді")]
    )
    def test_in_the_readers_language(self, language: str, subject: str) -> None:
        with acting(SYSTEM):
            type(self.lead.user).objects.update(language=language)
        mailing.send_waiting(now())
        assert mail.outbox[0].subject == subject

    def test_a_dead_server_is_tried_for_a_day_and_then_parked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*args: Any, **options: Any) -> int:
            raise smtplib.SMTPServerDisconnected(f"no {self.lead.user.email}")

        monkeypatch.setattr(mailing.EmailMessage, "send", refuse)
        row, tries = Mail.objects.get(), 0
        moment = row.created_at
        while Mail.objects.waiting().exists():
            mailing.send_waiting(moment)
            row.refresh_from_db()
            tries += 1
            assert row.attempts == tries
            if row.next_attempt_at is not None:
                mailing.send_waiting(row.next_attempt_at - timedelta(seconds=1))
                moment = row.next_attempt_at
            assert moment < row.created_at + timedelta(hours=27)
        row = Mail.objects.get()
        assert row in Mail.objects.parked()
        assert 24 <= tries <= 36
        assert row.error == "SMTPServerDisconnected"
        assert mailing.send_waiting(moment + timedelta(days=1)) == 0

    def test_killed_after_sending_it_goes_out_again_under_the_same_id(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Killed(BaseException):
            pass

        original = mailing.EmailMessage.send

        def send(message: Any, *args: Any) -> int:
            original(message)
            raise Killed

        moment: datetime = now()
        monkeypatch.setattr(mailing.EmailMessage, "send", send)
        with pytest.raises(Killed):
            mailing.send_waiting(moment)
        monkeypatch.setattr(mailing.EmailMessage, "send", original)
        assert mailing.send_waiting(moment) == 0
        assert mailing.send_waiting(moment + timedelta(minutes=2)) == 1
        assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1
