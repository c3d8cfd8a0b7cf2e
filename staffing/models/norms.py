"""The staffing norms of the annex to R256: reference data with validity dates, the ministry's to edit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Mod
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from family_support.base.models import Dated, DatedQuerySet, Named

# Units are established by quarters of a unit.
STEP = Decimal("0.25")
# The one chain of rows of the limits.
BAND_LIMITS = "appeals-a-working-day"
# Bands with the appeals a working day that they reach up to; the last band has no end.
Limits = tuple[tuple["Band", int], ...]


class Band(models.TextChoices):
    """How many appeals a working day a Center has (annex to R256; rules.md 6.12)."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class BandLimitsQuerySet(DatedQuerySet):
    def of_quarter(self, last_day: date) -> BandLimits:
        """The row in force on the last day of a quarter; for a quarter before the first act its row. Errors:
        DoesNotExist where none was ever loaded."""
        rows = self.order_by("valid_from")
        started = rows.filter(valid_from__lte=last_day)
        found = started.last() or rows.first()
        if found is None:
            raise BandLimits.DoesNotExist
        return found


class BandLimits(Named, Dated):
    """Appeals a working day up to which bands A and B reach; C has no end (annex to R256)."""

    code = models.SlugField(_("code"), max_length=40)
    limit_a = models.PositiveIntegerField(_("band A, up to"))
    limit_b = models.PositiveIntegerField(_("band B, up to"))

    objects = BandLimitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("limits of the bands")
        verbose_name_plural = _("limits of the bands")
        ordering = ("code", "valid_from")
        constraints = (
            *Dated.Meta.constraints,
            ExclusionConstraint(
                name="band_limits_one_in_force",
                expressions=(
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(True, True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ),
            ),
            models.CheckConstraint(
                name="band_limits_rise", condition=Q(limit_a__gte=1, limit_b__gt=F("limit_a"))
            ),
            models.CheckConstraint(name="band_limits_one_code", condition=Q(code=BAND_LIMITS)),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def steps(self) -> Limits:
        """Bands with an end, the lowest first."""
        return ((Band.A, self.limit_a), (Band.B, self.limit_b))


def by_quarters(field: str) -> Q | Exact:
    """The condition that a field holds whole quarters of a unit."""
    return Exact(Mod(F(field), Value(STEP)), Value(Decimal(0)))


class StaffingNormQuerySet(DatedQuerySet):
    def in_force(self, day: date) -> StaffingNormQuerySet:
        """The annex as it stands on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class StaffingNorm(Named, Dated):
    """One row of the annex: the least number of units of a position in each band, for a period.

    `units_*` of a `PER_VEHICLE` row are those of one vehicle; those of a `STANDARD` row are empty: other acts set
    them, and no shortfall can be told. A dash of the annex is zero.
    """

    class Kind(models.TextChoices):
        FIXED = "fixed", _("number of units")
        PER_VEHICLE = "per_vehicle", _("units a vehicle")
        STANDARD = "standard", _("by standard norms")

    class Section(models.TextChoices):
        CENTER = "center", _("Center")
        FAMILIES = "families", _("Staff for accompanying persons (families) in a hard life situation")

    class Function(models.TextChoices):
        """Positions of one function may stand in for each other: the annex names no pairs, so that this is ours."""

        MANAGEMENT = "management", _("Management")
        FINANCE = "finance", _("Accounting and procurement")
        OFFICE = "office", _("Personnel, information and analysis")
        SOCIAL = "social", _("Work with families")
        PSYCHOLOGY = "psychology", _("Psychological help")
        LAW = "law", _("Legal help")
        UPKEEP = "upkeep", _("Transport and upkeep")

    code = models.SlugField(_("code"), max_length=40)
    number = models.PositiveSmallIntegerField(_("number in the annex"))
    section = models.CharField(_("section"), max_length=10, choices=Section.choices, default=Section.CENTER)
    kind = models.CharField(_("kind of norm"), max_length=12, choices=Kind.choices, default=Kind.FIXED)
    function = models.CharField(_("function"), max_length=12, choices=Function.choices)
    per_institution = models.BooleanField(_("per institution"), default=False)
    units_a = models.DecimalField(_("band A"), max_digits=5, decimal_places=2, null=True, blank=True)
    units_b = models.DecimalField(_("band B"), max_digits=5, decimal_places=2, null=True, blank=True)
    units_c = models.DecimalField(_("band C"), max_digits=5, decimal_places=2, null=True, blank=True)

    objects = StaffingNormQuerySet.as_manager()

    class Meta:
        verbose_name = _("staffing norm")
        verbose_name_plural = _("staffing norms")
        ordering = ("number", "valid_from")
        constraints = (
            *Dated.Meta.constraints,
            ExclusionConstraint(
                name="staffing_norm_one_in_force",
                expressions=(
                    ("code", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(True, True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ),
            ),
            models.CheckConstraint(
                name="staffing_norm_units_fit_kind",
                condition=Q(kind="standard", units_a__isnull=True, units_b__isnull=True, units_c__isnull=True)
                | (
                    ~Q(kind="standard")
                    & Q(units_a__isnull=False, units_b__isnull=False, units_c__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="staffing_norm_units_not_negative",
                condition=Q(kind="standard") | Q(units_a__gte=0, units_b__gte=0, units_c__gte=0),
            ),
            *(
                models.CheckConstraint(
                    name=f"staffing_norm_{band}_by_quarters",
                    condition=Q(**{f"units_{band}__isnull": True}) | Q(by_quarters(f"units_{band}")),
                )
                for band in "abc"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def units(self, band: str) -> Decimal | None:
        """The row's number in a band, of one vehicle where it is counted so; None where the annex sets none."""
        value: Decimal | None = getattr(self, f"units_{band.lower()}")
        return value

    def minimum(self, band: str, vehicles: int) -> Decimal | None:
        """The least number of units in a band with so many vehicles; None where the annex sets no number."""
        units = self.units(band)
        return units if units is None or self.kind != self.Kind.PER_VEHICLE else units * vehicles
