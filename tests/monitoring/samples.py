"""Reports of the first quarter of 2026 in every state, made through the real actions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from monitoring import actions
from monitoring.models import QuarterlyReport
from monitoring.quarters import Quarter
from tests.factories import Place, a_membership, actor_for

FIRST = Quarter(2026, 1)
# Thursday 2 April 2026, 11:00 in Almaty.
APRIL = datetime(2026, 4, 2, 6, 0, tzinfo=UTC)
CONCLUSION = "Органы района работают согласованно, отчёты поступают в срок, жалоб не было."


def an_analyst() -> Actor:
    """Of the ministry."""
    return actor_for(a_membership(Role.MINISTRY_ANALYST), at=APRIL)


def the_report(place: Place, state: str = "draft", *, quarter: Quarter = FIRST) -> QuarterlyReport:
    """The Center's report in a state; nothing wanting."""
    if state == QuarterlyReport.State.COMPUTING:
        with acting(SYSTEM):
            return QuarterlyReport.objects.create(
                center=place.center, year=quarter.year, quarter=quarter.number
            )
    report = actions.open_quarter(center=place.center, quarter=quarter, by=SYSTEM, now=APRIL)
    director = place.by(Role.DIRECTOR, at=APRIL)
    if state == QuarterlyReport.State.DRAFT:
        return report
    report = conclude(place, report)
    report = actions.sign_quarter(report=report, expected_version=report.version, by=director, now=APRIL)
    if state == QuarterlyReport.State.SIGNED:
        return report
    report = actions.send_quarter(report=report, expected_version=report.version, by=director, now=APRIL)
    if state == QuarterlyReport.State.SENT:
        return report
    return actions.receive_quarter(report=report, by=an_analyst(), now=APRIL)


def conclude(place: Place, report: QuarterlyReport, **changes: Any) -> QuarterlyReport:
    """Write the conclusion."""
    given = {"conclusion": CONCLUSION, "no_shortcomings": True, **changes}
    return actions.write_conclusion(
        report=report,
        expected_version=report.version,
        by=place.by(Role.METHODOLOGIST, at=APRIL),
        now=APRIL,
        **given,
    )


def values(figures: dict, code: str) -> dict[str, dict[str, Any]]:
    """An indicator's figures by row, the zero ones left out."""
    found = {}
    for row in figures[code]:
        kept = {column: value for column, value in row["values"].items() if value}
        if kept:
            found[row["key"]] = kept
    return found
