"""A table that the next migration breaks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(name="Planted", fields=[("id", models.BigAutoField(primary_key=True))])
    ]
