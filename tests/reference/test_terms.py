"""Terms changed by the ministry: events before the day count by the old row, from it by the new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from cases.models import Case
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Invalid
from family_support.deadlines.models import Deadline, Term
from family_support.directory.models import Center
from family_support.reference import actions
from tests.deadlines.test_actions import local, opened
from tests.places import at, make_actor, make_case, make_center
from tests.reference.samples import ACT, NOW, changed, content_of, editor, listed, seen

pytestmark = pytest.mark.django_db
UPCOMING = {"level": "upcoming", "kind": "working_days_before", "amount": 1}


@pytest.fixture
def center() -> Center:
    return make_center()


@pytest.fixture
def worker(center: Center) -> Actor:
    return make_actor("caseworker", center)  # type: ignore[arg-type]


@pytest.fixture
def case(center: Center, worker: Actor) -> Case:
    return make_case(center, worker)


def term(code: str = "assessment") -> Term:
    return Term.objects.filter(code=code).order_by("valid_from").last()


def test_a_deadline_counts_by_the_row_of_its_event(case: Case, worker: Actor, center: Center) -> None:
    before = opened(case, worker, started="2026-05-06 10:00")
    changed(editor(), term(), "terms", length=5, warnings=[UPCOMING])
    after = opened(make_case(center, worker), worker, started="2026-05-07 10:00")
    assert (before.term.length, local(before.due_at)) == (3, "2026-05-13 18:30")
    assert (after.term.length, local(after.due_at)) == (5, "2026-05-15 18:30")
    assert [level for level, _moment in after.schedule][0] == "upcoming"
    assert local_level(after, "upcoming") == "2026-05-14 09:00"


def local_level(deadline: Deadline, level: str) -> str:
    return local(datetime.fromisoformat(dict(deadline.schedule)[level]))


def test_an_event_of_a_later_day_moves_the_earliest_change(case: Case, worker: Actor) -> None:
    """A request received after hours on Wednesday is registered, and counted, on Thursday."""
    opened(case, worker, started="2026-05-08 09:00")
    with pytest.raises(Invalid) as error:
        changed(editor(), term(), "terms", length=5)
    assert [str(text) for text in error.value.fields["valid_from"]] == [
        "Events of that day have been counted with the present row. The earliest day is 09.05.2026."
    ]


def test_a_row_to_come_that_was_used_stays(case: Case, worker: Actor) -> None:
    row, found = changed(editor(), term(), "terms", length=5), listed("terms")
    opened(case, worker, started="2026-05-07 09:00")
    with pytest.raises(Conflict) as error:
        actions.cancel_row(
            catalog=found, row=row, reason="Ошибка", seen=seen(found, row), by=editor(), now=NOW
        )
    assert error.value.code == "used"


@pytest.mark.parametrize(
    ("code", "changes", "field", "message"),
    [
        ("assessment", {"length": -1}, "length", "A whole number from 1 to 250."),
        ("assessment", {"length": None}, "length", "A whole number from 1 to 250."),
        (
            "assessment",
            {"unit": "date", "length": None},
            "unit",
            "This term ends on a date of its own: what it is counted in stays.",
        ),
        (
            "assessment",
            {"warnings": [{**UPCOMING, "amount": None}]},
            "amount_1",
            "Say how many.",
        ),
        (
            "assessment",
            {"escalation": {"to": "director", "kind": "working_days_after"}},
            "ladder_amount",
            "Say how many.",
        ),
        (
            "assessment_urgent",
            {"escalation": {"to": "director", "kind": "at_once", "loudness": {"escalated": "quiet"}}},
            "told_escalated",
            "What goes to the director at once is mailed at once.",
        ),
        (
            "assessment",
            {"clause_en": ""},
            "clause_en",
            "Write it in English too: all three languages are obligatory.",
        ),
    ],
)
def test_a_term_that_cannot_be_counted_is_refused(
    code: str, changes: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(Invalid) as error:
        changed(editor(), term(code), "terms", **changes)
    assert {name: [str(text) for text in texts] for name, texts in error.value.fields.items()} == {
        field: [message]
    }


def test_no_term_is_ended() -> None:
    row, found = term(), listed("terms")
    with pytest.raises(Conflict) as error:
        actions.end_row(
            catalog=found,
            row=row,
            last_day=at("2026-06-01 10:00").date(),
            act=ACT,
            seen=seen(found, row),
            by=editor(),
            now=NOW,
        )
    assert error.value.code == "may_not_end"


@pytest.mark.parametrize("code", ["assessment", "stay_limit", "task_report", "minor_notice_guardianship"])
def test_the_form_gives_back_what_the_row_holds(code: str) -> None:
    """Opened and sent unchanged, the form means the row as it is: nothing is lost on the way through its fields."""
    row, found = term(code), listed("terms")
    form_class: Any = found.form
    shown = form_class(row=row)
    data = {name: shown.initial.get(name) for name in shown.fields}
    data = {name: "" if value is None else value for name, value in data.items()}
    data |= {"valid_from": "07.05.2026", "act_number": "1", "act_date": "04.05.2026"}
    form = form_class(data, row=row)
    assert form.is_valid(), form.errors
    assert {**form.content(), **({} if row.length else {"length": None})} == content_of(found, row)
