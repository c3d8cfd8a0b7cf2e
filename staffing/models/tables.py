"""What the district or city executive body established for a Center, and what the Center has (R256 4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.accounts.models import Membership
from family_support.accounts.roles import METHODOLOGY, Role
from family_support.base.actor import Actor
from family_support.base.models import Versioned
from family_support.directory.models import Center
from staffing.models.norms import by_quarters

# Who reads a Center's staffing, and who of them keeps it (security.md, row "indicators, conclusions, staffing").
KEEPERS = METHODOLOGY | {Role.DIRECTOR}
READERS = KEEPERS | {Role.HEAD_ACCOMPANIMENT}


def readable_by(actor: Actor) -> Q:
    """The own Center's for its director, methodology and heads of unit; every Center's for the ministry analyst."""
    if actor.role == Role.MINISTRY_ANALYST:
        return Q()
    if actor.center_id and (actor.role in READERS or actor.is_director):
        return Q(center_id=actor.center_id)
    return Q(pk__in=())


class StaffingTableQuerySet(models.QuerySet["StaffingTable"]):
    def visible_to(self, actor: Actor) -> StaffingTableQuerySet:
        """Tables of the Centers whose staffing the actor reads."""
        return self.filter(readable_by(actor))

    def in_force(self, on: date) -> StaffingTableQuerySet:
        """The one of each Center that applies on a day: the last to have begun."""
        begun = self.filter(starts_on__lte=on).order_by("center_id", "-starts_on").distinct("center_id")
        return self.filter(pk__in=begun.values("pk"))


class StaffingTable(Versioned):
    """A staffing table of a Center, established by an order; in force from a day until the next one's."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+", verbose_name=_("Center"))
    order_number = models.CharField(_("order number"), max_length=60)
    order_date = models.DateField(_("order date"))
    starts_on = models.DateField(_("in force from"))
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))
    changed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)

    objects = StaffingTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("staffing table")
        verbose_name_plural = _("staffing tables")
        ordering = ("center", "-starts_on")
        constraints = (
            models.UniqueConstraint(fields=("center", "starts_on"), name="staffing_table_once_a_day"),
            models.CheckConstraint(name="staffing_table_has_order", condition=~Q(order_number="")),
            models.CheckConstraint(
                name="staffing_table_changed_paired",
                condition=Q(changed_at__isnull=True, changed_by__isnull=True)
                | Q(changed_at__isnull=False, changed_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_number} ({self.starts_on.isoformat()})"


class StaffPositionQuerySet(models.QuerySet["StaffPosition"]):
    def as_of(self, on: date) -> StaffPositionQuerySet:
        """With `gone`: the units of named people whose membership is over on a day, which are free again."""
        over = PositionHolder.objects.over(on).filter(position=OuterRef("pk")).order_by().values("position")
        return self.annotate(gone=Subquery(over.annotate(sum=Sum("units")).values("sum")))


class StaffPosition(models.Model):
    """The units of one position in a staffing table, and how many of them are occupied.

    `code` is that of the annex; a position that the annex does not know has a `title` instead and no norm.
    """

    table = models.ForeignKey(StaffingTable, on_delete=models.CASCADE, related_name="positions")
    code = models.SlugField(_("position of the annex"), max_length=40, blank=True)
    title = models.CharField(_("other position"), max_length=120, blank=True)
    units = models.DecimalField(_("established units"), max_digits=5, decimal_places=2)
    occupied = models.DecimalField(_("occupied units"), max_digits=5, decimal_places=2)

    objects = StaffPositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff position")
        verbose_name_plural = _("staff positions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("table", "code"), condition=~Q(code=""), name="staff_position_once"
            ),
            models.UniqueConstraint(
                fields=("table", "title"), condition=~Q(title=""), name="staff_position_title_once"
            ),
            models.CheckConstraint(name="staff_position_code_or_title", condition=Q(code="") ^ Q(title="")),
            models.CheckConstraint(name="staff_position_units_not_negative", condition=Q(units__gte=0)),
            models.CheckConstraint(
                name="staff_position_occupied_within",
                condition=Q(occupied__gte=0, occupied__lte=F("units")),
            ),
            models.CheckConstraint(
                name="staff_position_units_by_quarters", condition=Q(by_quarters("units"))
            ),
            models.CheckConstraint(
                name="staff_position_occupied_quarters", condition=Q(by_quarters("occupied"))
            ),
        )

    def __str__(self) -> str:
        return self.title or self.code

    @property
    def working(self) -> Decimal:
        """Units in which somebody works on the day it was had of (`as_of`), or as recorded.

        Who is named and has left frees them by the end of the membership alone, whoever corrects the table when.
        """
        return max(self.occupied - (getattr(self, "gone", None) or Decimal(0)), Decimal(0))


class PositionHolderQuerySet(models.QuerySet["PositionHolder"]):
    def visible_to(self, actor: Actor) -> PositionHolderQuerySet:
        """People of the own Center; the ministry reads units, never names."""
        if actor.center_id and (actor.role in READERS or actor.is_director):
            return self.filter(position__table__center_id=actor.center_id)
        return self.none()

    def over(self, on: date) -> PositionHolderQuerySet:
        """Whose membership is over on a day, or whose account is closed."""
        return self.filter(Q(membership__ends_on__lt=on) | Q(membership__user__is_active=False))

    def working(self, on: date) -> PositionHolderQuerySet:
        """Those who still work there on a day."""
        return self.exclude(Q(membership__ends_on__lt=on) | Q(membership__user__is_active=False))


class PositionHolder(models.Model):
    """Who of the Center's people fills a position, and with how many of its occupied units.

    Not everybody is named: a driver has no account. The end of the membership frees the units.
    """

    position = models.ForeignKey(StaffPosition, on_delete=models.CASCADE, related_name="holders")
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("who fills it")
    )
    units = models.DecimalField(_("units"), max_digits=5, decimal_places=2)

    objects = PositionHolderQuerySet.as_manager()

    class Meta:
        verbose_name = _("person in a position")
        verbose_name_plural = _("people in positions")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("position", "membership"), name="position_holder_once"),
            models.CheckConstraint(name="position_holder_has_units", condition=Q(units__gt=0)),
            models.CheckConstraint(name="position_holder_by_quarters", condition=Q(by_quarters("units"))),
        )

    def __str__(self) -> str:
        return f"{self.position_id}: {self.membership_id}"


def _version() -> models.PositiveIntegerField:
    """`Versioned.version` for tables that had rows before it: the database itself begins with 1."""
    return models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    def visible_to(self, actor: Actor) -> VehicleQuerySet:
        """Vehicles of the Centers whose staffing the actor reads."""
        return self.filter(readable_by(actor))

    def in_use(self, on: date) -> VehicleQuerySet:
        """Vehicles that a Center has on a day, the last one included."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


class Vehicle(Versioned):
    """A vehicle of a Center, which sets the number of its drivers (annex, row 15). Its label is no number plate."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+", verbose_name=_("Center"))
    label = models.CharField(_("vehicle"), max_length=80)
    version = _version()
    starts_on = models.DateField(pgettext_lazy("period", "From"))
    ends_on = models.DateField(pgettext_lazy("period", "Until"), null=True, blank=True)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ("starts_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("center", "label"), condition=Q(ends_on__isnull=True), name="vehicle_label_once"
            ),
            models.CheckConstraint(
                name="vehicle_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        )

    def __str__(self) -> str:
        return self.label


class PayrollFundQuerySet(models.QuerySet["PayrollFund"]):
    def visible_to(self, actor: Actor) -> PayrollFundQuerySet:
        """Funds of the Centers whose staffing the actor reads."""
        return self.filter(readable_by(actor))

    def in_force(self, on: date) -> PayrollFundQuerySet:
        return self.filter(starts_on__lte=on, ends_on__gte=on)


class PayrollFund(Versioned):
    """The payroll fund of a Center for a period: within it positions may substitute for each other (annex, note)."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+", verbose_name=_("Center"))
    version = _version()
    amount = models.DecimalField(_("payroll fund, tenge"), max_digits=14, decimal_places=2)
    starts_on = models.DateField(pgettext_lazy("period", "From"))
    ends_on = models.DateField(pgettext_lazy("period", "Until"))
    order_number = models.CharField(_("order number"), max_length=60)
    order_date = models.DateField(_("order date"))
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    objects = PayrollFundQuerySet.as_manager()

    class Meta:
        verbose_name = _("payroll fund")
        verbose_name_plural = _("payroll funds")
        ordering = ("center", "-starts_on")
        constraints = (
            models.CheckConstraint(name="payroll_fund_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payroll_fund_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="payroll_fund_has_order", condition=~Q(order_number="")),
            ExclusionConstraint(
                name="payroll_fund_one_at_a_time",
                expressions=(
                    ("center", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(True, True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} ({self.starts_on.isoformat()})"
