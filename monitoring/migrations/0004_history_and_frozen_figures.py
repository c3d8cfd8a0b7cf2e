from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates

# Figures and conclusion of a signed quarter, the records behind them and an annex stay as they are (rules.md 6.15).
FREEZE = """
CREATE OR REPLACE FUNCTION public.monitoring_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a frozen quarter stays as it was signed'
        USING ERRCODE = '23514', CONSTRAINT = 'quarter_frozen', TABLE = TG_TABLE_NAME;
END $$;
CREATE TRIGGER frozen_figures BEFORE UPDATE ON public.monitoring_quarterlyreport FOR EACH ROW
    WHEN ((OLD.state IN ('sent', 'received') AND OLD.shown IS DISTINCT FROM NEW.shown)
        OR OLD.state IN ('signed', 'sent', 'received') AND (
        OLD.figures IS DISTINCT FROM NEW.figures OR OLD.conclusion IS DISTINCT FROM NEW.conclusion
        OR OLD.computed_at IS DISTINCT FROM NEW.computed_at OR OLD.signed_at IS DISTINCT FROM NEW.signed_at
    )) EXECUTE FUNCTION public.monitoring_frozen();
CREATE TRIGGER frozen_records BEFORE UPDATE OR DELETE ON public.monitoring_frozenrecords FOR EACH ROW
    EXECUTE FUNCTION public.monitoring_frozen();
CREATE TRIGGER frozen_annex BEFORE UPDATE OR DELETE ON public.monitoring_correctionsannex FOR EACH ROW
    EXECUTE FUNCTION public.monitoring_frozen();
"""
THAW = """
DROP TRIGGER frozen_annex ON public.monitoring_correctionsannex;
DROP TRIGGER frozen_records ON public.monitoring_frozenrecords;
DROP TRIGGER frozen_figures ON public.monitoring_quarterlyreport;
DROP FUNCTION public.monitoring_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("monitoring", "0003_conclusions_from_data"),
        ("audit", "0001_initial"),
        ("base", "0001_initial"),
    ]

    operations = [
        GuardStates(
            model="OutreachEvent",
            field="state",
            transitions=[("planned", "cancelled"), ("planned", "held")],
            initial=["planned"],
        ),
        GuardStates(model="AnalyticNote", field="state", transitions=[("draft", "sent")], initial=["draft"]),
        GuardStates(
            model="ProposedShortcoming",
            field="state",
            transitions=[("proposed", "accepted"), ("proposed", "dismissed")],
            initial=["proposed"],
        ),
        TrackChanges("FrozenRecords", hidden=("records",)),
        TrackChanges("CorrectionsAnnex", hidden=("figures",)),
        TrackChanges("OutreachEvent"),
        TrackChanges("AnalyticNote"),
        TrackChanges("ProposedShortcoming"),
        TrackChanges("Roundup", hidden=("figures",)),
        migrations.RunSQL(FREEZE, THAW),
    ]
