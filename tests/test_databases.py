"""The databases of the tests are production's: one role owns, another serves, nothing is shared."""

from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction

from tests.databases import Databases, address


@pytest.mark.django_db
class TestServedDatabase:
    """What the ordinary test gets."""

    def test_runs_as_the_runtime_role(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            )
            name, superuser, create = cursor.fetchone()
            cursor.execute(
                "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
            )
            (owner,) = cursor.fetchone()
        assert (superuser, create) == (False, False)
        assert name != owner

    @pytest.mark.parametrize(
        "statement",
        [
            "TRUNCATE base_reference",
            "CREATE TABLE public.intruder (id int)",
            "CREATE TEMP TABLE intruder (id int)",
            "CREATE SCHEMA intruder",
            "ALTER TABLE django_migrations DISABLE TRIGGER ALL",
            "SET session_replication_role = 'replica'",
        ],
    )
    def test_runtime_role_is_refused_structure(self, statement: str) -> None:
        statement = statement.replace("base_reference", "django_content_type")
        with pytest.raises(Exception, match="permission denied|must be owner"), transaction.atomic():
            connection.cursor().execute(statement)

    def test_reads_migrations_but_cannot_forge_them(self) -> None:
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            connection.cursor().execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())"
            )


def test_public_may_not_connect(owner_cursor: Any) -> None:
    owner_cursor.execute("SELECT datacl::text FROM pg_database WHERE datname = current_database()")
    (rights,) = owner_cursor.fetchone()
    assert "{=" not in rights
    assert ",=" not in rights


def test_own_database_is_another_one_and_goes(databases: Databases, own_database: str) -> None:
    assert connection.settings_dict["NAME"] == own_database
    with databases.clone() as name:
        assert name != own_database
        psycopg2.connect(address(databases.url, name)).close()
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        psycopg2.connect(address(databases.url, name))


def test_a_clone_becomes_what_it_was_copied_from_again(databases: Databases) -> None:
    with databases.clone() as origin, databases.clone(origin) as copied:
        for name, remark in ((origin, "kept"), (copied, "gone")):
            with closing(psycopg2.connect(address(databases.owner_url, name))) as owner, owner:
                owner.cursor().execute(f"COMMENT ON TABLE django_content_type IS '{remark}'")
        held = psycopg2.connect(address(databases.url, copied))
        databases.renew(copied, origin)
        with pytest.raises(psycopg2.OperationalError):
            held.cursor().execute("SELECT 1")
        with closing(psycopg2.connect(address(databases.url, copied))) as again, again.cursor() as cursor:
            cursor.execute("SELECT obj_description('django_content_type'::regclass)")
            assert cursor.fetchone() == ("kept",)
