"""The read log: partitioned by month, append-only, written through one function of the owner's (data.md 4, 5)."""

from django.db import migrations

FORWARDS = """
CREATE SCHEMA access_log;
CREATE TABLE access_log.reading (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    case_id bigint NOT NULL,
    user_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    what text NOT NULL,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE TABLE access_log.reading_default PARTITION OF access_log.reading DEFAULT;
CREATE INDEX reading_of_case ON access_log.reading (case_id, at);
CREATE INDEX reading_by_user ON access_log.reading (user_id, at);

CREATE FUNCTION public.access_log_read(case_id bigint, user_id bigint, membership_id bigint, what text, reason text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO access_log.reading (case_id, user_id, membership_id, what, reason)
    VALUES ($1, $2, $3, $4, coalesce($5, ''))
$$;
REVOKE ALL ON FUNCTION public.access_log_read(bigint, bigint, bigint, text, text) FROM PUBLIC;

CREATE VIEW public.access_read_log_view AS
    SELECT id, at, case_id, user_id, membership_id, what, reason FROM access_log.reading;

-- A plain view lets its owner's rights through to the table: whatever is granted on it later, it stays a window.
CREATE FUNCTION access_log.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the read log is written through access_log_read only' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER refuse INSTEAD OF INSERT OR UPDATE OR DELETE ON public.access_read_log_view
    FOR EACH ROW EXECUTE FUNCTION access_log.refuse();
"""

BACKWARDS = """
DROP VIEW public.access_read_log_view;
DROP FUNCTION public.access_log_read(bigint, bigint, bigint, text, text);
DROP SCHEMA access_log CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
