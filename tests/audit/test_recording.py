"""What the one audit function records, whoever writes and however (data.md 2 and 3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from family_support.audit import queries
from family_support.audit.context import acting, current_actor
from family_support.audit.models import Change
from family_support.audit.operations import TrackChanges
from family_support.audit.tasks import watch_history
from family_support.base.actor import SYSTEM, Actor
from family_support.base.crypto import encrypt
from family_support.base.database_context import signed
from family_support.base.database_errors import _registry, register_constraint
from family_support.base.errors import Conflict
from tests.audit import probe
from tests.audit.probe import Parent, Probe

WORKER = Actor(user_id=7, membership_id=70, role="caseworker", name="Асель", request_id="r-1")


def changes() -> list[tuple[Any, ...]]:
    return list(
        Change.objects.filter(table_name="tests_probe")
        .order_by("id")
        .values_list("operation", "old", "new", "reason")
    )


def make(**values: Any) -> Probe:
    with acting(WORKER, "made"):
        return Probe.objects.create(parent=Parent.objects.create(case_id=5), **values)


@pytest.mark.usefixtures("tracked")
def test_insert_update_delete_with_author() -> None:
    row = make(case_id=5, note="a", secret="s")
    with acting(replace(WORKER, request_id="r-2"), "because"):
        row.note, row.seen = "b", 3
        row.save()
    with acting(SYSTEM):
        row.delete()
    inserted, updated, deleted = Change.objects.filter(table_name="tests_probe").order_by("id")
    assert (inserted.operation, inserted.old, inserted.new["note"], inserted.new["secret"]) == (
        "I",
        None,
        "a",
        "***",
    )
    assert (updated.operation, updated.old, updated.new) == ("U", {"note": "a"}, {"note": "b"})
    assert (updated.actor_id, updated.membership_id, updated.role) == (7, 70, "caseworker")
    assert (updated.request_id, updated.reason, updated.case_id, updated.row_id) == (
        "r-2",
        "because",
        5,
        updated.row_id,
    )
    assert (deleted.operation, deleted.new, deleted.actor_id, deleted.role) == ("D", None, None, "SYSTEM")
    assert inserted.txid != updated.txid
    assert not inserted.in_default
    assert updated.at.tzinfo is not None


@pytest.mark.usefixtures("tracked")
def test_no_change_no_record_and_ignored_alone_no_record() -> None:
    row = make()
    row.save()
    Probe.objects.update(seen=9)
    assert len(changes()) == 1


@pytest.mark.usefixtures("tracked")
def test_hidden_is_recorded_without_content() -> None:
    make(secret="one")
    Probe.objects.update(secret="two")
    assert changes()[1][1:3] == ({"secret": "***"}, {"secret": "***"})


@pytest.mark.usefixtures("tracked")
def test_bulk_and_raw_sql_are_caught() -> None:
    make(note="a")
    make(note="a")
    with acting(WORKER):
        Probe.objects.update(note="b")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE tests_probe SET status = 'done' WHERE note = 'b'")
    assert [old or new for _op, old, new, _reason in changes()[2:]] == [{"note": "a"}] * 2 + [
        {"status": "draft"}
    ] * 2


@pytest.mark.usefixtures("tracked")
def test_a_change_beside_the_actions_is_recorded_as_such_and_found(caplog: pytest.LogCaptureFixture) -> None:
    since = datetime.now(UTC) - timedelta(minutes=5)  # noqa: TID251 - the database's own clock is compared
    row = make()
    before = queries.without_context(since).count()
    Probe.objects.filter(pk=row.pk).update(note="raw")
    found = list(queries.without_context(since))
    assert len(found) == before + 1
    assert (found[-1].actor_id, found[-1].role, found[-1].new) == (None, None, {"note": "raw"})
    watch_history()
    assert "1 changes of tests_probe without context" in caplog.text
    assert "raw" not in caplog.text


@pytest.mark.usefixtures("tracked")
def test_nested_acting_keeps_the_outer_author_and_undoes_its_own_part() -> None:
    with acting(WORKER, "outer"):
        parent = Parent.objects.create()
        with pytest.raises(IntegrityError), acting(SYSTEM, "inner"):
            Probe.objects.bulk_create(
                [Probe(parent=parent, note="lost"), Probe(parent=parent, note="bad")], 1
            )
        with acting(SYSTEM, "inner"):
            assert current_actor() == WORKER
            Probe.objects.create(parent=parent, note="kept")
        Probe.objects.create(parent=parent, note="after")
    assert [(new["note"], reason) for _op, _old, new, reason in changes()] == [
        ("kept", "outer"),
        ("after", "outer"),
    ]
    assert current_actor() is None


@pytest.mark.usefixtures("tracked")
def test_the_author_does_not_leak_into_the_rest_of_a_surrounding_transaction() -> None:
    with transaction.atomic():
        parent = Parent.objects.create()
        with acting(WORKER, "mine"):
            Probe.objects.create(parent=parent, note="signed")
        Probe.objects.create(parent=parent, note="unsigned")
    with pytest.raises(RuntimeError, match="transaction"), signed(WORKER):
        pass
    assert [(new["note"], reason) for _op, _old, new, reason in changes()] == [
        ("signed", "mine"),
        ("unsigned", None),
    ]
    Probe.objects.update(note="later")
    assert changes()[-1][3] is None


@pytest.mark.usefixtures("tracked")
def test_rolled_back_changes_leave_no_record() -> None:
    row = make(note="x")
    before = changes()
    with pytest.raises(IntegrityError), acting(WORKER):
        row.delete(), make(note="y"), make(note="bad")
    assert changes() == before


@pytest.mark.usefixtures("tracked")
def test_known_constraints_become_conflicts(monkeypatch: pytest.MonkeyPatch) -> None:
    row = make()
    with pytest.raises(IntegrityError), acting(WORKER):
        Probe.objects.filter(pk=row.pk).update(note="bad")
    monkeypatch.setattr("family_support.base.database_errors._registry", dict(_registry))
    register_constraint("tests_probe_note", "Not like this.", code="bad_note")
    with pytest.raises(Conflict, match="Not like this") as caught, acting(WORKER):
        Probe.objects.filter(pk=row.pk).update(note="bad")
    assert caught.value.code == "bad_note"


def test_case_over_a_path_and_undoing(tracked: Any) -> None:
    older = {"case_id": "case_id", "hidden": ["secret"], "ignored": ["seen"]}
    by_path = TrackChanges("Probe", case_id="parent__case_id", previous=older)
    probe.run(tracked, by_path)
    make(case_id=1)
    probe.run(tracked, by_path, backwards=True)
    make(case_id=1)
    probe.run(tracked, TrackChanges("Probe"), backwards=True)
    make(case_id=1)
    assert list(
        Change.objects.filter(table_name="tests_probe").order_by("id").values_list("case_id", flat=True)
    ) == [5, 1]


def test_the_trigger_survives_a_renamed_table(tracked: Any) -> None:
    make()
    tracked.execute("ALTER TABLE tests_probe RENAME TO tests_renamed")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tests_renamed SET note = 'x'")
    assert Change.objects.filter(table_name="tests_renamed").count() == 1


@pytest.mark.usefixtures("tracked")
def test_history_of_a_case() -> None:
    row = make(case_id=5, note="a")
    make(case_id=6)
    with acting(WORKER, "why"):
        Probe.objects.filter(pk=row.pk).update(note=encrypt("850615300129", "t.c"))
    latest, first = queries.history_for(5)
    assert latest.changes == {"note": ("a", queries.HIDDEN)}
    assert (latest.reason, latest.actor_id, latest.table) == ("why", 7, "tests_probe")
    assert first.operation == "I"
    assert queries.history_for(5, before=latest.id) == [first]
    assert queries.history_of_row("tests_probe", row.pk) == [latest, first]
