from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


class Migration(migrations.Migration):
    dependencies = [("ipr", "0001_initial"), ("audit", "0001_initial"), ("base", "0001_initial")]

    operations = [
        GuardStates(
            model="Plan",
            field="state",
            transitions=[
                ("in_force", "completed"),
                ("in_force", "terminated"),
                ("preparing", "in_force"),
                ("preparing", "terminated"),
            ],
            initial=["preparing"],
        ),
        GuardStates(
            model="PlanVersion",
            field="state",
            transitions=[
                ("approved", "ended"),
                ("approved", "superseded"),
                ("draft", "discarded"),
                ("draft", "signing"),
                ("returned", "discarded"),
                ("returned", "draft"),
                ("signing", "draft"),
                ("signing", "submitted"),
                ("submitted", "approved"),
                ("submitted", "returned"),
            ],
            initial=["draft"],
        ),
        # A copy in an amendment carries the mark of the measure it continues.
        GuardStates(
            model="FamilyMeasure",
            field="state",
            transitions=[("planned", "done"), ("planned", "not_done"), ("planned", "partly")],
            initial=["planned", "done", "partly", "not_done"],
        ),
        TrackChanges("MeasureTemplate"),
        TrackChanges("Plan", case_id="case"),
        TrackChanges("PlanVersion", case_id="plan__case"),
        TrackChanges("Measure", case_id="version__plan__case"),
        TrackChanges("FamilyMeasure", case_id="plan_version__plan__case"),
        TrackChanges("Participant", case_id="version__plan__case"),
        TrackChanges("Signature", case_id="version__plan__case"),
        TrackChanges("Approval", case_id="version__plan__case"),
    ]
