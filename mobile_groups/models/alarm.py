"""The alarm that every threat to life or health sets off (R256 22)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMModelMixin, transition

from cases.models import Case, Threat
from family_support.accounts.models import Membership
from family_support.accounts.roles import UNIT_HEADS, Role
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.directory.models import District
from mobile_groups.models.group import GroupMember, MobileGroup


def followed_by(actor: Actor, district: str = "district_id") -> Q:
    """Rows of the response that the actor follows: own group of a member while its mandate lasts, own district of a
    coordinator, a Center's own cases: the team, the director, and heads of unit masked. The barred list goes over
    all of it (security.md)."""
    if actor.is_system:
        return Q()
    if actor.role in (Role.GROUP_MEMBER, Role.COORDINATOR):
        not_barred = Q(case__in=Case.objects.not_barred(actor).values("pk"))
        if actor.role == Role.COORDINATOR:
            return not_barred & Q(**{district: actor.district_id})
        mine = GroupMember.objects.filter(
            membership_id=actor.membership_id or 0, group__state=MobileGroup.State.IN_FORCE
        )
        return not_barred & Q(group__in=mine.values("group_id"))
    if actor.is_director or actor.role in UNIT_HEADS:
        return Q(case__in=Case.objects.listed_to(actor).values("pk"))
    return Q(case__in=Case.objects.visible_to(actor).values("pk"))


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def visible_to(self, actor: Actor) -> AlarmQuerySet:
        """Who answers alarms of the group or district, and the Center of the case."""
        return self.filter(followed_by(actor))

    def open(self) -> AlarmQuerySet:
        return self.exclude(state=Alarm.State.CLOSED)


class Alarm(FSMModelMixin, Versioned):
    """The call to the district's group in force. One with the threat: made in its transaction, under its key."""

    class State(models.TextChoices):
        RAISED = "raised", _("Raised")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("alarm", "Acknowledged")
        ENGAGED = "engaged", _("Group engaged")
        CLOSED = "closed", pgettext_lazy("alarm", "Closed")

    class Outcome(models.TextChoices):
        OVER = "over", _("The danger is over")
        HANDED_OVER = "handed_over", _("The competent bodies have taken it over")
        UNFOUNDED = "unfounded", _("The threat was not confirmed")

    threat = models.OneToOneField(
        Threat, on_delete=models.PROTECT, primary_key=True, related_name="alarm", verbose_name=_("threat")
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alarms")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+")
    # Null: no group was in force; the coordinator and the director were called instead.
    group = models.ForeignKey(
        MobileGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="alarms"
    )
    violence = models.BooleanField(_("signs of domestic violence"), default=False)
    minor_at_risk = models.BooleanField(_("a minor at risk"), default=False)
    brief = models.TextField(_("what the group is told"), blank=True)
    state = StateField(_("state"), default=State.RAISED, choices=State.choices)
    raised_at = models.DateTimeField(_("raised"))
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    engaged_at = models.DateTimeField(_("group engaged"), null=True, blank=True)
    engaged_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    engaged_instead = models.TextField(_("who was engaged instead of a group"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    # When everybody is reminded again, until somebody acknowledges (states.md, defaults).
    next_reminder_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ("-raised_at", "-pk")
        constraints = (
            models.CheckConstraint(
                name="alarm_acknowledged_by_someone",
                condition=Q(state="raised", acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | (~Q(state="raised") & Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="alarm_engaged_a_group_or_others",
                condition=Q(state__in=("raised", "acknowledged"), engaged_at__isnull=True)
                | (
                    Q(state__in=("engaged", "closed"), engaged_at__isnull=False, engaged_by__isnull=False)
                    & (Q(group__isnull=False) | ~Q(engaged_instead=""))
                ),
            ),
            models.CheckConstraint(
                name="alarm_closed_with_outcome",
                condition=Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")
                | (~Q(state="closed") & Q(closed_at__isnull=True, outcome="")),
            ),
            models.CheckConstraint(
                name="alarm_reminded_until_acknowledged",
                condition=Q(state="raised", next_reminder_at__isnull=False)
                | (~Q(state="raised") & Q(next_reminder_at__isnull=True)),
            ),
        )
        indexes = (
            models.Index(fields=("district", "state"), name="alarm_of_district"),
            models.Index(fields=("next_reminder_at",), condition=Q(state="raised"), name="alarm_reminder"),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED

    @transition(field=state, source=State.RAISED, target=State.ACKNOWLEDGED)
    def acknowledge(self) -> None:
        """The group on call has it; or the coordinator, or the director."""

    @transition(field=state, source=State.ACKNOWLEDGED, target=State.ENGAGED)
    def engage(self) -> None:
        """The coordinator or the director engages the group in force."""

    @transition(field=state, source=State.ENGAGED, target=State.CLOSED)
    def close(self) -> None:
        """The director or the coordinator ends it with its outcome; the threat ends with it."""
