"""Signs of domestic violence: noted from every door, redirected, identified; what may not be and what it says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.actions import note_violence, record_consultation, record_identification, record_support
from cases.models import Case, Consultation, ViolenceRecord, ViolenceSupport
from family_support.accounts.roles import CENTER_ROLES, WORKERS, Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import AppError, Conflict, Invalid
from family_support.base.states import machine_transitions
from family_support.deadlines.models import Deadline
from family_support.outbox.models import Event
from tests.access.world import sign_in
from tests.cases.undoing import undone
from tests.factories import NOON, Place, a_case, an_agency, an_intake, fresh, person_data

pytestmark = [pytest.mark.usefixtures("cases_kept"), pytest.mark.django_db]
KEPT = ({"team": True},)
LATER = NOON + timedelta(days=1)
State = ViolenceRecord.State


def note(place: Place, case: Case | None = None, **changes: Any) -> ViolenceRecord:
    given = {"signs": "Синяки, боится возвращаться домой.", "by": place.by(), "now": NOON, **changes}
    return note_violence(case=case or a_case(place, team=True), **given)


def redirect(found: ViolenceRecord, by: Actor) -> ViolenceRecord:
    record_consultation(
        case=found.case,
        kind=Consultation.Kind.REDIRECTION,
        held_at=NOON,
        agency=an_agency("social_protection"),
        reason="Для выявления потребности в специальных социальных услугах.",
        special_services=True,
        by=by,
        now=LATER,
    )
    found.refresh_from_db()
    return found


def settle(found: ViolenceRecord, by: Actor, identified: bool = True, **changes: Any) -> ViolenceRecord:
    given = {"result_on": LATER.date(), "note": "Признаки подтверждены.", "now": LATER, **changes}
    return record_identification(violence=found, identified=identified, by=by, **given)


def in_state(place: Place, state: str) -> ViolenceRecord:
    found = note(place)
    if state != State.NOTED:
        found = redirect(found, place.by())
    if state in (State.IDENTIFIED, State.NOT_IDENTIFIED):
        found = settle(found, place.by(), state == State.IDENTIFIED)
    return found


def term(found: ViolenceRecord) -> Deadline:
    return Deadline.objects.get(code="violence_redirection", subject_id=found.pk)


def refused(call: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
    with translation.override("en"), pytest.raises(AppError) as caught:
        call(*args, **kwargs)
    with translation.override("en"):
        return caught.value.as_dict()


def test_an_intake_with_violence_notes_the_signs_from_its_arrival(place: Place) -> None:
    case = a_case(place, violence=True)
    found = case.violence_records.get()
    intake = case.intakes.get()
    assert (found.source, found.intake, found.signs) == ("intake", intake, intake.said)
    assert term(found).started_at == intake.registered_at
    assert (case.restriction, case.risk) == ("violence", "high")


def test_a_repeat_with_violence_joins_the_open_record(place: Place) -> None:
    person = person_data()
    first = an_intake(place, person=person, violence=True)
    an_intake(place, person=person, violence=True, now=LATER)
    assert ViolenceRecord.objects.filter(case=first.case).count() == 1


def test_noting_restricts_raises_the_risk_and_starts_the_term(place: Place) -> None:
    case = a_case(place, team=True)
    found = note(place, case)
    case = fresh(case)
    assert (case.restricted, case.restriction, case.risk) == (True, "violence", "high")
    assert str(term(found).due_at) == "2026-03-12 13:30:00+00:00"
    assert case.timeline.filter(kind="violence.noted").count() == 1
    assert Event.objects.filter(type="violence.noted", case_id=case.pk).count() == 1


def test_one_open_record_a_case(place: Place) -> None:
    found = note(place)
    case = fresh(found.case)
    assert refused(note, place, case) == {
        "code": "violence_noted",
        "detail": "Signs of violence are noted in this case already.",
        "fields": {},
    }
    with pytest.raises(Conflict, match="violence_noted"), acting(SYSTEM):
        ViolenceRecord.objects.create(case=case, source="case", signs="Ещё.", noted_at=NOON)
    settle(redirect(found, place.by()), place.by(), identified=False)
    assert note(place, case, now=LATER).is_open


def test_the_redirection_meets_the_term_and_carries_the_letter(place: Place) -> None:
    found = redirect(note(place), place.by())
    assert (found.state, found.redirected_at, term(found).state) == ("redirected", NOON, "met")
    assert found.redirection is not None
    assert found.redirection.kind == "redirection"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"result_on": date(2026, 3, 12)}, "result_on", "The date is in the future."),
        ({"result_on": date(2026, 3, 9)}, "result_on", "The result cannot come before the redirection."),
        ({"note": "  "}, "note", "Write what was established."),
    ],
)
def test_bad_results(place: Place, changes: dict[str, Any], field: str, message: str) -> None:
    found = redirect(note(place), place.by())
    assert refused(settle, found, place.by(), **changes)["fields"] == {field: [message]}


def test_support_is_recorded_with_giver_and_day(place: Place) -> None:
    found, agency = note(place), an_agency("employment")
    row = record_support(
        violence=found, kind="employment", given_on=NOON.date(), agency=agency, by=place.by(), now=NOON
    )
    assert (row.agency, row.given_on, row.by_id) == (agency, NOON.date(), place.by().membership_id)
    assert refused(
        record_support, violence=found, kind="food", given_on=LATER.date(), by=place.by(), now=NOON
    )["fields"] == {"kind": ["Choose the kind of support."], "given_on": ["The date is in the future."]}
    assert len(ViolenceSupport.Kind.values) == 5


ACTS = {
    "redirect": (lambda found, by: redirect(found, by), {State.NOTED}),
    "identify": (lambda found, by: settle(found, by), {State.REDIRECTED}),
    "not_identify": (lambda found, by: settle(found, by, False), {State.REDIRECTED}),
}


@pytest.mark.parametrize("state", State.values)
def test_every_act_in_every_state_by_every_role(place: Place, state: str) -> None:
    """The lead alone is left after noting; others of the team need a named grant, all else find nothing."""
    found = in_state(place, state)
    got, expected = {}, {}
    for name, (act, sources) in ACTS.items():
        for role in sorted(CENTER_ROLES):
            with undone():
                try:
                    result = act(found, place.by(role)).state
                except AppError as error:
                    result = type(error).__name__
            got[name, role] = result
            if role != Role.CASEWORKER:
                expected[name, role] = "Missing"
            elif state in sources:
                expected[name, role] = {"redirect": "redirected", "identify": "identified"}.get(
                    name, "not_identified"
                )
            else:
                # A redirection can always be recorded: it moves only a record that waits for it.
                expected[name, role] = state if name == "redirect" else "Conflict"
            found.refresh_from_db()
    assert got == expected


def test_the_machine_has_the_steps_of_the_design() -> None:
    assert machine_transitions(ViolenceRecord, "state") == [
        ("noted", "redirected"),
        ("redirected", "identified"),
        ("redirected", "not_identified"),
    ]


def test_the_pages(place: Place) -> None:
    case = a_case(place, team=True, now=clock.now())
    client = sign_in(Client(), place.people[Role.CASEWORKER])
    tab = reverse("case-violence", args=(case.pk,))
    assert reverse("violence-note", args=(case.pk,)) in client.get(tab).content.decode()
    assert client.post(reverse("violence-note", args=(case.pk,)), {"signs": ""}).status_code == 400
    key = "6a1c8b6e-5a0e-4a8e-9a55-0d2b5d1f7c11"
    answer = client.post(reverse("violence-note", args=(case.pk,)), {"signs": "Побои.", "key": key})
    assert answer.url == tab
    found = ViolenceRecord.objects.get(case=case)
    client.post(
        reverse("violence-support", args=(found.pk,)),
        {"kind": "medical", "given_on": f"{clock.today():%d.%m.%Y}", "note": "Травмпункт"},
    )
    page = client.get(tab).content.decode()
    assert "Травмпункт" in page
    assert "Побои." in page


def test_who_notes_without_leading_loses_sight_of_the_case(place: Place) -> None:
    case = a_case(place, team=True, now=clock.now())
    client = sign_in(Client(), place.people[Role.PSYCHOLOGIST])
    key = "6a1c8b6e-5a0e-4a8e-9a55-0d2b5d1f7c12"
    answer = client.post(reverse("violence-note", args=(case.pk,)), {"signs": "Побои.", "key": key})
    assert answer.url == reverse("my-day")
    assert client.get(reverse("case-violence", args=(case.pk,))).status_code == 404
    assert {Role.PSYCHOLOGIST} <= WORKERS


def test_errors_are_of_their_kind(place: Place) -> None:
    found = note(place)
    with pytest.raises(Conflict):
        settle(found, place.by())
    with pytest.raises(Invalid):
        note(place, fresh(found.case), signs=" ")
