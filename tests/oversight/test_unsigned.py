"""Changes that nobody signed: one alarm a batch, decided once; the search in the history shows no content."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.audit.queries import without_context
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Forbidden, Invalid
from family_support.notifications.models import Notice
from family_support.oversight import tasks, trail
from family_support.oversight.models import Trail, UnsignedChanges
from family_support.oversight.unsigned import LOOKED_BACK, alarm_unsigned, decide_unsigned
from tests.access.world import sign_in
from tests.factories import a_membership, actor_for

pytestmark = pytest.mark.django_db
SECRET = "Жасырын-Тегі"


@pytest.fixture
def officer() -> Actor:
    return actor_for(a_membership(Role.SECURITY_OFFICER))


@pytest.fixture
def planted(officer: Actor) -> int:
    """A raw UPDATE as whoever holds the runtime role's password makes it; the account it changed."""
    other = a_membership(Role.MINISTRY_EDITOR).user_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone()[1] is False
        cursor.execute("UPDATE accounts_user SET last_name = %s WHERE id = %s", [SECRET, other])
    return other


def client_of(actor: Actor) -> Client:
    return sign_in(Client(), Membership.objects.get(pk=actor.membership_id))


def test_a_planted_update_is_alarmed_once(planted: int, officer: Actor) -> None:
    now = clock.now()
    count = without_context(now - LOOKED_BACK).count()
    assert alarm_unsigned(now) == count >= 1
    batch = UnsignedChanges.objects.get()
    assert "accounts_user" in batch.tables
    assert (batch.count, batch.decision) == (count, "")
    notice = Notice.objects.get(kind="history.unsigned")
    assert (notice.recipient_id, notice.subject_id, notice.case_id, notice.params) == (
        officer.membership_id,
        batch.pk,
        None,
        {},
    )
    assert notice.loudness == "urgent"
    # The same changes are no second alarm, decided or not, by the task as by the function.
    assert tasks.watch_looking() == 0
    decide_unsigned(batch=batch, decision="explained", note="Плановые работы.", by=officer, now=clock.now())
    assert alarm_unsigned(clock.now()) == 0
    # What comes in another transaction is.
    UnsignedChanges.objects.update(transactions=[1], first_change=1)
    assert alarm_unsigned(clock.now()) >= count
    assert UnsignedChanges.objects.count() == Notice.objects.filter(kind="history.unsigned").count() == 2


def test_what_is_signed_is_no_finding(officer: Actor) -> None:
    alarm_unsigned(clock.now())
    before = without_context(clock.now() - LOOKED_BACK).count()
    with acting(officer), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET theme = 'dark' WHERE id = %s", [officer.user_id])
    assert without_context(clock.now() - LOOKED_BACK).count() == before


def test_decided_once_by_the_security_officer(planted: int, officer: Actor) -> None:
    alarm_unsigned(clock.now())
    batch = UnsignedChanges.objects.get()
    said = {"batch": batch, "decision": "violation", "note": "Пароль роли сменён.", "now": clock.now()}
    with pytest.raises(Forbidden):
        decide_unsigned(by=actor_for(a_membership(Role.SYSTEM_ADMIN)), **said)
    with pytest.raises(Invalid) as refused:
        decide_unsigned(by=officer, **{**said, "decision": "", "note": "да"})
    assert set(refused.value.fields) == {"decision", "note"}
    client = client_of(officer)
    assert client.post(reverse("unsigned-changes", args=(batch.pk,)), {"note": "да"}).status_code == 400
    page = client.get(reverse("unsigned-changes", args=(batch.pk,))).content.decode()
    assert SECRET not in page
    decide_unsigned(by=officer, **said)
    with pytest.raises(Conflict):
        decide_unsigned(by=officer, **said)


class TestSearch:
    def found(self, client: Client, **wanted: Any) -> str:
        return client.get(reverse("audit-search"), wanted).content.decode()

    def test_by_account_table_kind_request_and_author(self, planted: int, officer: Actor) -> None:
        author = actor_for(a_membership(Role.MINISTRY_ANALYST)).for_request("req-0042")
        with acting(author, reason=SECRET), connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET first_name = %s WHERE id = %s", [SECRET, planted])
        client = client_of(officer)
        email = Membership.objects.get(pk=author.membership_id).user.email
        days = {"since": "01.01.2020", "until": "01.06.2020"}
        sent = client.post(reverse("audit-search"), {"email": email.upper(), **days})
        # The address names the account by its number: nothing personal is kept in a browser or a log.
        assert sent.status_code == 302
        assert sent["Location"] == (
            f"{reverse('audit-search')}?account={author.user_id}&since=2020-01-01&until=2020-06-01"
        )
        assert "req-0042" not in client.get(sent["Location"]).content.decode()
        for wanted in ({"account": author.user_id}, {"request_id": "req-0042"}, {"table": "accounts_user"}):
            text = self.found(client, **wanted)
            assert "req-0042" in text, wanted
            assert SECRET not in text
        assert "req-0042" not in self.found(client, unsigned="1")
        assert "req-0042" not in self.found(client, operation="D")
        assert "req-0042" not in self.found(client, account=officer.user_id)
        assert "req-0042" not in self.found(client, account=999_999_999)

    def test_bad_input(self, officer: Actor) -> None:
        client = client_of(officer)
        data = {
            "email": "nobody@example.org",
            "since": "31.12.2026",
            "until": "01.01.2026",
            "request_id": "a b",
        }
        refused = client.post(reverse("audit-search"), data)
        assert refused.status_code == 400
        assert {"email", "until", "request_id"} <= set(refused.context["form"].errors)
        for bad in ({"account": "1e9"}, {"before": "x"}, {"before": "9" * 40}, {"account": "²"}):
            assert client.get(reverse("audit-search"), bad).status_code == 200
        assert client.get(reverse("audit-search"), {"since": "0001-01-01", "table": "x"}).status_code == 400

    def test_pages_by_key_and_the_queries_do_not_grow(
        self, officer: Actor, django_assert_num_queries: Any
    ) -> None:
        today = clock.today()
        wanted = trail.Wanted(since=today - trail.COUNTED_BACK, until=today, account=officer.user_id)

        def change(times: int) -> None:
            with acting(officer), connection.cursor() as cursor:
                for number in range(times):
                    cursor.execute(
                        "UPDATE accounts_user SET patronymic = %s WHERE id = %s",
                        [f"{number}", officer.user_id],
                    )

        change(3)
        with django_assert_num_queries(2):
            lines, more = trail.search(officer, wanted)
        assert (len(lines), more) == (3, None)
        change(trail.PAGE)
        with django_assert_num_queries(2):
            lines, more = trail.search(officer, wanted)
        assert len(lines) == trail.PAGE
        assert more is not None
        rest, end = trail.search(officer, wanted, more)
        assert (len(rest), end) == (3, None)
        assert trail.search(actor_for(a_membership(Role.SYSTEM_ADMIN)), wanted) == ([], None)
        with django_assert_num_queries(4):
            assert len(trail.health(clock.now())) == 5

    def test_the_view_holds_no_content(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'audit.trail'::regclass AND attnum > 0"
            )
            columns = {name for (name,) in cursor.fetchall()}
        assert columns == {field.column for field in Trail._meta.concrete_fields}
        assert not columns & {"old", "new", "reason", "case_id"}

    @pytest.mark.parametrize("index", ["change_actor", "change_request"])
    def test_indexes(self, index: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = %s::regclass", [f"audit.{index}"]
            )
            assert cursor.fetchone() == (True,)
