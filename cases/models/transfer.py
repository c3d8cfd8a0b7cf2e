"""Another Center is asked to take an intake over: proposed by one, accepted by the other's director (states.md)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models.case import Case
from cases.models.intake import Intake
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.directory.models import Center


class IntakeTransferQuerySet(models.QuerySet["IntakeTransfer"]):
    def pending(self) -> IntakeTransferQuerySet:
        return self.filter(state=IntakeTransfer.State.PROPOSED)

    def offered_to(self, actor: Actor) -> IntakeTransferQuerySet:
        """What other Centers offer to the actor's, for its director; a barred one learns of nothing."""
        if not actor.is_director:
            return self.none()
        open_to = Case.objects.not_barred(actor).values("pk")
        return self.filter(to_center_id=actor.center_id, case__in=open_to)

    def visible_to(self, actor: Actor) -> IntakeTransferQuerySet:
        """The sending Center's people who see the case listed, and the director of the Center that is asked."""
        listed = Case.objects.listed_to(actor).values("pk")
        offered = self.offered_to(actor).values("pk")
        return self.filter(Q(case__in=listed) | Q(pk__in=offered))


class IntakeTransfer(FSMModelMixin, Versioned):
    """An offer of a registered intake with its case. Until it is accepted it stays with the sender, whose terms run."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Ground(models.TextChoices):
        LIVES_THERE = "lives_there", _("The family lives in that Center's district")
        MOVED = "moved", _("The family has moved there")
        WRONG_CENTER = "wrong_center", _("It was sent to the wrong Center")
        SAFETY = "safety", _("It is safer for the person")

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="transfers")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transfers")
    from_center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    to_center = models.ForeignKey(
        Center, on_delete=models.PROTECT, related_name="+", verbose_name=_("Center that is asked")
    )
    state = StateField(_("state"), default=State.PROPOSED, choices=State.choices)
    ground = models.CharField(_("ground of the transfer"), max_length=20, choices=Ground.choices)
    reason = models.TextField(_("reason"))
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("answer"), blank=True)
    # The intake as the other Center has it: same moments, a number of its own.
    new_intake = models.OneToOneField(
        Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="came_by"
    )

    objects = IntakeTransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer of an intake")
        verbose_name_plural = _("transfers of intakes")
        ordering = ("-proposed_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(state="proposed"), name="transfer_pending_once"
            ),
            models.CheckConstraint(
                name="transfer_to_another_center", condition=~Q(to_center=F("from_center"))
            ),
            models.CheckConstraint(
                name="transfer_decided_by_someone",
                condition=Q(state="proposed", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="transfer_accepted_has_intake",
                condition=Q(state="accepted", new_intake__isnull=False)
                | (~Q(state="accepted") & Q(new_intake__isnull=True)),
            ),
            models.CheckConstraint(
                name="transfer_declined_with_reason", condition=~Q(state="declined") | ~Q(answer="")
            ),
        )
        indexes = (
            models.Index(fields=("to_center",), condition=Q(state="proposed"), name="transfer_offers"),
        )

    def __str__(self) -> str:
        return f"{self.intake_id}: {self.state}"

    @transition(field=state, source=State.PROPOSED, target=State.ACCEPTED)
    def accept(self) -> None:
        """The other Center's director takes it over."""

    @transition(field=state, source=State.PROPOSED, target=State.DECLINED)
    def decline(self) -> None:
        """The other Center's director says no, with the reason."""

    @transition(field=state, source=State.PROPOSED, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The sending Center keeps it after all."""
