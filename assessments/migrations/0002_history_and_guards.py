from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial"), ("audit", "0001_initial"), ("base", "0001_initial")]

    operations = [
        GuardStates(
            model="Assessment",
            field="state",
            transitions=[("concluded", "superseded"), ("draft", "concluded")],
            initial=["draft"],
        ),
        TrackChanges("Ground"),
        TrackChanges("Assessment", case_id="case"),
        TrackChanges("AssessmentGround", case_id="assessment__case"),
        TrackChanges("ImmediateMeasure", case_id="assessment__case"),
        TrackChanges("Need", case_id="case"),
    ]
