from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


class Migration(migrations.Migration):
    dependencies = [("interagency", "0001_initial"), ("audit", "0001_initial"), ("base", "0001_initial")]

    operations = [
        GuardStates(
            model="Handoff",
            field="state",
            transitions=[
                ("failed", "sent"),
                ("pending", "sent"),
                ("sent", "acknowledged"),
                ("sent", "failed"),
            ],
            initial=["pending"],
        ),
        GuardStates(
            model="Task",
            field="state",
            transitions=[
                ("accepted", "reported"),
                ("accepted", "withdrawn"),
                ("declined", "withdrawn"),
                ("reported", "done"),
                ("reported", "not_done"),
                ("reported", "partly"),
                ("reported", "returned"),
                ("reported", "withdrawn"),
                ("returned", "reported"),
                ("returned", "withdrawn"),
                ("sent", "accepted"),
                ("sent", "declined"),
                ("sent", "withdrawn"),
            ],
            initial=["sent"],
        ),
        TrackChanges("Handoff", case_id="case"),
        TrackChanges("Task", case_id="case"),
        TrackChanges("TaskUserObjectPermission", case_id="content_object__case"),
        TrackChanges("TaskReport", case_id="task__case"),
        TrackChanges("Review", case_id="report__task__case"),
    ]
