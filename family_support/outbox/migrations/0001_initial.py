import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("type", models.CharField(max_length=100, verbose_name="type")),
                ("case_id", models.BigIntegerField(null=True)),
                ("payload", models.JSONField(default=dict, verbose_name="ids")),
                ("created_at", models.DateTimeField(verbose_name="written at")),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "indexes": [models.Index(fields=["created_at"], name="outbox_event_created")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("handler", models.CharField(max_length=200, verbose_name="handler")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "pending"), ("done", "done"), ("parked", "parked")],
                        default="pending",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("next_attempt_at", models.DateTimeField(verbose_name="next attempt at")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done at")),
                ("parked_at", models.DateTimeField(null=True, verbose_name="parked at")),
                ("last_error", models.CharField(blank=True, max_length=200, verbose_name="last error")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="outbox.event",
                        verbose_name="event",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["next_attempt_at", "id"],
                        name="outbox_delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "parked")),
                        fields=["parked_at"],
                        name="outbox_delivery_parked",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "handler"), name="outbox_delivery_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("done_at__isnull", True), ("parked_at__isnull", True), ("state", "pending")
                            ),
                            models.Q(
                                ("done_at__isnull", False), ("parked_at__isnull", True), ("state", "done")
                            ),
                            models.Q(
                                ("done_at__isnull", True), ("parked_at__isnull", False), ("state", "parked")
                            ),
                            _connector="OR",
                        ),
                        name="outbox_delivery_state_moments",
                    ),
                ],
            },
        ),
    ]
