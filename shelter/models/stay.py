"""A temporary stay of up to one month, and the people who live there (R256 23(5), 25)."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models import Case, Person
from family_support.access.barred import barred_case_ids
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS
from family_support.base.actor import Actor
from family_support.base.fields import EncryptedTextField, StateField
from family_support.base.models import Versioned
from family_support.directory.models import Agency
from shelter.models.place import Place

ACTIVE_STATES = ("reserved", "resident")


def claimed() -> Func:
    """The time for which a stay claims its place: from the first moment, up to and without the last."""
    return Func(
        "claim_from",
        "claim_to",
        RangeBoundary(True, False),
        function="tstzrange",
        output_field=DateTimeRangeField(),
    )


class StayQuerySet(models.QuerySet["Stay"]):
    def active(self) -> StayQuerySet:
        """Reserved or lived in."""
        return self.filter(state__in=ACTIVE_STATES)

    def of_center(self, center_id: int | None) -> StayQuerySet:
        return self.filter(place__shelter__center_id=center_id)

    def told_to(self, actor: Actor) -> StayQuerySet:
        """The Center's stays as its places show them: to the director without those of families whose case keeps that
        one out by name. A worker sees them as everybody's, without a name."""
        rows = self.of_center(actor.center_id)
        return (
            rows.exclude(case__in=barred_case_ids(actor)) if actor.is_director and actor.iin_index else rows
        )

    def waiting_for_director(self) -> StayQuerySet:
        """A new episode not allowed yet, or a stay longer than a month without its reason."""
        return self.filter(
            Q(state="reserved", episode__gt=1, allowed_at__isnull=True)
            | Q(overstay_at__isnull=False, overstay_reason="")
        )

    def visible_to(self, actor: Actor) -> StayQuerySet:
        """The team of the placed case; a director who opened the case with a reason; nobody else (security.md)."""
        if actor.is_director:
            cases = Case.objects.visible_to(actor)
        elif actor.role in WORKERS:
            cases = Case.objects.writable_by(actor)
        else:
            return self.none()
        return self.filter(case__in=cases.values("pk"))

    def supervised_by(self, actor: Actor) -> StayQuerySet:
        """Stays whose masked line the director of the Center sees, the barred list aside."""
        if not actor.is_director:
            return self.none()
        return self.filter(case__in=Case.objects.listed_to(actor).values("pk"))


class Stay(FSMModelMixin, Versioned):
    """One episode of temporary stay of an adult and who came along, in one place, on exactly one basis."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Place reserved")
        RESIDENT = "resident", _("Living there")
        CHECKED_OUT = "checked_out", _("Checked out")
        CANCELLED = "cancelled", _("Reservation cancelled")

    class Basis(models.TextChoices):
        REFERRAL = "referral", _("Referral of a body")
        APPLICATION = "application", _("Personal application")

    class Going(models.TextChoices):
        HOME = "home", _("Home")
        RELATIVES = "relatives", _("Relatives or acquaintances")
        RENTED = "rented", _("Rented or own housing")
        ORGANIZATION = "organization", _("Another organization")
        HOSPITAL = "hospital", _("Medical organization")
        OTHER = "other", _("Elsewhere")

    class Leaving(models.TextChoices):
        TERM = "term", _("The term of stay ended")
        WISH = "wish", _("Own wish")
        HOUSED = "housed", _("Housing was found")
        MOVED = "moved", _("Moved to another organization")
        OTHER = "other", _("Other circumstances")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stays")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("resident"))
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="stays", verbose_name=_("place"))
    state = StateField(_("state"), default=State.RESERVED, choices=State.choices)
    # The claim on the place: of a reservation as planned, of a resident up to the last day, at the end as it was.
    claim_from = models.DateTimeField(_("claimed from"))
    claim_to = models.DateTimeField(_("claimed until"))
    reserved_at = models.DateTimeField(_("reserved"))
    reserved_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancel_reason = models.TextField(_("why it was cancelled"), blank=True)
    # The person's second stay in a case needs a new episode and the head's reason (rules.md 6.9).
    episode = models.PositiveSmallIntegerField(_("episode"), default=1)
    episode_note = models.TextField(_("what happened anew"), blank=True)
    allowed_reason = models.TextField(_("the head's reason"), blank=True)
    allowed_at = models.DateTimeField(_("allowed"), null=True, blank=True)
    allowed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    basis = models.CharField(_("basis"), max_length=12, choices=Basis.choices, blank=True)
    referral_agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("referring body"),
    )
    referral_number = models.CharField(_("number of the referral"), max_length=60, blank=True)
    referral_on = models.DateField(_("date of the referral"), null=True, blank=True)
    application_on = models.DateField(_("date of the application"), null=True, blank=True)
    admitted_at = models.DateTimeField(_("admitted"), null=True, blank=True)
    admitted_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_day = models.DateField(_("last day of the month"), null=True, blank=True)
    exit_going = models.CharField(_("where to"), max_length=15, choices=Going.choices, blank=True)
    exit_plan = EncryptedTextField(_("exit plan"), blank=True, default="")
    exit_plan_at = models.DateTimeField(_("exit plan written"), null=True, blank=True)
    exit_plan_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    overstay_at = models.DateTimeField(_("stays longer than a month"), null=True, blank=True)
    overstay_reason = models.TextField(_("the director's reason"), blank=True)
    overstay_reason_at = models.DateTimeField(null=True, blank=True)
    overstay_reason_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_out_at = models.DateTimeField(_("checked out"), null=True, blank=True)
    checked_out_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    going = models.CharField(_("went to"), max_length=15, choices=Going.choices, blank=True)
    leaving = models.CharField(_("reason of leaving"), max_length=10, choices=Leaving.choices, blank=True)
    leaving_note = EncryptedTextField(_("note on leaving"), blank=True, default="")

    objects = StayQuerySet.as_manager()

    class Meta:
        verbose_name = _("temporary stay")
        verbose_name_plural = _("temporary stays")
        ordering = ("-claim_from", "-pk")
        constraints = (
            ExclusionConstraint(
                name="stay_place_not_twice",
                expressions=(("place", RangeOperators.EQUAL), (claimed(), RangeOperators.OVERLAPS)),
                condition=~Q(state="cancelled"),
            ),
            models.UniqueConstraint(
                fields=("place",), condition=Q(state="resident"), name="stay_one_resident_a_place"
            ),
            models.UniqueConstraint(
                fields=("case", "person", "episode"),
                condition=~Q(state="cancelled"),
                name="stay_episode_once",
            ),
            models.CheckConstraint(name="stay_claim_ends_later", condition=Q(claim_to__gt=F("claim_from"))),
            models.CheckConstraint(
                name="stay_exactly_one_basis",
                condition=Q(
                    basis="",
                    referral_agency__isnull=True,
                    referral_number="",
                    referral_on__isnull=True,
                    application_on__isnull=True,
                )
                | (
                    Q(
                        basis="referral",
                        referral_agency__isnull=False,
                        referral_on__isnull=False,
                        application_on__isnull=True,
                    )
                    & ~Q(referral_number="")
                )
                | Q(
                    basis="application",
                    application_on__isnull=False,
                    referral_agency__isnull=True,
                    referral_number="",
                    referral_on__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="stay_admitted_on_a_basis",
                condition=Q(
                    state__in=("reserved", "cancelled"),
                    admitted_at__isnull=True,
                    last_day__isnull=True,
                    basis="",
                )
                | (
                    Q(
                        state__in=("resident", "checked_out"),
                        admitted_at__isnull=False,
                        last_day__isnull=False,
                    )
                    & ~Q(basis="")
                ),
            ),
            models.CheckConstraint(
                name="stay_new_episode_allowed",
                condition=Q(episode=1)
                | Q(state__in=("reserved", "cancelled"))
                | (Q(allowed_at__isnull=False) & ~Q(allowed_reason="") & ~Q(episode_note="")),
            ),
            models.CheckConstraint(
                name="stay_left_after_coming",
                condition=Q(state="checked_out", checked_out_at__gt=F("admitted_at"))
                & ~Q(going="")
                & ~Q(leaving="")
                | (~Q(state="checked_out") & Q(checked_out_at__isnull=True, going="", leaving="")),
            ),
            models.CheckConstraint(
                name="stay_cancelled_with_reason", condition=~Q(state="cancelled") | ~Q(cancel_reason="")
            ),
            models.CheckConstraint(
                name="stay_overstay_reason_complete",
                condition=Q(overstay_reason="", overstay_reason_at__isnull=True)
                | (Q(overstay_at__isnull=False, overstay_reason_at__isnull=False) & ~Q(overstay_reason="")),
            ),
        )
        indexes = (models.Index(fields=("place", "claim_from"), name="stay_of_place"),)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def waits_for_head(self) -> bool:
        """A new episode that the head has not allowed yet."""
        return self.episode > 1 and self.allowed_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Still there after the end of the last day."""
        return self.state == self.State.RESIDENT and now > self.claim_to

    @transition(field=state, source=State.RESERVED, target=State.RESIDENT)
    def admit(self) -> None:
        """The person came: the month and, with a minor, both notices begin."""

    @transition(field=state, source=State.RESERVED, target=State.CANCELLED)
    def cancel(self) -> None:
        """The person did not come, or the place is not needed."""

    @transition(field=state, source=State.RESIDENT, target=State.CHECKED_OUT)
    def check_out(self) -> None:
        """The person left."""


class Resident(models.Model):
    """Who lives in a stay: the adult it is given to and who came along. Nobody stays in two places at once."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="residents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    is_minor = models.BooleanField(_("under 18 on admission"), default=False)
    # Which coming of minors they belong to: its two notices name them, and nobody who came another time.
    arrival = models.PositiveSmallIntegerField(_("coming"), default=1, db_default=1)
    came_at = models.DateTimeField(_("came to the stay"))
    left_at = models.DateTimeField(_("left the stay"), null=True, blank=True)

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        ordering = ("is_minor", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=Q(left_at__isnull=True), name="resident_of_one_stay"
            ),
            models.UniqueConstraint(fields=("stay", "person"), name="resident_once_a_stay"),
            models.CheckConstraint(
                name="resident_left_after_coming",
                condition=Q(left_at__isnull=True) | Q(left_at__gt=F("came_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.stay_id}: {self.person_id}"
