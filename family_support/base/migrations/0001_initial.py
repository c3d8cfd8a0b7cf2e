from django.contrib.postgres.operations import BtreeGistExtension, CITextExtension, TrigramExtension
from django.db import migrations, models

# The one guard of every state column (data.md 7); its argument is the column.
GUARD_STATE = """
CREATE OR REPLACE FUNCTION public.base_guard_state() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  before text := '';
  after text := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    before := to_jsonb(OLD) ->> TG_ARGV[0];
    IF before IS NOT DISTINCT FROM after THEN RETURN NEW; END IF;
  ELSIF current_setting('app.state_import', true) = 'on' THEN
    -- The named exception: an import may begin in any state that the machine knows.
    IF EXISTS (SELECT FROM public.base_allowed_transition
               WHERE "table" = TG_TABLE_NAME AND field = TG_ARGV[0] AND target = after) THEN
      RETURN NEW;
    END IF;
  END IF;
  IF NOT EXISTS (SELECT FROM public.base_allowed_transition
                 WHERE "table" = TG_TABLE_NAME AND field = TG_ARGV[0] AND source = before AND target = after) THEN
    RAISE EXCEPTION 'state of % may not go from "%" to "%"', TG_TABLE_NAME, before, after
      USING ERRCODE = '23514', CONSTRAINT = 'state_guard_' || TG_TABLE_NAME, TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        CITextExtension(),
        migrations.CreateModel(
            name="KeyFingerprint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("fingerprint", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "key fingerprint",
                "verbose_name_plural": "key fingerprints",
                "db_table": "base_key_fingerprint",
            },
        ),
        migrations.CreateModel(
            name="AllowedTransition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=63)),
                ("field", models.CharField(max_length=63)),
                ("source", models.CharField(blank=True, max_length=60)),
                ("target", models.CharField(max_length=60)),
            ],
            options={
                "verbose_name": "allowed transition",
                "verbose_name_plural": "allowed transitions",
                "db_table": "base_allowed_transition",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("table", "field", "source", "target"), name="base_allowed_transition_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(editable=False)),
                ("user_id", models.BigIntegerField(editable=False, null=True)),
                ("action", models.CharField(editable=False, max_length=100)),
                ("body_hash", models.CharField(editable=False, max_length=64)),
                ("subject", models.CharField(blank=True, editable=False, max_length=100)),
                ("result_id", models.BigIntegerField(editable=False, null=True)),
                ("created_at", models.DateTimeField(editable=False)),
            ],
            options={
                "verbose_name": "idempotency key",
                "verbose_name_plural": "idempotency keys",
                "indexes": [models.Index(fields=["created_at"], name="base_idempotency_created")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key", "user_id", "action"),
                        name="base_idempotency_key_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARD_STATE, "DROP FUNCTION public.base_guard_state()"),
    ]
