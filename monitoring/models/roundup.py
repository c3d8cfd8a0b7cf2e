"""The quarter of a region and of the country, added up from what the Centers sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.accounts.roles import Role
from family_support.base.actor import Actor
from family_support.base.models import Versioned
from family_support.directory.models import Region


class RoundupQuerySet(models.QuerySet["Roundup"]):
    def visible_to(self, actor: Actor) -> RoundupQuerySet:
        """The authorized body's analyst."""
        return self.all() if actor.role == Role.MINISTRY_ANALYST else self.none()


class Roundup(Versioned):
    """One quarter of a region, or of the country (no region). Only what is shown is kept: small figures are hidden
    before they are written, all roundups of a quarter together."""

    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    figures = models.JSONField(default=dict)
    # Keys of the Centers whose sent reports are added up.
    centers = models.JSONField(default=list)
    awaited = models.PositiveSmallIntegerField(_("Centers still awaited"), default=0)
    drawn_at = models.DateTimeField(_("drawn up"))
    drawn_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RoundupQuerySet.as_manager()

    class Meta:
        verbose_name = _("roundup of a quarter")
        verbose_name_plural = _("roundups of quarters")
        ordering = ("-year", "-quarter", "region")
        constraints = (
            models.UniqueConstraint(
                fields=("region", "year", "quarter"), name="roundup_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="roundup_quarter_is_one_to_four", condition=Q(quarter__gte=1, quarter__lte=4)
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}-{self.quarter}"
