"""Measures by kind of state support, and the family's own (R256 16)."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models import Person
from family_support.accounts.models import Membership
from family_support.base.fields import StateField
from family_support.base.models import Named, Versioned, one_in_force
from family_support.directory.models import Agency, Sector, StateService
from ipr.models.plan import PlanVersion


class MeasureTemplateQuerySet(models.QuerySet["MeasureTemplate"]):
    def in_force(self, on: date) -> MeasureTemplateQuerySet:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class MeasureTemplate(Named):
    """A row of the catalog of measures: reference data with validity dates."""

    code = models.CharField(_("code"), max_length=20)
    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of support")
    )
    service = models.ForeignKey(
        StateService,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("state service"),
    )
    act = models.CharField(_("act"), max_length=200, blank=True)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force until"), null=True, blank=True)

    objects = MeasureTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure of the catalog")
        verbose_name_plural = _("catalog of measures")
        ordering = ("sector__order", "code")
        constraints = (
            one_in_force("measure_template_one_in_force", "code"),
            models.CheckConstraint(
                name="measure_template_valid_period",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Measure(models.Model):
    """A measure of a body or of the Center itself: executor, catalog code and text, dates inside the period."""

    class Purpose(models.TextChoices):
        REHABILITATION = "rehabilitation", _("Social rehabilitation")
        ADAPTATION = "adaptation", _("Social adaptation")
        RELAPSE = "relapse", _("Lowering the risk of relapse")
        OFFENCES = "offences", _("Lowering the risk of offences")
        SUPPORT = "support", _("State support")

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="measures")
    # The same measure keeps its key from version to version: only changed parts are handed off again.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of support")
    )
    template = models.ForeignKey(
        MeasureTemplate, on_delete=models.PROTECT, related_name="+", verbose_name=_("measure of the catalog")
    )
    text = models.TextField(_("what is done"))
    goal = models.CharField(_("goal"), max_length=300)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices, default=Purpose.SUPPORT)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("whom it concerns")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("executor")
    )
    by_center = models.BooleanField(_("carried out by the Center itself"), default=False)
    service = models.ForeignKey(
        StateService,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("state service"),
    )
    starts_on = models.DateField(_("from"))
    due_on = models.DateField(_("due date"))
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ("sector__order", "due_on", "order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("version", "key"), name="measure_once_a_version"),
            models.CheckConstraint(
                name="measure_has_one_executor",
                condition=Q(agency__isnull=False, by_center=False) | Q(agency__isnull=True, by_center=True),
            ),
            models.CheckConstraint(name="measure_due_after_start", condition=Q(due_on__gte=F("starts_on"))),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class FamilyMeasure(FSMModelMixin, Versioned):
    """A measure of the family's own active participation."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DONE = "done", _("Done")
        PARTLY = "partly", _("Partly done")
        NOT_DONE = "not_done", _("Not done")

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="family_measures")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    text = models.TextField(_("what the family does"))
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("who does it")
    )
    starts_on = models.DateField(_("from"))
    due_on = models.DateField(_("due date"))
    state = StateField(_("state"), default=State.PLANNED, choices=State.choices)
    evidence = models.TextField(_("what confirms it"), blank=True)
    marked_at = models.DateTimeField(null=True, blank=True)
    marked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("family's own measure")
        verbose_name_plural = _("family's own measures")
        ordering = ("due_on", "pk")
        constraints = (
            models.UniqueConstraint(fields=("plan_version", "key"), name="family_measure_once_a_version"),
            models.CheckConstraint(
                name="family_measure_due_after_start", condition=Q(due_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="family_measure_marked_with_evidence",
                condition=Q(state="planned")
                | (Q(marked_at__isnull=False, marked_by__isnull=False) & ~Q(evidence="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @transition(field=state, source=State.PLANNED, target=State.DONE)
    def mark_done(self) -> None:
        """Done, with evidence."""

    @transition(field=state, source=State.PLANNED, target=State.PARTLY)
    def mark_partly(self) -> None:
        """Partly done, with evidence."""

    @transition(field=state, source=State.PLANNED, target=State.NOT_DONE)
    def mark_not_done(self) -> None:
        """Not done, with evidence."""
