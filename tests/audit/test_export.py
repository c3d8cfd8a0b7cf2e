"""The export proves what the database alone cannot, and lets whole months go after their term (ADR 28)."""

import gzip
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from family_support.audit import exporting, retiring, sealing, upkeep
from family_support.base.partitions import Partitioned, make_month
from family_support.protection.models import RetentionRule
from tests.audit.probe import Probe
from tests.audit.test_sealing import as_owner, probe_ids, verdict

__all__ = ["as_owner"]
OLD = date(2020, 1, 1)
CHANGE = Partitioned("audit", "change")


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_EXPORT_DIR = str(tmp_path)
    return tmp_path


def seal_of(owner: Any, row: int) -> int:
    owner.execute("SELECT id FROM audit.seal WHERE from_id < %s AND to_id >= %s", [row, row])
    return int(owner.fetchone()[0])


def test_exports_once_goes_on_and_never_writes_over(as_owner: Any, folder: Path) -> None:
    sealing.seal_pending(batch=10)
    made = exporting.export_pending(folder)
    assert len(made) >= 3
    assert exporting.export_pending(folder) == []
    # Stopped between two files: the next run writes only what is missing, the same bytes.
    before = made[1].path.read_bytes()
    made[1].path.unlink()
    (folder / ".half.part").write_bytes(b"half")
    assert [each.path for each in exporting.export_pending(folder)] == [made[1].path]
    assert made[1].path.read_bytes() == before
    assert "разговор" not in "".join(gzip.decompress(each.path.read_bytes()).decode() for each in made)
    assert {path.stat().st_mode & 0o777 for path in folder.glob("audit-*")} == {0o440}
    with pytest.raises(exporting.ExportRefusedError, match="is there already"):
        exporting._write_once(made[0].path, b"other")
    assert verdict() == ""
    assert upkeep.last()["verified"].good


def test_no_content_leaves_the_database(as_owner: Any, folder: Path) -> None:
    Probe.objects.update(note="Айгерим, ул. Абая 5")
    call_command("seal_audit")
    text = "".join(gzip.decompress(path.read_bytes()).decode() for path in folder.glob("audit-*"))
    assert "tests_probe" in text
    assert "Айгерим" not in text
    assert "note" not in text


def test_tampering_is_named_by_what_was_exported(as_owner: Any, folder: Path) -> None:
    call_command("seal_audit")
    Probe.objects.update(note="the last batch")
    call_command("seal_audit")
    first_of_last = probe_ids()[-25]
    last = seal_of(as_owner, first_of_last)
    # The last batch with its seal: no chain in the database can miss it.
    as_owner.execute("DELETE FROM audit.change WHERE id >= %s", [first_of_last])
    as_owner.execute("DELETE FROM audit.seal WHERE id = %s", [last])
    assert list(sealing.verify()) == []
    assert f"row {first_of_last} and what follows are gone with their seal {last}" in verdict()
    assert not upkeep.last()["verified"].good


def test_a_chain_written_anew_is_named(as_owner: Any, folder: Path) -> None:
    call_command("seal_audit")
    victim = probe_ids()[4]
    as_owner.execute("UPDATE audit.change SET actor_id = 7 WHERE id = %s", [victim])
    as_owner.execute("DELETE FROM audit.seal")
    as_owner.execute("ALTER TABLE audit.seal ALTER COLUMN id RESTART")
    sealing.seal_pending()
    assert list(sealing.verify()) == []
    assert f"the first changed row is {victim}" in verdict()
    with pytest.raises(CommandError, match="exported with another head"):
        call_command("seal_audit")


def test_a_whole_batch_and_an_altered_file_are_named(as_owner: Any, folder: Path) -> None:
    sealing.seal_pending(batch=10)
    first, second, *_rest = exporting.export_pending(folder)
    rows = exporting.read_file(second)
    assert rows is not None
    as_owner.execute("DELETE FROM audit.change WHERE id = ANY(%s)", [[row[0] for row in rows]])
    assert f"row {rows[0][0]} was deleted" in verdict()
    as_owner.execute("DELETE FROM audit.seal WHERE id = %s", [second.seal_id])
    assert f"gone with their seal {second.seal_id}" in verdict()
    first.path.chmod(0o640)
    text = gzip.decompress(first.path.read_bytes()).decode().replace('"I"', '"U"', 1)
    first.path.write_bytes(gzip.compress(text.encode()))
    assert f"the exported file of seal {first.seal_id} was altered" in verdict()
    first.path.unlink()
    assert f"the exported file of seal {first.seal_id} is missing" in verdict()


def test_what_no_longer_fits_its_seal_is_not_exported(as_owner: Any, folder: Path) -> None:
    sealing.seal_pending()
    as_owner.execute("UPDATE audit.change SET reason = 'forged' WHERE id = %s", [probe_ids()[0]])
    with pytest.raises(exporting.ExportRefusedError, match="does not fit its rows"):
        exporting.export_pending(folder)
    assert list(folder.iterdir()) == []


def test_an_old_month_goes_only_when_its_export_is_proved(as_owner: Any, folder: Path) -> None:
    make_month(CHANGE, OLD)
    as_owner.execute(
        "INSERT INTO audit.change (id, at, table_name, row_id, operation) OVERRIDING SYSTEM VALUE "
        "SELECT nextval('audit.change_id_seq'), '2020-01-05', 'tests_probe', n::text, 'U' FROM generate_series(1, 7) n"
    )
    assert retiring.months_before(date(2020, 2, 1)) == [OLD]
    assert retiring.months_before(OLD) == []

    def refused(why: str) -> None:
        with pytest.raises(retiring.RetiringRefusedError, match=why):
            retiring.retire_month(CHANGE, OLD, folder)

    refused("not everything is sealed")
    sealing.seal_pending()
    refused("is not proved")
    exporting.export_pending(folder)
    [path] = folder.glob("audit-2020-01-*")
    whole = path.read_bytes()
    path.chmod(0o640)
    path.write_bytes(whole[:-9])
    refused("is not proved")
    path.write_bytes(whole)
    assert retiring.retire_month(CHANGE, OLD, folder) == 7
    as_owner.execute(
        "SELECT to_regclass('audit.change_y2020m01'), count(*) FROM audit.retired WHERE row_count = 7"
    )
    assert as_owner.fetchone() == (None, 1)
    assert retiring.months_before(date(2020, 2, 1)) == []
    assert verdict() == "", "the chain of what went is still whole, and so is its export"
    as_owner.execute("UPDATE audit.seal SET hash = sha256('x') WHERE month = '2020-01-01'")
    assert "2020-01: seal" in verdict()


def test_the_command_keeps_what_the_law_keeps_and_what_is_not_exported(
    as_owner: Any, folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three real months: one past the term, the last that just is, one inside; an unconfirmed term drops nothing."""

    def retire() -> str:
        out = StringIO()
        call_command("retire_audit", stdout=out)
        return out.getvalue()

    def there() -> list[bool]:
        found = []
        for month in months:
            as_owner.execute("SELECT to_regclass(%s) IS NOT NULL", [f"audit.change_y{month:%Y}m{month:%m}"])
            found.append(as_owner.fetchone()[0])
        return found

    monkeypatch.setattr("family_support.base.clock.now", lambda: datetime(2026, 3, 15, tzinfo=UTC))
    months = [date(2021, 1, 1), date(2021, 2, 1), date(2021, 3, 1)]
    for month in months:
        make_month(CHANGE, month)
        as_owner.execute(
            "INSERT INTO audit.change (id, at, table_name, row_id, operation) OVERRIDING SYSTEM VALUE "
            "VALUES (nextval('audit.change_id_seq'), %s, 'tests_probe', '1', 'U')",
            [month.replace(day=9)],
        )
    RetentionRule.objects.filter(kind="history").delete()
    rule = RetentionRule.objects.create(kind="history", years=5, confirmed=False, valid_from=date(2020, 1, 1))
    assert "nothing is dropped" in retire()
    RetentionRule.objects.filter(pk=rule.pk).update(confirmed=True)
    settings.AUDIT_EXPORT_DIR = ""
    with pytest.raises(CommandError, match="set AUDIT_EXPORT_DIR"):
        retire()
    settings.AUDIT_EXPORT_DIR = str(folder)
    with pytest.raises(CommandError, match="2021-01: not everything is sealed"):
        retire()
    sealing.seal_pending()
    with pytest.raises(CommandError, match="2021-01: the export of seal [0-9]+ is not proved"):
        retire()
    assert not upkeep.last()["retired"].good
    assert there() == [True, True, True]
    exporting.export_pending(folder)
    [later] = folder.glob("audit-2021-02-*")
    hidden = later.rename(folder / "elsewhere")
    # What is proved goes; the first that is not stops the rest.
    with pytest.raises(CommandError, match="2021-02: the export of seal [0-9]+ is not proved"):
        retire()
    assert there() == [False, True, True]
    hidden.rename(later)
    assert retire() == "2021-02: 1 changes dropped, their export stays\n"
    assert there() == [False, False, True], "March 2021 ended less than five years ago"
    assert retire() == ""
    assert upkeep.last()["retired"].good
    assert verdict() == ""
