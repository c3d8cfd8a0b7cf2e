"""The quarter of a Center: figures computed from records, a conclusion with shortcomings and proposals (R192 13–14)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMModelMixin, transition

from family_support.accounts.models import Membership
from family_support.accounts.roles import METHODOLOGY, Role
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.directory.models import Agency, Center

# What has left the Center.
SENT_STATES = ("sent", "received")


class QuarterlyReportQuerySet(models.QuerySet["QuarterlyReport"]):
    def visible_to(self, actor: Actor) -> QuarterlyReportQuerySet:
        """The own Center's for its methodology unit, director and unit heads; what was sent, for the ministry and, of
        their own district, for coordinators."""
        if actor.role == Role.MINISTRY_ANALYST:
            return self.filter(state__in=SENT_STATES)
        if actor.role == Role.COORDINATOR and actor.district_id:
            return self.filter(state__in=SENT_STATES, center__district_id=actor.district_id)
        if actor.center_id and (actor.role in READERS or actor.is_director):
            return self.filter(center_id=actor.center_id)
        return self.none()


class QuarterlyReport(FSMModelMixin, Versioned):
    """One quarter of one Center. Figures are never typed in; they freeze when it is signed (rules.md 6.15)."""

    class State(models.TextChoices):
        COMPUTING = "computing", _("Being computed")
        DRAFT = "draft", _("Draft")
        SIGNED = "signed", _("Signed")
        SENT = "sent", _("Sent")
        RECEIVED = "received", pgettext_lazy("report", "Received")

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    state = StateField(_("state"), default=State.COMPUTING, choices=State.choices)
    # {indicator code: rows}, as computed last; a trigger keeps them once signed.
    figures = models.JSONField(default=dict)
    # The same as they left the Center, small ones hidden: written when it is sent, and read from then on.
    shown = models.JSONField(default=dict)
    computed_at = models.DateTimeField(_("figures as of"), null=True, blank=True)
    conclusion = models.TextField(_("conclusion on effectiveness"), blank=True)
    no_shortcomings = models.BooleanField(_("no shortcomings found"), default=False)
    signed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    received_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = QuarterlyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("quarterly report")
        verbose_name_plural = _("quarterly reports")
        ordering = ("-year", "-quarter", "center")
        constraints = (
            models.UniqueConstraint(fields=("center", "year", "quarter"), name="quarter_once_a_center"),
            models.CheckConstraint(
                name="quarter_is_one_to_four", condition=Q(quarter__gte=1, quarter__lte=4)
            ),
            models.CheckConstraint(
                name="quarter_signed_complete",
                condition=Q(state__in=("computing", "draft"))
                | (
                    Q(signed_at__isnull=False, signed_by__isnull=False, computed_at__isnull=False)
                    & ~Q(conclusion="")
                ),
            ),
            models.CheckConstraint(
                name="quarter_sent_has_moment",
                condition=~Q(state__in=("sent", "received")) | Q(sent_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}-{self.quarter}"

    @property
    def is_frozen(self) -> bool:
        return self.state in (self.State.SIGNED, self.State.SENT, self.State.RECEIVED)

    @transition(field=state, source=State.COMPUTING, target=State.DRAFT)
    def draw_up(self) -> None:
        """The figures are there."""

    @transition(field=state, source=State.DRAFT, target=State.SIGNED)
    def sign(self) -> None:
        """The director signed: the figures freeze."""

    @transition(field=state, source=State.SIGNED, target=State.SENT)
    def send(self) -> None:
        """To the authorized body."""

    @transition(field=state, source=State.SENT, target=State.RECEIVED)
    def receive(self) -> None:
        """The authorized body opened it."""


class Shortcoming(models.Model):
    """What the conclusion finds wanting, and in whose work."""

    report = models.ForeignKey(QuarterlyReport, on_delete=models.CASCADE, related_name="shortcomings")
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("body")
    )
    text = models.TextField(_("shortcoming"))
    proposal = models.TextField(_("proposal to remedy it"))
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("shortcoming")
        verbose_name_plural = _("shortcomings")
        ordering = ("order", "pk")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class FrozenRecords(models.Model):
    """The keys of the records that the frozen figures count: what a correction is compared with, row by row."""

    report = models.OneToOneField(QuarterlyReport, on_delete=models.PROTECT, related_name="frozen")
    # {indicator code: {row: {column: [[key of the record, key of its case or null], …]}}}
    records = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("records behind frozen figures")
        verbose_name_plural = _("records behind frozen figures")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.report_id}"


class CorrectionsAnnex(models.Model):
    """What a sent quarter would say today: frozen figure, figure now and why, one line each; never changed itself."""

    report = models.ForeignKey(QuarterlyReport, on_delete=models.PROTECT, related_name="annexes")
    number = models.PositiveSmallIntegerField(_("number"))
    # [{code, row, column, frozen, now, late, changed, gone}], see monitoring.corrections.Correction.
    lines = models.JSONField(default=list)
    # All figures as computed then: what the next annex is compared with.
    figures = models.JSONField(default=dict)
    note = models.TextField(_("explanation"), blank=True)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("corrections annex")
        verbose_name_plural = _("corrections annexes")
        ordering = ("report", "number")
        constraints = (
            models.UniqueConstraint(fields=("report", "number"), name="annex_number_once"),
            models.CheckConstraint(name="annex_says_something", condition=~Q(lines=[])),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"


# Who reads the monitoring of the own Center; and, of what has left it, who outside.
READERS = METHODOLOGY | {Role.DIRECTOR, Role.HEAD_ACCOMPANIMENT}
OUTSIDE = frozenset({Role.MINISTRY_ANALYST, Role.COORDINATOR})
