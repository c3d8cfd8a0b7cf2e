"""What an organization added today is summed at each upload."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Uploads go on while the index is built.
    atomic = False
    dependencies = [("documents", "0003_files_of_senders")]
    operations = [
        AddIndexConcurrently("attachment", models.Index(fields=["added_at"], name="attachment_by_moment"))
    ]
