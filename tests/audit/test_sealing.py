"""The hash chain: seals what is settled, and names the first row that somebody touched (data.md 6)."""

import os
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from family_support.audit import sealing
from family_support.audit.context import acting
from family_support.audit.models import Change
from family_support.base.actor import SYSTEM
from tests.audit.probe import Parent, Probe

ROWS = 25


@pytest.fixture
def as_owner(tracked: Any) -> Iterator[Any]:
    """Some history, and Django's connection as the owner's; the owner's cursor."""
    with acting(SYSTEM):
        parent = Parent.objects.create()
        Probe.objects.bulk_create(Probe(parent=parent, case_id=1, note=str(number)) for number in range(ROWS))
    settings = connection.settings_dict
    runtime = settings["USER"], settings["PASSWORD"]
    connection.close()
    owner = psycopg2.extensions.make_dsn(os.environ["DATABASE_OWNER_URL"])
    parsed = psycopg2.extensions.parse_dsn(owner)
    settings["USER"], settings["PASSWORD"] = parsed["user"], parsed["password"]
    yield tracked
    connection.close()
    settings["USER"], settings["PASSWORD"] = runtime


def probe_ids() -> list[int]:
    return list(Change.objects.filter(table_name="tests_probe").order_by("id").values_list("id", flat=True))


def verdict() -> str:
    try:
        call_command("verify_audit", stdout=StringIO())
    except CommandError as error:
        return str(error)
    return ""


def test_seals_everything_once_and_verifies(as_owner: Any) -> None:
    made = sealing.seal_pending(batch=10)
    assert sum(batch.rows for batch in made) == Change.objects.count()
    assert sealing.seal_pending() == []
    assert verdict() == ""
    Probe.objects.update(note="later")
    out = StringIO()
    call_command("seal_audit", stdout=out)
    assert f"{ROWS} rows" in out.getvalue()
    assert verdict() == ""


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("UPDATE audit.change SET reason = 'forged' WHERE id = %s", "altered"),
        ('UPDATE audit.change SET new = new || \'{"note": "x"}\' WHERE id = %s', "altered"),
        ("UPDATE audit.change SET at = at + interval '1 microsecond' WHERE id = %s", "altered"),
        ("DELETE FROM audit.change WHERE id = %s", "deleted"),
    ],
)
def test_names_the_first_broken_row(as_owner: Any, sql: str, word: str) -> None:
    sealing.seal_pending(batch=10)
    first, second = probe_ids()[3], probe_ids()[15]
    as_owner.execute(sql, [second])
    as_owner.execute(sql, [first])
    assert f"row {first} was {word}" in verdict()


def test_names_a_row_slipped_in(as_owner: Any) -> None:
    victim = probe_ids()[5]
    as_owner.execute("DELETE FROM audit.change WHERE id = %s", [victim])
    sealing.seal_pending(batch=10)
    insert = (
        "INSERT INTO audit.change (id, at, table_name, row_id, operation) OVERRIDING SYSTEM VALUE "
        "VALUES (%s, {}, 'tests_probe', '1', 'U')"
    )
    as_owner.execute(insert.format("now()"), [victim])
    assert f"row {victim} was slipped in" in verdict()
    as_owner.execute("DELETE FROM audit.change WHERE id = %s", [victim])
    as_owner.execute(insert.format("'2020-01-05'"), [victim])
    assert f"2020-01: row {victim} was slipped in" in verdict()


def test_names_a_forged_seal(as_owner: Any) -> None:
    sealing.seal_pending(batch=10)
    as_owner.execute("UPDATE audit.seal SET hash = sha256('x') WHERE id = (SELECT min(id) FROM audit.seal)")
    assert "seal" in verdict()
    as_owner.execute("DELETE FROM audit.seal WHERE id = (SELECT min(id) FROM audit.seal)")
    assert "does not continue the chain" in verdict()


def test_never_seals_past_an_open_transaction(as_owner: Any) -> None:
    other = psycopg2.connect(os.environ["DATABASE_URL"])
    with other.cursor() as cursor:
        cursor.execute("UPDATE tests_probe SET note = 'slow' WHERE id = (SELECT min(id) FROM tests_probe)")
    with pytest.raises(sealing.StillWritingError):
        sealing.seal_pending(wait_seconds=0.2)
    timer = threading.Timer(0.3, other.commit)
    timer.start()
    made = sealing.seal_pending(wait_seconds=10)
    timer.join()
    other.close()
    assert sum(batch.rows for batch in made) == Change.objects.count()
    assert verdict() == ""


def test_rolled_back_ids_leave_holes_that_do_not_stop_the_chain(as_owner: Any) -> None:
    sealing.seal_pending(batch=10)
    as_owner.execute("SELECT setval('audit.change_id_seq', nextval('audit.change_id_seq') + 1000)")
    Probe.objects.update(note="after the hole")
    made = sealing.seal_pending(batch=10)
    assert sum(batch.rows for batch in made) == ROWS
    assert verdict() == ""
