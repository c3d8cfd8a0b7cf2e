"""The case's machine, consent, closing, risk, threats: every state × transition × role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from assessments.actions import start_assessment
from cases.actions import (
    add_member,
    ask_consent,
    begin_assessment,
    change_member,
    close_case,
    flag_threat,
    give_consent,
    record_consultation,
    refuse_consent,
    set_risk,
    settle_withdrawal,
    to_planning,
    to_support,
    withdraw_consent,
)
from cases.consent import check_consent, has_consent
from cases.models import Case, CaseMember, Consent, Intake, Threat
from cases.permissions import BY_CASEWORKER, BY_DIRECTOR
from family_support.accounts.models import ActingDirector
from family_support.accounts.roles import CENTER_ROLES, WORKERS, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.base.states import database_transitions, machine_initial, machine_transitions
from family_support.deadlines.models import Deadline
from tests.alarms import settle
from tests.cases.undoing import undone
from tests.factories import NOON, Place, a_case, a_consent, actor_for, fresh, person_data

Stage = Case.Stage
TODAY = local_date(NOON)
pytestmark = pytest.mark.usefixtures("cases_kept")
KEPT = ({"team": True},)


def case_in(stage: str, place: Place) -> Case:
    """A case brought into a stage by the real actions, with every worker on its team."""
    case = a_case(place, team=True)
    record_consultation(
        case=case, kind="consultation", topic="legal", summary="Совет", held_at=NOON, by=place.by(), now=NOON
    )
    if stage == Stage.CLOSED:
        return close_case(case=case, closing="consulted", by=place.by(), now=NOON)
    steps: list[tuple[str, Callable[..., Case]]] = [
        (Stage.ASSESSMENT, begin_assessment),
        (Stage.PLANNING, to_planning),
        (Stage.SUPPORT, to_support),
    ]
    for target, act in steps:
        if case.stage == stage:
            break
        case = act(case=case, by=place.by(), now=NOON)
        assert case.stage == target
    return case


@pytest.mark.parametrize(
    ("model", "field"),
    [(Case, "stage"), (Intake, "state"), (Consent, "state")],
    ids=["case", "intake", "consent"],
)
@pytest.mark.django_db
def test_database_guards_the_machine_of_the_code(model: type, field: str) -> None:
    assert database_transitions(model, field) == (
        machine_transitions(model, field),
        [machine_initial(model, field)],
    )


@pytest.mark.parametrize("source", Stage.values)
def test_database_refuses_what_the_code_does_not_know(place: Place, source: str) -> None:
    case = case_in(source, place)
    allowed = {target for begin, target in machine_transitions(Case, "stage") if begin == source} | {source}
    for target in set(Stage.values) - allowed:
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(stage=target)


@pytest.mark.parametrize("stage", Stage.values)
def test_begin_assessment_for_every_stage_and_role(place: Place, stage: str) -> None:
    case = case_in(stage, place)
    for role in sorted(CENTER_ROLES):
        by = place.by(role)
        with undone():
            if role not in WORKERS:
                with pytest.raises(Missing):
                    begin_assessment(case=case, by=by, now=NOON)
            elif role != Role.CASEWORKER:
                with pytest.raises(Forbidden):
                    begin_assessment(case=case, by=by, now=NOON)
            elif stage == Stage.INTAKE:
                assert begin_assessment(case=case, by=by, now=NOON).stage == Stage.ASSESSMENT
            else:
                with pytest.raises(Conflict):
                    begin_assessment(case=case, by=by, now=NOON)


@pytest.mark.parametrize("stage", Stage.values)
@pytest.mark.parametrize(
    ("act", "sources"), [(to_planning, {"assessment", "support"}), (to_support, {"planning"})]
)
def test_planning_and_support_from_every_stage(
    place: Place, stage: str, act: Callable[..., Case], sources: set[str]
) -> None:
    case = case_in(stage, place)
    if stage in sources:
        assert act(case=case, by=place.by(), now=NOON).stage != stage
    else:
        with pytest.raises(Conflict):
            act(case=case, by=place.by(), now=NOON)


def expected_to_close(role: Role, stage: str, closing: str) -> type[AppError] | None:
    """None: it closes. Else how it is refused (no threat is open)."""
    director = role == Role.DIRECTOR
    if role not in WORKERS and not director:
        return Missing
    if stage == Stage.CLOSED or closing not in BY_CASEWORKER[stage] | BY_DIRECTOR[stage]:
        return Conflict
    if role == Role.CASEWORKER:
        if closing == Case.Closing.TRANSFERRED and stage == Stage.INTAKE:
            return Invalid  # only with the other Center's acceptance
        # Upper apps know what these rest on: an assessment that found none, a plan's completion mark.
        allowed = Invalid if closing in (Case.Closing.NO_HLS, Case.Closing.COMPLETED) else None
        return allowed if closing in BY_CASEWORKER[stage] else Forbidden
    if director:
        late = stage in (Stage.PLANNING, Stage.SUPPORT)
        return None if late and closing in BY_DIRECTOR[stage] else Forbidden
    return Forbidden


@pytest.mark.parametrize("stage", Stage.values)
def test_close_for_every_stage_reason_and_role(place: Place, stage: str) -> None:
    case = case_in(stage, place)
    note = "Подтверждено актом обследования от 10.03.2026"
    for role in sorted(CENTER_ROLES):
        by = place.by(role)
        for closing in Case.Closing.values:
            refusal = expected_to_close(role, stage, closing)
            if closing == "redirected" and refusal is None:
                refusal = Invalid
            with undone():
                if refusal is None:
                    closed = close_case(case=case, closing=closing, note=note, by=by, now=NOON)
                    assert (closed.stage, closed.closing, closed.closed_at) == ("closed", closing, NOON)
                    assert not Deadline.objects.open().filter(case_id=case.pk).exists()
                else:
                    with pytest.raises(refusal):
                        close_case(case=case, closing=closing, note=note, by=by, now=NOON)


def test_closing_by_a_director_who_worked_on_the_case_is_barred(place: Place) -> None:
    case = case_in(Stage.PLANNING, place)
    with acting(SYSTEM, reason="test"):
        ActingDirector.objects.create(
            center=place.center,
            membership=place.people[Role.LAWYER],
            order_number="1",
            order_date=TODAY,
            starts_on=TODAY,
            ends_on=TODAY,
        )
    by = actor_for(place.people[Role.LAWYER])
    assert by.is_director
    with pytest.raises(Forbidden):
        close_case(case=case, closing="refused", note="Отказ семьи", by=by, now=NOON)


def test_refusal_under_a_threat_is_the_directors(place: Place) -> None:
    case = a_case(place, threat=True)
    with pytest.raises(Forbidden):
        close_case(case=case, closing="refused", note="Отказ", by=place.by(), now=NOON)
    director = place.by(Role.DIRECTOR)
    with undone():
        # Support ends; the response and its term go on until the director closes them (rules.md 3.2).
        assert close_case(case=case, closing="refused", note="Отказ", by=director, now=NOON).is_closed
        assert Threat.objects.open().filter(case=case).exists()
        assert set(Deadline.objects.open().filter(case_id=case.pk).values_list("code", flat=True)) == {
            "response_plan"
        }
        settle(case, place)
        assert not Threat.objects.open().filter(case=case).exists()
    with pytest.raises(Conflict) as caught:
        close_case(case=case, closing="unfounded", note="Нет", by=place.by(), now=NOON)
    assert caught.value.code == "case_cannot_close"
    settle(case, place)
    with pytest.raises(Forbidden):
        close_case(case=case, closing="refused", note="Отказ", by=director, now=NOON)
    assert close_case(case=case, closing="refused", note="Отказ", by=place.by(), now=NOON).is_closed


@pytest.mark.parametrize(
    ("closing", "stage", "note", "field"),
    [
        ("unfounded", Stage.INTAKE, "", "note"),
        ("redirected", Stage.INTAKE, "есть", "closing"),
        ("individual", Stage.PLANNING, "коротко", "note"),
        ("did_not_act", Stage.SUPPORT, "коротко", "note"),
    ],
)
def test_closing_needs_its_grounds(place: Place, closing: str, stage: str, note: str, field: str) -> None:
    case = case_in(stage, place)
    by = place.by() if stage == Stage.INTAKE else place.by(Role.DIRECTOR)
    with pytest.raises(Invalid) as caught:
        close_case(case=case, closing=closing, note=note, by=by, now=NOON)
    assert list(caught.value.fields) == [field]
    assert not fresh(case).is_closed


def test_nothing_changes_in_a_closed_case(place: Place) -> None:
    case = case_in(Stage.CLOSED, place)
    by = place.by()
    person = case.members.get().person
    acts: list[Callable[[], object]] = [
        lambda: add_member(case=case, data=person_data(), relation="child", by=by, now=NOON),
        lambda: ask_consent(case=case, person=person, by=by, now=NOON),
        lambda: flag_threat(case=case, note="Угроза", by=by, now=NOON),
        lambda: set_risk(case=case, risk="high", reason="Причина", by=by, now=NOON),
        lambda: record_consultation(
            case=case, kind="not_needed", reason="нет", held_at=NOON, by=by, now=NOON
        ),
    ]
    for act in acts:
        with pytest.raises(Conflict) as caught:
            act()
        assert caught.value.code == "case_closed"


# --- Two editors at once --------------------------------------------------------------------------------------
def test_second_of_two_editors_gets_a_conflict(place: Place) -> None:
    case = a_case(place)
    seen = case.version
    set_risk(case=case, risk="high", reason="Первый", by=place.by(), now=NOON, version=seen)
    with pytest.raises(Conflict) as caught:
        set_risk(case=case, risk="low", reason="Второй", by=place.by(), now=NOON, version=seen)
    assert caught.value.code == "stale_version"
    assert fresh(case).risk == "high"


def test_second_of_two_editors_of_a_person_gets_a_conflict(place: Place) -> None:
    case = a_case(place)
    member = case.members.select_related("person").get()
    data = person_data(iin=member.person.iin, last_name="Новая")

    def change() -> CaseMember:
        return change_member(
            member=member,
            data=data,
            relation="self",
            lives_together=True,
            version=member.person.version,
            by=place.by(),
            now=NOON,
        )

    change()
    assert fresh(case).family_name == "Новая"
    with pytest.raises(Conflict):
        change()


# --- Consent --------------------------------------------------------------------------------------------------
ALLOWS = ("third_parties", "cross_border", "publication")
CONSENT_ACTS: dict[str, tuple[str, Callable[[Consent, Actor], Consent], str]] = {
    "give": (
        "asked",
        lambda c, by: give_consent(consent=c, signed_on=TODAY, data=["identity"], by=by, now=NOON),
        "given",
    ),
    "refuse": (
        "asked",
        lambda c, by: refuse_consent(consent=c, reason="Не хочет", by=by, now=NOON),
        "refused",
    ),
    "withdraw": (
        "given",
        lambda c, by: withdraw_consent(consent=c, reason="Передумал", by=by, now=NOON),
        "withdrawn",
    ),
}


def consent_in(state: str, place: Place) -> Consent:
    case = a_case(place, team=True)
    consent = ask_consent(case=case, person=case.members.get().person, by=place.by(), now=NOON)
    by = place.by()
    if state == "refused":
        return CONSENT_ACTS["refuse"][1](consent, by)
    if state != "asked":
        consent = CONSENT_ACTS["give"][1](consent, by)
    if state == "withdrawn":
        consent = CONSENT_ACTS["withdraw"][1](consent, by)
    if state in ("expired", "replaced"):
        with acting(by):
            consent.expire() if state == "expired" else consent.replace()
            consent.save()
    return consent


@pytest.mark.parametrize("act", sorted(CONSENT_ACTS))
@pytest.mark.parametrize("state", Consent.State.values)
def test_consent_for_every_state_transition_and_role(place: Place, state: str, act: str) -> None:
    source, carry_out, target = CONSENT_ACTS[act]
    consent = consent_in(state, place)
    for role in sorted(CENTER_ROLES):
        by = place.by(role)
        with undone():
            if role not in WORKERS:
                with pytest.raises(Missing):
                    carry_out(consent, by)
            elif state == source:
                assert carry_out(consent, by).state == target
            else:
                with pytest.raises(Conflict):
                    carry_out(consent, by)


def test_consent_opens_the_way_to_profile_and_transfer(place: Place) -> None:
    case = a_case(place)
    with pytest.raises(Conflict):
        check_consent(case, on=TODAY)
    with pytest.raises(Conflict):
        add_member(
            case=case, data=person_data(address="ул. Абая, 1"), relation="spouse", by=place.by(), now=NOON
        )
    a_consent(case, place, third_parties=False)
    check_consent(case, on=TODAY)
    with pytest.raises(Conflict):
        check_consent(case, third_parties=True, on=TODAY)
    add_member(case=case, data=person_data(address="ул. Абая, 1"), relation="spouse", by=place.by(), now=NOON)


def again(consent: Consent) -> str:
    """Its state as stored."""
    return str(Consent.objects.values_list("state", flat=True).get(pk=consent.pk))


def test_a_newer_consent_that_covers_more_replaces_the_one_in_force(place: Place) -> None:
    """The family signs once more, for the transfer too: nothing was withdrawn, no term of a withdrawal runs."""
    case = a_case(place)
    first = a_consent(case, place, third_parties=False, data=["identity"])
    with pytest.raises(Invalid):
        a_consent(case, place, signed_on=TODAY + timedelta(days=1))
    assert again(first) == "given", "a paper that was not accepted changes nothing"
    second = a_consent(case, place)
    assert (again(first), second.state) == ("replaced", "given")
    check_consent(case, third_parties=True, on=TODAY)
    assert not Deadline.objects.filter(code="consent_withdrawal").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"data": ["identity"]}, "data"), *(({name: False}, name) for name in ALLOWS)],
)
def test_a_newer_consent_takes_nothing_back(place: Place, changes: dict[str, Any], field: str) -> None:
    case = a_case(place)
    held = a_consent(case, place, cross_border=True, publication=True)
    with pytest.raises(Invalid) as caught:
        a_consent(case, place, **{**dict.fromkeys(ALLOWS, True), **changes})
    assert list(caught.value.fields) == [field]
    assert again(held) == "given"


def test_a_consent_whose_term_is_over_gives_way_before_the_daily_task(place: Place) -> None:
    case = a_case(place)
    first = a_consent(case, place, valid_until=TODAY)
    second = a_consent(case, place, now=NOON + timedelta(days=1), third_parties=False, data=["identity"])
    assert (again(first), second.state) == ("expired", "given")


def test_a_consent_past_its_term_counts_for_nothing_before_the_daily_task_has_marked_it(place: Place) -> None:
    case = a_case(place)
    consent = a_consent(case, place, valid_until=TODAY)
    later = TODAY + timedelta(days=1)
    for third in (False, True):
        assert has_consent(case, third_parties=third, on=TODAY)
        assert not has_consent(case, third_parties=third, on=later)
    assert [consent.holds(day) for day in (TODAY, later)] == [True, False]
    assert consent.state_on(later) == Consent.State.EXPIRED
    with pytest.raises(Conflict, match="consent_missing"):
        start_assessment(case=case, by=place.by(), now=NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signed_on": None}, "signed_on"),
        ({"signed_on": TODAY + timedelta(days=1)}, "signed_on"),
        ({"data": []}, "data"),
        ({"valid_until": TODAY - timedelta(days=1)}, "valid_until"),
    ],
)
def test_wrong_consent_names_its_field(place: Place, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        a_consent(a_case(place), place, **changes)
    assert list(caught.value.fields) == [field]
    assert not Consent.objects.exists()


def test_withdrawal_runs_its_term_until_settled(place: Place) -> None:
    consent = consent_in("withdrawn", place)
    term = Deadline.objects.open().get(code="consent_withdrawal", subject_id=consent.pk)
    assert term.due_at is not None
    assert local_date(term.due_at).isoformat() == "2026-04-03"
    settle_withdrawal(
        consent=consent, stopped=True, settlement="Обработка прекращена 11.03.2026", by=place.by(), now=NOON
    )
    term.refresh_from_db()
    assert term.state == Deadline.State.MET
    with pytest.raises(Conflict):
        settle_withdrawal(consent=consent, stopped=True, settlement="Ещё раз", by=place.by(), now=NOON)


# --- Consultation ---------------------------------------------------------------------------------------------
def test_first_of_consultation_or_redirection_answers_the_intake(place: Place) -> None:
    case = a_case(place)
    record_consultation(
        case=case, kind="not_needed", reason="Решено сразу", held_at=NOON, by=place.by(), now=NOON
    )
    assert case.intakes.get().state == Intake.State.ANSWERED
    assert Deadline.objects.get(case_id=case.pk, code="consultation").state == Deadline.State.MET


def test_late_consultation_is_recorded_as_late(place: Place) -> None:
    case = a_case(place)
    late = NOON + timedelta(days=3)
    record_consultation(
        case=case, kind="not_needed", reason="Решено", held_at=late, by=place.by(at=late), now=late
    )
    assert Deadline.objects.get(case_id=case.pk, code="consultation").state == Deadline.State.MET_LATE


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"kind": "consultation"}, {"topic", "summary"}),
        ({"kind": "redirection"}, {"agency", "reason"}),
        ({"kind": "not_needed"}, {"reason"}),
        ({"kind": "nonsense"}, {"kind"}),
        ({"kind": "not_needed", "reason": "да", "held_at": NOON + timedelta(hours=1)}, {"held_at"}),
        ({"kind": "not_needed", "reason": "да", "held_at": NOON - timedelta(days=1)}, {"held_at"}),
    ],
)
def test_incomplete_consultation_names_its_fields(
    place: Place, changes: dict[str, object], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        record_consultation(
            **{"case": a_case(place), "held_at": NOON, "by": place.by(), "now": NOON, **changes}
        )  # type: ignore[arg-type]
    assert set(caught.value.fields) == fields


# --- Threat and risk ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", sorted(CENTER_ROLES))
def test_anybody_who_sees_the_case_flags_a_threat(place: Place, role: Role) -> None:
    case = a_case(place)
    methodology = {Role.METHODOLOGIST, Role.CENTER_ANALYST}
    if role in methodology:
        with pytest.raises(Forbidden):
            flag_threat(case=case, note="Угроза", by=place.by(role), now=NOON)
    else:
        assert flag_threat(case=case, note="Угроза", by=place.by(role), now=NOON).risk == Case.Risk.CRITICAL
        with pytest.raises(Conflict):
            flag_threat(case=case, note="Ещё раз", by=place.by(role), now=NOON)


def test_threat_shortens_but_never_lengthens(place: Place) -> None:
    case = a_case(place)
    last_day = NOON + timedelta(days=3)
    flag_threat(case=case, note="Угроза", by=place.by(at=last_day), now=last_day)
    term = Deadline.objects.open().get(case_id=case.pk, code="assessment_urgent")
    assert term.due_at is not None
    assert local_date(term.due_at).isoformat() == "2026-03-13"


def test_risk_stays_critical_while_a_threat_is_open(place: Place) -> None:
    case = a_case(place, threat=True)
    with pytest.raises(Conflict):
        set_risk(case=case, risk="low", reason="Спокойно", by=place.by(), now=NOON)
    settle(case, place)
    assert Threat.objects.get(case=case).responded_at == NOON
    assert set_risk(case=case, risk="medium", reason="Меры приняты", by=place.by(), now=NOON).risk == "medium"
