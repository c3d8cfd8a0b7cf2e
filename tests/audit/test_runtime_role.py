"""Everything that the runtime role might try against the history is refused, and leaves it as it was
(data.md 1 and 2).
"""

import os

import psycopg2
import pytest
from django.db import DatabaseError, connection

from family_support.audit.context import acting
from family_support.audit.models import Change
from family_support.audit.operations import TrackChanges
from family_support.base.actor import SYSTEM
from tests.audit import probe
from tests.audit.probe import Parent, Probe

ATTEMPTS = [
    "INSERT INTO audit.change (table_name, row_id, operation) VALUES ('tests_probe', '1', 'U')",
    "INSERT INTO audit.reading (table_name, row_id, operation) VALUES ('tests_probe', '1', 'U')",
    "UPDATE audit.change SET reason = 'forged'",
    "UPDATE audit.reading SET reason = 'forged'",
    "DELETE FROM audit.change",
    "DELETE FROM audit.reading",
    "TRUNCATE audit.change",
    "SELECT * FROM audit.change",
    "SELECT * FROM audit.change_default",
    "INSERT INTO audit.seal (month) VALUES (now())",
    "SELECT * FROM audit.seal",
    "SELECT audit.erase_content(1, 'tests_probe', '{1}')",
    "INSERT INTO audit.trail (table_name) VALUES ('tests_probe')",
    "UPDATE audit.upkeep SET good = true",
    "UPDATE audit.health SET good = true",
    "SELECT * FROM audit.retired",
    # Shadowing what the recorder names, and making it run as its caller.
    "CREATE TEMP TABLE change (id bigint)",
    "CREATE FUNCTION pg_temp.current_setting(text, boolean) RETURNS text LANGUAGE sql AS 'select ''1''::text'",
    "ALTER FUNCTION audit.record_change() SECURITY INVOKER",
    "ALTER FUNCTION audit.record_change() RESET search_path",
    "ALTER TABLE audit.change OWNER TO CURRENT_USER",
    "SELECT audit.record_change()",
    "SELECT nextval('audit.change_id_seq')",
    "TRUNCATE tests_probe",
    "ALTER TABLE tests_probe DISABLE TRIGGER audit_change",
    "DROP TRIGGER audit_change ON tests_probe",
    "CREATE TRIGGER other BEFORE INSERT ON tests_probe FOR EACH ROW EXECUTE FUNCTION audit.record_change()",
    "ALTER TABLE tests_probe ADD COLUMN x int",
    "DROP TABLE tests_probe",
    "SET session_replication_role = 'replica'",
    "CREATE TEMP TABLE t (id bigint)",
    "CREATE TABLE public.t (id bigint)",
    "CREATE TABLE audit.t (id bigint)",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'select 1'",
    "CREATE FUNCTION audit.f() RETURNS int LANGUAGE sql AS 'select 1'",
    "CREATE OR REPLACE FUNCTION audit.record_change() RETURNS trigger LANGUAGE plpgsql AS 'begin return null; end'",
    "CREATE SCHEMA s",
    "CREATE EXTENSION hstore",
    "SET ROLE fs_owner",
    "GRANT ALL ON audit.change TO CURRENT_USER",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    "INSERT INTO base_allowed_transition (\"table\", field, source, target) VALUES ('tests_probe', 'status', 'a', 'b')",
    "DELETE FROM base_allowed_transition",
    "UPDATE base_key_fingerprint SET fingerprint = ''",
]


@pytest.fixture(scope="class")
def history(class_database: str) -> None:
    """A tracked table with one recorded change, shared by all attempts."""
    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute(probe.TABLES)
        probe.run(cursor, TrackChanges("Probe", case_id="case_id"))
    owner.close()
    with acting(SYSTEM):
        Probe.objects.create(parent=Parent.objects.create())


@pytest.mark.usefixtures("history")
class TestRuntimeRole:
    """In one database: nothing of it may succeed."""

    @pytest.mark.parametrize("attempt", ATTEMPTS)
    def test_refused(self, attempt: str) -> None:
        """Refused for want of rights, not by accident."""
        with connection.cursor() as cursor:
            refusal = r"permission denied|must be owner|cannot (insert|update|delete)"
            with pytest.raises(DatabaseError, match=refusal):
                cursor.execute(attempt)
        first = (
            Change.objects.filter(table_name="tests_probe")
            .order_by("id")
            .values_list("operation", "reason")
            .first()
        )
        assert first == ("I", None)

    def test_is_no_superuser_and_makes_no_databases(self) -> None:
        """Or the refusals above would prove little."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            )
            assert cursor.fetchone() == (False, False, False)

    def test_a_search_path_of_ones_own_changes_nothing(self) -> None:
        """The recorder's path is fixed; the change is recorded where it belongs."""
        before = Change.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SET search_path = pg_temp, public, audit")
            cursor.execute("UPDATE tests_probe SET note = 'shadow'")
            cursor.execute("RESET search_path")
        assert Change.objects.count() == before + 1

    def test_another_authors_context_is_recorded_with_its_change(self) -> None:
        """Who holds the runtime password can name another author, and cannot leave the change unrecorded."""
        with acting(SYSTEM), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('app.actor', '7', true), set_config('app.role', 'director', true)"
            )
            cursor.execute("UPDATE tests_probe SET note = 'in another name'")
        last = Change.objects.filter(table_name="tests_probe").order_by("-id").first()
        assert last is not None
        assert (last.actor_id, last.role, last.new) == (7, "director", {"note": "in another name"})

    def test_a_forged_setting_switches_nothing_off(self) -> None:
        """The settings that other audit libraries obey have no effect here."""
        before = Change.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SET pgtrigger.ignore = '{tests_probe:audit_change}'")
            cursor.execute("UPDATE tests_probe SET note = 'seen'")
        assert Change.objects.count() == before + 1
