"""What the methodology unit does beside the conclusion: events and analytic notes (R256 9)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMModelMixin, transition

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.directory.models import Center
from monitoring.models.quarter import READERS


class OutreachEventQuerySet(models.QuerySet["OutreachEvent"]):
    def visible_to(self, actor: Actor) -> OutreachEventQuerySet:
        """The own Center's, for those who read its monitoring."""
        if actor.center_id and (actor.role in READERS or actor.is_director):
            return self.filter(center_id=actor.center_id)
        return self.none()


class OutreachEvent(FSMModelMixin, Versioned):
    """A training or an outreach event of a Center: what, for whom, when, where; then how many came."""

    class Kind(models.TextChoices):
        TRAINING = "training", _("Training")
        OUTREACH = "outreach", _("Outreach")
        METHODICAL = "methodical", _("Methodical help to bodies")
        CAMPAIGN = "campaign", _("Information campaign")

    class Audience(models.TextChoices):
        FAMILIES = "families", _("Families and parents")
        CHILDREN = "children", _("Children and youth")
        SPECIALISTS = "specialists", _("Specialists of bodies and organizations")
        STAFF = "staff", _("Workers of the Center")
        RESIDENTS = "residents", _("Residents of the district")

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("event", "Planned")
        HELD = "held", pgettext_lazy("event", "Held")
        CANCELLED = "cancelled", pgettext_lazy("event", "Cancelled")

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    topic = models.CharField(_("topic"), max_length=300)
    audience = models.CharField(_("audience"), max_length=20, choices=Audience.choices)
    place = models.CharField(_("place"), max_length=300)
    partners = models.CharField(_("partners"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("when"))
    state = StateField(_("state"), default=State.PLANNED, choices=State.choices)
    participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    result = models.TextField(_("what came of it"), blank=True)
    cancel_reason = models.TextField(_("why it is cancelled"), blank=True)
    planned_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OutreachEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("-starts_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="event_held_with_participants",
                condition=Q(state="held", participants__gte=1) | (~Q(state="held") & Q(participants=None)),
            ),
            models.CheckConstraint(
                name="event_cancelled_with_reason",
                condition=Q(state="cancelled") & ~Q(cancel_reason="")
                | ~Q(state="cancelled") & Q(cancel_reason=""),
            ),
            models.CheckConstraint(
                name="event_closed_by_someone",
                condition=Q(state="planned", closed_at__isnull=True, closed_by__isnull=True)
                | (~Q(state="planned") & Q(closed_at__isnull=False, closed_by__isnull=False)),
            ),
        )
        indexes = (models.Index(fields=("center", "-starts_at"), name="event_list"),)

    def __str__(self) -> str:
        return self.topic

    @transition(field=state, source=State.PLANNED, target=State.HELD)
    def hold(self) -> None:
        """It took place: how many came, and what came of it."""

    @transition(field=state, source=State.PLANNED, target=State.CANCELLED)
    def cancel(self) -> None:
        """It does not take place, with the reason."""


class AnalyticNoteQuerySet(models.QuerySet["AnalyticNote"]):
    def visible_to(self, actor: Actor) -> AnalyticNoteQuerySet:
        """The own Center's, for those who read its monitoring; what was sent, for the ministry's analyst."""
        if actor.role == Role.MINISTRY_ANALYST:
            return self.filter(state=AnalyticNote.State.SENT)
        if actor.center_id and (actor.role in READERS or actor.is_director):
            return self.filter(center_id=actor.center_id)
        return self.none()


class AnalyticNote(FSMModelMixin, Versioned):
    """An analytic note of a Center on a period, or its look at the effectiveness of the help given (R256 9)."""

    class Kind(models.TextChoices):
        ANALYTIC = "analytic", _("Analytic note")
        EFFECTIVENESS = "effectiveness", _("Effectiveness of the help given to families")
        TRENDS = "trends", _("Trends of family policy")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("note", "Draft")
        SENT = "sent", pgettext_lazy("note", "Sent")

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = AnalyticNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("analytic note")
        verbose_name_plural = _("analytic notes")
        ordering = ("-year", "-quarter", "-pk")
        constraints = (
            models.CheckConstraint(
                name="note_quarter_is_one_to_four", condition=Q(quarter__gte=1, quarter__lte=4)
            ),
            models.CheckConstraint(
                name="note_sent_by_someone",
                condition=Q(state="draft", sent_at__isnull=True, sent_by__isnull=True)
                | Q(state="sent", sent_at__isnull=False, sent_by__isnull=False),
            ),
        )
        indexes = (models.Index(fields=("center", "-year", "-quarter"), name="note_list"),)

    def __str__(self) -> str:
        return self.title

    @transition(field=state, source=State.DRAFT, target=State.SENT)
    def send(self) -> None:
        """To the authorized body."""
