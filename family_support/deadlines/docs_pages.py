"""`docs/terms.md`: the shipped terms as a lawyer reads them, beside what meets each."""

from __future__ import annotations

from typing import Any

from django.utils.text import capfirst

from family_support.base.docs import page
from family_support.deadlines.catalog import ladder_text, length_text, told_text, warnings_text
from family_support.deadlines.models import Term
from family_support.deadlines.reference import shipped_terms
from family_support.deadlines.schedule import KEEPS_LAST_DAY

INTRO = """\
# Terms

The rows of `family_support/deadlines/reference/terms.json`, loaded once; from then on the ministry changes them by act
and date on the pages of the reference data (ADR 17), so that a running product may say otherwise. A deadline counts by
the row in force on the local day of its event.

Every term also has the levels *due today* (the opening of the last day), *overdue* (once its end has passed) and
*escalated*. *Told* says how loudly each level is told: by a mail at once, in the person's digest of the day, or in the
product only, without a mail. Last days that are not working roll forward (Civil Code 175), except where the term says
that they stay.
"""

# What the actions of the apps do to meet a term (rules.md 4); internal targets are ours.
MET_BY = {
    "consultation": "consultation or redirection recorded, or recorded as not needed, with reason",
    "assessment": "assessment concluded",
    "assessment_urgent": "assessment concluded with immediate measures",
    "response_plan": "response plan in force, mobile group engaged",
    "plan_period": "a limit, checked on every version",
    "handoff": "every executor body has its part",
    "state_service": "result recorded",
    "task_report": "report received",
    "report_review": "status marked (a return marks it too)",
    "completion_mark": "completion marked with date",
    "violence_redirection": "redirection recorded",
    "minor_notice_law_enforcement": "written notice sent, with proof",
    "minor_notice_guardianship": "written notice sent, with proof",
    "stay_limit": "check-out",
    "group_mandate": "next year's order",
    "quarterly_conclusion": "conclusion sent",
    "consent_withdrawal": "processing stopped or reasoned refusal",
    "plan_preparation": "plan submitted for approval",
    "plan_approval": "plan approved or returned",
    "plan_rework": "plan submitted again",
    "task_rework": "report received again",
    "exit_plan": "exit plan recorded",
    "intake_registration": "intake registered or refused",
    "transfer_acceptance": "transfer accepted or declined",
    "plan_end": "completion marked, or the next plan approved; ended with the plan",
    "termination_decision": "the director's decision or refusal to end the plan",
    "decline_settlement": "task sent again, withdrawn, or taken back by an amendment",
    "glass_review": "review recorded by the security officer",
}


@page("terms.md")
def terms() -> str:
    """Terms of law first, then our own targets."""
    rows = [Term(**row) for row in shipped_terms()]
    law = [row for row in rows if not row.internal]
    ours = [row for row in rows if row.internal]
    return "\n".join(
        [INTRO, "## Terms of law", "", *_table(law), "", "## Internal targets", "", *_table(ours)]
    )


def _table(rows: list[Any]) -> list[str]:
    head = "| code | clause | starts | term | met by | warnings | escalation | told | act | in force |"
    return [head, "|---|---|---|---|---|---|---|---|---|---|", *(_line(row) for row in rows)]


def _whose(row: Any) -> str:
    """Who has to act, and with whom the work lies at first where that is somebody else."""
    acts, holds = str(row.get_acts_for_display()), str(row.get_holder_display())
    return acts if acts == holds else f"{acts}; first with: {holds}"


def _line(row: Any) -> str:
    length = length_text(row)
    if row.code in KEEPS_LAST_DAY:
        length += "; the last day stays"
    cells = [
        f"`{row.code}` {row.name_en}",
        row.clause_en,
        row.start_event_en,
        f"{length} ({_whose(row)})",
        MET_BY.get(row.code, "—"),
        warnings_text(row),
        capfirst(ladder_text(row)),
        told_text(row),
        row.act or "—",
        f"{row.valid_from} – {row.valid_to or '…'}",
    ]
    return "| " + " | ".join(cell.replace("\n", "; ").replace("|", "/") for cell in cells) + " |"
