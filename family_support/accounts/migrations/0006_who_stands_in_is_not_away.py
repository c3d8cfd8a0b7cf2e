"""Who stands in for a colleague is not away in the same days, whatever way a row comes in (ADR 22).

No exclusion constraint spans two columns of two rows: this one is a trigger, which waits for whoever writes about one of
the two at the same moment and then sees that row.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION public.absence_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF new.ended_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM public.accounts_membership
        WHERE id IN (new.membership_id, new.substitute_id) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM public.accounts_absence a
        WHERE a.ended_at IS NULL AND a.id <> new.id
            AND a.starts_on <= new.ends_on AND a.ends_on >= new.starts_on
            AND (a.substitute_id = new.membership_id OR a.membership_id = new.substitute_id)
    ) THEN
        RAISE EXCEPTION 'absence_not_of_a_substitute: who stands in is not away in the same days'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'absence_not_of_a_substitute';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER absence_not_of_a_substitute AFTER INSERT OR UPDATE ON public.accounts_absence
    FOR EACH ROW EXECUTE FUNCTION public.absence_guard();
"""
BACKWARDS = """
DROP TRIGGER absence_not_of_a_substitute ON public.accounts_absence;
DROP FUNCTION public.absence_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_sessions_and_approvals"),
    ]

    operations = [migrations.RunSQL(GUARD, BACKWARDS)]
