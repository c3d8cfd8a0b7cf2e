from django.db import migrations

from family_support.audit.operations import TrackChanges


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("audit", "0001_initial")]

    operations = [TrackChanges("Notice", case_id="case_id", ignored=("read_at",))]
