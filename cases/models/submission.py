"""What programs sent: each with the intake it made, and the Digital Family Card behind a signal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.intake import Intake
from cases.models.transfer import IntakeTransfer
from family_support.accounts.models import MachineClient
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.crypto import blind_index
from family_support.base.fields import EncryptedJSONField, EncryptedTextField


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, actor: Actor) -> SubmissionQuerySet:
        """A program sees what it sent itself; people of a Center those of the intakes they see."""
        if actor.role == Role.MACHINE:
            return self.filter(machine__membership_id=actor.membership_id, machine__door=actor.channel)
        return self.filter(intake__in=Intake.objects.visible_to(actor))

    def with_status(self) -> SubmissionQuerySet:
        """With what `cases.api.status` reads: one query for a whole list."""
        first = Min("intake__consultations__recorded_at")
        moved = IntakeTransfer.objects.filter(
            intake=OuterRef("intake"), new_intake__case__stage=Case.Stage.CLOSED
        ).exclude(new_intake__case__closing=Case.Closing.TRANSFERRED)
        ended = Subquery(moved.values("new_intake__case__closed_at")[:1])
        return self.select_related("intake__case").annotate(in_work_at=first, ended_elsewhere_at=ended)


class Submission(models.Model):
    """One call of a program that made an intake. `public_id` is all that the program is told of it."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    machine = models.ForeignKey(MachineClient, on_delete=models.PROTECT, related_name="+")
    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="submission")
    # The sender's own number: whoever telephones about it names it.
    reference = models.CharField(_("number at the sender"), max_length=100, blank=True)
    sent_at = models.DateTimeField(_("sent"))

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = (models.Index(fields=("machine", "-id"), name="submission_of_machine"),)

    def __str__(self) -> str:
        return str(self.public_id)


class FamilyCardQuerySet(models.QuerySet["FamilyCard"]):
    def visible_to(self, actor: Actor) -> FamilyCardQuerySet:
        """Whoever reads the content of the case it led to: it names a family that has not consented yet."""
        return self.of_cases(Case.objects.visible_to(actor).values("pk"))

    def of_cases(self, cases: QuerySet[Any] | Collection[Case]) -> FamilyCardQuerySet:
        """Cards that led to one of the cases, also by way of another Center."""
        here = Q(submission__intake__case__in=cases)
        moved = IntakeTransfer.objects.filter(new_intake__case__in=cases)
        return self.filter(here | Q(submission__intake__in=moved.values("intake")))

    def about(self, indexes: Collection[str]) -> FamilyCardQuerySet:
        """Cards of a family known by one of these blind indexes: of a member's IIN, or of the family's number."""
        known = sorted(indexes)
        return self.filter(Q(member_indexes__overlap=known) | Q(family_index__in=known))


class FamilyCard(models.Model):
    """A Digital Family Card that a state system signalled. Its level is a reason to look, never a ground
    (rules.md 3.4)."""

    class Level(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"
        D = "D", "D"
        E = "E", "E"

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="card")
    machine = models.ForeignKey(MachineClient, on_delete=models.PROTECT, related_name="+")
    family_id = EncryptedTextField(_("family number in the system"))
    family_index = models.CharField(max_length=64, editable=False)
    card_date = models.DateField(_("date of the card"))
    level = models.CharField(_("level"), max_length=1, choices=Level.choices)
    kato = models.CharField(_("KATO code"), max_length=9)
    # As sent, until consent lets the family's data be taken over from here.
    members = EncryptedJSONField(_("members"))
    member_indexes = ArrayField(models.CharField(max_length=64), default=list, editable=False)
    body_hash = models.CharField(max_length=64, editable=False)

    objects = FamilyCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("Digital Family Card")
        verbose_name_plural = _("Digital Family Cards")
        constraints = (
            models.UniqueConstraint(
                fields=("machine", "family_index", "card_date"), name="family_card_once_a_day"
            ),
            models.CheckConstraint(
                name="family_card_level", condition=Q(level__in=("A", "B", "C", "D", "E"))
            ),
            models.CheckConstraint(name="family_card_kato_digits", condition=Q(kato__regex=r"^[0-9]{9}$")),
        )
        indexes = (
            GinIndex(fields=("member_indexes",), name="family_card_members"),
            models.Index(fields=("family_index",), name="family_card_family"),
        )

    def __str__(self) -> str:
        return f"{self.level} {self.card_date}"

    @staticmethod
    def index_of(family_id: str) -> str:
        """The keyed index that equal family numbers share."""
        return blind_index(family_id, "family_card")

    def set_family(self, *, family_id: str, members: list[dict[str, Any]]) -> None:
        """Keep number and members encrypted, with the indexes a known family is found by."""
        self.family_id, self.family_index = family_id, self.index_of(family_id)
        self.members = members
        self.member_indexes = sorted({blind_index(iin, "iin") for iin in self.iins_of(members)})

    @staticmethod
    def iins_of(members: list[dict[str, Any]]) -> list[str]:
        return [str(member["iin"]) for member in members if member.get("iin")]

    @staticmethod
    def told_before(machine: MachineClient, family_id: str, day: date) -> FamilyCard | None:
        """The card that the system has sent of this family for this day."""
        rows = FamilyCard.objects.filter(machine=machine, family_index=FamilyCard.index_of(family_id))
        return rows.filter(card_date=day).select_related("submission").first()
