"""Consent to the collection and processing of personal data (R256 11, 13; Law 94-V art. 8)."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models.case import Case
from cases.models.person import Person
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, actor: Actor) -> ConsentQuerySet:
        """Consents of the cases whose content the actor reads now."""
        return self.filter(case__in=Case.objects.visible_to(actor).values("pk"))

    def in_force(self, on: date) -> ConsentQuerySet:
        """Given and not past their term on a local date."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on), state=Consent.State.GIVEN)


class Consent(FSMModelMixin, Versioned):
    """What the person agreed to: operator, term, list of data, transfer, cross-border, publication."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        GIVEN = "given", _("Given")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        REPLACED = "replaced", _("Replaced by a newer consent")

    class Data(models.TextChoices):
        IDENTITY = "identity", _("Name, birth date, IIN")
        CONTACT = "contact", _("Phone and address")
        FAMILY = "family", _("Family members")
        HEALTH = "health", _("Health")
        INCOME = "income", _("Income and benefits")
        EDUCATION = "education", _("Education and work")
        HOUSING = "housing", _("Housing")
        SITUATION = "situation", _("Circumstances of the situation")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    state = StateField(_("state"), default=State.ASKED, choices=State.choices)
    asked_at = models.DateTimeField(_("asked"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    signed_on = models.DateField(_("date of signature"), null=True, blank=True)
    operator_name = models.CharField(_("operator"), max_length=300)
    operator_bin = models.CharField(_("operator's BIN"), max_length=12)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    data = ArrayField(
        models.CharField(max_length=20, choices=Data.choices), verbose_name=_("list of data"), default=list
    )
    third_parties = models.BooleanField(_("transfer to third parties"), default=False)
    cross_border = models.BooleanField(_("cross-border transfer"), default=False)
    publication = models.BooleanField(_("publication in open sources"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    # After a withdrawal: processing stopped, or refused with reasons where a law demands it (94-V art. 8(7)).
    settled_at = models.DateTimeField(_("withdrawal settled"), null=True, blank=True)
    settlement = models.TextField(_("how the withdrawal was settled"), blank=True)
    # True: processing stopped; False: refused with reasons; empty: not settled.
    stopped = models.BooleanField(_("processing stopped"), null=True, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "person"),
                condition=Q(state__in=("asked", "given")),
                name="consent_one_in_force",
            ),
            models.CheckConstraint(
                name="consent_given_complete",
                condition=~Q(state="given")
                | Q(decided_at__isnull=False, signed_on__isnull=False, data__len__gt=0),
            ),
            models.CheckConstraint(
                name="consent_settled_after_withdrawal",
                condition=Q(settled_at__isnull=True) | Q(state="withdrawn"),
            ),
            models.CheckConstraint(
                name="consent_settled_says_how",
                condition=Q(settled_at__isnull=False) | Q(stopped__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"

    def holds(self, on: date) -> bool:
        """Given and not past its term on a local date."""
        return self.state_on(on) == self.State.GIVEN

    def state_on(self, on: date) -> str:
        """The state, and expired from the day after its term on, though the daily task may come later."""
        past = self.valid_until is not None and self.valid_until < on
        return self.State.EXPIRED if self.state == self.State.GIVEN and past else str(self.state)

    @transition(field=state, source=State.ASKED, target=State.GIVEN)
    def give(self) -> None:
        """The person agreed and signed."""

    @transition(field=state, source=State.ASKED, target=State.REFUSED)
    def refuse(self) -> None:
        """The person refused: support ends as voluntary refusal."""

    @transition(field=state, source=State.GIVEN, target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The person withdrew it: processing stops within the term."""

    @transition(field=state, source=State.GIVEN, target=State.EXPIRED)
    def expire(self) -> None:
        """Its term is over."""

    @transition(field=state, source=State.GIVEN, target=State.REPLACED)
    def replace(self) -> None:
        """The person signed another that covers no less: nothing was taken back."""
