"""The written notices about a minor who came along: to law enforcement and to the guardianship body (R256 26)."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.directory.models import Agency
from shelter.models.stay import Stay


class MinorNoticeQuerySet(models.QuerySet["MinorNotice"]):
    def missing(self) -> MinorNoticeQuerySet:
        """Not sent yet."""
        return self.filter(state=MinorNotice.State.DUE)

    def visible_to(self, actor: Actor) -> MinorNoticeQuerySet:
        return self.filter(stay__in=Stay.objects.visible_to(actor).values("pk"))


class MinorNotice(FSMModelMixin, Versioned):
    """One of the two notices about minors who came together: due within 24 hours by the clock, sent with proof."""

    class Kind(models.TextChoices):
        LAW_ENFORCEMENT = "law_enforcement", _("Law enforcement body")
        GUARDIANSHIP = "guardianship", _("Guardianship body")

    class State(models.TextChoices):
        DUE = "due", _("To be sent")
        SENT = "sent", _("Sent")
        RECEIVED = "received", _("Received there")
        REGISTERED = "registered", _("Registered there")

    class Way(models.TextChoices):
        MAIL = "mail", _("By mail")
        GATEWAY = "gateway", _("Electronic document exchange")
        HAND = "hand", _("By hand, with a receipt")

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(_("to whom"), max_length=16, choices=Kind.choices)
    state = StateField(_("state"), default=State.DUE, choices=State.choices)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("addressee")
    )
    # Which coming of minors to the stay it is about: the first, or a later one with two notices of its own.
    arrival = models.PositiveSmallIntegerField(_("coming"), default=1, db_default=1)
    opened_at = models.DateTimeField(_("opened"))
    # The physical admission of the minor: the 24 hours run from it.
    counted_from = models.DateTimeField(_("counted from"))
    number = models.CharField(_("outgoing number"), max_length=60, blank=True)
    way = models.CharField(_("how it was sent"), max_length=10, choices=Way.choices, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_on = models.DateField(_("received on"), null=True, blank=True)
    registration_number = models.CharField(_("their registration number"), max_length=60, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)

    # When the director hears of a missing notice again (states.md, defaults); the first time is the end of its term.
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0, db_default=0)

    objects = MinorNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice about a minor")
        verbose_name_plural = _("notices about minors")
        ordering = ("stay", "arrival", "-kind")
        constraints = (
            # Two kinds, each once a coming of minors: a third notice about the same ones cannot be.
            ExclusionConstraint(
                name="notice_once_a_kind",
                expressions=tuple((name, RangeOperators.EQUAL) for name in ("stay", "arrival", "kind")),
            ),
            models.CheckConstraint(name="notice_of_a_counted_coming", condition=Q(arrival__gte=1)),
            models.CheckConstraint(
                name="notice_of_a_known_kind", condition=Q(kind__in=("law_enforcement", "guardianship"))
            ),
            models.CheckConstraint(
                name="notice_sent_with_proof",
                condition=Q(state="due", sent_at__isnull=True, way="")
                | (~Q(state="due") & Q(sent_at__gte=F("counted_from"), agency__isnull=False) & ~Q(way="")),
            ),
            models.CheckConstraint(
                name="notice_reminded_until_sent",
                condition=Q(state="due", next_reminder_at__isnull=False)
                | (~Q(state="due") & Q(next_reminder_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="notice_received_and_registered",
                condition=Q(state__in=("due", "sent"), received_on__isnull=True, registration_number="")
                | Q(state="received", received_on__isnull=False, registration_number="")
                | (
                    Q(state="registered", received_on__isnull=False, registered_on__isnull=False)
                    & ~Q(registration_number="")
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.stay_id}: {self.kind}"

    @property
    def term(self) -> str:
        """The code of the term that the notice has to keep."""
        return f"minor_notice_{self.kind}"

    @transition(field=state, source=State.DUE, target=State.SENT)
    def send(self) -> None:
        """Sent by mail, gateway or hand, with its proof."""

    @transition(field=state, source=State.SENT, target=State.RECEIVED)
    def receive(self) -> None:
        """The body confirmed that it has it."""

    @transition(field=state, source=State.RECEIVED, target=State.REGISTERED)
    def register(self) -> None:
        """The body told its registration number."""
