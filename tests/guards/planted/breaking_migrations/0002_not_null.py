"""A required column without a default: the version still running cannot insert any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="planted", name="required", field=models.IntegerField(), preserve_default=False
        )
    ]
