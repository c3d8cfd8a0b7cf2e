from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0008_review_from_outside")]

    operations = [
        migrations.AddField(model_name="deadline", name="again_at", field=models.DateTimeField(null=True)),
    ]
