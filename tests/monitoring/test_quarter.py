"""The quarter's way from records to the ministry: who moves it, what it must say, and that it freezes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, METHODOLOGY, Role
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from family_support.deadlines.models import Deadline
from family_support.documents.models import Rendering
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from monitoring import actions
from monitoring.models import QuarterlyReport, Shortcoming
from monitoring.quarters import Quarter
from monitoring.tasks import open_quarters
from tests.factories import Place, a_case, a_center, a_membership, actor_for, an_agency
from tests.monitoring.samples import APRIL, CONCLUSION, FIRST, an_analyst, conclude, the_report, values

pytestmark = pytest.mark.django_db
State = QuarterlyReport.State
WRITERS = METHODOLOGY | {Role.DIRECTOR}
# name: (action, arguments, from, to, who)
STEPS: dict[str, tuple[Callable[..., Any], dict[str, Any], set[str], str, frozenset[Role]]] = {
    "compute": (actions.compute_figures, {}, {State.COMPUTING, State.DRAFT}, State.DRAFT, frozenset(WRITERS)),
    "conclude": (
        actions.write_conclusion,
        {"conclusion": CONCLUSION, "no_shortcomings": True},
        {State.DRAFT},
        State.DRAFT,
        frozenset(WRITERS),
    ),
    "sign": (actions.sign_quarter, {}, {State.DRAFT}, State.SIGNED, frozenset({Role.DIRECTOR})),
    "send": (actions.send_quarter, {}, {State.SIGNED}, State.SENT, frozenset({Role.DIRECTOR})),
    "receive": (
        actions.receive_quarter,
        {},
        {State.SENT, State.RECEIVED},
        State.RECEIVED,
        frozenset({Role.MINISTRY_ANALYST}),
    ),
}
VERSIONED = {"conclude", "sign", "send"}


class Undo(Exception):
    """Takes a try back."""


def outcome(name: str, report: QuarterlyReport, by: Actor) -> str:
    action, arguments = STEPS[name][:2]
    version = {"expected_version": report.version} if name in VERSIONED else {}
    try:
        with transaction.atomic():
            moved = action(report=report, by=by, now=APRIL, **version, **arguments)
            assert moved.state == STEPS[name][3]
            raise Undo
    except Undo:
        return "ok"
    except (Conflict, Forbidden, Missing) as error:
        return type(error).__name__


def actors(place: Place) -> dict[Role, Actor]:
    agency = an_agency(district=place.center.district)
    return {
        role: place.by(role, at=APRIL)
        if role in CENTER_ROLES
        else actor_for(a_membership(role, agency=agency if role in AGENCY_ROLES else None), at=APRIL)
        for role in Role
    }


@pytest.mark.parametrize("state", State.values)
def test_every_step_in_every_state_by_every_role(state: str) -> None:
    place = a_center()
    report = the_report(place, state)
    if state == State.DRAFT:
        report = conclude(place, report)
    found, expected = {}, {}
    for role, by in actors(place).items():
        for name, (_action, _arguments, sources, _target, doers) in STEPS.items():
            found[name, role.value] = outcome(name, report, by)
            unsent = name == "receive" and state not in sources
            expected[name, role.value] = (
                "Forbidden"
                if role not in doers
                else "Missing"
                if unsent
                else "ok"
                if state in sources
                else "Conflict"
            )
    assert found == expected


@pytest.mark.parametrize("role", sorted(WRITERS))
def test_another_center_s_report_does_not_exist(role: Role) -> None:
    place, other = a_center(), a_center()
    report = the_report(place)
    assert outcome("compute", report, other.by(role, at=APRIL)) == "Missing"
    visible = QuarterlyReport.objects.visible_to(other.by(role, at=APRIL))
    assert not visible.filter(pk=report.pk).exists()


def test_the_ministry_sees_what_was_sent() -> None:
    place, analyst = a_center(), an_analyst()
    seen = {
        state: QuarterlyReport.objects.visible_to(analyst)
        .filter(pk=the_report(place, state, quarter=Quarter(2025, number)).pk)
        .exists()
        for number, state in enumerate(("draft", "signed", "sent", "received"), start=1)
    }
    assert seen == {"draft": False, "signed": False, "sent": True, "received": True}


# Opening


def test_a_running_quarter_has_no_report() -> None:
    place = a_center()
    last_moment = FIRST.ends_at - timedelta(microseconds=1)
    with pytest.raises(Conflict) as error:
        actions.open_quarter(center=place.center, quarter=FIRST, by=SYSTEM, now=last_moment)
    assert error.value.code == "quarter_runs"
    assert actions.open_quarter(center=place.center, quarter=FIRST, by=SYSTEM, now=FIRST.ends_at).pk


def test_opening_twice_is_opening_once() -> None:
    place = a_center()
    with clock.at(APRIL):
        open_quarters()
        open_quarters()
    report = QuarterlyReport.objects.get(center=place.center)
    assert (report.state, report.year, report.quarter) == (State.DRAFT, 2026, 1)
    (term,) = Deadline.objects.of_subject(actions.SUBJECT, report.pk)
    assert (term.code, term.state, term.case_id) == ("quarterly_conclusion", Deadline.State.OPEN, None)


# What a conclusion must say (R192 14)


@pytest.mark.parametrize(
    ("conclusion", "none_found", "named", "fields"),
    [
        ("Кратко.", True, False, {"conclusion"}),
        (CONCLUSION, False, False, {"no_shortcomings"}),
        ("", False, False, {"conclusion", "no_shortcomings"}),
        (CONCLUSION, True, True, {"no_shortcomings"}),
    ],
)
def test_an_empty_conclusion_is_not_signed(
    conclusion: str, none_found: bool, named: bool, fields: set[str]
) -> None:
    place = a_center()
    report = the_report(place)
    if named:
        a_shortcoming(place, report)
    report = conclude(place, anew(report), conclusion=conclusion, no_shortcomings=none_found)
    with pytest.raises(Invalid) as error:
        actions.sign_quarter(
            report=report, expected_version=report.version, by=place.by(Role.DIRECTOR, at=APRIL), now=APRIL
        )
    assert set(error.value.fields) == fields
    assert anew(report).state == State.DRAFT


def a_shortcoming(place: Place, report: QuarterlyReport, **changes: Any) -> Shortcoming:
    given = {
        "agency": None,
        "text": "Отчёты поступают с опозданием.",
        "proposal": "Назначить ответственного за отчёты.",
        **changes,
    }
    return actions.add_shortcoming(
        report=report, by=place.by(Role.METHODOLOGIST, at=APRIL), now=APRIL, **given
    )


def anew(report: QuarterlyReport) -> QuarterlyReport:
    return QuarterlyReport.objects.get(pk=report.pk)


def test_a_shortcoming_takes_the_mark_of_none_away() -> None:
    place = a_center()
    report = conclude(place, the_report(place))
    row = a_shortcoming(place, report, agency=an_agency(district=place.center.district))
    assert not anew(report).no_shortcomings
    actions.remove_shortcoming(shortcoming=row, by=place.by(Role.METHODOLOGIST, at=APRIL), now=APRIL)
    assert not report.shortcomings.exists()


@pytest.mark.parametrize(("changes", "fields"), [({"text": " "}, {"text"}), ({"proposal": ""}, {"proposal"})])
def test_a_shortcoming_comes_with_a_proposal(changes: dict[str, Any], fields: set[str]) -> None:
    place = a_center()
    with pytest.raises(Invalid) as error:
        a_shortcoming(place, the_report(place), **changes)
    assert set(error.value.fields) == fields


def test_a_body_of_another_district_is_refused() -> None:
    place = a_center()
    with pytest.raises(Invalid) as error:
        a_shortcoming(place, the_report(place), agency=an_agency())
    assert set(error.value.fields) == {"agency"}


# Frozen


def test_a_signed_quarter_stays_as_it_was() -> None:
    place = a_center()
    signed = the_report(place, "signed")
    a_case(place, now=FIRST.starts_at + timedelta(days=40))
    with pytest.raises(Conflict):
        actions.compute_figures(report=signed, by=place.by(Role.METHODOLOGIST, at=APRIL), now=APRIL)
    assert values(anew(signed).figures, "intakes") == {}
    for call in (lambda: conclude(place, anew(signed)), lambda: a_shortcoming(place, signed)):
        with pytest.raises(Conflict):
            call()


def test_a_stale_form_does_not_sign() -> None:
    place = a_center()
    report = the_report(place)
    conclude(place, report)
    with pytest.raises(Conflict) as error:
        actions.sign_quarter(
            report=report, expected_version=report.version, by=place.by(Role.DIRECTOR, at=APRIL), now=APRIL
        )
    assert error.value.code == "stale_version"


# Sent


def test_sending_meets_the_target_makes_the_files_and_tells_the_ministry() -> None:
    place, analyst = a_center(), an_analyst()
    report = the_report(place, "sent")
    (term,) = Deadline.objects.of_subject(actions.SUBJECT, report.pk)
    assert term.state == Deadline.State.MET
    files = Rendering.objects.filter(subject_type=actions.SENT_SUBJECT, subject_id=report.pk)
    made = set(files.values_list("format", "language"))
    assert made == {(file_format, language) for file_format in ("pdf", "xlsx") for language in ("kk", "ru")}
    with clock.at(APRIL):
        deliver_due(clock.now)
    notice = Notice.objects.get(recipient=analyst.membership_id)
    assert (notice.kind, notice.subject_type, notice.subject_id) == (
        "quarter.sent",
        actions.SENT_SUBJECT,
        report.pk,
    )


def test_receiving_twice_keeps_the_first_moment() -> None:
    place = a_center()
    report = the_report(place, "received")
    again = actions.receive_quarter(report=report, by=an_analyst(), now=APRIL + timedelta(days=1))
    assert again.received_at == APRIL


@pytest.mark.parametrize(("file_format", "language"), [("docx", "ru"), ("pdf", "de"), ("", "")])
def test_an_unknown_file_is_refused(file_format: str, language: str) -> None:
    place = a_center()
    with pytest.raises(Invalid):
        actions.request_file(
            report=the_report(place),
            file_format=file_format,
            language=language,
            by=place.by(Role.METHODOLOGIST, at=APRIL),
            now=APRIL,
        )


def test_the_center_and_the_ministry_ask_for_different_papers() -> None:
    place = a_center()
    report = the_report(place, "sent")
    own = actions.request_file(
        report=report, file_format="pdf", language="en", by=place.by(Role.METHODOLOGIST, at=APRIL), now=APRIL
    )
    outside = actions.request_file(
        report=report, file_format="pdf", language="en", by=an_analyst(), now=APRIL
    )
    assert (own.subject_type, outside.subject_type) == (actions.SUBJECT, actions.SENT_SUBJECT)
    assert reverse("ministry-report", args=[report.pk])
