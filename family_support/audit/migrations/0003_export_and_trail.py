from django.db import migrations

# What the owner's commands did with the history last, and the months that were dropped after their term. The runtime
# role reads the first through a view and writes neither.
TABLES = (
    """
    CREATE TABLE IF NOT EXISTS audit.upkeep (
      what text PRIMARY KEY CHECK (what IN ('sealed', 'verified', 'exported', 'retired')),
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      good boolean NOT NULL,
      count bigint NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS audit.retired (
      month date PRIMARY KEY,
      row_count bigint NOT NULL,
      head bytea NOT NULL,
      at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
)

# Who changed which fields of which row and when: no content, no case. The WITH makes the views read-only by nature.
VIEWS = (
    """
    CREATE VIEW audit.health AS WITH kept AS (SELECT what, at, good, count FROM audit.upkeep) SELECT * FROM kept
    """,
    """
    CREATE VIEW audit.trail AS
    WITH recorded AS (
      SELECT id, at, table_name, row_id, operation::text AS operation, actor_id, membership_id, role, request_id,
             ARRAY(SELECT jsonb_object_keys(coalesce(new, old)) ORDER BY 1) AS fields
      FROM audit.change
    )
    SELECT * FROM recorded
    """,
)


def lines(statements: tuple[str, ...]) -> list[str]:
    """On one line each, as the migration linter reads."""
    return [" ".join(statement.split()) for statement in statements]


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_erasable_content")]

    operations = [
        # Undone, the tables stay: which months were dropped is written nowhere else.
        migrations.RunSQL(lines(TABLES), migrations.RunSQL.noop),
        migrations.RunSQL(lines(VIEWS), ["DROP VIEW audit.trail", "DROP VIEW audit.health"]),
    ]
