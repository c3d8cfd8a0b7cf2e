from django.db import migrations

from family_support.audit.operations import TrackChanges


class Migration(migrations.Migration):
    dependencies = [("staffing", "0001_initial"), ("audit", "0001_initial"), ("base", "0001_initial")]

    operations = [
        TrackChanges("StaffingNorm"),
        TrackChanges("StaffingTable"),
        TrackChanges("StaffPosition"),
        TrackChanges("Vehicle"),
        TrackChanges("PayrollFund"),
    ]
