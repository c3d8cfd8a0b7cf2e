"""Signs of domestic violence noted in a case, what was given for them, and what their identification found
(R256 23–24)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from cases.models.case import Case
from cases.models.intake import Consultation, Intake
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.fields import StateField
from family_support.base.models import Versioned
from family_support.directory.models import Agency

# The record still waits for the redirection or for what the identification finds.
OPEN_VIOLENCE_STATES = ("noted", "redirected")


class ViolenceRecordQuerySet(models.QuerySet["ViolenceRecord"]):
    def open(self) -> ViolenceRecordQuerySet:
        return self.filter(state__in=OPEN_VIOLENCE_STATES)

    def visible_to(self, actor: Actor) -> ViolenceRecordQuerySet:
        return self.filter(case__in=Case.objects.visible_to(actor).values("pk"))


class ViolenceRecord(FSMModelMixin, Versioned):
    """Signs of domestic violence: noted, redirected for identification within two working days, and its result."""

    class State(models.TextChoices):
        NOTED = "noted", _("Signs noted")
        REDIRECTED = "redirected", _("Redirected for identification")
        IDENTIFIED = "identified", _("Violence identified")
        NOT_IDENTIFIED = "not_identified", _("Violence not identified")

    class Source(models.TextChoices):
        INTAKE = "intake", _("Intake (appeal)")
        CASE = "case", _("Work on the case")
        ASSESSMENT = "assessment", _("Primary assessment")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="violence_records")
    state = StateField(_("state"), default=State.NOTED, choices=State.choices)
    source = models.CharField(_("where the signs showed"), max_length=12, choices=Source.choices)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signs = models.TextField(_("signs"))
    noted_at = models.DateTimeField(_("noted"))
    noted_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The redirection of the case that carries the person to the special-social-services organization.
    redirection = models.OneToOneField(
        Consultation, on_delete=models.PROTECT, null=True, blank=True, related_name="violence_record"
    )
    redirected_at = models.DateTimeField(_("redirected"), null=True, blank=True)
    result_on = models.DateField(_("date of the result"), null=True, blank=True)
    result_note = models.TextField(_("what was established"), blank=True)
    result_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ViolenceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of signs of violence")
        verbose_name_plural = _("records of signs of violence")
        ordering = ("-noted_at", "-pk")
        constraints = (
            # Open is what has no result yet (`violence_result_complete`).
            models.UniqueConstraint(
                fields=("case",), condition=Q(result_on__isnull=True), name="violence_open_once"
            ),
            models.CheckConstraint(
                name="violence_redirected_somewhere",
                condition=Q(state="noted", redirection__isnull=True, redirected_at__isnull=True)
                | (~Q(state="noted") & Q(redirection__isnull=False, redirected_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="violence_result_complete",
                condition=Q(
                    state__in=OPEN_VIOLENCE_STATES,
                    result_on__isnull=True,
                    result_note="",
                    result_by__isnull=True,
                )
                | (~Q(state__in=OPEN_VIOLENCE_STATES) & Q(result_on__isnull=False) & ~Q(result_note="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_VIOLENCE_STATES

    @transition(field=state, source=State.NOTED, target=State.REDIRECTED)
    def redirect(self) -> None:
        """The person was redirected to a special-social-services organization for identification."""

    @transition(field=state, source=State.REDIRECTED, target=State.IDENTIFIED)
    def identify(self) -> None:
        """The organization identified domestic violence."""

    @transition(field=state, source=State.REDIRECTED, target=State.NOT_IDENTIFIED)
    def not_identify(self) -> None:
        """The organization found no domestic violence."""


class ViolenceSupport(models.Model):
    """One of the five kinds of support given to the person: by whom and when (R256 23)."""

    class Kind(models.TextChoices):
        INFORMATION = "information", _("Information, legal and psychological help")
        EMPLOYMENT = "employment", _("Help with a job, training, retraining, upskilling")
        MEDICAL = "medical", _("Assistance in getting the guaranteed free medical care")
        STATE_SUPPORT = "state_support", _("Advice on measures of state support")
        STAY = "stay", _("Temporary stay of up to one month")

    record = models.ForeignKey(ViolenceRecord, on_delete=models.PROTECT, related_name="supports")
    kind = models.CharField(_("kind of support"), max_length=15, choices=Kind.choices)
    given_on = models.DateField(_("date"))
    # Null: the Center itself gave it.
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("body or organization"),
    )
    note = models.CharField(_("what exactly"), max_length=500, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("support given")
        verbose_name_plural = _("support given")
        ordering = ("given_on", "pk")

    def __str__(self) -> str:
        return f"{self.record_id}: {self.kind}"
