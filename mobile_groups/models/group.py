"""The mobile group of a district: who is in it, by which order, for which calendar year (R256 20, 21)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from family_support.accounts.models import Membership
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.fields import EncryptedTextField, StateField
from family_support.base.models import Versioned
from family_support.directory.models import Agency, District, Sector

FIRST_YEAR = 2024
LAST_YEAR = 2100
# Who of a Center sees the group of its district.
CENTER_READERS = WORKERS | UNIT_HEADS | {Role.DIRECTOR}


class MobileGroupQuerySet(models.QuerySet["MobileGroup"]):
    def visible_to(self, actor: Actor) -> MobileGroupQuerySet:
        """The coordinator and the Center: groups of the own district. A member: own groups, once in force."""
        if actor.is_system:
            return self
        if actor.role == Role.GROUP_MEMBER:
            mine = GroupMember.objects.filter(membership_id=actor.membership_id or 0).values("group_id")
            return self.filter(pk__in=mine).exclude(state=MobileGroup.State.DRAFT)
        if actor.role == Role.COORDINATOR or actor.role in CENTER_READERS:
            return self.filter(district_id=actor.district_id)
        return self.none()

    def in_force(self, on: date) -> MobileGroupQuerySet:
        """Groups whose mandate covers a local day: an order put in force in December begins in January."""
        return self.filter(state=MobileGroup.State.IN_FORCE, year=on.year)


class MobileGroup(FSMModelMixin, Versioned):
    """A group approved by an order of the akim of the district, or of the city where there are no districts.

    Its mandate is the calendar year that the order names, to 31 December, and never rolls over (rules.md 6.11).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_FORCE = "in_force", _("In force")
        EXPIRED = "expired", _("Expired")
        REPLACED = "replaced", _("Replaced")

    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="mobile_groups", verbose_name=_("district")
    )
    year = models.PositiveSmallIntegerField(_("year of the mandate"))
    order_number = models.CharField(_("number of the akim's order"), max_length=50, blank=True)
    order_date = models.DateField(_("date of the order"), null=True, blank=True)
    issued_by = models.CharField(_("who issued the order"), max_length=200, blank=True)
    # Coordination is social protection's (R256 21): a coordinator of the district's body.
    coordinator = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("coordinator")
    )
    # A new order of the same year that changes the composition ends the one before.
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices)
    created_at = models.DateTimeField()
    in_force_at = models.DateTimeField(_("put in force"), null=True, blank=True)
    in_force_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = MobileGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("mobile group")
        verbose_name_plural = _("mobile groups")
        ordering = ("-year", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("district", "year"), condition=Q(state="in_force"), name="group_in_force_once"
            ),
            models.UniqueConstraint(
                fields=("district", "year"), condition=Q(state="draft"), name="group_draft_once"
            ),
            models.CheckConstraint(
                name="group_year_plausible", condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR)
            ),
            models.CheckConstraint(
                name="group_order_not_after_year",
                condition=Q(order_date__isnull=True) | Q(order_date__year__lte=F("year")),
            ),
            models.CheckConstraint(
                name="group_in_force_by_order",
                condition=Q(state="draft", in_force_at__isnull=True)
                | (
                    ~Q(state="draft")
                    & Q(in_force_at__isnull=False, order_date__isnull=False)
                    & ~Q(order_number="")
                ),
            ),
            models.CheckConstraint(
                name="group_ended_has_moment",
                condition=Q(state__in=("expired", "replaced"), ended_at__isnull=False)
                | (~Q(state__in=("expired", "replaced")) & Q(ended_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.district_id}: {self.year}"

    @property
    def mandate_ends_on(self) -> date:
        """The mandate's last day: it does not roll to a working one (rules.md 6.4)."""
        return date(self.year, 12, 31)

    @transition(field=state, source=State.DRAFT, target=State.IN_FORCE)
    def put_in_force(self) -> None:
        """The akim's order is entered and the composition complete."""

    @transition(field=state, source=State.IN_FORCE, target=State.EXPIRED)
    def expire(self) -> None:
        """The year that the order names is over."""

    @transition(field=state, source=State.IN_FORCE, target=State.REPLACED)
    def give_way(self) -> None:
        """A new order of the same year took its place."""


class GroupMember(Versioned):
    """Somebody of an outside body in the group: with an account, or by name with post and phone."""

    group = models.ForeignKey(MobileGroup, on_delete=models.CASCADE, related_name="members")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("body"))
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="+", verbose_name=_("sector"))
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="group_places"
    )
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)
    name = models.CharField(_("full name"), max_length=200)
    post = models.CharField(_("post"), max_length=200)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    # Who is called first: the order of duty.
    order = models.PositiveSmallIntegerField(_("order of calling"))

    class Meta:
        verbose_name = _("member of a mobile group")
        verbose_name_plural = _("members of mobile groups")
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("group", "membership"),
                condition=Q(membership__isnull=False),
                name="group_member_once",
            ),
            models.CheckConstraint(name="group_member_named", condition=~Q(name="") & ~Q(post="")),
        )

    def __str__(self) -> str:
        return f"{self.group_id}: {self.pk}"
