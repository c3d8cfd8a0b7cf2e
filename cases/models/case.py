"""The case: its stage, risk, team, and who was let in by name."""

from __future__ import annotations

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition
from guardian.models import UserObjectPermissionBase

from cases.models.standing import READ_RESTRICTED, granted, in_place_of, not_barred, on_team, opened
from family_support.accounts.models import Membership
from family_support.accounts.roles import UNIT_HEADS, WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.deadlines.models import Deadline
from family_support.directory.models import Center, District

# Roles of a Center that see an ordinary case in lists without being on its team (security.md, access matrix).
LISTING_ROLES = WORKERS | {Role.INTAKE_CLERK, Role.DIRECTOR} | UNIT_HEADS


class CaseQuerySet(models.QuerySet["Case"]):
    """Scopes: `listed_to` shows that a case exists (masked), `visible_to` opens its content, `writable_by` lets
    work."""

    def with_access(self, actor: Actor) -> CaseQuerySet:
        """Annotate `on_team`, `granted` and `opened` for this actor's one active membership.

        A named grant holds while its guardian row is there *and* the actor leads the case or the grant has not
        ended: one that runs out needs no sweep. Who stands in for an absent colleague is on the team of that one's
        ordinary cases; `in_place_of` then says for whom.
        """
        rows = self.annotate(on_team=on_team(actor), granted=granted(actor), opened=opened(actor))
        return rows.annotate(in_place_of=in_place_of(actor)) if actor.standing_for else rows

    def not_barred(self, actor: Actor) -> CaseQuerySet:
        """The barred list goes over everything, whatever was granted."""
        return self.filter(not_barred(actor)) if actor.iin_index else self

    def of_own_center(self, actor: Actor) -> CaseQuerySet:
        """The Center's cases for its roles that meet cases at all, the barred list taken off."""
        if actor.center_id is None or (actor.role not in LISTING_ROLES and not actor.is_director):
            return self.with_access(actor).none()
        return self.with_access(actor).filter(center_id=actor.center_id).not_barred(actor)

    def listed_to(self, actor: Actor) -> CaseQuerySet:
        """Cases whose existence the actor sees: own Center's ordinary ones; restricted ones by name, or as director.

        Whatever is changed is loaded in this scope or the team's; what break-glass opens is in neither, so that it
        can only be read.
        """
        own = self.of_own_center(actor)
        return own if actor.is_director else own.filter(Q(restricted=False) | Q(granted=True, on_team=True))

    def kept_from(self, actor: Actor) -> CaseQuerySet:
        """Restricted cases of the own Center that are not listed to the actor; never those of the barred list."""
        if actor.is_director:
            return self.with_access(actor).none()
        return self.of_own_center(actor).filter(Q(restricted=True) & ~Q(granted=True, on_team=True))

    def shown_to(self, actor: Actor) -> CaseQuerySet:
        """Cases listed to the actor, and the restricted one whose glass the actor broke: for pages that only read."""
        own = self.of_own_center(actor)
        return (
            own
            if actor.is_director
            else own.filter(Q(restricted=False) | Q(granted=True, on_team=True) | Q(opened=True))
        )

    def visible_to(self, actor: Actor) -> CaseQuerySet:
        """Cases whose content the actor reads now: its team (for a restricted case with a named grant), or opened
        with a reason, a restricted one by its director or by break-glass."""
        return self.of_own_center(actor).filter(
            Q(opened=True) | Q(restricted=False, on_team=True) | Q(granted=True, on_team=True)
        )

    def behind_glass(self, actor: Actor) -> CaseQuerySet:
        """Restricted cases of the own Center that are not listed to the actor and not open now (ADR 24)."""
        return self.kept_from(actor).filter(Q(opened=False))

    def writable_by(self, actor: Actor) -> CaseQuerySet:
        """Cases the actor works on: its team, with the named grant where the case is restricted. An opening
        only reads."""
        return self.listed_to(actor).filter(Q(restricted=False, on_team=True) | Q(on_team=True, granted=True))

    def open(self) -> CaseQuerySet:
        return self.exclude(stage=Case.Stage.CLOSED)

    def with_next_deadline(self) -> CaseQuerySet:
        """Annotate the running term that ends first: `next_deadline`, `next_code`, `next_due` (all None
        without one)."""
        running = (
            Deadline.objects.open()
            .filter(case_id=OuterRef("pk"), due_at__isnull=False)
            .order_by("due_at", "pk")
        )
        return self.annotate(
            next_deadline=Subquery(running.values("pk")[:1]),
            next_code=Subquery(running.values("code")[:1]),
            next_due=Subquery(running.values("due_at")[:1]),
        )


class Case(FSMModelMixin, Versioned):
    """The work with one family at one Center. Every registered intake belongs to exactly one (states.md)."""

    class Stage(models.TextChoices):
        INTAKE = "intake", _("Intake")
        ASSESSMENT = "assessment", _("Assessment")
        PLANNING = "planning", _("Planning")
        SUPPORT = "support", _("Support")
        CLOSED = "closed", _("Closed")

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")
        CRITICAL = "critical", _("Critical")

    class Closing(models.TextChoices):
        CONSULTED = "consulted", _("Consulted")
        REDIRECTED = "redirected", _("Redirected")
        UNFOUNDED = "unfounded", _("Unfounded")
        DUPLICATE = "duplicate", _("Duplicate")
        TRANSFERRED = "transferred", _("Transferred to another Center")
        REFUSED = "refused", _("Refused by the family")
        NO_HLS = "no_hls", _("No hard life situation found")
        INDIVIDUAL = "individual", _("Objective individual grounds")
        COMPLETED = "completed", _("Plan completed")
        DID_NOT_ACT = "did_not_act", _("The family did not carry out its measures")

    class Restriction(models.TextChoices):
        VIOLENCE = "violence", _("Signs of violence")
        MINOR_AT_RISK = "minor_at_risk", _("A minor at risk")
        SHELTER = "shelter", _("Temporary stay")
        STAFF = "staff", _("The person works at the Center")

    number = models.CharField(_("case number"), max_length=40, unique=True)
    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # How the family is called in lists; empty while it is unknown.
    family_name = models.CharField(_("family"), max_length=120, blank=True)
    family_key = models.CharField(max_length=120, blank=True, editable=False)
    stage = StateField(_("stage"), default=Stage.INTAKE, choices=Stage.choices)
    risk = models.CharField(_("risk"), max_length=10, choices=Risk.choices, default=Risk.LOW)
    risk_reason = models.TextField(_("reason of the risk level"), blank=True)
    # Shown in the red banner: what everyone who meets the family must know.
    instruction = models.CharField(_("safety instruction"), max_length=300, blank=True)
    threat_at = models.DateTimeField(_("threat flagged"), null=True, blank=True)
    restricted = models.BooleanField(_("restricted"), default=False)
    restriction = models.CharField(
        _("why restricted"), max_length=20, choices=Restriction.choices, blank=True
    )
    lead = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="leads"
    )
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closing = models.CharField(_("closing reason"), max_length=20, choices=Closing.choices, blank=True)
    closing_note = models.TextField(_("closing note"), blank=True)
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="next_cases"
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = ((READ_RESTRICTED, "May read this restricted case"),)
        constraints = (
            models.CheckConstraint(
                name="case_closed_with_reason",
                condition=Q(stage="closed", closed_at__isnull=False) & ~Q(closing="")
                | (~Q(stage="closed") & Q(closed_at__isnull=True, closing="")),
            ),
            models.CheckConstraint(
                name="case_restricted_with_reason",
                condition=Q(restricted=False, restriction="") | (Q(restricted=True) & ~Q(restriction="")),
            ),
        )
        indexes = (
            models.Index(fields=("center", "stage", "-opened_at"), name="case_list"),
            models.Index(fields=("center", "opened_at"), name="case_opened"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def is_closed(self) -> bool:
        return self.stage == self.Stage.CLOSED

    @transition(field=stage, source=Stage.INTAKE, target=Stage.ASSESSMENT)
    def begin_assessment(self) -> None:
        """The family is to be assessed."""

    @transition(field=stage, source=Stage.ASSESSMENT, target=Stage.PLANNING)
    def begin_planning(self) -> None:
        """A hard life situation was found: a plan is drawn up."""

    @transition(field=stage, source=Stage.PLANNING, target=Stage.SUPPORT)
    def begin_support(self) -> None:
        """A plan is in force."""

    @transition(field=stage, source=Stage.SUPPORT, target=Stage.PLANNING)
    def plan_again(self) -> None:
        """The next plan after the year."""

    @transition(
        field=stage,
        source=[Stage.INTAKE, Stage.ASSESSMENT, Stage.PLANNING, Stage.SUPPORT],
        target=Stage.CLOSED,
    )
    def close(self) -> None:
        """The work with the family ends; a return opens a new case linked to this one."""


class TeamMember(models.Model):
    """A worker of the Center on a case's team; the lead is one of them. Access ends with `ends_at`."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="team")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="team_places")
    is_lead = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "membership"), condition=Q(ends_at__isnull=True), name="team_member_once"
            ),
            models.UniqueConstraint(
                fields=("case",), condition=Q(ends_at__isnull=True, is_lead=True), name="team_one_lead"
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.membership_id}"


class CaseGrant(models.Model):
    """A named grant on a restricted case: by whom, why, until when. Guardian rows are derived from these."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="grants")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    granted_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("named grant")
        verbose_name_plural = _("named grants")
        constraints = (
            models.CheckConstraint(
                name="grant_ends_later", condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("granted_at"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.membership_id}"


class CaseUserObjectPermission(UserObjectPermissionBase):
    """Guardian's direct-key permission rows on cases."""

    content_object = models.ForeignKey(Case, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = _("permission on a case")
        verbose_name_plural = _("permissions on cases")

    def __str__(self) -> str:
        return f"{self.content_object_id}: {self.user_id}"


class NumberCounter(models.Model):
    """The last number given by a Center in a year; the row is locked while the next one is taken: no gaps."""

    class Kind(models.TextChoices):
        CASE = "case", _("Case")
        INTAKE = "intake", _("Intake (appeal)")

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number counter")
        verbose_name_plural = _("number counters")
        constraints = (models.UniqueConstraint(fields=("center", "year", "kind"), name="counter_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
