"""The frame that every tab of a case stands in: header, risk banner, stages, tabs. Upper apps' tabs use it too.

A view loads with `case_for`, logs what it shows, and renders a template that extends `cases/tab.html` with the
context of `framed`; `case_frame` does the first two in one call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from cases.models import Case, Threat
from cases.models.case import CaseQuerySet
from cases.page import tabs as registered_tabs
from cases.permissions import reads, works
from cases.threats import line_of
from family_support.access.reads import log_read
from family_support.accounts.models import Membership
from family_support.base.errors import Missing
from family_support.base.rows import one
from family_support.ui.components import Badge, Crumb, Step, Tab, Tone

STAGES = (
    Case.Stage.INTAKE,
    Case.Stage.ASSESSMENT,
    Case.Stage.PLANNING,
    Case.Stage.SUPPORT,
    Case.Stage.CLOSED,
)
RISK_TONES: dict[str, Tone] = {"low": "green", "medium": "yellow", "high": "orange", "critical": "red"}


@dataclass(frozen=True)
class Frame:
    """A case loaded for one of its tabs; `works` says whether the actor may change anything here."""

    case: Case
    works: bool
    context: dict[str, Any]


def listed_case(request: HttpRequest, pk: int) -> Case:
    """A case the actor sees to exist, with what the header shows. Errors: Missing."""
    return _loaded(Case.objects.listed_to(request.actor), pk)


def shown_case(request: HttpRequest, pk: int) -> Case:
    """The same, or the case whose glass the actor broke: for pages that only read. Errors: Missing."""
    return _loaded(Case.objects.shown_to(request.actor), pk)


def _loaded(rows: CaseQuerySet, pk: int) -> Case:
    threat = Exists(Threat.objects.open().filter(case=OuterRef("pk")))
    shown = rows.select_related("center__district__region", "district", "lead__user")
    return one(shown.annotate(threat_open=threat), pk=pk)


def case_for(request: HttpRequest, pk: int) -> Case:
    """A case whose content the actor reads now. The caller logs the reading. Errors: Missing."""
    case = shown_case(request, pk)
    if not reads(case, request.actor):
        raise Missing
    return case


def worked_case(request: HttpRequest, pk: int) -> Case:
    """A case the actor works on. Errors: Missing for others, and for who only opened it with a reason."""
    case = listed_case(request, pk)
    if not works(case, request.actor):
        raise Missing
    return case


def framed(
    request: HttpRequest, case: Case, tab: str, context: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The context of a page that extends `cases/tab.html`: what the frame shows, and the page's own."""
    actor = request.actor
    return {
        "case": case,
        "case_works": works(case, actor) and not case.is_closed,
        "case_tabs": _tabs(case, tab),
        "case_steps": steps(case),
        "case_badges": badges(case),
        "crumbs": [Crumb(_("Cases"), reverse("case-list")), Crumb(case.number)],
        "stands_for": _stands_for(case),
        "threat_line": line_of(case, actor) if getattr(case, "threat_open", False) else None,
        **(context or {}),
    }


def _stands_for(case: Case) -> str:
    """For whom alone the actor works on the case; empty for one's own work."""
    absent = getattr(case, "in_place_of", None)
    return Membership.objects.select_related("user").get(pk=absent).user.short_name if absent else ""


def case_frame(request: HttpRequest, pk: int, *, tab: str) -> Frame:
    """Load a case for one of its tabs and log the reading. Errors: Missing."""
    actor = request.actor
    case = case_for(request, pk)
    log_read(actor, case.pk, tab)
    context = framed(request, case, tab)
    return Frame(case, context["case_works"], context)


def crumbs_of(case: Case, *more: Crumb) -> list[Crumb]:
    """The way back from a page below a case."""
    return [
        Crumb(_("Cases"), reverse("case-list")),
        Crumb(case.number, reverse("case", args=(case.pk,))),
        *more,
    ]


def _tabs(case: Case, current: str) -> list[Tab]:
    found = []
    for tab in registered_tabs():
        try:
            found.append(Tab(tab.label, reverse(tab.url_name, args=(case.pk,)), tab.code == current))
        except NoReverseMatch:
            continue
    return found


def steps(case: Case) -> list[Step]:
    """The stages with the current one marked; a closed case went through those it says."""
    at = STAGES.index(Case.Stage(case.stage))
    return [
        Step(stage.label, "done" if number < at else "current" if number == at else "todo")
        for number, stage in enumerate(STAGES)
    ]


def risk_badge(case: Case) -> Badge:
    """The level of risk for a row of a list."""
    return Badge(case.get_risk_display(), RISK_TONES[case.risk])


def badges(case: Case) -> list[Badge]:
    """Risk, stage and restriction for the header."""
    tone: Tone = "solid" if case.risk == Case.Risk.CRITICAL else RISK_TONES[case.risk]
    found = [
        Badge(_("Risk: {level}").format(level=case.get_risk_display()), tone),
        Badge(case.get_stage_display(), "blue"),
    ]
    if case.restricted:
        found.append(Badge(_("Restricted"), "grey", "lock"))
    return found
