"""An explanation is plain JSON and reads in three languages."""

import json
from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from family_support.workdays.explain import explain, sentences
from tests.workdays.samples import shipped_calendar

CALENDAR = shipped_calendar()
STARTED = datetime(2024, 5, 6, 5, 0, tzinfo=UTC)


def explained() -> dict:
    due, trace = CALENDAR.add_working_days(date(2024, 5, 6), 2)
    return explain(
        calendar=CALENDAR,
        unit="working_days",
        length=2,
        started_at=STARTED,
        due_on=due,
        due_at=CALENDAR.due_end_of_working_day(due),
        steps=trace,
    )


def test_it_holds_every_day_with_its_reason_and_order() -> None:
    told = json.loads(json.dumps(explained()))
    assert [row["date"] for row in told["counted"]] == ["2024-05-10", "2024-05-13"]
    assert [(row["date"], row["reason"]) for row in told["skipped"]] == [
        ("2024-05-07", "holiday"),
        ("2024-05-08", "transferred_out"),
        ("2024-05-09", "holiday"),
        ("2024-05-11", "weekend"),
        ("2024-05-12", "weekend"),
    ]
    transferred = told["skipped"][1]
    assert (transferred["moved_from"], transferred["order_number"]) == ("2024-05-04", "№ 109 (G24G0000109)")
    assert set(told["skipped"][0]["names"]) == {"kk", "ru", "en"}
    assert (told["calendar_version"], told["day_zero"], told["due_on"]) == (1, "2024-05-06", "2024-05-13")


def test_english_sentences() -> None:
    with translation.override("en"):
        lines = sentences(explained())
    assert lines[0] == "It began on 06.05.2024 (mon), 10:00; that day is not counted (Civil Code, art. 173)."
    assert "Term: 2 working days." in lines
    assert "Not counted: 07.05.2024 (tue), a holiday: Defender of the Fatherland Day." in lines
    assert any("transferred from 04.05.2024 by order № 109" in line for line in lines)
    assert lines[-2:] == [
        "Due by 18:30, the Center's closing hour, on 13.05.2024 (mon).",
        "Calendar version: 1.",
    ]


@pytest.mark.parametrize(
    ("language", "word"), [("ru", "День защитника Отечества"), ("kk", "Отан Қорғаушы күні")]
)
def test_other_languages_name_the_holiday(language: str, word: str) -> None:
    with translation.override(language):
        assert any(word in line for line in sentences(explained()))


def test_nothing_to_explain() -> None:
    assert sentences({}) == []
