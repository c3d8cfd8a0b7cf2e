"""Sign-ins: which sessions a person has open, on which device, and how each ended.

The session itself is Django's row: without it the next request is nobody's, and one that runs meanwhile cannot bring
it back (it is updated, never inserted). When it was last used follows from when it runs out. No network address is
kept: behind a mobile network or a state gateway it tells nothing, and where a worker is, is nobody's business.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from family_support.base.actor import Actor


class SignInQuerySet(models.QuerySet["SignIn"]):
    def visible_to(self, actor: Actor) -> SignInQuerySet:
        """A person's own; administrators end sessions of an account without seeing which there are."""
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()

    def open(self, now: datetime) -> SignInQuerySet:
        """Those whose session goes on, with the moment `runs_out_at`."""
        session = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
        rows = self.filter(ended_at__isnull=True).annotate(
            runs_out_at=Subquery(session.values("expire_date")[:1])
        )
        return rows.filter(
            runs_out_at__isnull=False, started_at__gt=now - timedelta(seconds=settings.SESSION_ABSOLUTE_AGE)
        )


class SignIn(models.Model):
    """One session of a person from sign-in to its end."""

    class Ending(models.TextChoices):
        LEFT = "left", pgettext_lazy("session", "signed out")
        PERSON = "person", pgettext_lazy("session", "ended by the person from another device")
        ADMINISTRATOR = "administrator", pgettext_lazy("session", "ended by an administrator")
        PASSWORD = "password", pgettext_lazy("session", "ended by a change of the password")  # noqa: S105
        MEMBERSHIP = "membership", pgettext_lazy("session", "ended with the role")
        CLOSED = "closed", pgettext_lazy("session", "ended with the account")
        RESET = "reset", pgettext_lazy("session", "ended with the second factor and the password")
        RUN_OUT = "run_out", pgettext_lazy("session", "ran out")

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="sign_ins")
    # As good as a password while the session lasts: hidden in the history, emptied at the end.
    session_key = models.CharField(max_length=40, blank=True, db_index=True, editable=False)
    browser = models.CharField(_("browser"), max_length=40, blank=True)
    system = models.CharField(_("operating system"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("signed in"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ending = models.CharField(_("how it ended"), max_length=15, choices=Ending.choices, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = (
            models.CheckConstraint(
                name="sign_in_ended_somehow",
                condition=models.Q(ended_at__isnull=True, ending="")
                | (models.Q(ended_at__isnull=False, session_key="") & ~models.Q(ending="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.started_at}"

    @property
    def device(self) -> str:
        """«Chrome, Windows»."""
        return ", ".join(part for part in (self.browser, self.system) if part)

    @property
    def last_seen_at(self) -> datetime | None:
        """When the session was last used, for a row had through `open`."""
        runs_out: datetime | None = getattr(self, "runs_out_at", None)
        return runs_out - timedelta(seconds=settings.SESSION_COOKIE_AGE) if runs_out else None
