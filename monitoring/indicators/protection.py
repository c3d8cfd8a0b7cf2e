"""Threats, violence, temporary stay, mobile groups (R256 20–26): figures that point at people sooner than others."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import ViolenceRecord, ViolenceSupport
from family_support.base.figures import Row, in_every_language
from family_support.directory.models import Center
from mobile_groups.models import Alarm, ResponseMeasure, ResponsePlan, Visit, VisitMember
from monitoring.counting import Part, choices, days_during
from monitoring.indicators.registry import COUNT, add
from monitoring.quarters import Quarter
from monitoring.rules import ALARM_HOUR
from shelter.models import MinorNotice, Place, Resident, Stay


def _alarms(center: Center, quarter: Quarter) -> QuerySet:
    return Alarm.objects.filter(case__center=center)


def _plans(center: Center, quarter: Quarter) -> QuerySet:
    return ResponsePlan.objects.filter(case__center=center)


def _measures(center: Center, quarter: Quarter) -> QuerySet:
    return ResponseMeasure.objects.filter(plan__case__center=center)


def _visits(center: Center, quarter: Quarter) -> QuerySet:
    """Visits that took place, with whether somebody from outside the Center was there."""
    outside = VisitMember.objects.filter(visit=OuterRef("pk"), member__isnull=False)
    held = Visit.objects.filter(case__center=center, state__in=(Visit.State.BACK, Visit.State.SIGNED))
    return held.annotate(with_outside=Exists(outside))


def _records(center: Center, quarter: Quarter) -> QuerySet:
    return ViolenceRecord.objects.filter(case__center=center)


def _results(center: Center, quarter: Quarter) -> QuerySet:
    return _records(center, quarter).filter(days_during("result_on", quarter))


def _supports(center: Center, quarter: Quarter) -> QuerySet:
    return ViolenceSupport.objects.filter(days_during("given_on", quarter), record__case__center=center)


def _stays(center: Center, quarter: Quarter) -> QuerySet:
    return Stay.objects.filter(place__shelter__center=center)


def _residents(center: Center, quarter: Quarter) -> QuerySet:
    return Resident.objects.filter(stay__place__shelter__center=center)


def _notices(center: Center, quarter: Quarter) -> QuerySet:
    return MinorNotice.objects.filter(stay__place__shelter__center=center)


def _places(center: Center, quarter: Quarter) -> list[Row]:
    """Places in use now, and for how many of their days of the quarter somebody lived there."""
    places = list(Place.objects.of_center(center.pk).active().values_list("beds", flat=True))
    if not places:
        return []
    lived = Stay.objects.filter(
        place__shelter__center=center, admitted_at__isnull=False, admitted_at__lt=quarter.ends_at
    ).filter(Q(checked_out_at__isnull=True) | Q(checked_out_at__gte=quarter.starts_at))
    days = sum(
        (min(until or quarter.ends_at, quarter.ends_at) - max(since, quarter.starts_at)).days + 1
        for since, until in lived.values_list("admitted_at", "checked_out_at")
    )
    found = (
        ("places", _("Places"), len(places)),
        ("beds", _("Beds"), sum(places)),
        ("days", _("Days that places were lived in"), days),
    )
    return [Row(key, in_every_language(label), {"count": value}, True) for key, label, value in found]


add(
    "alarms",
    "protection",
    _("Alarms of mobile groups"),
    _(
        "Alarms raised in the quarter, acknowledged within an hour, without a group in force; "
        "engaged and closed (R256 22)."
    ),
    Part(_alarms, "raised_at", row="raised"),
    Part(_alarms, "raised_at", Q(acknowledged_at__lte=F("raised_at") + ALARM_HOUR), row="in_hour"),
    Part(_alarms, "raised_at", Q(group__isnull=True), row="no_group"),
    Part(_alarms, "engaged_at", row="engaged"),
    Part(_alarms, "closed_at", row="closed"),
    labels=choices(
        [
            ("raised", _("Raised")),
            ("in_hour", _("Acknowledged within an hour")),
            ("no_group", _("No group in force")),
            ("engaged", _("Group engaged")),
            ("closed", _("Closed")),
        ]
    ),
)
add(
    "responses",
    "protection",
    _("Response plans"),
    _("Response plans put in force, completed and cancelled in the quarter (R256 22)."),
    Part(_plans, "in_force_at", row="in_force"),
    Part(_plans, "ended_at", Q(state=ResponsePlan.State.COMPLETED), row="completed"),
    Part(_plans, "ended_at", Q(state=ResponsePlan.State.CANCELLED), row="cancelled"),
    labels=choices([choice for choice in ResponsePlan.State.choices if choice[0] != "draft"]),
)
add(
    "response_measures",
    "protection",
    _("Measures of response plans"),
    _("Measures of response plans marked in the quarter by the bodies that answer for them."),
    Part(_measures, "marked_at", by="mark", case="plan__case_id"),
    labels=choices(ResponseMeasure.Mark.choices),
)
add(
    "visits",
    "protection",
    _("Visits of mobile groups"),
    _(
        "Visits of the quarter with both times and a protocol, and those without anybody from outside the Center."
    ),
    Part(_visits, "arrived_at", row="all"),
    Part(_visits, "arrived_at", Q(with_outside=False), row="no_outside"),
    labels=choices([("all", _("Visits")), ("no_outside", _("Without an outside member"))]),
)
add(
    "visit_results",
    "protection",
    _("Results of visits"),
    _("The same visits by what came of them."),
    Part(_visits, "arrived_at", by="result"),
    labels=choices(Visit.Result.choices),
)
add(
    "violence",
    "protection",
    _("Signs of domestic violence"),
    _("Signs noted in the quarter, people redirected for identification, and what it found (R256 23–24)."),
    Part(_records, "noted_at", row="noted"),
    Part(_records, "redirected_at", row="redirected"),
    Part(_results, where=Q(state=ViolenceRecord.State.IDENTIFIED), row="identified"),
    Part(_results, where=Q(state=ViolenceRecord.State.NOT_IDENTIFIED), row="not_identified"),
    labels=choices(ViolenceRecord.State.choices),
)
add(
    "violence_support",
    "protection",
    _("Support to people with signs of violence"),
    _("Support given in the quarter by its five kinds (R256 23)."),
    Part(_supports, by="kind", case="record__case_id"),
    labels=choices(ViolenceSupport.Kind.choices),
)
add(
    "stays",
    "protection",
    _("Temporary stay"),
    _("People admitted, minors who came along, check-outs, stays beyond a month (R256 23(5), 25)."),
    Part(_stays, "admitted_at", row="admitted"),
    Part(_residents, "came_at", Q(is_minor=True), row="minors", case="stay__case_id"),
    Part(_stays, "checked_out_at", row="checked_out"),
    Part(_stays, "overstay_at", row="overstay"),
    labels=choices(
        [
            ("admitted", _("Admitted")),
            ("minors", _("Minors who came along")),
            ("checked_out", _("Checked out")),
            ("overstay", _("Stayed longer than a month")),
        ]
    ),
)
add(
    "stay_basis",
    "protection",
    _("Basis of temporary stay"),
    _("Admissions of the quarter by their one basis."),
    Part(_stays, "admitted_at", by="basis"),
    labels=choices(Stay.Basis.choices),
)
add(
    "notices",
    "protection",
    _("Notices about minors"),
    _("Written notices sent in the quarter to law enforcement and to guardianship bodies (R256 26)."),
    Part(_notices, "sent_at", by="kind", case="stay__case_id"),
    labels=choices(MinorNotice.Kind.choices),
)
add(
    "places",
    "protection",
    _("Places of temporary stay"),
    _(
        "Places and beds in use when the figures were computed, and days of the quarter that places were lived in."
    ),
    labels=choices([]),
    columns=(COUNT,),
    as_of=True,
    computed=_places,
)
