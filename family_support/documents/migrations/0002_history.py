from django.db import migrations

from family_support.audit.operations import TrackChanges


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        TrackChanges("Attachment", case_id="case_id", hidden=("name",)),
        TrackChanges("Rendering", ignored=("attempts",)),
    ]
