"""The history as the runtime role may read it. The tables behind it belong to the owner's schema
``audit``.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Change(models.Model):
    """One recorded change of one row (a view: nothing can be written here).

    ``role`` is empty (NULL) for a change made without ``acting``. ``old`` and ``new`` hold the changed
    columns of an update, the whole row of an insert or a delete.
    """

    at = models.DateTimeField(_("moment"))
    txid = models.TextField()
    table_name = models.TextField(_("table"))
    row_id = models.TextField(_("row"))
    case_id = models.BigIntegerField(null=True)
    operation = models.CharField(_("operation"), max_length=1)
    old = models.JSONField(_("before"), null=True)
    new = models.JSONField(_("after"), null=True)
    actor_id = models.BigIntegerField(null=True)
    membership_id = models.BigIntegerField(null=True)
    role = models.TextField(_("role"), null=True)  # noqa: DJ001 - NULL is "no context", a finding
    request_id = models.TextField(null=True)  # noqa: DJ001 - as recorded
    reason = models.TextField(_("reason"), null=True)  # noqa: DJ001 - as recorded
    in_default = models.BooleanField()

    class Meta:
        managed = False
        db_table = '"audit"."reading"'
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self) -> str:
        return f"{self.operation} {self.table_name} {self.row_id}"
