"""Who is kept out of a case whatever they were granted, who opened one with a reason, and who read what."""

from django.db import models
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


class CaseOpening(models.Model):
    """A case opened for reading by somebody outside its team, with a stated reason, for a limited time."""

    case_id = models.BigIntegerField(db_index=True)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
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
        )
        indexes = (models.Index(fields=("membership", "case_id", "ends_at"), name="opening_in_force"),)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.membership_id}"


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
