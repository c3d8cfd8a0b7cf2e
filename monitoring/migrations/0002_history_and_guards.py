from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial"), ("audit", "0001_initial"), ("base", "0001_initial")]

    operations = [
        GuardStates(
            model="QuarterlyReport",
            field="state",
            transitions=[
                ("computing", "draft"),
                ("draft", "signed"),
                ("sent", "received"),
                ("signed", "sent"),
            ],
            initial=["computing"],
        ),
        TrackChanges("QuarterlyReport"),
        TrackChanges("Shortcoming"),
    ]
