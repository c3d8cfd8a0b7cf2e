from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("audit", "0001_initial"), ("base", "0001_initial")]

    operations = [
        GuardStates(
            model="Case",
            field="stage",
            transitions=[
                ("assessment", "closed"),
                ("assessment", "planning"),
                ("intake", "assessment"),
                ("intake", "closed"),
                ("planning", "closed"),
                ("planning", "support"),
                ("support", "closed"),
                ("support", "planning"),
            ],
            initial=["intake"],
        ),
        GuardStates(
            model="Intake",
            field="state",
            transitions=[
                ("received", "refused"),
                ("received", "registered"),
                ("registered", "answered"),
                ("registered", "transferred"),
            ],
            initial=["received"],
        ),
        GuardStates(
            model="Consent",
            field="state",
            transitions=[
                ("asked", "given"),
                ("asked", "refused"),
                ("given", "expired"),
                ("given", "withdrawn"),
            ],
            initial=["asked"],
        ),
        TrackChanges("Case", case_id="id"),
        TrackChanges("TeamMember", case_id="case"),
        TrackChanges("CaseGrant", case_id="case"),
        TrackChanges("CaseUserObjectPermission", case_id="content_object"),
        TrackChanges("CaseMember", case_id="case"),
        TrackChanges("Intake", case_id="case", hidden=("slip_code",)),
        TrackChanges("Consultation", case_id="case"),
        TrackChanges("Consent", case_id="case"),
        TrackChanges("Threat", case_id="case"),
        TrackChanges("TimelineEntry", case_id="case"),
        TrackChanges("NumberCounter"),
        # A person has no case of its own: the places in cases say which history shows it.
        TrackChanges("Person"),
    ]
