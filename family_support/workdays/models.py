"""The calendar as a table: versions, and days unlike their weekday, national, regional or of one Center."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from family_support.base.models import Named
from family_support.directory.models import Center, Region
from family_support.workdays.calendar import Kind


class CalendarVersion(models.Model):
    """A published state of the calendar. Dates counted by it can be explained for ever; its days never change again."""

    number = models.PositiveIntegerField(_("number"), unique=True)
    published_at = models.DateTimeField(_("published"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    order_number = models.CharField(_("order number"), max_length=60, blank=True)
    order_date = models.DateField(_("order date"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")
        ordering = ("-number",)
        constraints = (models.CheckConstraint(name="calendar_version_from_one", condition=Q(number__gte=1)),)

    def __str__(self) -> str:
        return str(self.number)


class VersionedQuerySet(models.QuerySet[Any]):
    def of_version(self, number: int) -> Self:
        """The rows that a version of the calendar holds."""
        return self.filter(
            Q(until_version__isnull=True) | Q(until_version__number__gt=number),
            since_version__number__lte=number,
        )

    def current(self) -> Self:
        return self.filter(until_version__isnull=True)


class CalendarDayQuerySet(VersionedQuerySet):
    def national(self) -> CalendarDayQuerySet:
        return self.filter(region__isnull=True, center__isnull=True)


class CalendarDay(Named):
    """One day that is not what its weekday says, from one version of the calendar until another (not included)."""

    class Kind(models.TextChoices):
        HOLIDAY = Kind.HOLIDAY.value, _("public holiday")
        REST = Kind.REST.value, _("day off")
        WORKING = Kind.WORKING.value, _("working day")

    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # The day this one was exchanged with: the holiday that fell on a rest day, or the other end of a transfer.
    moved_from = models.DateField(_("moved from"), null=True, blank=True)
    order_number = models.CharField(_("order number"), max_length=60, blank=True)
    order_date = models.DateField(_("order date"), null=True, blank=True)
    estimated = models.BooleanField(_("estimated"), default=False)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    center = models.ForeignKey(
        Center, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Center")
    )
    since_version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="days_added")
    until_version = models.ForeignKey(
        CalendarVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="days_removed"
    )

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("days of the calendar")
        ordering = ("date",)
        constraints = (
            models.UniqueConstraint(
                fields=("date", "region", "center"),
                condition=Q(until_version__isnull=True),
                nulls_distinct=False,
                name="calendar_day_once",
            ),
            models.CheckConstraint(
                name="calendar_day_region_or_center",
                condition=Q(region__isnull=True) | Q(center__isnull=True),
            ),
            models.CheckConstraint(
                name="calendar_day_not_moved_from_itself",
                condition=Q(moved_from__isnull=True) | ~Q(moved_from=F("date")),
            ),
            models.CheckConstraint(
                name="calendar_day_local_has_order",
                condition=Q(region__isnull=True, center__isnull=True) | ~Q(order_number=""),
            ),
            models.CheckConstraint(
                name="calendar_day_versions_differ",
                condition=Q(until_version__isnull=True) | ~Q(until_version=F("since_version")),
            ),
        )
        indexes = (models.Index(fields=("since_version", "until_version"), name="calendar_day_versions"),)

    def __str__(self) -> str:
        return f"{self.date.isoformat()} {self.kind}"


class CenterHours(models.Model):
    """A Center's hours from a day on, by its director's order: a part of the calendar and of its versions.

    Before the first row the hours are those the Center was founded with.
    """

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+", verbose_name=_("Center"))
    valid_from = models.DateField(_("in force from"))
    opens = models.TimeField(_("opens at"))
    closes = models.TimeField(_("closes at"))
    order_number = models.CharField(_("order number"), max_length=60)
    order_date = models.DateField(_("order date"))
    since_version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="hours_added")
    until_version = models.ForeignKey(
        CalendarVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="hours_removed"
    )

    objects = VersionedQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours of a Center")
        verbose_name_plural = _("hours of Centers")
        ordering = ("valid_from",)
        constraints = (
            models.UniqueConstraint(
                fields=("center", "valid_from"),
                condition=Q(until_version__isnull=True),
                name="center_hours_once",
            ),
            models.CheckConstraint(
                name="center_hours_opens_before_closing", condition=Q(opens__lt=F("closes"))
            ),
            models.CheckConstraint(name="center_hours_has_order", condition=~Q(order_number="")),
            models.CheckConstraint(
                name="center_hours_versions_differ",
                condition=Q(until_version__isnull=True) | ~Q(until_version=F("since_version")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.center_id} {self.valid_from.isoformat()}"
