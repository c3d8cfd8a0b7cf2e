from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0001_initial"), ("audit", "0001_initial"), ("base", "0001_initial")]

    operations = [
        GuardStates(
            model="Deadline",
            field="state",
            transitions=[("open", "cancelled"), ("open", "met"), ("open", "met_late")],
            initial=["open"],
        ),
        TrackChanges("Term"),
        # The sweep moves `schedule` and `next_at`; what it found is a row of DeadlineLevel.
        TrackChanges("Deadline", case_id="case_id", ignored=("schedule", "next_at")),
        TrackChanges("DeadlineChange", case_id="deadline__case_id"),
        TrackChanges("DeadlineLevel", case_id="deadline__case_id"),
    ]
