"""Requests to take a lost second factor away: who asked, having checked who it is, and how it ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.accounts.roles import Role
from family_support.base.actor import Actor

# How who asks was known says nothing about who asks weeks later.
GOOD_FOR = timedelta(days=7)
LEAST_WORDS = 10
ASKING = frozenset({Role.SYSTEM_ADMIN, Role.BODY_ADMIN})


class FactorResetQuerySet(models.QuerySet["FactorReset"]):
    def visible_to(self, actor: Actor) -> FactorResetQuerySet:
        """The security officer sees what others asked for about others; administrators those of their accounts."""
        if actor.role == Role.SECURITY_OFFICER:
            return self.exclude(Q(user_id=actor.user_id) | Q(asked_by_id=actor.user_id))
        return self.filter(user__in=apps.get_model("accounts", "User").objects.visible_to(actor))

    def withdrawable_by(self, actor: Actor) -> FactorResetQuerySet:
        """An administrator's own requests, about accounts still theirs; decided ones too: those answer 409."""
        if actor.role not in ASKING:
            return self.none()
        return self.visible_to(actor).filter(asked_by_id=actor.user_id)

    def open(self) -> FactorResetQuerySet:
        """Those that nobody decided on yet."""
        return self.filter(outcome="")


class FactorReset(models.Model):
    """An administrator asks, having checked who lost it, and may take that back; a security officer decides, once."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", pgettext_lazy("second factor", "approved")
        DECLINED = "declined", pgettext_lazy("second factor", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("second factor", "withdrawn")

    user = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        related_name="factor_resets",
        verbose_name=_("user"),
    )
    identity_check = models.TextField(_("How the identity was checked"), max_length=1000)
    asked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome.choices, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = FactorResetQuerySet.as_manager()

    class Meta:
        verbose_name = _("reset of the second factor")
        verbose_name_plural = _("resets of the second factor")
        constraints = (
            models.UniqueConstraint(fields=("user",), condition=Q(outcome=""), name="factor_reset_one_open"),
            models.CheckConstraint(
                name="factor_reset_decided_whole",
                condition=Q(outcome="", decided_by__isnull=True, decided_at__isnull=True, reason="")
                | Q(
                    outcome__in=("approved", "withdrawn"),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    reason="",
                )
                | (Q(outcome="declined", decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="factor_reset_by_three_people",
                condition=~Q(asked_by=models.F("user"))
                & (
                    Q(decided_by__isnull=True)
                    # Only who asked takes it back, and only a third person says yes or no.
                    | Q(outcome="withdrawn", decided_by=models.F("asked_by"))
                    | (
                        ~Q(outcome="withdrawn")
                        & ~Q(decided_by=models.F("user"))
                        & ~Q(decided_by=models.F("asked_by"))
                    )
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.asked_at}"

    def too_old(self, now: datetime) -> bool:
        """Whether it can only be declined any more."""
        return self.asked_at < now - GOOD_FOR
