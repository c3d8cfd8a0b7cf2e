"""Which cases may go, and what keeps one."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from cases.models import Case
from family_support.base.clock import local_date
from family_support.deadlines.models import Deadline
from family_support.protection.models import DisposalItem, LegalHold, RetentionRule

Kind = RetentionRule.Kind
SUPPORTED = (Case.Closing.COMPLETED, Case.Closing.DID_NOT_ACT, Case.Closing.INDIVIDUAL)


def kind_of(case: Case) -> str:
    """Which rule a case is kept by: the longest that fits."""
    if case.restricted or case.restriction or case.threat_at is not None:
        return Kind.PROTECTED
    # Whoever had a plan was supported, however it ended.
    return Kind.SUPPORTED if case.closing in SUPPORTED or case.plans.exists() else Kind.CONSULTED


def keepable() -> QuerySet[Case]:
    """Closed cases that nothing keeps: no hold, no running term, no open case that follows them."""
    cases = Case.objects.filter(stage=Case.Stage.CLOSED, closed_at__isnull=False)
    holds = LegalHold.objects.standing().filter(case=OuterRef("pk"))
    terms = Deadline.objects.filter(case_id=OuterRef("pk"), state=Deadline.State.OPEN)
    family = Case.objects.exclude(stage=Case.Stage.CLOSED).filter(
        members__person__places__case=OuterRef("pk")
    )
    return cases.filter(~Exists(holds), ~Exists(terms), ~Exists(family))


def after_years(day: date, years: int) -> date:
    """The day that many years later; of 29 February the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def due_cases(now: datetime) -> list[tuple[Case, RetentionRule, date]]:
    """Cases whose term is over and which stand in no list, with their rule and the day from which they may go."""
    today = local_date(now)
    rules = {rule.kind: rule for rule in RetentionRule.objects.in_force(today).exclude(kind=Kind.HISTORY)}
    shortest = min((rule.years for rule in rules.values()), default=None)
    if shortest is None:
        return []
    listed = DisposalItem.objects.filter(case=OuterRef("pk"))
    cases = keepable().filter(~Exists(listed), closed_at__year__lte=today.year - shortest)
    found = []
    for case in cases.order_by("closed_at", "pk"):
        rule = rules.get(kind_of(case))
        due = after_years(local_date(case.closed_at), rule.years) if rule and case.closed_at else None
        if rule is not None and due is not None and due < today:
            found.append((case, rule, due))
    return found


def history_goes_before(today: date) -> date | None:
    """Months of the record of changes that ended before this day may be dropped; None without a confirmed rule."""
    rule = RetentionRule.objects.in_force(today).filter(kind=Kind.HISTORY, confirmed=True).first()
    if rule is None:
        return None
    first = today.replace(day=1)
    return first.replace(year=first.year - rule.years)


def may_be_erased(item: DisposalItem, now: datetime) -> bool:
    """Asked anew at the moment of erasing: the list may be weeks old."""
    rule = RetentionRule.objects.get(pk=item.rule_id)
    case = keepable().filter(pk=item.case_id).first()
    if case is None or case.closed_at is None or not rule.confirmed:
        return False
    return after_years(local_date(case.closed_at), rule.years) < local_date(now)
