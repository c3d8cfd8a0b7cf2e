from datetime import timedelta

from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


def alarms_of_open_threats(apps, schema_editor):
    """Threats flagged before there were alarms, and still open, get theirs."""
    Threat = apps.get_model("cases", "Threat")
    Alarm = apps.get_model("mobile_groups", "Alarm")
    for threat in Threat.objects.filter(responded_at__isnull=True).select_related("case__center"):
        Alarm.objects.create(
            threat=threat,
            case_id=threat.case_id,
            district_id=threat.case.center.district_id,
            raised_at=threat.flagged_at,
            next_reminder_at=threat.flagged_at + timedelta(hours=4),
        )


class Migration(migrations.Migration):
    dependencies = [
        ("mobile_groups", "0001_initial"),
        ("cases", "0003_ground_rows_of_cases"),
        ("audit", "0001_initial"),
        ("base", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(alarms_of_open_threats, migrations.RunPython.noop, elidable=True),
        GuardStates(
            model="MobileGroup",
            field="state",
            transitions=[("draft", "in_force"), ("in_force", "expired"), ("in_force", "replaced")],
            initial=["draft"],
        ),
        GuardStates(
            model="Alarm",
            field="state",
            transitions=[("acknowledged", "engaged"), ("engaged", "closed"), ("raised", "acknowledged")],
            initial=["raised"],
        ),
        GuardStates(
            model="ResponsePlan",
            field="state",
            transitions=[
                ("draft", "cancelled"),
                ("draft", "in_force"),
                ("in_force", "cancelled"),
                ("in_force", "completed"),
            ],
            initial=["draft"],
        ),
        GuardStates(
            model="Visit",
            field="state",
            transitions=[
                ("back", "signed"),
                ("departed", "back"),
                ("planned", "cancelled"),
                ("planned", "departed"),
            ],
            initial=["planned"],
        ),
        TrackChanges("MobileGroup"),
        TrackChanges("GroupMember"),
        TrackChanges("Alarm", case_id="case"),
        TrackChanges("ResponsePlan", case_id="case"),
        TrackChanges("ResponseMeasure", case_id="plan__case"),
        TrackChanges("Visit", case_id="case"),
        TrackChanges("VisitMember", case_id="visit__case"),
    ]
