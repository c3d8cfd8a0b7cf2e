"""The plan of a case and its versions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models import Case
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned


class Plan(FSMModelMixin, Versioned):
    """One plan of a family: at most a year (R256 15). Its content lives in versions."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("Preparing")
        IN_FORCE = "in_force", _("In force")
        COMPLETED = "completed", _("Completed")
        TERMINATED = "terminated", _("Terminated")

    class Termination(models.TextChoices):
        COMPLETED = "completed", _("Everything is done")
        REFUSED = "refused", _("The family refuses further accompaniment")
        DID_NOT_ACT = "did_not_act", _("The family does not carry out its measures")
        INDIVIDUAL = "individual", _("Objective confirmed individual grounds")
        # Not of R256 19: the period is over and the next plan goes on without a gap (R256 15; ours).
        CONTINUED = "continued", _("The period is over: the next plan goes on")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    state = StateField(_("state"), default=State.PREPARING, choices=State.choices)
    created_at = models.DateTimeField(_("created"))
    # The plan that this one goes on from after its year (R256 15).
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next_plan"
    )
    # The completion mark carries its date (R192 12); other ends carry the head's decision (R256 19).
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    termination = models.CharField(
        _("ground of the end"), max_length=20, choices=Termination.choices, blank=True
    )
    termination_note = models.TextField(_("evidence"), blank=True)

    class Meta:
        verbose_name = _("individual work plan")
        verbose_name_plural = _("individual work plans")
        constraints = (
            # The next plan is prepared while the one before it is still in force.
            models.UniqueConstraint(
                fields=("case",), condition=Q(state="in_force"), name="plan_one_in_force"
            ),
            models.UniqueConstraint(
                fields=("case",), condition=Q(state="preparing"), name="plan_one_preparing"
            ),
            models.CheckConstraint(
                name="plan_ended_complete",
                condition=Q(state__in=("preparing", "in_force"), ended_on__isnull=True, termination="")
                | (
                    Q(state__in=("completed", "terminated"), ended_on__isnull=False, ended_by__isnull=False)
                    & ~Q(termination="")
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.PREPARING, self.State.IN_FORCE)

    @transition(field=state, source=State.PREPARING, target=State.IN_FORCE)
    def enter_into_force(self) -> None:
        """Its first version was approved."""

    @transition(field=state, source=State.IN_FORCE, target=State.COMPLETED)
    def complete(self) -> None:
        """All measures done: the completion mark is set."""

    @transition(field=state, source=[State.PREPARING, State.IN_FORCE], target=State.TERMINATED)
    def terminate(self) -> None:
        """Ended by the head's decision on one of the other grounds."""


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def visible_to(self, actor: Actor) -> PlanVersionQuerySet:
        """Versions of cases the actor reads; one that waits for approval only for the team and the director, who
        reads it whole for that (security.md)."""
        submitted = Q(state=PlanVersion.State.SUBMITTED)
        condition = Q(plan__case__in=Case.objects.visible_to(actor).values("pk")) & ~submitted
        condition |= Q(plan__case__in=Case.objects.writable_by(actor).values("pk"))
        if actor.is_director:
            condition |= submitted & Q(plan__case__in=Case.objects.listed_to(actor).values("pk"))
        return self.filter(condition)

    def writable_by(self, actor: Actor) -> PlanVersionQuerySet:
        return self.filter(plan__case__in=Case.objects.writable_by(actor).values("pk"))

    def awaiting_approval(self, actor: Actor) -> PlanVersionQuerySet:
        """The director's queue: submitted versions of the own Center."""
        return self.visible_to(actor).filter(
            state=PlanVersion.State.SUBMITTED, plan__case__center_id=actor.center_id or 0
        )


class PlanVersion(FSMModelMixin, Versioned):
    """A version of a plan. The approved one stays in force until a newer one is approved (R256 17)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SIGNING = "signing", _("Awaiting signature")
        SUBMITTED = "submitted", _("Awaiting approval")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")
        SUPERSEDED = "superseded", _("Superseded")
        ENDED = "ended", _("Ended")
        DISCARDED = "discarded", _("Discarded")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    # Signing rounds of this version: signatures belong to a round and are void with it.
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    goal = models.TextField(_("goal of the plan"), blank=True)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # SHA-256 of the content frozen for signing; empty while the draft may still change.
    content_hash = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan version")
        verbose_name_plural = _("plan versions")
        ordering = ("plan", "-number")
        constraints = (
            models.UniqueConstraint(fields=("plan", "number"), name="version_number_once"),
            models.UniqueConstraint(
                fields=("plan",), condition=Q(state="approved"), name="version_one_in_force"
            ),
            models.UniqueConstraint(
                fields=("plan",),
                condition=Q(state__in=("draft", "signing", "submitted", "returned")),
                name="version_one_in_work",
            ),
            models.CheckConstraint(
                name="version_ends_after_start",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="version_frozen_has_hash",
                condition=Q(state__in=("draft", "returned", "discarded"))
                | (Q(starts_on__isnull=False, ends_on__isnull=False) & ~Q(content_hash="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"

    @property
    def is_editable(self) -> bool:
        return self.state == self.State.DRAFT

    @transition(field=state, source=State.DRAFT, target=State.SIGNING)
    def freeze(self) -> None:
        """Content is fixed and hashed; signatures can be recorded."""

    @transition(field=state, source=State.SIGNING, target=State.DRAFT)
    def thaw(self) -> None:
        """Back to the draft with a reason; signatures are void."""

    @transition(field=state, source=State.SIGNING, target=State.SUBMITTED)
    def submit(self) -> None:
        """The last required signature is there."""

    @transition(field=state, source=State.SUBMITTED, target=State.APPROVED)
    def approve(self) -> None:
        """In force."""

    @transition(field=state, source=State.SUBMITTED, target=State.RETURNED)
    def send_back(self) -> None:
        """The director returned it with a reason."""

    @transition(field=state, source=State.RETURNED, target=State.DRAFT)
    def rework(self) -> None:
        """The next round of the same version."""

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.DISCARDED)
    def discard(self) -> None:
        """The version in force is untouched."""

    @transition(field=state, source=State.APPROVED, target=State.SUPERSEDED)
    def supersede(self) -> None:
        """A newer version was approved."""

    @transition(field=state, source=State.APPROVED, target=State.ENDED)
    def end(self) -> None:
        """The plan ended."""
