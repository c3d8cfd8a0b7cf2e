"""The one way to change dated rows: what it makes, and the exact answers to what it refuses (ADR 17)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Forbidden, Invalid
from family_support.directory.models import Sector, SectorField, StateService
from family_support.reference import actions
from family_support.reference.actions import Act
from family_support.reference.rules import act_parts, earliest_start
from tests.places import make_actor
from tests.reference.samples import (
    ACT,
    KEPT_ACT,
    NOW,
    TODAY,
    TOMORROW,
    changed,
    content_of,
    editor,
    listed,
    seen,
    service,
)

pytestmark = pytest.mark.django_db
PAST = "A change takes effect from tomorrow at the earliest: what has happened was counted with the row in force."


@pytest.fixture
def by() -> Actor:
    return editor()


def periods(code: str = "social-targeted-aid") -> list[tuple[date, date | None, int]]:
    rows = StateService.objects.filter(code=code).order_by("valid_from")
    return list(rows.values_list("valid_from", "valid_to", "term_days"))


def refusal(error: Any) -> dict[str, list[str]]:
    return {name: [str(text) for text in texts] for name, texts in error.value.fields.items()}


def test_a_change_closes_the_row_and_makes_the_next_without_gap(by: Actor) -> None:
    begun = service().valid_from
    row = changed(by, service(), term_days=5)
    assert periods() == [(begun, TODAY, 10), (TOMORROW, None, 5)]
    assert row.act == KEPT_ACT
    assert StateService.objects.in_force(TODAY).get(code=row.code).term_days == 10
    assert StateService.objects.in_force(TOMORROW).get(code=row.code).term_days == 5


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"act": Act(" ", date(2026, 5, 4))}, "act_number", "Give the number of the act."),
        ({"act": Act("12", None)}, "act_date", "Give the date of the act."),
        ({"act": Act("12", TOMORROW)}, "act_date", "The act's date cannot be later than today."),
        ({"valid_from": TODAY}, "valid_from", f"{PAST} The earliest day is 07.05.2026."),
        ({"valid_from": date(2025, 1, 1)}, "valid_from", f"{PAST} The earliest day is 07.05.2026."),
        (
            {"name_kk": " "},
            "name_kk",
            "Write it in Kazakh too: all three languages are obligatory.",
        ),
        ({"term_days": -3}, "term_days", "Between 1 and 365 working days."),
    ],
)
def test_what_is_missing_or_too_early_is_said_at_its_field(
    by: Actor, changes: dict[str, Any], field: str, message: str
) -> None:
    more = {"term_days": 5, **changes}
    with pytest.raises(Invalid) as error:
        changed(by, service(), **more)
    assert refusal(error) == {field: [message]}
    assert len(periods()) == 1


def test_a_change_of_nothing_is_refused(by: Actor) -> None:
    with pytest.raises(Invalid, match="the row in force says the same"):
        changed(by, service())


def test_only_the_ministrys_editor_changes() -> None:
    for role in (Role.MINISTRY_ANALYST, Role.SYSTEM_ADMIN):
        with pytest.raises(Forbidden):
            changed(make_actor(role), service(), term_days=5)


def test_the_second_editor_is_told(by: Actor) -> None:
    row = service()
    opened = seen(listed("services"), row)
    changed(by, row, term_days=5)
    with pytest.raises(Conflict) as error:
        changed(editor(), row, term_days=6, seen=opened)
    assert error.value.code == "stale_version"
    with pytest.raises(Conflict, match="A change from 07.05.2026 is waiting already"):
        changed(editor(), row, term_days=6)


def test_a_row_to_come_is_corrected_either_way(by: Actor) -> None:
    begun = service().valid_from
    for day in (date(2026, 6, 1), date(2026, 5, 20), date(2026, 7, 1)):
        row = StateService.objects.filter(code="social-targeted-aid").order_by("valid_from").last()
        assert row is not None
        if row.valid_from == begun:
            changed(by, row, term_days=5, valid_from=date(2026, 5, 25))
            row = StateService.objects.get(valid_from=date(2026, 5, 25))
        found = listed("services")
        actions.correct_row(
            catalog=found,
            row=row,
            content=content_of(found, row, term_days=7),
            valid_from=day,
            act=Act("13", date(2026, 5, 5)),
            seen=seen(found, row),
            by=by,
            now=NOW,
        )
        assert periods() == [(begun, day - timedelta(days=1), 10), (day, None, 7)]


def test_a_row_that_was_in_force_is_not_rewritten(by: Actor) -> None:
    row, found = service(), listed("services")
    with pytest.raises(Conflict) as error:
        actions.correct_row(
            catalog=found,
            row=row,
            content=content_of(found, row, term_days=7),
            valid_from=TOMORROW,
            act=ACT,
            seen=seen(found, row),
            by=by,
            now=NOW,
        )
    assert error.value.code == "in_force"


def test_a_row_to_come_is_taken_back_and_the_old_one_goes_on(by: Actor) -> None:
    begun, found = service().valid_from, listed("services")
    row = changed(by, service(), term_days=5)
    with pytest.raises(Invalid):
        actions.cancel_row(catalog=found, row=row, reason=" ", seen=seen(found, row), by=by, now=NOW)
    left = actions.cancel_row(
        catalog=found, row=row, reason="Приказ отозван", seen=seen(found, row), by=by, now=NOW
    )
    assert (left.term_days, periods()) == (10, [(begun, None, 10)])


def test_an_end_makes_the_only_gap_and_can_be_taken_back(by: Actor) -> None:
    row, found = service(), listed("services")

    def end(day: date) -> Any:
        return actions.end_row(
            catalog=found, row=row, last_day=day, act=ACT, seen=seen(found, row), by=by, now=NOW
        )

    with pytest.raises(Invalid) as error:
        end(TODAY - timedelta(days=1))
    assert refusal(error) == {"last_day": ["The last day in force is 06.05.2026 at the earliest."]}
    end(TODAY)
    with pytest.raises(Conflict, match="It is to end on 06.05.2026"):
        changed(by, row, term_days=5)
    actions.cancel_row(catalog=found, row=row, reason="Ошибка", seen=seen(found, row), by=by, now=NOW)
    assert periods()[-1][1] is None
    end(TODAY)
    later = NOW + timedelta(days=30)
    back = changed(by, service(), term_days=10, valid_from=date(2026, 7, 1), now=later)
    assert [row[:2] for row in periods()][-2:] == [(service_begun(), TODAY), (date(2026, 7, 1), None)]
    assert back.term_days == 10


def service_begun() -> date:
    return StateService.objects.filter(code="social-targeted-aid").order_by("valid_from")[0].valid_from


def test_a_new_row_begins_today_at_the_earliest_and_its_key_is_free(by: Actor) -> None:
    found = listed("sector-fields")
    sector = Sector.objects.get(code="internal_policy")

    def add(day: date, field: str = "address") -> Any:
        key = {"sector_id": sector.pk, "field": field}
        return actions.add_row(catalog=found, key=key, content={}, valid_from=day, act=ACT, by=by, now=NOW)

    with pytest.raises(Invalid) as error:
        add(TODAY - timedelta(days=1))
    assert refusal(error) == {"valid_from": ["A new row begins today at the earliest."]}
    add(TODAY)
    assert SectorField.objects.codes([sector.pk], TODAY) == {"address"}
    with pytest.raises(Invalid) as error:
        add(TOMORROW)
    assert refusal(error) == {"field": ["There is such a row already: change that one instead."]}


def test_something_new_that_waits_is_corrected_and_taken_back(by: Actor) -> None:
    found, row = listed("services"), service()
    content = content_of(found, row)
    given = {"catalog": found, "act": ACT, "by": by, "now": NOW}
    new = actions.add_row(key={"code": "new-one"}, content=content, valid_from=date(2026, 6, 1), **given)
    with pytest.raises(Invalid) as error:
        actions.correct_row(
            row=new, content=content, valid_from=date(2026, 5, 5), seen=seen(found, new), **given
        )
    assert refusal(error) == {"valid_from": ["A new row begins today at the earliest."]}
    actions.correct_row(row=new, content=content, valid_from=TODAY, seen=seen(found, new), **given)
    assert periods("new-one") == [(TODAY, None, 10)]
    new = actions.add_row(key={"code": "new-two"}, content=content, valid_from=TOMORROW, **given)
    left = actions.cancel_row(catalog=found, row=new, reason="Ошибка", seen=seen(found, new), by=by, now=NOW)
    assert (left, periods("new-two")) == (None, [])


def test_the_database_refuses_overlapping_periods(by: Actor) -> None:
    row = service()
    row.pk, row.valid_from = None, TOMORROW
    with pytest.raises(Conflict) as error, acting(by):
        row.save()
    assert (error.value.status, error.value.code) == (409, "periods_overlap")
    row = service()
    row.valid_to = row.valid_from - timedelta(days=1)
    with pytest.raises(IntegrityError, match="valid_period"), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    ("counted", "first"), [(None, TOMORROW), (TODAY, TOMORROW), (date(2026, 5, 11), date(2026, 5, 12))]
)
def test_a_change_never_reaches_over_what_was_counted(counted: date | None, first: date) -> None:
    assert earliest_start(TODAY, counted) == first


def test_an_act_is_read_back_as_it_was_typed() -> None:
    assert act_parts(KEPT_ACT) == ("12-НҚ", "04.05.2026")
    assert act_parts("Социальный кодекс, ст. 133") == ("", "")
