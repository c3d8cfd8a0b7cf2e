from django.db import migrations

# What was in a change may be erased after the legal term (ADR 25): a seal covers a salted digest of the content, which
# stays when the content and its salt go. Whoever has the digest can guess nothing without the salt.
COLUMNS = (
    "ALTER TABLE audit.change ADD COLUMN IF NOT EXISTS salt uuid",
    "ALTER TABLE audit.change ALTER COLUMN salt SET DEFAULT gen_random_uuid()",
    "ALTER TABLE audit.change ADD COLUMN IF NOT EXISTS content bytea",
)

CONTENT_DIGEST = """
CREATE FUNCTION audit.content_digest(c audit.change) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT sha256(convert_to(jsonb_build_array(c.salt::text, c.old, c.new, c.reason)::text, 'UTF8'))
$$;
REVOKE ALL ON FUNCTION audit.content_digest(audit.change) FROM PUBLIC;
"""

# Rows recorded before this migration have no salt: their digest is the one they were sealed with, and when they are
# erased it is kept whole, marked by a byte before it.
ROW_DIGEST = """
CREATE OR REPLACE FUNCTION audit.row_digest(c audit.change) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN length(c.content) = 33 THEN substr(c.content, 2)
    WHEN c.salt IS NULL AND c.content IS NULL THEN sha256(convert_to(jsonb_build_array(
      c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), c.txid::text, c.table_name, c.row_id,
      c.case_id, c.operation::text, c.old, c.new, c.actor_id, c.membership_id, c.role, c.request_id, c.reason
    )::text, 'UTF8'))
    ELSE sha256(convert_to(jsonb_build_array(
      c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), c.txid::text, c.table_name, c.row_id,
      c.case_id, c.operation::text, c.actor_id, c.membership_id, c.role, c.request_id,
      encode(coalesce(c.content, audit.content_digest(c)), 'hex')
    )::text, 'UTF8'))
  END
$$;
REVOKE ALL ON FUNCTION audit.row_digest(audit.change) FROM PUBLIC;
"""

OLD_ROW_DIGEST = """
CREATE OR REPLACE FUNCTION audit.row_digest(c audit.change) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT sha256(convert_to(jsonb_build_array(
    c.id, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), c.txid::text, c.table_name, c.row_id, c.case_id,
    c.operation::text, c.old, c.new, c.actor_id, c.membership_id, c.role, c.request_id, c.reason
  )::text, 'UTF8'))
$$;
"""

# Of a case, or of rows of a table (their first records may come before there was a case). The owner's only.
ERASE_CONTENT = """
CREATE FUNCTION audit.erase_content(which_case bigint, which_table text, rows text[]) RETURNS bigint LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  WITH erased AS (
    UPDATE audit.change c SET
      content = CASE WHEN c.salt IS NULL THEN '\\x00'::bytea || audit.row_digest(c) ELSE audit.content_digest(c) END,
      old = NULL, new = NULL, reason = NULL, salt = NULL
    WHERE c.content IS NULL
      AND (c.case_id = which_case OR (c.table_name = which_table AND c.row_id = ANY (rows)))
    RETURNING 1
  )
  SELECT count(*) FROM erased
$$;
REVOKE ALL ON FUNCTION audit.erase_content(bigint, text, text[]) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        # Undone, the columns stay: what was erased meanwhile has its digest nowhere else.
        migrations.RunSQL(list(COLUMNS), migrations.RunSQL.noop),
        migrations.RunSQL(CONTENT_DIGEST, "DROP FUNCTION audit.content_digest(audit.change)"),
        migrations.RunSQL(ROW_DIGEST, OLD_ROW_DIGEST),
        migrations.RunSQL(ERASE_CONTENT, "DROP FUNCTION audit.erase_content(bigint, text, text[])"),
    ]
