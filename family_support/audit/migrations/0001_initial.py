from django.db import migrations, models

# One statement an entry.
TABLES = (
    "CREATE SCHEMA audit",
    "REVOKE ALL ON SCHEMA audit FROM PUBLIC",
    """
    CREATE TABLE audit.change (
      id bigint GENERATED ALWAYS AS IDENTITY,
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
      table_name text NOT NULL,
      row_id text NOT NULL,
      case_id bigint,
      operation "char" NOT NULL,
      old jsonb,
      new jsonb,
      actor_id bigint,
      membership_id bigint,
      role text,
      request_id text,
      reason text,
      PRIMARY KEY (id, at)
    ) PARTITION BY RANGE (at)
    """,
    "CREATE TABLE audit.change_default PARTITION OF audit.change DEFAULT",
    "CREATE INDEX change_case ON audit.change (case_id, at) WHERE case_id IS NOT NULL",
    "CREATE INDEX change_row ON audit.change (table_name, row_id)",
    "CREATE INDEX change_without_context ON audit.change (at) WHERE role IS NULL",
    # One row a sealed batch of a month: "rows" holds 8 bytes of id and 8 of digest for each row, to name the
    # broken one; "hash" covers the whole digests and the hash before.
    """
    CREATE TABLE audit.seal (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      month date NOT NULL,
      from_id bigint NOT NULL,
      to_id bigint NOT NULL CHECK (to_id > from_id),
      row_count integer NOT NULL CHECK (row_count > 0),
      rows bytea NOT NULL,
      previous bytea NOT NULL,
      hash bytea NOT NULL,
      sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      UNIQUE (month, from_id)
    )
    """,
)

# Arguments of the trigger: key column, hidden columns, ignored columns, then where the case is: column of the row,
# and for each hop over a foreign key: table, key column, column.
RECORD_CHANGE = """
CREATE FUNCTION audit.record_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  o jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
  n jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
  r jsonb := coalesce(n, o);
  hidden text[] := TG_ARGV[1];
  ignored text[] := TG_ARGV[2];
  case_key text := CASE WHEN TG_NARGS > 3 THEN r ->> TG_ARGV[3] END;
  hop integer := 4;
BEGIN
  IF ignored <> '{}' THEN
    o := o - ignored;
    n := n - ignored;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    SELECT jsonb_object_agg(k, o -> k), jsonb_object_agg(k, n -> k) INTO o, n
    FROM jsonb_object_keys(n) k WHERE o -> k IS DISTINCT FROM n -> k;
    IF n IS NULL THEN RETURN NULL; END IF;
  END IF;
  IF hidden <> '{}' THEN
    SELECT o || coalesce(jsonb_object_agg(k, '***') FILTER (WHERE o ? k), '{}'),
           n || coalesce(jsonb_object_agg(k, '***') FILTER (WHERE n ? k), '{}')
    INTO o, n FROM unnest(hidden) k;
  END IF;
  WHILE case_key IS NOT NULL AND hop + 2 < TG_NARGS LOOP
    EXECUTE format('SELECT %I::text FROM public.%I WHERE %I = %L',
                   TG_ARGV[hop + 2], TG_ARGV[hop], TG_ARGV[hop + 1], case_key) INTO case_key;
    hop := hop + 3;
  END LOOP;
  INSERT INTO audit.change
    (table_name, row_id, case_id, operation, old, new, actor_id, membership_id, role, request_id, reason)
  VALUES (
    TG_TABLE_NAME, r ->> TG_ARGV[0], case_key::bigint, left(TG_OP, 1)::"char", o, n,
    nullif(current_setting('app.actor', true), '')::bigint,
    nullif(current_setting('app.membership', true), '')::bigint,
    nullif(current_setting('app.role', true), ''),
    nullif(current_setting('app.request', true), ''),
    nullif(current_setting('app.reason', true), '')
  );
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION audit.record_change() FROM PUBLIC;
"""

# What a seal covers of a row: the same bytes whatever the session's time zone or language.
ROW_DIGEST = """
CREATE FUNCTION audit.row_digest(c audit.change) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT sha256(convert_to(jsonb_build_array(
    c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), c.txid::text, c.table_name, c.row_id, c.case_id,
    c.operation::text, c.old, c.new, c.actor_id, c.membership_id, c.role, c.request_id, c.reason
  )::text, 'UTF8'))
$$;
REVOKE ALL ON FUNCTION audit.row_digest(audit.change) FROM PUBLIC;
"""

# All that the runtime role may see. The WITH makes the view read-only by nature; PostgreSQL still pushes conditions into it.
READING = """
CREATE VIEW audit.reading AS
WITH recorded AS (
  SELECT id, at, txid::text AS txid, table_name, row_id, case_id, operation::text AS operation, old, new,
         actor_id, membership_id, role, request_id, reason,
         tableoid = 'audit.change_default'::regclass AS in_default
  FROM audit.change
)
SELECT * FROM recorded;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        # On one line each, as the migration linter reads.
        migrations.RunSQL([" ".join(statement.split()) for statement in TABLES], "DROP SCHEMA audit CASCADE"),
        migrations.RunSQL(RECORD_CHANGE, migrations.RunSQL.noop),
        migrations.RunSQL(ROW_DIGEST, migrations.RunSQL.noop),
        migrations.RunSQL(READING, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="moment")),
                ("txid", models.TextField()),
                ("table_name", models.TextField(verbose_name="table")),
                ("row_id", models.TextField(verbose_name="row")),
                ("case_id", models.BigIntegerField(null=True)),
                ("operation", models.CharField(max_length=1, verbose_name="operation")),
                ("old", models.JSONField(null=True, verbose_name="before")),
                ("new", models.JSONField(null=True, verbose_name="after")),
                ("actor_id", models.BigIntegerField(null=True)),
                ("membership_id", models.BigIntegerField(null=True)),
                ("role", models.TextField(null=True, verbose_name="role")),
                ("request_id", models.TextField(null=True)),
                ("reason", models.TextField(null=True, verbose_name="reason")),
                ("in_default", models.BooleanField()),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
                "db_table": '"audit"."reading"',
                "managed": False,
            },
        ),
    ]
