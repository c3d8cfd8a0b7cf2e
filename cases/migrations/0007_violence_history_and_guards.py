from django.db import migrations

from family_support.audit.operations import TrackChanges
from family_support.base.states import GuardStates


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_violence")]

    operations = [
        GuardStates(
            model="ViolenceRecord",
            field="state",
            transitions=[
                ("noted", "redirected"),
                ("redirected", "identified"),
                ("redirected", "not_identified"),
            ],
            initial=["noted"],
        ),
        TrackChanges("ViolenceRecord", case_id="case"),
        TrackChanges("ViolenceSupport", case_id="record__case"),
    ]
