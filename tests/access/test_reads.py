"""The read log: written through its function only, and never changed by the role that serves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from cases.models import Case
from family_support.access.models import ReadEntry
from family_support.access.reads import log_read, readings_of_case
from family_support.accounts.roles import Role
from family_support.base.actor import SYSTEM, Actor
from tests.access.matrix import rows
from tests.access.papers import without_papers
from tests.access.world import World, sign_in
from tests.places import make_actor, make_case, make_center


@pytest.fixture
def reader(db: None) -> Actor:
    return make_actor(Role.CASEWORKER, make_center())


@pytest.fixture
def case(reader: Actor) -> Case:
    return make_case(make_center())


def test_a_reading_is_written_with_its_reason(reader: Actor, case: Case) -> None:
    log_read(reader, case.pk, "case", "Проверка жалобы")
    (row,) = readings_of_case(case.pk)
    assert (row.user_id, row.membership_id, row.what, row.reason) == (
        reader.user_id,
        reader.membership_id,
        "case",
        "Проверка жалобы",
    )


def test_the_product_itself_leaves_no_reading(reader: Actor) -> None:
    log_read(SYSTEM, 7, "case")
    assert not readings_of_case(7)
    with pytest.raises(ValueError, match="membership"):
        log_read(Actor(), 7, "case")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO access_read_log_view (at, case_id, user_id, membership_id, what, reason)"
        " VALUES (now(), 1, 1, 1, 'x', '')",
        "UPDATE access_read_log_view SET reason = 'x'",
        "DELETE FROM access_read_log_view",
        "INSERT INTO access_log.reading (case_id, user_id, membership_id, what) VALUES (1, 1, 1, 'x')",
        "UPDATE access_log.reading SET reason = 'x'",
        "DELETE FROM access_log.reading",
        "TRUNCATE access_log.reading",
        "SELECT * FROM access_log.reading",
        "DROP TRIGGER refuse ON access_read_log_view",
        "CREATE OR REPLACE FUNCTION public.access_log_read(bigint, bigint, bigint, text, text) RETURNS void"
        " LANGUAGE sql AS 'SELECT 1'",
        "DELETE FROM access_caseopening",
    ],
)
def test_the_serving_role_can_only_add(reader: Actor, case: Case, statement: str) -> None:
    log_read(reader, case.pk, "case")
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert ReadEntry.objects.filter(case_id=case.pk).count() == 1


def test_granted_by_mistake_the_view_still_refuses(own_database: str, owner_cursor: Any) -> None:
    reader = make_actor(Role.CASEWORKER, make_center())
    case = make_case(make_center())
    owner_cursor.execute("GRANT ALL ON access_read_log_view TO PUBLIC")
    log_read(reader, case.pk, "case")
    with pytest.raises(ProgrammingError, match="access_log_read only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM access_read_log_view")
    assert Case.objects.filter(pk=case.pk).exists()


def test_this_months_partition_is_there(reader: Actor, owner_cursor: Any) -> None:
    owner_cursor.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'access_log.reading'::regclass")
    assert owner_cursor.fetchone()[0] >= 2


STAY_FORMS = (
    "stay-reserve",
    "stay-check-in",
    "stay-minor",
    "stay-cancel",
    "stay-exit-plan",
    "stay-check-out",
)


def test_whoever_is_shown_a_record_of_a_family_is_noted(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any
) -> None:
    """Who, what and when, also outside the Center: afterwards it can be asked who knew."""
    settings.MEDIA_ROOT = str(tmp_path)
    without_papers(monkeypatch)
    table, world = rows(), World()
    shown = (
        ("task", Role.AGENCY_OFFICER, "task"),
        ("stay", Role.CASEWORKER, "stay"),
        ("member-change", Role.CASEWORKER, "person"),
        ("transfer", Role.CASEWORKER, "transfer"),
        ("data-request-pdf", Role.CASEWORKER, "data"),
        ("alarm", Role.GROUP_MEMBER, "alarm"),
        # Forms that say something of the family above their fields.
        ("case-risk", Role.CASEWORKER, "case"),
        ("member-add", Role.CASEWORKER, "people"),
        ("consent-new", Role.CASEWORKER, "consent"),
        ("data-request-new", Role.CASEWORKER, "person"),
        ("report-review", Role.CASEWORKER, "task"),
        ("task-settle", Role.CASEWORKER, "task"),
        ("plan-terminate", Role.DIRECTOR, "plan"),
        *((name, Role.CASEWORKER, "stay") for name in STAY_FORMS),
    )
    for name, role, what in shown:
        made, reader = world.made(table[name].kind), world.membership(role)
        assert made is not None
        noted = ReadEntry.objects.filter(membership_id=reader.pk)
        last = noted.count()
        assert sign_in(Client(), reader).get(reverse(name, kwargs=made.kwargs)).status_code == 200, name
        assert [row.what.split(" ")[0] for row in noted.order_by("at")][last:] == [what], name
