"""Rows of the ground apps that concern a case hold a plain `case_id`: here they learn that it is one (data.md 9)."""

from django.db import migrations

TABLES = (
    "access_barred",
    "access_caseopening",
    "access_log.reading",
    "deadlines_deadline",
    "documents_attachment",
    "notifications_notice",
)


def name(table: str) -> str:
    return f"{table.replace('.', '_')}_of_case"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_history_and_guards"),
        ("access", "0002_read_log"),
        ("deadlines", "0001_initial"),
        ("documents", "0001_initial"),
        ("notifications", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {name(table)} FOREIGN KEY (case_id) "
            "REFERENCES public.cases_case (id) DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE {table} DROP CONSTRAINT {name(table)}",
        )
        for table in TABLES
    ]
