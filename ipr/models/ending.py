"""The end of a plan before everything is done: proposed by the caseworker, decided by the head (R256 19)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from family_support.accounts.models import ActingDirector, Membership
from family_support.base.actor import Actor
from ipr.models.plan import Plan
from ipr.rules import BY_DECISION


class EndProposalQuerySet(models.QuerySet["EndProposal"]):
    def open(self) -> EndProposalQuerySet:
        return self.filter(answer="")

    def visible_to(self, actor: Actor) -> EndProposalQuerySet:
        """Of cases the actor reads; while it waits, the director reads it for the decision."""
        condition = Q(plan__case__in=Case.objects.visible_to(actor).values("pk"))
        if actor.is_director:
            condition |= Q(answer="", plan__case__in=Case.objects.listed_to(actor).values("pk"))
        return self.filter(condition)


class EndProposal(models.Model):
    """The caseworker's reasons for ending a plan, with evidence; the head answers."""

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Not accepted")
        RECALLED = "recalled", _("Taken back by the worker")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="proposals")
    ground = models.CharField(
        _("ground of the end"),
        max_length=20,
        choices=[(code, Plan.Termination(code).label) for code in BY_DECISION],
    )
    evidence = models.TextField(_("reasons and evidence"))
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices, blank=True)
    answer_reason = models.TextField(_("reason"), blank=True)
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = EndProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal to end a plan")
        verbose_name_plural = _("proposals to end plans")
        ordering = ("-proposed_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("plan",), condition=Q(answer=""), name="end_proposal_one_open"),
            models.CheckConstraint(
                name="end_proposal_answer_complete",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="end_proposal_refused_with_reason",
                condition=~Q(answer="refused") | ~Q(answer_reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class EndDecisionQuerySet(models.QuerySet["EndDecision"]):
    def visible_to(self, actor: Actor) -> EndDecisionQuerySet:
        """Of cases the actor reads; the director reads the Center's decisions, which are the head's own papers."""
        condition = Q(plan__case__in=Case.objects.visible_to(actor).values("pk"))
        if actor.is_director:
            condition |= Q(plan__case__in=Case.objects.listed_to(actor).values("pk"))
        return self.filter(condition)


class EndDecision(models.Model):
    """The head's decision to end a plan on R256 19(2)–(4): number, date, text, by whom."""

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="decision")
    proposal = models.OneToOneField(
        EndProposal, on_delete=models.PROTECT, null=True, blank=True, related_name="decision"
    )
    number = models.CharField(_("number of the decision"), max_length=40)
    decided_on = models.DateField(_("date of the decision"))
    text = models.TextField(_("text of the decision"))
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    acting = models.ForeignKey(
        ActingDirector, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    objects = EndDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision to end a plan")
        verbose_name_plural = _("decisions to end plans")
        constraints = (
            models.CheckConstraint(name="end_decision_complete", condition=~Q(number="") & ~Q(text="")),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
