from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0005_course_of_the_plan")]

    operations = [
        migrations.AddField(model_name="heartbeat", name="since", field=models.DateTimeField(null=True)),
    ]
