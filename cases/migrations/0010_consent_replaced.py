"""A consent in force gives way to a newer one that covers more, without a withdrawal."""

from django.db import migrations

import family_support.base.fields
from family_support.base.states import GuardStates

BEFORE = [("asked", "given"), ("asked", "refused"), ("given", "expired"), ("given", "withdrawn")]


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_course_of_the_plan")]

    operations = [
        migrations.AlterField(
            model_name="consent",
            name="state",
            field=family_support.base.fields.StateField(
                choices=[
                    ("asked", "Asked"),
                    ("given", "Given"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Expired"),
                    ("replaced", "Replaced by a newer consent"),
                ],
                default="asked",
                verbose_name="state",
            ),
        ),
        GuardStates(
            model="Consent",
            field="state",
            transitions=[*BEFORE, ("given", "replaced")],
            initial=["asked"],
            previous=(BEFORE, ["asked"]),
        ),
    ]
