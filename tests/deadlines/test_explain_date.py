"""`manage.py explain_date`: the law's vectors, every kind of term, three languages, and what it refuses."""

from __future__ import annotations

import json
from datetime import date, time
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from cases.models import Case
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.deadlines.models import Term
from family_support.directory.models import Center
from tests.deadlines.test_actions import opened
from tests.workdays.test_calendar import VECTORS

pytestmark = pytest.mark.django_db
WEDNESDAY = "2026-05-06T10:00+05:00"


def asked(*arguments: str, language: str = "en") -> str:
    out = StringIO()
    call_command("explain_date", *arguments, "--lang", language, stdout=out)
    return out.getvalue()


def told(*arguments: str, language: str = "en") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked(*arguments, "--json", language=language))
    return found


def refused(*arguments: str, language: str = "en") -> str:
    err = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("explain_date", *arguments, "--lang", language, stdout=StringIO(), stderr=err)
    assert left.value.code == 2
    return err.getvalue().strip()


@pytest.mark.parametrize(("start", "n", "expected"), VECTORS)
def test_the_vectors_of_the_rules(start: str, n: int, expected: str) -> None:
    found = told("--days", str(n), "--from", f"{start}T10:00:00+05:00")
    assert found["due_on"] == expected
    # Almaty was an hour further east until 1 March 2024; the vectors begin later.
    assert found["due_at"] == f"{expected}T18:30:00+05:00"
    assert len(found["counted"]) == n
    assert (found["term"], found["clause"], found["unit"]) == (None, None, "working_days")
    walked = sorted(row["date"] for row in (*found["counted"], *found["skipped"]))
    assert walked[-1] == expected
    assert len(walked) == (date.fromisoformat(expected) - date.fromisoformat(start)).days


def test_a_term_of_law_with_every_day_and_its_reason() -> None:
    found = told("--term", "assessment", "--from", WEDNESDAY)
    assert (found["due_at"], found["due_on"]) == ("2026-05-13T18:30:00+05:00", "2026-05-13")
    assert "13(2)" in found["clause"]
    assert (found["unit"], found["length"], found["calendar_version"]) == ("working_days", 3, 1)
    assert [(row["date"], row["reason"]) for row in found["counted"]] == [
        ("2026-05-08", "weekday"),
        ("2026-05-12", "weekday"),
        ("2026-05-13", "weekday"),
    ]
    assert [(row["date"], row["reason"]) for row in found["skipped"]] == [
        ("2026-05-07", "holiday"),
        ("2026-05-09", "holiday"),
        ("2026-05-10", "weekend"),
        ("2026-05-11", "moved_holiday"),
    ]
    assert found["skipped"][0]["why"] == "07.05.2026 (thu), a holiday: Defender of the Fatherland Day."
    assert [row["level"] for row in found["levels"]] == ["upcoming", "due_today", "overdue", "escalated"]


def test_every_term_can_be_asked_for() -> None:
    for term in Term.objects.all():
        dated = ("--due-on", "2026-06-01") if term.unit in ("date", "service") else ()
        found = told("--term", term.code, "--from", WEDNESDAY, *dated)
        assert found["due_at"], term.code
        assert (found["clause"], found["internal"]) == (term.clause_en, term.internal)


@pytest.mark.parametrize(
    ("arguments", "due_at"),
    [
        (("minor_notice_guardianship", "2026-05-08T23:15+05:00"), "2026-05-09T23:15:00+05:00"),
        (("stay_limit", "2026-01-31T12:00+05:00"), "2026-03-01T00:00:00+05:00"),
        (("task_report", WEDNESDAY, "--due-on", "2026-05-09"), "2026-05-13T00:00:00+05:00"),
        (("group_mandate", WEDNESDAY, "--due-on", "2026-12-31"), "2027-01-01T00:00:00+05:00"),
        # The same moment said in another zone.
        (("assessment", "2026-05-06T05:00Z"), "2026-05-13T18:30:00+05:00"),
        # An approval at night counts from its day; only what is registered waits for the Center to open.
        (("handoff", "2026-05-06T23:30+05:00"), "2026-05-12T18:30:00+05:00"),
    ],
)
def test_hours_months_and_dates(arguments: tuple[str, ...], due_at: str) -> None:
    term, moment, *more = arguments
    assert told("--term", term, "--from", moment, *more)["due_at"] == due_at


def test_a_moment_outside_the_hours_is_explained() -> None:
    night = "2026-05-06T20:00+05:00"
    found = told("--term", "consultation", "--from", night)
    assert (found["from"], found["started_at"]) == ("2026-05-06T20:00:00+05:00", "2026-05-08T09:00:00+05:00")
    assert found["due_at"] == "2026-05-12T18:30:00+05:00"
    assert found["sentences"][0] == (
        "06.05.2026 (wed), 20:00 lies outside the Center's hours: what arrives then counts as registered on "
        "08.05.2026 (fri), 09:00."
    )
    at_once = told("--term", "consultation", "--from", night, "--immediate")
    assert (at_once["started_at"], at_once["due_at"]) == (
        "2026-05-06T20:00:00+05:00",
        "2026-05-08T18:30:00+05:00",
    )


def test_a_center_has_hours_of_its_own(center: Center) -> None:
    Center.objects.filter(pk=center.pk).update(opens=time(8), closes=time(17))
    found = told("--term", "assessment", "--from", WEDNESDAY, "--center", center.code)
    assert (found["due_at"], found["center"]) == ("2026-05-13T17:00:00+05:00", center.code)


def test_it_says_what_the_product_stores(case: Case, worker: Actor, center: Center) -> None:
    deadline = opened(case, worker)
    found = told("--term", "assessment", "--from", WEDNESDAY, "--center", center.code)
    assert found["due_at"] == deadline.explanation["due_at"].replace("13:30:00+00:00", "18:30:00+05:00")
    bare = [{name: row[name] for name in ("date", "reason")} for row in deadline.explanation["skipped"]]
    assert [{name: row[name] for name in ("date", "reason")} for row in found["skipped"]] == bare
    assert [[row["level"], row["at"]] for row in found["levels"]][0][0] == deadline.schedule[0][0]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Primary assessment", "Term: 3 working days.", "Defender of the Fatherland Day")),
        ("ru", ("Первичная оценка", "Срок: 3 рабочих дня.", "День защитника Отечества")),
        ("kk", ("Бастапқы бағалау", "Мерзімі: 3 жұмыс күні.", "Отан Қорғаушы күні")),
    ],
)
def test_it_reads_in_three_languages(language: str, words: tuple[str, ...]) -> None:
    text = asked("--term", "assessment", "--from", WEDNESDAY, language=language)
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", WEDNESDAY), "Give either a term or a number of working days."),
        (
            ("--term", "assessment", "--days", "3", "--from", WEDNESDAY),
            "Give either a term or a number of working days.",
        ),
        (("--term", "assessment"), "Say from which moment, as in 2026-05-06T10:00+05:00."),
        (
            ("--term", "assessment", "--from", "2026-05-06T10:00"),
            "Give the moment with its time zone, as in 2026-05-06T10:00+05:00.",
        ),
        (
            ("--term", "assessment", "--from", "2026-02-30T10:00+05:00"),
            "“2026-02-30T10:00+05:00” is no moment of the calendar. Write it as in 2026-05-06T10:00+05:00.",
        ),
        (
            ("--term", "assessment", "--from", "завтра"),
            "“завтра” is no moment of the calendar. Write it as in 2026-05-06T10:00+05:00.",
        ),
        (
            ("--term", "assessment", "--from", WEDNESDAY, "--center", "NOPE"),
            "There is no Center with the code “NOPE”.",
        ),
        (
            ("--term", "assessment", "--from", "2024-06-24T10:00+05:00"),
            "The term “assessment” was not in force on 24.06.2024: its first wording is of 25.06.2024.",
        ),
        (
            ("--term", "assessment", "--from", "2036-12-31T10:00+05:00"),
            "The calendar covers the years 2018 to 2036: a date beyond them is not guessed.",
        ),
        (
            ("--days", "3", "--from", "0001-01-01T00:00+05:00"),
            "The calendar covers the years 2018 to 2036: a date beyond them is not guessed.",
        ),
        (
            ("--days", "0", "--from", WEDNESDAY),
            "The number of working days is a whole number from 1 to 1000.",
        ),
        (
            ("--days", "drei", "--from", WEDNESDAY),
            "The number of working days is a whole number from 1 to 1000.",
        ),
        (
            ("--term", "task_report", "--from", WEDNESDAY),
            "This term ends on a date of its own: give it with --due-on.",
        ),
        (
            ("--term", "task_report", "--from", WEDNESDAY, "--due-on", "2026-05-32"),
            "“2026-05-32” is no day of the calendar. Write it as in 2026-05-12.",
        ),
        (
            ("--term", "task_report", "--from", WEDNESDAY, "--due-on", "2026-05-05"),
            "The date lies before the beginning of the term.",
        ),
        (
            ("--term", "assessment", "--from", WEDNESDAY, "--due-on", "2026-05-12"),
            "This term is counted: it takes no --due-on.",
        ),
    ],
)
def test_what_cannot_be_counted_is_said_in_one_line(arguments: tuple[str, ...], message: str) -> None:
    assert refused(*arguments) == message


def test_an_unknown_term_is_told_beside_the_known_ones() -> None:
    text = refused("--term", "assessmnt", "--from", WEDNESDAY)
    assert text.startswith("There is no term “assessmnt”. The terms are: assessment, assessment_urgent,")


def test_refusals_speak_the_language_asked_for() -> None:
    assert refused("--from", WEDNESDAY, language="ru") == "Укажите либо срок, либо число рабочих дней."
    assert refused("--from", WEDNESDAY, language="kk") == "Не мерзімді, не жұмыс күндерінің санын көрсетіңіз."
    assert refused("--term", "assessment", "--from", WEDNESDAY, language="de").startswith("Нет языка «de»")


def test_a_change_by_the_ministry_counts_from_its_day() -> None:
    old = Term.objects.get(code="consultation")
    with acting(SYSTEM):
        Term.objects.filter(pk=old.pk).update(valid_to=date(2026, 5, 31))
        old.pk, old.length, old.valid_from, old.valid_to = None, 2, date(2026, 6, 1), None
        old._state.adding = True
        old.save()
    assert told("--term", "consultation", "--from", "2026-05-29T10:00+05:00")["length"] == 1
    assert told("--term", "consultation", "--from", "2026-06-01T10:00+05:00")["length"] == 2
