"""What is told again is looked for each minute."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The sweep goes on while the index is built.
    atomic = False
    dependencies = [("deadlines", "0009_told_again")]
    operations = [
        AddIndexConcurrently(
            "deadline",
            models.Index(
                condition=models.Q(("again_at__isnull", False), ("state", "open")),
                fields=["again_at"],
                name="deadline_again",
            ),
        )
    ]
