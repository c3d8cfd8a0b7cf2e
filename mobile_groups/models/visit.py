"""A visit of the group: when it left, arrived and came back, who was there, what it found (R256 20, 22)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models import Case
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import EncryptedTextField, StateField
from family_support.base.models import Versioned
from family_support.directory.models import District
from mobile_groups.models.alarm import Alarm, followed_by
from mobile_groups.models.group import GroupMember, MobileGroup

UNDER_WAY = ("planned", "departed", "back")


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, actor: Actor) -> VisitQuerySet:
        """Who sees the alarm sees its visits; one for early detection has the scope that its alarm would have."""
        by_alarm = Q(alarm__in=Alarm.objects.visible_to(actor).values("pk"))
        return self.filter(by_alarm | Q(alarm__isnull=True) & followed_by(actor, "group__district_id"))

    def early(self) -> VisitQuerySet:
        """Visits for early detection: nobody raised an alarm (R256 20)."""
        return self.filter(alarm__isnull=True)

    def open(self) -> VisitQuerySet:
        return self.filter(state__in=UNDER_WAY)


class Visit(FSMModelMixin, Versioned):
    """A visit to a family. Both times are required: today's journals lack them (rules.md 6.14)."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        DEPARTED = "departed", _("On the way")
        BACK = "back", _("The group is back")
        SIGNED = "signed", _("Protocol signed")
        CANCELLED = "cancelled", _("Cancelled")

    class Result(models.TextChoices):
        HELPED = "helped", _("The family was met, help was given")
        SAFE_PLACE = "safe_place", _("The person was taken to a safe place")
        REFUSED = "refused", _("The family refused to talk")
        NOBODY = "nobody", _("Nobody was found")

    # Null: a visit for early detection and support, without a threat (R256 20).
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, null=True, blank=True, related_name="visits")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="group_visits")
    group = models.ForeignKey(MobileGroup, on_delete=models.PROTECT, related_name="visits")
    state = StateField(_("state"), default=State.PLANNED, choices=State.choices)
    planned_for = models.DateTimeField(_("planned for"))
    purpose = models.TextField(_("purpose of the visit"))
    # Where to go. Never the shelter's address: the person there is safe.
    place = EncryptedTextField(_("where to"), blank=True, default="")
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    departed_at = models.DateTimeField(_("departure"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrival"), null=True, blank=True)
    returned_at = models.DateTimeField(_("return of the group"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=20, choices=Result.choices, blank=True)
    protocol = models.TextField(_("what the group saw and did"), blank=True)
    recorded_at = models.DateTimeField(_("protocol written"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(_("protocol signed"), null=True, blank=True)
    cancelled_reason = models.TextField(_("why it was cancelled"), blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ("-planned_for", "-pk")
        constraints = (
            models.CheckConstraint(
                name="visit_has_its_times",
                condition=Q(state__in=("planned", "cancelled"), departed_at__isnull=True)
                | Q(state="departed", departed_at__isnull=False, returned_at__isnull=True)
                | Q(
                    state__in=("back", "signed"),
                    departed_at__isnull=False,
                    arrived_at__isnull=False,
                    returned_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="visit_times_in_order",
                condition=(Q(arrived_at__isnull=True) | Q(arrived_at__gte=F("departed_at")))
                & (Q(returned_at__isnull=True) | Q(returned_at__gte=F("arrived_at"))),
            ),
            models.CheckConstraint(
                name="visit_back_with_protocol",
                condition=~Q(state__in=("back", "signed"))
                | (~Q(protocol="") & ~Q(result="") & Q(recorded_at__isnull=False, recorded_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="visit_signed_has_moment",
                condition=Q(state="signed", signed_at__isnull=False)
                | (~Q(state="signed") & Q(signed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="visit_cancelled_with_reason",
                condition=Q(state="cancelled") & ~Q(cancelled_reason="")
                | (~Q(state="cancelled") & Q(cancelled_reason="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def call(self) -> Alarm | Visit:
        """What permissions look at: the alarm, or the visit itself where nobody raised one."""
        return self.alarm or self

    @property
    def district(self) -> District:
        return self.group.district

    @property
    def district_id(self) -> int:
        return self.group.district_id

    @transition(field=state, source=State.PLANNED, target=State.DEPARTED)
    def depart(self) -> None:
        """The group left."""

    @transition(field=state, source=State.DEPARTED, target=State.BACK)
    def come_back(self) -> None:
        """The group is back: both times, who was there, the protocol."""

    @transition(field=state, source=State.BACK, target=State.SIGNED)
    def sign(self) -> None:
        """Everybody who was there has signed."""

    @transition(field=state, source=State.PLANNED, target=State.CANCELLED)
    def cancel(self) -> None:
        """It does not take place, for a reason."""


class VisitMember(models.Model):
    """Somebody who was there: of the group (outside), or a worker of the Center."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="present")
    member = models.ForeignKey(GroupMember, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    worker = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # As it stands in the protocol, whatever becomes of the account; of a worker the role's code.
    name = models.CharField(_("full name"), max_length=200)
    post = models.CharField(_("post"), max_length=500)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    on_paper = models.BooleanField(_("signed on paper"), default=False)

    class Meta:
        verbose_name = _("person present at a visit")
        verbose_name_plural = _("people present at visits")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("visit", "member"), condition=Q(member__isnull=False), name="visit_member_once"
            ),
            models.UniqueConstraint(
                fields=("visit", "worker"), condition=Q(worker__isnull=False), name="visit_worker_once"
            ),
            models.CheckConstraint(
                name="visit_member_or_worker",
                condition=Q(member__isnull=False, worker__isnull=True)
                | Q(member__isnull=True, worker__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.pk}"

    @property
    def signs_as(self) -> int | None:
        """The membership whose own press of the button is this signature; None: only on paper."""
        return self.worker_id or (self.member.membership_id if self.member else None)
