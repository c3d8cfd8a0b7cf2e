"""The quarter of every region and of the country, drawn up together from what the Centers sent (rules.md 6.15)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import product

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Invalid, Missing
from family_support.base.figures import Table
from family_support.directory.models import Center
from family_support.documents.models import Rendering
from family_support.documents.renderings import request_rendering
from monitoring.actions.quarter import STATE_LANGUAGES
from monitoring.adding_up import Earlier, Sent, add_up
from monitoring.indicators import indicators, tables
from monitoring.models import SENT_STATES, QuarterlyReport, Roundup
from monitoring.permissions import check_can_draw_roundup
from monitoring.quarters import Quarter
from monitoring.rules import check_roundup

ROUNDUP_SUBJECT = "monitoring.roundup"


def draw_up_roundups(*, quarter: Quarter, by: Actor, now: datetime) -> list[Roundup]:
    """Add up a quarter: a roundup for each region with a sent report, and one for the country.

    All of them together, so that what is hidden in one cannot be worked out from the others; drawn up again, they
    also keep what the earlier ones hid. Errors: Forbidden, Conflict.
    """
    check_can_draw_roundup(by)
    with acting(by):
        earlier = {
            row.region_id: row
            for row in Roundup.objects.select_for_update(of=("self",)).filter(
                year=quarter.year, quarter=quarter.number
            )
        }
        sent = _sent(quarter)
        before = earlier[None].centers if None in earlier else None
        check_roundup(quarter, now, [each.center for each in sent], before)
        awaited = _awaited(sent)
        shown = add_up(
            sent,
            local=[each.code for each in indicators() if each.local],
            earlier=[
                Earlier(region, frozenset(row.centers), tables(row.figures))
                for region, row in earlier.items()
            ],
        )
        made = []
        for region, sums in shown.items():
            row = earlier.get(region) or Roundup(region_id=region, year=quarter.year, quarter=quarter.number)
            row.figures = _figures(sums)
            row.centers = [each.center for each in sent if region in (None, each.region)]
            row.awaited = sum(awaited.values()) if region is None else awaited.get(region, 0)
            row.drawn_at, row.drawn_by_id = now, by.membership_id
            row.bump()
            row.save()
            made.append(row)
        for row, language, file_format in product(made, STATE_LANGUAGES, Rendering.Format):
            request_rendering(
                subject=(ROUNDUP_SUBJECT, row.pk), file_format=file_format, language=language, by=by, now=now
            )
    return made


def request_roundup_file(
    *, roundup: Roundup, file_format: str, language: str, by: Actor, now: datetime
) -> Rendering:
    """Have one file of a roundup made in the background. Errors: Forbidden, Missing, Invalid."""
    check_can_draw_roundup(by)
    if not Roundup.objects.visible_to(by).filter(pk=roundup.pk).exists():
        raise Missing()
    if file_format not in Rendering.Format.values or language not in dict(settings.LANGUAGES):
        raise Invalid(fields={"file_format": _("Choose a format and a language.")})
    with acting(by):
        return request_rendering(
            subject=(ROUNDUP_SUBJECT, roundup.pk), file_format=file_format, language=language, by=by, now=now
        )


def _sent(quarter: Quarter) -> list[Sent]:
    reports = QuarterlyReport.objects.filter(
        year=quarter.year, quarter=quarter.number, state__in=SENT_STATES
    ).select_related("center__district")
    return [
        Sent(report.center_id, report.center.district.region_id, tables(report.figures), tables(report.shown))
        for report in reports.order_by("center__code")
    ]


def _awaited(sent: Iterable[Sent]) -> dict[int, int]:
    """How many active Centers of a region have not sent theirs."""
    having = {each.center for each in sent}
    found: dict[int, int] = {}
    centers = Center.objects.active().exclude(pk__in=having)
    for region in centers.values_list("district__region_id", flat=True):
        found[region] = found.get(region, 0) + 1
    return found


def _figures(sums: Iterable[Table]) -> dict[str, list[dict]]:
    return {table.code: [row.as_json() for row in table.rows] for table in sums}
