"""What the security officer watches over: reviews of break-glass, and alerts about unusual looking. No case content."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.access.models import CaseOpening
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.audit.words import table_name
from family_support.base.actor import Actor
from family_support.directory.models import Center

Row = TypeVar("Row", bound=models.Model)


class WatchedQuerySet(models.QuerySet[Row]):
    def visible_to(self, actor: Actor) -> WatchedQuerySet[Row]:
        """The security officer's alone; nobody else learns that there is one."""
        return self if actor.is_system or actor.role == Role.SECURITY_OFFICER else self.none()

    def waiting(self) -> WatchedQuerySet[Row]:
        return self.filter(decided_at__isnull=True)


class GlassReview(models.Model):
    """The review of one break-glass by somebody outside the Center: decided once, with a note."""

    class Decision(models.TextChoices):
        JUSTIFIED = "justified", pgettext_lazy("emergency access", "Justified")
        UNJUSTIFIED = "unjustified", pgettext_lazy("emergency access", "Not justified")

    opening = models.OneToOneField(CaseOpening, on_delete=models.PROTECT, related_name="review")
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    # The case's number without what tells cases of a year apart from one another.
    case_hint = models.CharField(_("case number"), max_length=40)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = WatchedQuerySet["GlassReview"].as_manager()

    class Meta:
        verbose_name = _("review of an emergency access")
        verbose_name_plural = _("reviews of emergency access")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                name="glass_review_decided_whole",
                condition=Q(decision="", note="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(decision="") & ~Q(note="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.decision}"


class LookAlert(models.Model):
    """Unusual looking by one account: raised once a period, decided once."""

    class Kind(models.TextChoices):
        MISSES = "misses", _("Many addresses tried that are not open to the account")
        SEARCHES = "searches", _("Search for people of restricted cases")
        GLASS = "glass", _("Emergency access used often")
        OUT_OF_HOURS = "out_of_hours", _("Many cases read outside working hours")

    class Decision(models.TextChoices):
        EXPLAINED = "explained", pgettext_lazy("alert", "Explained, nothing wrong")
        VIOLATION = "violation", pgettext_lazy("alert", "Violation, measures taken")

    kind = models.CharField(_("what was noticed"), max_length=12, choices=Kind.choices)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # What makes it one alert: a day, a month, the moment of the tenth minute ("2026-05-06", "2026-05").
    period = models.CharField(_("period"), max_length=20)
    count = models.PositiveIntegerField(_("how many"))
    noticed_at = models.DateTimeField(_("noticed"))
    decision = models.CharField(_("decision"), max_length=12, choices=Decision.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = WatchedQuerySet["LookAlert"].as_manager()

    class Meta:
        verbose_name = _("alert about unusual looking")
        verbose_name_plural = _("alerts about unusual looking")
        ordering = ("-noticed_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("kind", "membership", "period"), name="look_alert_once"),
            models.CheckConstraint(
                name="look_alert_decided_whole",
                condition=Q(decision="", note="", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~Q(decision="")
                    & ~Q(note="")
                    & Q(decided_by__isnull=False, decided_at__gte=F("noticed_at"))
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.membership_id} {self.period}"


class UnsignedChanges(models.Model):
    """Changes in the history that no account and no part of the product signed: somebody wrote beside the product.

    One row a batch that the watch found, which is the security officer's task until it is decided.
    """

    class Decision(models.TextChoices):
        EXPLAINED = "explained", pgettext_lazy("alert", "Explained, nothing wrong")
        VIOLATION = "violation", pgettext_lazy("alert", "Violation, measures taken")

    # The batch's first row of the history: what makes it one batch.
    first_change = models.BigIntegerField(editable=False)
    # Numbers of the database's transactions: by them the watch knows what it has told already.
    transactions = ArrayField(models.BigIntegerField(), editable=False)
    tables = ArrayField(models.TextField(), verbose_name=_("records"))
    count = models.PositiveIntegerField(_("how many"))
    first_at = models.DateTimeField(_("first change"))
    last_at = models.DateTimeField(_("last change"))
    noticed_at = models.DateTimeField(_("noticed"))
    decision = models.CharField(_("decision"), max_length=12, choices=Decision.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = WatchedQuerySet["UnsignedChanges"].as_manager()

    class Meta:
        verbose_name = _("changes without an author")
        verbose_name_plural = _("changes without an author")
        ordering = ("-noticed_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("first_change",), name="unsigned_changes_once"),
            models.CheckConstraint(
                name="unsigned_changes_decided_whole",
                condition=Q(decision="", note="", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~Q(decision="")
                    & ~Q(note="")
                    & Q(decided_by__isnull=False, decided_at__gte=F("noticed_at"))
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_change}: {self.count}"

    @property
    def table_names(self) -> str:
        """What kinds of records were changed, in words."""
        return ", ".join(table_name(table) for table in self.tables)


class Trail(models.Model):
    """The history without content (a view of the owner's): who changed which columns of which row and when."""

    OPERATIONS = {"I": _("created"), "U": _("changed"), "D": _("removed")}

    at = models.DateTimeField(_("moment"))
    table_name = models.TextField(_("table"))
    row_id = models.TextField(_("row"))
    operation = models.CharField(_("operation"), max_length=1)
    actor_id = models.BigIntegerField(null=True)
    membership_id = models.BigIntegerField(null=True)
    role = models.TextField(_("role"), null=True)  # noqa: DJ001 - NULL is "no context", a finding
    request_id = models.TextField(null=True)  # noqa: DJ001 - as recorded
    fields = ArrayField(models.TextField())

    objects = WatchedQuerySet["Trail"].as_manager()

    class Meta:
        managed = False
        db_table = '"audit"."trail"'
        verbose_name = _("record of a change")
        verbose_name_plural = _("record of changes")

    def __str__(self) -> str:
        return f"{self.operation} {self.table_name} {self.row_id}"
