import django.db.models.deletion
from django.db import migrations, models

from family_support.audit.operations import TrackChanges


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ("base", "0001_initial"),
        ("directory", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True, verbose_name="number")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("order_number", models.CharField(blank=True, max_length=60, verbose_name="order number")),
                ("order_date", models.DateField(blank=True, null=True, verbose_name="order date")),
            ],
            options={
                "verbose_name": "calendar version",
                "verbose_name_plural": "calendar versions",
                "ordering": ("-number",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="calendar_version_from_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_kk", models.CharField(max_length=300, verbose_name="name in Kazakh")),
                ("name_ru", models.CharField(max_length=300, verbose_name="name in Russian")),
                ("name_en", models.CharField(max_length=300, verbose_name="name in English")),
                ("date", models.DateField(verbose_name="date")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("holiday", "public holiday"),
                            ("rest", "day off"),
                            ("working", "working day"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("moved_from", models.DateField(blank=True, null=True, verbose_name="moved from")),
                ("order_number", models.CharField(blank=True, max_length=60, verbose_name="order number")),
                ("order_date", models.DateField(blank=True, null=True, verbose_name="order date")),
                ("estimated", models.BooleanField(default=False, verbose_name="estimated")),
                (
                    "center",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.center",
                        verbose_name="Center",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "since_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days_added",
                        to="workdays.calendarversion",
                    ),
                ),
                (
                    "until_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days_removed",
                        to="workdays.calendarversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of the calendar",
                "verbose_name_plural": "days of the calendar",
                "ordering": ("date",),
                "indexes": [
                    models.Index(fields=["since_version", "until_version"], name="calendar_day_versions")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_version__isnull", True)),
                        fields=("date", "region", "center"),
                        name="calendar_day_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("region__isnull", True), ("center__isnull", True), _connector="OR"
                        ),
                        name="calendar_day_region_or_center",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("moved_from__isnull", True),
                            models.Q(("moved_from", models.F("date")), _negated=True),
                            _connector="OR",
                        ),
                        name="calendar_day_not_moved_from_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("center__isnull", True), ("region__isnull", True)),
                            models.Q(("order_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="calendar_day_local_has_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_version__isnull", True),
                            models.Q(("until_version", models.F("since_version")), _negated=True),
                            _connector="OR",
                        ),
                        name="calendar_day_versions_differ",
                    ),
                ],
            },
        ),
        TrackChanges("CalendarVersion"),
        TrackChanges("CalendarDay"),
    ]
