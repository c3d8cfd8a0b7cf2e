"""How much may be kept: by a case, and by a Center or agency in a day. Against a flood, not a promise to the byte:
uploads at the same moment may go over by one file."""

from __future__ import annotations

from datetime import datetime, time

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.documents.models import Attachment, AttachmentQuerySet
from family_support.documents.sniffing import refused


def _kept(attachments: AttachmentQuerySet) -> int:
    return attachments.aggregate(kept=Sum("size"))["kept"] or 0


def check_room(
    *, case_id: int | None, subject: tuple[str, int], size: int, by: Actor, now: datetime, field: str
) -> None:
    """Errors: Invalid with `fields[field]`: the case (without one, what the file belongs to) is full, or the
    organization has added as much as it may in a day of Kazakhstan."""
    files = Attachment.objects.all()
    of_case = files.of_subject(*subject) if case_id is None else files.filter(case_id=case_id)
    if _kept(of_case) + size > settings.ATTACHMENTS_PER_CASE:
        limit = filesizeformat(settings.ATTACHMENTS_PER_CASE)
        raise refused(
            "case_full",
            format_lazy(
                _("The files of this case may hold {size} together. Add a smaller file."), size=limit
            ),
            field,
        )
    if by.center_id is None and by.agency_id is None:
        return
    morning = timezone.make_aware(datetime.combine(local_date(now), time.min))
    today = files.filter(added_at__gte=morning)
    of_day = (
        today.filter(added_by__center_id=by.center_id)
        if by.center_id is not None
        else today.filter(added_by__agency_id=by.agency_id)
    )
    if _kept(of_day) + size > settings.ATTACHMENTS_PER_DAY:
        limit = filesizeformat(settings.ATTACHMENTS_PER_DAY)
        raise refused(
            "day_full",
            format_lazy(
                _("Your organization has added {size} of files today. Add this one tomorrow."), size=limit
            ),
            field,
        )
