"""The frame that every tab of a case stands in: header, risk banner, stages, tabs. Upper apps' tabs use it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.page import tabs as registered_tabs
from cases.permissions import reads, works
from family_support.access.reads import log_read
from family_support.base.errors import AppError, Missing
from family_support.ui.components import Badge, Crumb, Step, Tab, Tone

STAGES = (Case.Stage.INTAKE, Case.Stage.ASSESSMENT, Case.Stage.PLANNING, Case.Stage.SUPPORT, Case.Stage.CLOSED)
RISK_TONES: dict[str, Tone] = {"low": "green", "medium": "yellow", "high": "orange", "critical": "solid"}


class NotOpened(AppError):
    """The actor sees the case in its list but must give a reason to read it: the page leads there."""

    status = 403
    default_code = "reason_needed"

    def __init__(self, case: Case) -> None:
        super().__init__(detail=_("Open this case with a reason first: the opening is recorded."))
        self.case = case


@dataclass
class Frame:
    """A case as its tabs need it. `works` says whether the actor may change anything here."""

    case: Case
    works: bool
    tab: str
    tabs: list[Tab]
    steps: list[Step]
    badges: list[Badge]
    crumbs: list[Crumb]

    @property
    def context(self) -> dict[str, Any]:
        return {"frame": self, "case": self.case}


def case_frame(request: HttpRequest, pk: int, *, tab: str) -> Frame:
    """Load a case for one of its tabs and log the reading.

    Errors: Missing out of scope, NotOpened when it is listed to the actor but not open to them.
    """
    actor = request.actor  # type: ignore[attr-defined]
    case = (
        Case.objects.listed_to(actor)
        .select_related("center__district__region", "district", "lead__user")
        .filter(pk=pk)
        .first()
    )
    if case is None:
        raise Missing()
    if not reads(case, actor):
        raise NotOpened(case)
    log_read(actor, case.pk, tab, "")
    return Frame(
        case=case,
        works=works(case, actor) and not case.is_closed,
        tab=tab,
        tabs=_tabs(case, tab),
        steps=_steps(case),
        badges=_badges(case),
        crumbs=[Crumb(_("Cases"), reverse("case-list")), Crumb(case.number)],
    )


def _tabs(case: Case, current: str) -> list[Tab]:
    found = []
    for tab in registered_tabs():
        try:
            found.append(Tab(tab.label, reverse(tab.url_name, args=[case.pk]), tab.code == current))
        except NoReverseMatch:
            continue
    return found


def _steps(case: Case) -> list[Step]:
    if case.is_closed:
        return [Step(stage.label, "current" if stage == Case.Stage.CLOSED else "done") for stage in STAGES]
    at = STAGES.index(Case.Stage(case.stage))
    return [
        Step(stage.label, "done" if number < at else "current" if number == at else "todo")
        for number, stage in enumerate(STAGES)
    ]


def _badges(case: Case) -> list[Badge]:
    badges = [
        Badge(_("Risk: {level}").format(level=case.get_risk_display()), RISK_TONES[case.risk]),
        Badge(case.get_stage_display(), "blue"),
    ]
    if case.restricted:
        badges.append(Badge(_("Restricted"), "red", "lock"))
    return badges
