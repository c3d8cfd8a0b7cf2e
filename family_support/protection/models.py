"""What happens to people's data besides the work: given to the person, kept for a term, erased after it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Person
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.models import Dated, DatedQuerySet, Versioned, one_in_force
from family_support.directory.models import Center


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, actor: Actor) -> DataRequestQuerySet:
        """Of the cases the actor works on: an opening with a reason gives no paper for the person."""
        return self.filter(case__in=Case.objects.writable_by(actor).values("pk"))


class DataRequest(models.Model):
    """A person asked what is kept about them and who saw it (94-V art. 24), and was given it."""

    class Shown(models.TextChoices):
        ID_CARD = "id_card", _("Identity card")
        PASSPORT = "passport", _("Passport")
        BIRTH = "birth", _("Birth certificate, by the legal representative")
        MANDATE = "mandate", _("Document and power of attorney of a representative")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="data_requests")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="data_requests")
    shown = models.CharField(_("identity was shown by"), max_length=10, choices=Shown.choices)
    at = models.DateTimeField(_("given"))
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for one's own data")
        verbose_name_plural = _("requests for one's own data")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class RetentionRule(Dated):
    """For how many years after closing the data of a kind of case are kept; the longest rule of a case counts."""

    class Kind(models.TextChoices):
        CONSULTED = "consulted", _("Ended before support")
        SUPPORTED = "supported", _("Support was given")
        PROTECTED = "protected", _("Restricted: violence, minors at risk, shelter")
        # Whole months of the record of changes, counted from their end; no case is of this kind.
        HISTORY = "history", _("Record of changes, whole months")

    kind = models.CharField(_("kind of case"), max_length=10, choices=Kind.choices)
    years = models.PositiveSmallIntegerField(_("years after closing"))
    # Nothing is erased by a rule that no lawyer has confirmed.
    confirmed = models.BooleanField(_("confirmed by a lawyer"), default=False)

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("term of keeping")
        verbose_name_plural = _("terms of keeping")
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            one_in_force("retention_one_in_force", "kind"),
            models.CheckConstraint(name="retention_some_years", condition=Q(years__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.years}"


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def visible_to(self, actor: Actor) -> LegalHoldQuerySet:
        """The own Center's, for its director."""
        if not actor.is_director:
            return self.none()
        return self.filter(case__in=Case.objects.listed_to(actor).values("pk"))

    def standing(self) -> LegalHoldQuerySet:
        return self.filter(lifted_at__isnull=True)


class LegalHold(models.Model):
    """A court, an inquiry or a complaint needs the case: nothing of it is erased meanwhile."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legal_holds")
    reason = models.TextField(_("why the case is kept"))
    placed_at = models.DateTimeField(_("placed"))
    placed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(lifted_at__isnull=True), name="hold_one_a_case"
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class DisposalQuerySet(models.QuerySet["Disposal"]):
    def visible_to(self, actor: Actor) -> DisposalQuerySet:
        """The own Center's, for its director."""
        return self.filter(center_id=actor.center_id) if actor.is_director else self.none()


class Disposal(Versioned):
    """A list of cases whose term of keeping is over: proposed by the product, confirmed by the director, carried out
    by the operator's nightly job when the days of second thoughts are over."""

    center = models.ForeignKey(Center, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    erase_from = models.DateTimeField(_("erased not before"), null=True, blank=True)
    done_at = models.DateTimeField(_("carried out"), null=True, blank=True)

    objects = DisposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("list for erasure")
        verbose_name_plural = _("lists for erasure")
        constraints = (
            models.UniqueConstraint(
                fields=("center",), condition=Q(confirmed_at__isnull=True), name="disposal_one_proposed"
            ),
            models.CheckConstraint(
                name="disposal_confirmed_whole",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True, erase_from__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, erase_from__isnull=False),
            ),
            models.CheckConstraint(
                name="disposal_done_after_confirmed",
                condition=Q(done_at__isnull=True) | Q(confirmed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class DisposalItem(models.Model):
    """One case of a list: by which rule, since when it may go, and what was erased."""

    disposal = models.ForeignKey(Disposal, on_delete=models.CASCADE, related_name="items")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="disposal_item")
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("may be erased from"))
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)
    rows = models.PositiveIntegerField(_("records"), default=0)
    files = models.PositiveIntegerField(_("files"), default=0)

    class Meta:
        verbose_name = _("case of a list for erasure")
        verbose_name_plural = _("cases of a list for erasure")
        ordering = ("due_on", "pk")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
