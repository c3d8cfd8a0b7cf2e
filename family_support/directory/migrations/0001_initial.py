import datetime

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

from family_support.audit.operations import TrackChanges


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0001_initial"),
        ("base", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sector",
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
                ("code", models.CharField(max_length=30, unique=True, verbose_name="code")),
                ("order", models.PositiveSmallIntegerField(verbose_name="order")),
                (
                    "is_body_kind",
                    models.BooleanField(
                        default=False,
                        help_text="A kind of body beside the twelve sectors, such as the police or an NGO",
                        verbose_name="kind of body",
                    ),
                ),
            ],
            options={
                "verbose_name": "sector",
                "verbose_name_plural": "sectors",
                "ordering": ("order",),
            },
        ),
        migrations.CreateModel(
            name="Region",
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
                ("kato", models.CharField(max_length=2, unique=True, verbose_name="KATO code")),
            ],
            options={
                "verbose_name": "region",
                "verbose_name_plural": "regions",
                "ordering": ("kato",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kato__regex", "^[0-9]{2}$")), name="region_kato_digits"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="District",
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
                ("code", models.CharField(max_length=8, unique=True, verbose_name="code")),
                ("kato", models.CharField(blank=True, max_length=9, verbose_name="KATO code")),
                ("is_city", models.BooleanField(default=False, verbose_name="city")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="districts",
                        to="directory.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "district",
                "verbose_name_plural": "districts",
                "ordering": ("region", "name_ru"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kato", ""), _negated=True),
                        fields=("kato",),
                        name="district_kato_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kato", ""), ("kato__regex", "^[0-9]{9}$"), _connector="OR"),
                        name="district_kato_digits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agency",
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
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("bin", models.CharField(blank=True, max_length=12, verbose_name="BIN")),
                (
                    "head_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail of the head"),
                ),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agencies",
                        to="directory.district",
                        verbose_name="district",
                    ),
                ),
                (
                    "sectors",
                    models.ManyToManyField(
                        related_name="agencies", to="directory.sector", verbose_name="sectors"
                    ),
                ),
            ],
            options={
                "verbose_name": "body",
                "verbose_name_plural": "bodies",
                "ordering": ("district", "name_ru"),
                "constraints": [
                    models.UniqueConstraint(fields=("district", "name_ru"), name="agency_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(("bin", ""), ("bin__regex", "^[0-9]{12}$"), _connector="OR"),
                        name="agency_bin_digits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SectorField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="in force from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="in force to")),
                ("act", models.CharField(blank=True, max_length=200, verbose_name="act")),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("school", "school or place of study"),
                            ("school_class", "class or course"),
                            ("legal_representative", "legal representative"),
                            ("health_section", "the health section that the measure concerns"),
                            ("education", "education"),
                            ("work_history", "work history"),
                            ("household", "household"),
                            ("income", "income"),
                            ("benefits", "benefits"),
                            ("address", "address"),
                            ("housing_conditions", "housing conditions"),
                            ("threat", "threat"),
                            ("protective_orders", "protective orders"),
                            ("offence_prevention", "offence prevention"),
                            ("minors", "minors"),
                            ("minors_stay", "where the minors stay"),
                        ],
                        max_length=30,
                        verbose_name="field",
                    ),
                ),
                (
                    "sector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fields",
                        to="directory.sector",
                        verbose_name="sector",
                    ),
                ),
            ],
            options={
                "verbose_name": "field a sector may see",
                "verbose_name_plural": "fields sectors may see",
                "ordering": ("sector", "field", "valid_from"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="directory_sectorfield_valid_period",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=(
                            ("sector", "="),
                            ("field", "="),
                            (
                                models.Func(
                                    "valid_from",
                                    "valid_to",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(True, True),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ),
                        name="sector_field_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StateService",
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
                ("valid_from", models.DateField(verbose_name="in force from")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="in force to")),
                ("act", models.CharField(blank=True, max_length=200, verbose_name="act")),
                ("code", models.CharField(max_length=30, verbose_name="code")),
                ("term_days", models.PositiveSmallIntegerField(verbose_name="term, working days")),
                (
                    "sector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="directory.sector",
                        verbose_name="sector",
                    ),
                ),
            ],
            options={
                "verbose_name": "state service",
                "verbose_name_plural": "state services",
                "ordering": ("sector", "name_ru"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="directory_stateservice_valid_period",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=(
                            ("code", "="),
                            (
                                models.Func(
                                    "valid_from",
                                    "valid_to",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(True, True),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ),
                        name="state_service_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Center",
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
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                ("code", models.CharField(max_length=10, unique=True, verbose_name="code")),
                ("bin", models.CharField(blank=True, max_length=12, verbose_name="BIN")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("opens", models.TimeField(default=datetime.time(9, 0), verbose_name="opens at")),
                ("closes", models.TimeField(default=datetime.time(18, 30), verbose_name="closes at")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="centers",
                        to="directory.district",
                        verbose_name="district",
                    ),
                ),
            ],
            options={
                "verbose_name": "Center",
                "verbose_name_plural": "Centers",
                "ordering": ("code",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z0-9]{3,10}$")), name="center_code_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bin", ""), ("bin__regex", "^[0-9]{12}$"), _connector="OR"),
                        name="center_bin_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("opens__lt", models.F("closes"))),
                        name="center_opens_before_closing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("bin", ""), _negated=True),
                        fields=("bin",),
                        name="center_bin_once",
                    ),
                ],
            },
        ),
        TrackChanges("Region"),
        TrackChanges("District"),
        TrackChanges("Center"),
        TrackChanges("Sector"),
        TrackChanges("SectorField"),
        TrackChanges("Agency"),
        TrackChanges("Agency_sectors"),
        TrackChanges("StateService"),
    ]
