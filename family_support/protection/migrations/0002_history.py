from django.db import migrations

from family_support.audit.operations import TrackChanges


class Migration(migrations.Migration):
    dependencies = [("protection", "0001_initial"), ("audit", "0002_erasable_content")]

    operations = [
        TrackChanges("DataRequest", case_id="case"),
        TrackChanges("RetentionRule"),
        TrackChanges("LegalHold", case_id="case"),
        TrackChanges("Disposal"),
        TrackChanges("DisposalItem", case_id="case"),
    ]
