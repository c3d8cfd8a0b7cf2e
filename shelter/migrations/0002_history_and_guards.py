from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


class Migration(migrations.Migration):
    dependencies = [("shelter", "0001_initial"), ("audit", "0001_initial"), ("base", "0001_initial")]

    operations = [
        GuardStates(
            model="Stay",
            field="state",
            transitions=[
                ("reserved", "cancelled"),
                ("reserved", "resident"),
                ("resident", "checked_out"),
            ],
            initial=["reserved"],
        ),
        GuardStates(
            model="MinorNotice",
            field="state",
            transitions=[
                ("due", "sent"),
                ("received", "registered"),
                ("sent", "received"),
            ],
            initial=["due"],
        ),
        TrackChanges("Shelter"),
        TrackChanges("Place"),
        TrackChanges("Stay", case_id="case"),
        TrackChanges("Resident", case_id="stay__case"),
        TrackChanges("MinorNotice", case_id="stay__case"),
    ]
