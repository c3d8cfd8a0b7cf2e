"""Who is kept out of a case whatever they were granted, who opened one with a reason, and who read what."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from family_support.accounts.models import Membership
from family_support.base.crypto import blind_index
from family_support.base.fields import EncryptedTextField


class Barred(models.Model):
    """The alleged abuser or a relative named: an account with this IIN sees nothing of the case (security.md)."""

    case_id = models.BigIntegerField(db_index=True)
    iin = EncryptedTextField(_("IIN"))
    iin_index = models.CharField(max_length=64, editable=False)
    relation = models.CharField(_("relation"), max_length=100)
    noted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("barred person")
        verbose_name_plural = _("barred people")
        constraints = (models.UniqueConstraint(fields=("case_id", "iin_index"), name="barred_once_a_case"),)
        indexes = (models.Index(fields=("iin_index", "case_id"), name="barred_by_iin"),)

    def __str__(self) -> str:
        return self.relation

    def set_iin(self, iin: str) -> None:
        self.iin = iin
        self.iin_index = blind_index(iin, "iin")


# How long an opening lasts, and how much has to be said to break the glass (security.md).
OPEN_FOR = timedelta(minutes=60)
GLASS_REASON_LENGTH = 30


class CaseOpening(models.Model):
    """A case opened for reading by somebody outside its team, with a stated reason, for a limited time.

    With a `code` it is break-glass: the way into a restricted case for who has none, reviewed afterwards (ADR 24). The
    runtime role only adds rows and brings their end forward.
    """

    class Glass(models.TextChoices):
        LIFE = "life", _("Threat to somebody's life or health right now")
        CHILD = "child", _("A child is in danger right now")
        TEAM_AWAY = "team_away", _("The family needs help and nobody of the team can be reached")
        AUTHORITY = "authority", _("Urgent request of the police, a court or a doctor")

    case_id = models.BigIntegerField(db_index=True)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("ground"), max_length=10, choices=Glass.choices, blank=True, db_default="")
    reason = models.TextField(_("reason"))
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = _("case opened with a reason")
        verbose_name_plural = _("cases opened with a reason")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("opened_at")), name="opening_ends_later"
            ),
            models.CheckConstraint(
                name="glass_said_in_words",
                condition=models.Q(code="")
                | models.Q(GreaterThanOrEqual(Length("reason"), GLASS_REASON_LENGTH)),
            ),
            models.CheckConstraint(
                name="opening_for_an_hour", condition=models.Q(ends_at__lte=models.F("opened_at") + OPEN_FOR)
            ),
        )
        indexes = (models.Index(fields=("membership", "case_id", "ends_at"), name="opening_in_force"),)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.membership_id}"

    @property
    def is_glass(self) -> bool:
        return self.code != ""


class ReadEntry(models.Model):
    """One row of the read log: a partitioned, append-only table written by a database function (data.md 4)."""

    at = models.DateTimeField()
    case_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    membership_id = models.BigIntegerField()
    what = models.TextField()
    reason = models.TextField()

    class Meta:
        managed = False
        db_table = "access_read_log_view"
        verbose_name = _("reading")
        verbose_name_plural = _("readings")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.what}"
