from django.db import migrations

# The security officer searches by account and by request. On a partitioned table an index cannot be made
# concurrently; each month's is made with its month.
INDEXES = (
    "CREATE INDEX IF NOT EXISTS change_actor ON audit.change (actor_id, id) WHERE actor_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS change_request ON audit.change (request_id, id) WHERE request_id IS NOT NULL",
)

# How far the seals reach; the seals themselves are the owner's. The WITH makes the view read-only by nature.
SEALED = (
    "CREATE VIEW audit.sealed AS WITH reached AS ("
    "SELECT count(*) AS batches, coalesce(max(to_id), 0) AS to_id, max(sealed_at) AS at FROM audit.seal"
    ") SELECT * FROM reached"
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_export_and_trail")]

    operations = [
        migrations.RunSQL(
            list(INDEXES), ["DROP INDEX audit.change_actor", "DROP INDEX audit.change_request"]
        ),
        migrations.RunSQL(SEALED, "DROP VIEW audit.sealed"),
    ]
