"""The shipped terms: every row of rules.md 4, told in three languages, nothing internal passed off as law."""

import pytest

from family_support.deadlines.docs_pages import MET_BY
from family_support.deadlines.models import DeadlineLevel, Term
from family_support.deadlines.reference import load_reference, shipped_terms

STATUTORY = {
    "consultation": ("working_days", 1),
    "assessment": ("working_days", 3),
    "assessment_urgent": ("working_days", 1),
    "plan_period": ("months", 12),
    "handoff": ("working_days", 2),
    "state_service": ("service", None),
    "task_report": ("date", None),
    "report_review": ("working_days", 2),
    "completion_mark": ("working_days", 1),
    "violence_redirection": ("working_days", 2),
    "minor_notice_law_enforcement": ("clock_hours", 24),
    "minor_notice_guardianship": ("clock_hours", 24),
    "stay_limit": ("months", 1),
    "group_mandate": ("date", None),
    "consent_withdrawal": ("working_days", 15),
}
OURS = {
    "glass_review": ("working_days", 1),
    "response_plan": ("working_days", 1),
    "quarterly_conclusion": ("working_days", 10),
    "plan_preparation": ("working_days", 5),
    "plan_approval": ("working_days", 2),
    "plan_rework": ("working_days", 3),
    "task_rework": ("working_days", 3),
    "exit_plan": ("date", None),
    "intake_registration": ("working_days", 1),
    "transfer_acceptance": ("working_days", 1),
    "plan_end": ("date", None),
    "termination_decision": ("working_days", 2),
    "decline_settlement": ("working_days", 2),
}
TRANSLATED = ("name", "clause", "start_event")


def test_every_term_of_the_rules_is_there_and_ours_are_marked() -> None:
    rows = shipped_terms()
    assert {row["code"]: (row["unit"], row["length"]) for row in rows if not row["internal"]} == STATUTORY
    assert {row["code"]: (row["unit"], row["length"]) for row in rows if row["internal"]} == OURS


def test_every_text_is_in_three_languages() -> None:
    for row in shipped_terms():
        for text in TRANSLATED:
            assert all(row[f"{text}_{language}"] for language in ("kk", "ru", "en")), (row["code"], text)


def test_statutory_terms_name_an_act() -> None:
    assert [row["code"] for row in shipped_terms() if not row["internal"] and not row["act"]] == []


def test_the_page_of_terms_says_what_meets_each() -> None:
    assert {row["code"] for row in shipped_terms()} == set(MET_BY)


def test_warnings_are_levels_the_table_knows() -> None:
    known = set(DeadlineLevel.Level.values)
    for row in shipped_terms():
        assert {warning["level"] for warning in row["warnings"]} <= known, row["code"]


@pytest.mark.django_db
def test_loading_is_idempotent_and_leaves_the_ministrys_rows_alone() -> None:
    load_reference()
    Term.objects.filter(code="consultation").update(length=2)
    assert load_reference() == 0
    assert Term.objects.get(code="consultation").length == 2
    assert Term.objects.count() >= len(shipped_terms())
