from django.db import migrations

from family_support.audit.operations import TrackChanges


class Migration(migrations.Migration):
    dependencies = [("access", "0002_read_log"), ("audit", "0001_initial")]

    operations = [
        TrackChanges("Barred", case_id="case_id", hidden=("iin",)),
        TrackChanges("CaseOpening", case_id="case_id"),
    ]
