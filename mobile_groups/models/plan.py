"""The response plan: measures of comprehensive support, and who answers for each (R256 22)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models import Case
from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.directory.models import Agency
from mobile_groups.models.alarm import Alarm

OPEN_PLAN_STATES = ("draft", "in_force")


class ResponsePlanQuerySet(models.QuerySet["ResponsePlan"]):
    def visible_to(self, actor: Actor) -> ResponsePlanQuerySet:
        """Who sees the alarm sees its plans."""
        return self.filter(alarm__in=Alarm.objects.visible_to(actor).values("pk"))

    def open(self) -> ResponsePlanQuerySet:
        return self.filter(state__in=OPEN_PLAN_STATES)


class ResponsePlan(FSMModelMixin, Versioned):
    """What is done at once about a threat, by which bodies and until when."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_FORCE = "in_force", _("In force")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="plans")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    goal = models.TextField(_("goal"))
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices)
    created_at = models.DateTimeField(_("drawn up"))
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    in_force_at = models.DateTimeField(_("put in force"), null=True, blank=True)
    in_force_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_reason = models.TextField(_("reason"), blank=True)

    objects = ResponsePlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("response plan")
        verbose_name_plural = _("response plans")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("alarm",), condition=Q(state__in=OPEN_PLAN_STATES), name="response_plan_open_once"
            ),
            models.CheckConstraint(
                name="response_plan_in_force_by_someone",
                condition=Q(state__in=("draft", "cancelled"))
                | Q(in_force_at__isnull=False, in_force_by__isnull=False),
            ),
            models.CheckConstraint(
                name="response_plan_ended_by_someone",
                condition=Q(state__in=OPEN_PLAN_STATES, ended_at__isnull=True)
                | Q(
                    state__in=("completed", "cancelled"),
                    ended_at__isnull=False,
                    ended_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="response_plan_cancelled_with_reason",
                condition=~Q(state="cancelled") | ~Q(ended_reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_PLAN_STATES

    @transition(field=state, source=State.DRAFT, target=State.IN_FORCE)
    def put_in_force(self) -> None:
        """The coordinator or the director decides it; the bodies are told."""

    @transition(field=state, source=State.IN_FORCE, target=State.COMPLETED)
    def complete(self) -> None:
        """Every measure has its mark."""

    @transition(field=state, source=[State.DRAFT, State.IN_FORCE], target=State.CANCELLED)
    def cancel(self) -> None:
        """It fell away, for a reason."""


class ResponseMeasureQuerySet(models.QuerySet["ResponseMeasure"]):
    def visible_to(self, actor: Actor) -> ResponseMeasureQuerySet:
        """An officer: the own body's measures of plans in force, unless barred. Others: those of the plans they see."""
        if actor.role == Role.AGENCY_OFFICER and actor.agency_id:
            not_barred = Case.objects.not_barred(actor).values("pk")
            return self.filter(
                agency_id=actor.agency_id,
                plan__state=ResponsePlan.State.IN_FORCE,
                plan__case__in=not_barred,
            )
        return self.filter(plan__alarm__in=Alarm.objects.visible_to(actor).values("pk"))


class ResponseMeasure(Versioned):
    """One measure with the local executive or territorial body, or organization, that answers for it."""

    class Mark(models.TextChoices):
        DONE = "done", _("Done")
        PARTLY = "partly", _("Partly done")
        NOT_DONE = "not_done", _("Not done")

    plan = models.ForeignKey(ResponsePlan, on_delete=models.CASCADE, related_name="measures")
    text = models.TextField(_("measure"))
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("responsible body")
    )
    due_on = models.DateField(_("due date"))
    mark = models.CharField(_("mark"), max_length=10, choices=Mark.choices, blank=True)
    mark_note = models.TextField(_("what was done"), blank=True)
    marked_at = models.DateTimeField(_("marked"), null=True, blank=True)
    marked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ResponseMeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure of a response plan")
        verbose_name_plural = _("measures of response plans")
        ordering = ("due_on", "pk")
        constraints = (
            models.CheckConstraint(name="response_measure_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="response_measure_marked_by_someone",
                condition=Q(mark="", marked_at__isnull=True, marked_by__isnull=True)
                | (~Q(mark="") & Q(marked_at__isnull=False, marked_by__isnull=False)),
            ),
        )
        indexes = (models.Index(fields=("agency", "due_on"), name="response_measure_inbox"),)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
