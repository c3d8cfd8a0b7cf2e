"""Primary assessment: grounds, risk, immediate measures, needs (R256 13(2)–(3), 14(2)–(3))."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models import Case, Intake, Person
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Named, Versioned, one_in_force
from family_support.directory.models import Agency, Sector


class GroundQuerySet(models.QuerySet["Ground"]):
    def in_force(self, on: date) -> GroundQuerySet:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class Ground(Named):
    """A ground of a hard life situation (Social Code art. 133), a dated row with its act."""

    code = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField(_("number in the article"))
    help_kk = models.TextField(blank=True)
    help_ru = models.TextField(blank=True)
    help_en = models.TextField(blank=True)
    # Forms of a ground that must be named (cruelty: domestic violence, trafficking …): [{"code", "kk", "ru", "en"}].
    forms = models.JSONField(default=list, blank=True)
    act = models.CharField(_("act"), max_length=200)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force until"), null=True, blank=True)

    objects = GroundQuerySet.as_manager()

    class Meta:
        verbose_name = _("ground")
        verbose_name_plural = _("grounds")
        ordering = ("number", "valid_from")
        constraints = (
            one_in_force("ground_one_in_force", "code"),
            models.CheckConstraint(
                name="ground_valid_period",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def help(self) -> str:
        """What the assessor looks at, in the active language."""
        return getattr(self, f"help_{(get_language() or 'ru')[:2]}", "") or self.help_ru

    def form_name(self, code: str) -> str:
        """How one of its forms is called in the active language; empty for an unknown code."""
        language = (get_language() or "ru")[:2]
        return next((form.get(language) or form["ru"] for form in self.forms if form["code"] == code), "")


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, actor: Actor) -> AssessmentQuerySet:
        """Those of the team's own cases; the director also reads those of cases opened with a reason (security.md)."""
        return self.filter(case__in=Assessment.readable_cases(actor).values("pk"))

    def writable_by(self, actor: Actor) -> AssessmentQuerySet:
        return self.filter(case__in=Case.objects.writable_by(actor).values("pk"))


class Assessment(FSMModelMixin, Versioned):
    """One primary assessment of a family. It finds for or against a hard life situation."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONCLUDED = "concluded", _("Concluded")
        SUPERSEDED = "superseded", _("Superseded")

    class Housing(models.TextChoices):
        OWN = "own", _("Own")
        RENTED = "rented", _("Rented")
        RELATIVES = "relatives", _("With relatives")
        NONE = "none", _("None")
        OTHER = "other", _("Other")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = StateField(_("state"), default=State.DRAFT, choices=State.choices)
    urgent = models.BooleanField(_("urgent"), default=False)
    started_at = models.DateTimeField(_("started"))
    assessor = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    visited_on = models.DateField(_("family met on"), null=True, blank=True)
    situation = models.TextField(_("what disrupts the family's life"), blank=True)
    housing = models.CharField(_("housing"), max_length=10, choices=Housing.choices, blank=True)
    housing_note = models.TextField(_("housing conditions"), blank=True)
    income_month = models.DecimalField(
        _("income a month, tenge"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    income_note = models.TextField(_("income, debts, benefits"), blank=True)
    health_note = models.TextField(_("health"), blank=True)
    children_note = models.TextField(_("children: needs and interests"), blank=True)
    safety_note = models.TextField(_("safety and violence"), blank=True)
    strengths_note = models.TextField(_("strengths and people who help"), blank=True)
    own_means_note = models.TextField(_("why the family cannot overcome it alone"), blank=True)
    risk = models.CharField(_("risk"), max_length=10, choices=Case.Risk.choices, blank=True)
    risk_reason = models.TextField(_("reason of the risk level"), blank=True)
    response_measures = models.TextField(_("measures of response"), blank=True)
    hls_found = models.BooleanField(_("hard life situation found"), null=True, blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)
    concluded_at = models.DateTimeField(_("concluded"), null=True, blank=True)
    concluded_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("primary assessment")
        verbose_name_plural = _("primary assessments")
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(state="draft"), name="assessment_one_draft"
            ),
            models.UniqueConstraint(
                fields=("case",), condition=Q(state="concluded"), name="assessment_one_concluded"
            ),
            models.CheckConstraint(
                name="assessment_concluded_complete",
                condition=Q(state="draft")
                | (
                    Q(concluded_at__isnull=False, concluded_by__isnull=False, hls_found__isnull=False)
                    & ~Q(conclusion="")
                    & ~Q(risk="")
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @staticmethod
    def readable_cases(actor: Actor) -> models.QuerySet[Case]:
        """Cases whose assessment, narrative and health the actor reads now: narrower than the case itself."""
        return Case.objects.visible_to(actor) if actor.is_director else Case.objects.writable_by(actor)

    @transition(field=state, source=State.DRAFT, target=State.CONCLUDED)
    def conclude(self) -> None:
        """It finds for or against a hard life situation."""

    @transition(field=state, source=State.CONCLUDED, target=State.SUPERSEDED)
    def supersede(self) -> None:
        """A newer one was concluded."""


class AssessmentGround(models.Model):
    """A ground that the assessment stands on."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="grounds")
    ground = models.ForeignKey(Ground, on_delete=models.PROTECT, related_name="+", verbose_name=_("ground"))
    form = models.CharField(_("form"), max_length=40, blank=True)
    note = models.TextField(_("what it shows in"), blank=True)

    class Meta:
        verbose_name = _("ground of an assessment")
        verbose_name_plural = _("grounds of an assessment")
        ordering = ("ground__number",)
        constraints = (
            models.UniqueConstraint(fields=("assessment", "ground"), name="assessment_ground_once"),
        )

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.ground_id}"

    @property
    def form_name(self) -> str:
        return self.ground.form_name(self.form)


class ImmediateMeasure(models.Model):
    """What is done at once where life or health is threatened; an urgent assessment concludes only with one."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="immediate_measures")
    text = models.TextField(_("measure"))
    responsible = models.CharField(_("who answers for it"), max_length=200)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("body")
    )
    assigned_at = models.DateTimeField(_("assigned"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("immediate measure")
        verbose_name_plural = _("immediate measures")
        ordering = ("assigned_at", "pk")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class Need(models.Model):
    """What a member of the family needs, by kind of state support; only after a hard life situation was found."""

    class Priority(models.TextChoices):
        HIGH = "high", _("High")
        NORMAL = "normal", _("Ordinary")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="needs")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="needs")
    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of support")
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whom it concerns"),
    )
    text = models.TextField(_("need"))
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL
    )
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ("sector__order", "pk")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
