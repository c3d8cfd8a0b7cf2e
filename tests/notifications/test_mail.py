"""A mail server that is away, slow or picky: tried for a day, parked, decided by the administrator."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.models import Min
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from family_support.accounts.models import Membership, User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.audit.models import Change
from family_support.base.actor import SYSTEM
from family_support.base.errors import Conflict, Forbidden, Missing
from family_support.demo import people as demo_people
from family_support.notifications import actions as telling
from family_support.notifications import mail as mailing
from family_support.notifications.actions import give_up_parked, notify, retry_parked
from family_support.notifications.digest import gather_digests
from family_support.notifications.models import Digest, Mail, MailDecision, Notice
from tests.access.world import sign_in
from tests.places import actor, at, make_center, make_membership

NOW = at("2026-05-06 10:00")
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Membership:
    return make_membership(Role.CASEWORKER, make_center())


@pytest.fixture
def admin() -> Membership:
    return make_membership(Role.SYSTEM_ADMIN)


class Server:
    """What the mail server answers; whom it was asked for."""

    def __init__(self) -> None:
        self.answer: Callable[[Any], Exception | None] = lambda message: None
        self.asked: list[Any] = []

    def send(self, message: Any, *args: Any) -> int:
        self.asked.append(message)
        error = self.answer(message)
        if error is not None:
            raise error
        return 1


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    made = Server()
    monkeypatch.setattr(mailing.EmailMessage, "send", lambda message, *args: made.send(message, *args))
    return made


def urgent(*people: Membership, now: datetime = NOW) -> None:
    with acting(SYSTEM):
        notify(
            [person.pk for person in people],
            "threat.flagged",
            subject=("cases.case", 1),
            case_id=None,
            now=now,
        )


def away(message: Any) -> Exception:
    return ConnectionRefusedError(f"no {message.to}")


def a_day_of_tries(server: Server) -> None:
    server.answer = away
    moment = NOW
    while Mail.objects.waiting().exists():
        mailing.send_waiting(moment)
        moment = Mail.objects.waiting().aggregate(at=Min("next_attempt_at"))["at"] or moment
        assert moment < NOW + DAY + timedelta(hours=2)


def test_dead_for_a_day_parked_and_sent_again_under_the_same_id(
    server: Server, lead: Membership, admin: Membership
) -> None:
    urgent(lead)
    a_day_of_tries(server)
    row = Mail.objects.parked().get()
    assert row.error == "ConnectionRefusedError"
    server.answer = lambda message: None
    back = NOW + DAY * 3
    assert mailing.send_waiting(back) == 0
    assert retry_parked(by=actor(admin), now=back, mail_id=row.pk) == 1
    assert mailing.send_waiting(back) == 1
    row.refresh_from_db()
    assert (row.sent_at, row.parked_at) == (back, None)
    assert {message.extra_headers["Message-ID"] for message in server.asked} == {row.message_id}
    assert len(server.asked) > 20


@pytest.mark.parametrize("tries", [0, 1, 5])
def test_a_clock_that_was_set_back_holds_no_mail_back(server: Server, lead: Membership, tries: int) -> None:
    """A mail is never put off for longer than its own pause, wherever the clock stands afterwards."""
    urgent(lead)
    server.answer = away
    moment = NOW
    for _try in range(tries):
        assert mailing.send_waiting(moment) == 0
        moment = Mail.objects.get().next_attempt_at or NOW
    server.answer = lambda message: None
    if tries:
        assert mailing.send_waiting(moment - timedelta(seconds=30)) == 0, "not before its time"
    earlier = moment - timedelta(minutes=50)
    assert mailing.send_waiting(earlier) == 1
    assert Mail.objects.get().sent_at == earlier
    assert len(server.asked) == tries + 1


def test_sent_again_it_is_tried_for_another_day(server: Server, lead: Membership, admin: Membership) -> None:
    urgent(lead)
    a_day_of_tries(server)
    back = NOW + DAY * 3
    retry_parked(by=actor(admin), now=back)
    assert mailing.send_waiting(back) == 0
    assert Mail.objects.waiting().count() == 1
    assert mailing.send_waiting(back + DAY) == 0
    assert Mail.objects.parked().count() == 1


def test_a_server_that_is_away_is_asked_once_a_run(server: Server) -> None:
    center = make_center()
    urgent(*(make_membership(Role.LAWYER, center) for _number in range(5)))
    server.answer = away
    assert mailing.send_waiting(NOW) == 0
    assert len(server.asked) == 1
    assert set(Mail.objects.values_list("attempts", "error")) == {(1, "ConnectionRefusedError")}


def test_a_whole_morning_goes_out_in_one_run_unless_the_server_is_away(server: Server) -> None:
    center = make_center()
    urgent(*(make_membership(Role.LAWYER, center) for _number in range(7)))
    assert mailing.send_waiting(NOW, limit=3) == 3
    assert mailing.send_waiting(NOW, limit=3, seconds=30) == 4
    urgent(*(make_membership(Role.LAWYER, center) for _number in range(7)))
    server.answer, before = away, len(server.asked)
    assert mailing.send_waiting(NOW, limit=3, seconds=30) == 0
    assert len(server.asked) == before + 1


def test_a_refused_address_hinders_nobody(server: Server, lead: Membership) -> None:
    others = [make_membership(Role.LAWYER, make_center()) for _number in range(2)]
    urgent(lead, *others)
    bad = lead.user.email
    server.answer = lambda message: smtplib.SMTPRecipientsRefused({}) if message.to == [bad] else None
    assert mailing.send_waiting(NOW) == 2
    assert Mail.objects.waiting().get().recipient == lead


def test_many_urgent_notices_at_once_are_one_mail(server: Server, lead: Membership) -> None:
    for minutes in range(4):
        urgent(lead, now=NOW + timedelta(minutes=minutes))
    assert mailing.send_waiting(NOW + timedelta(minutes=5)) == 1
    assert len(server.asked) == 1
    assert not Mail.objects.waiting().exists()
    assert Mail.objects.filter(covered_by__isnull=False).count() == 3
    urgent(lead, now=NOW + timedelta(minutes=6))
    assert mailing.send_waiting(NOW + timedelta(minutes=7)) == 1


def test_who_left_gets_nothing(server: Server, lead: Membership) -> None:
    urgent(lead)
    with acting(SYSTEM):
        User.objects.filter(pk=lead.user_id).update(is_active=False)
    assert mailing.send_waiting(NOW) == 0
    assert not server.asked
    assert Mail.objects.parked().get().error == mailing.NOT_EMPLOYED


def test_one_and_all_are_given_up_and_the_notices_stay(
    server: Server, lead: Membership, admin: Membership
) -> None:
    others = [make_membership(Role.LAWYER, make_center()) for _number in range(2)]
    urgent(lead, *others)
    a_day_of_tries(server)
    by, first = actor(admin), Mail.objects.parked().first()
    assert first is not None
    assert give_up_parked(by=by, now=NOW + DAY, mail_id=first.pk) == 1
    assert Mail.objects.parked().count() == 2
    assert give_up_parked(by=by, now=NOW + DAY) == 2
    assert not Mail.objects.parked().exists()
    assert not Mail.objects.waiting().exists()
    assert Notice.objects.unread().count() == 3
    for action in (retry_parked, give_up_parked):
        with pytest.raises(Conflict) as error:
            action(by=by, now=NOW + DAY, mail_id=first.pk)
        assert error.value.code == "not_parked"
        with pytest.raises(Missing):
            action(by=by, now=NOW + DAY, mail_id=0)
        assert action(by=by, now=NOW + DAY) == 0


def test_decisions_are_recorded_with_who_took_them(
    server: Server, lead: Membership, admin: Membership
) -> None:
    urgent(lead)
    a_day_of_tries(server)
    retry_parked(by=actor(admin), now=NOW + DAY)
    decision = MailDecision.objects.get()
    assert (decision.decision, decision.by) == ("again", admin)
    change = Change.objects.filter(table_name=MailDecision._meta.db_table).latest("pk")
    assert change.membership_id == admin.pk


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SYSTEM_ADMIN, Role.MACHINE)])
def test_nobody_else_decides(role: Role, lead: Membership) -> None:
    by = actor(lead)
    object.__setattr__(by, "role", role)
    for action in (retry_parked, give_up_parked):
        with pytest.raises(Forbidden):
            action(by=by, now=NOW)


def test_statements_of_a_decision_do_not_grow(server: Server, admin: Membership) -> None:
    counts = []
    for more in (2, 20):
        center = make_center()
        urgent(*(make_membership(Role.LAWYER, center) for _number in range(more)))
        a_day_of_tries(server)
        with CaptureQueriesContext(connection) as made:
            assert retry_parked(by=actor(admin), now=NOW + DAY) >= more
        counts.append(len(made))
        with acting(SYSTEM):
            Mail.objects.update(sent_at=NOW, next_attempt_at=None)
    assert counts[0] == counts[1] <= 12


def test_the_page_of_parked_mail_names_nobody(
    client: Client, server: Server, lead: Membership, admin: Membership
) -> None:
    urgent(lead, make_membership(Role.LAWYER, lead.center))
    a_day_of_tries(server)
    sign_in(client, admin)
    page = client.get(reverse("parked-mail")).content.decode()
    assert "ConnectionRefusedError" in page
    assert "Кейс-менеджер" in page
    main = page[page.index("<main") :]
    for told in (lead.user.email, lead.user.last_name, "example.org"):
        assert told not in main
    first, second = Mail.objects.parked().order_by("pk")
    again = client.post(reverse("parked-mail-retry"), {"mail": str(first.pk)}, follow=True)
    assert "1 письмо отправляется снова." in again.content.decode()
    assert client.post(reverse("parked-mail-retry"), {"mail": str(first.pk)}).status_code == 409
    for wrong in ("", "x", "٣", "0", "9" * 30):
        assert client.post(reverse("parked-mail-retry"), {"mail": wrong}).status_code == 404
        assert client.post(reverse("parked-mail-give-up"), {"mail": wrong}).status_code == 404
    asked = client.get(reverse("parked-mail-give-up"))
    assert "1 письмо не будет отправлено." in asked.content.decode()
    form = {name: asked.context["form"][name].value() or "" for name in asked.context["form"].fields}
    assert client.post(reverse("parked-mail-give-up"), form).status_code == 302
    second.refresh_from_db()
    assert second.given_up_at is not None
    assert "Отложенных писем нет" in client.get(reverse("parked-mail")).content.decode()


def test_statements_of_the_page_do_not_grow(client: Client, server: Server, admin: Membership) -> None:
    sign_in(client, admin)
    counts = []
    for more in (2, 15):
        center = make_center()
        urgent(*(make_membership(Role.LAWYER, center) for _number in range(more)))
        a_day_of_tries(server)
        with CaptureQueriesContext(connection) as made:
            assert client.get(reverse("parked-mail")).status_code == 200
        counts.append(len(made))
    assert counts[0] == counts[1] <= 10


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_no_mail_of_any_kind_says_anything_of_anybody(lead: Membership, language: str) -> None:
    """Not a name of the demo's people, not a number of a case, in no language."""
    with acting(SYSTEM):
        User.objects.filter(pk=lead.user_id).update(language=language)
        notify([lead.pk], "case.closed", subject=("cases.case", 777333), case_id=None, now=NOW)
    urgent(lead)
    gather_digests(NOW)
    assert Digest.objects.count() == 1
    assert mailing.send_waiting(NOW) == 2
    known = demo_names() | {lead.user.last_name, lead.user.first_name, "777333", lead.center.code}
    for message in mail.outbox:
        text = f"{message.subject}\n{message.body}"
        assert [name for name in known if name in text] == []
        assert message.body.strip()
        assert message.to == [lead.user.email]


def demo_names() -> set[str]:
    """Every name that the demo gives to anybody."""
    found: set[str] = set()
    for value in vars(demo_people).values():
        if isinstance(value, tuple):
            for each in value:
                found |= set(each) if isinstance(each, tuple) else {each}
    return {name for name in found if isinstance(name, str) and len(name) > 2}


def test_urgent_mail_goes_before_digests_and_a_worker_is_asked_at_once(
    server: Server, lead: Membership, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(telling, "ask_worker", asked.append)
    monkeypatch.setattr(telling, "_asked", None)
    others = [make_membership(Role.LAWYER, lead.center) for _number in range(3)]
    with django_capture_on_commit_callbacks(execute=True), acting(SYSTEM):
        subject = ("cases.case", 1)
        notify([other.pk for other in others], "case.closed", subject=subject, case_id=None, now=NOW)
    assert asked == []
    gather_digests(NOW)
    with django_capture_on_commit_callbacks(execute=True):
        urgent(lead, now=NOW + timedelta(minutes=1))
        urgent(lead, now=NOW + timedelta(minutes=2))
    assert asked == ["notifications.send_mail"]
    mailing.send_waiting(NOW + timedelta(minutes=3), limit=3)
    assert server.asked[0].to == [lead.user.email]
