"""Deadlines that come due while parts of the product die."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import now
from family_support.deadlines.actions import open_deadline
from family_support.deadlines.models import Deadline
from tests.faults.checks import Expected
from tests.places import make_center, make_membership

LEVELS = ("due_today", "overdue", "escalated")


@pytest.fixture
def due_soon(own_database: str) -> Callable[..., Expected]:
    """Open deadlines whose levels come in the next seconds; gives what each is to reach."""
    center = make_center()
    make_membership(Role.DIRECTOR, center)

    def make(count: int, *, first: float = 0, between: float = 0, subject: str = "test.row") -> Expected:
        moment = now()
        with acting(SYSTEM):
            model = open_deadline(
                term="assessment",
                started_at=moment,
                by=SYSTEM,
                now=moment,
                center=center,
                case_id=None,
                subject=(subject, 1),
            )
            others = [_copy(model, number) for number in range(2, count + 1)]
            Deadline.objects.bulk_create(others)
            expected: Expected = {}
            rows = list(Deadline.objects.filter(subject_type=subject))
            for row in rows:
                levels = _levels(moment, first, between)
                row.schedule = [[level, at.isoformat()] for level, at in levels]
                row.next_at = levels[0][1]
                expected[row.pk] = levels
            Deadline.objects.bulk_update(rows, ("schedule", "next_at"), batch_size=500)
        return expected

    return make


def _levels(moment: datetime, first: float, between: float) -> list[tuple[str, datetime]]:
    return [
        (level, moment + timedelta(seconds=first + place * between)) for place, level in enumerate(LEVELS)
    ]


def _copy(model: Deadline, number: int) -> Deadline:
    values = {field.attname: getattr(model, field.attname) for field in model._meta.concrete_fields}
    return Deadline(**values | {"id": None, "subject_id": number})
