"""Transfers to another Center: every state, transition and role; what goes along; exact refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import (
    PersonData,
    accept_transfer,
    bar_person,
    begin_assessment,
    close_case,
    decline_transfer,
    flag_threat,
    propose_transfer,
    record_consent,
    record_consultation,
    restrict,
    withdraw_transfer,
)
from cases.models import Case, Intake, IntakeTransfer
from family_support.access.models import Barred
from family_support.accounts.models import Membership
from family_support.accounts.roles import CENTER_ROLES, Role
from family_support.base import clock
from family_support.base.actor import Actor
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from family_support.deadlines.models import Deadline
from family_support.deadlines.sweep import sweep
from family_support.documents.models import Attachment
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from mobile_groups.actions import acknowledge_alarm, close_alarm, engage_group
from mobile_groups.models import Alarm
from tests.access.world import sign_in
from tests.cases.undoing import undone
from tests.factories import (
    NOON,
    Place,
    a_case,
    a_letter,
    a_membership,
    actor_for,
    an_agency,
    an_iin,
    fresh,
    person_data,
)

State = IntakeTransfer.State
LATER = NOON + timedelta(hours=2)
pytestmark = pytest.mark.usefixtures("cases_kept")
KEPT = ({"team": True},)


def proposed(case: Case, to: Place, by: Actor, **changes: Any) -> IntakeTransfer:
    given: dict[str, Any] = {"ground": "moved", "reason": "Семья переехала в другой район.", **changes}
    return propose_transfer(
        intake=case.intakes.order_by("pk").last(), to_center=to.center, by=by, now=NOON, **given
    )


@dataclass
class Offer:
    """A case offered by `place` to `other`."""

    case: Case
    transfer: IntakeTransfer


@pytest.fixture
def offer(place: Place, other: Place) -> Offer:
    case = a_case(place, team=True)
    return Offer(case, proposed(case, other, place.by()))


def put(state: str, offer: Offer, place: Place, other: Place) -> None:
    """Bring the offer into a state by its own action."""
    if state == State.ACCEPTED:
        accept_transfer(transfer=offer.transfer, by=other.by(Role.DIRECTOR), now=LATER)
    elif state == State.DECLINED:
        decline_transfer(transfer=offer.transfer, reason="Не наш.", by=other.by(Role.DIRECTOR), now=LATER)
    elif state == State.WITHDRAWN:
        withdraw_transfer(transfer=offer.transfer, by=place.by(), now=LATER)


ACTS: dict[str, Callable[[IntakeTransfer, Actor], IntakeTransfer]] = {
    "accept": lambda row, by: accept_transfer(transfer=row, by=by, now=LATER),
    "decline": lambda row, by: decline_transfer(transfer=row, reason="Не наш район.", by=by, now=LATER),
    "withdraw": lambda row, by: withdraw_transfer(transfer=row, by=by, now=LATER),
}
ENDS = {"accept": State.ACCEPTED, "decline": State.DECLINED, "withdraw": State.WITHDRAWN}
OTHERS_OF_TEAM = {Role.PSYCHOLOGIST, Role.LAWYER, Role.SOCIAL_WORKER}


def expected(act: str, role: Role, sending: bool, state: str) -> type[Exception] | None:
    """How an act ends for a role of the sending or the asked Center."""
    if act == "withdraw":
        if not sending:
            return Missing
        if role in OTHERS_OF_TEAM:
            return Forbidden
        if role not in (Role.CASEWORKER, Role.DIRECTOR):
            return Missing
    elif sending or role != Role.DIRECTOR:
        return Missing
    return None if state == State.PROPOSED else Conflict


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("act", sorted(ACTS))
def test_every_state_act_and_role(place: Place, other: Place, offer: Offer, act: str, state: str) -> None:
    put(state, offer, place, other)
    for center in (place, other):
        for role in sorted(CENTER_ROLES):
            by = center.by(role)
            refusal = expected(act, role, center is place, state)
            with undone():
                if refusal is None:
                    assert ACTS[act](offer.transfer, by).state == ENDS[act]
                else:
                    with pytest.raises(refusal):
                        ACTS[act](offer.transfer, by)


@pytest.mark.parametrize("role", sorted(CENTER_ROLES))
def test_who_proposes(place: Place, other: Place, role: Role) -> None:
    case = a_case(place, team=True)
    refusals: dict[Role, type[Exception]] = dict.fromkeys(OTHERS_OF_TEAM, Forbidden)
    if role == Role.CASEWORKER:
        assert proposed(case, other, place.by(role)).state == State.PROPOSED
        return
    with pytest.raises(refusals.get(role, Missing)):
        proposed(case, other, place.by(role))


def test_accepted_goes_along_with_terms_and_keeps_its_moments(place: Place, other: Place) -> None:
    iin = an_iin()
    case = a_case(
        place,
        channel="body",
        form="letter",
        sender_agency=an_agency(),
        source=a_letter(),
        person=person_data(iin=iin),
    )
    old_terms = {row.code: row.due_at for row in Deadline.objects.open().filter(case_id=case.pk)}
    bar_person(case=case, iin=an_iin(female=False), relation="бывший муж", by=place.by(), now=NOON)
    transfer = proposed(case, other, place.by())
    done = accept_transfer(transfer=transfer, by=other.by(Role.DIRECTOR), now=LATER)
    old = Intake.objects.get(pk=transfer.intake_id)
    new = done.new_intake
    assert new is not None
    assert (old.state, new.state) == ("transferred", "registered")
    assert (new.received_at, new.registered_at) == (old.received_at, old.registered_at)
    assert new.number.startswith(f"ЦПС-{other.center.code}-")
    assert (new.said, new.letter_number, new.contact) == (old.said, old.letter_number, old.contact)
    assert new.case is not None
    assert new.case.previous_id == case.pk
    assert new.case.lead is None
    assert new.applicant is not None
    assert new.applicant_id != old.applicant_id
    assert new.applicant.iin == iin
    closed = fresh(case)
    assert (closed.stage, closed.closing) == ("closed", "transferred")
    assert not Deadline.objects.open().filter(case_id=case.pk).exists()
    assert {row.code: row.due_at for row in Deadline.objects.open().filter(case_id=new.case_id)} == old_terms
    assert Barred.objects.filter(case_id=new.case_id).count() == 1
    assert Attachment.objects.of_subject("cases.intake", new.pk).get().case_id == new.case_id
    assert Deadline.objects.get(code="transfer_acceptance").state == "met"


def test_profile_stays_and_restriction_goes_along(place: Place, other: Place) -> None:
    case = a_case(place)
    restrict(case=case, restriction="violence", by=place.by(), now=NOON)
    done = accept_transfer(transfer=proposed(case, other, place.by()), by=other.by(Role.DIRECTOR), now=LATER)
    assert done.new_intake is not None
    new = done.new_intake.case
    assert new is not None
    new.refresh_from_db()
    assert (new.restricted, new.restriction) == (True, "violence")
    assert done.new_intake.applicant is not None
    assert done.new_intake.applicant.health_note == ""


def test_a_redirection_made_in_time_is_not_late_at_the_other_center(place: Place, other: Place) -> None:
    person = person_data()
    case = a_case(place, person=person, violence=True)
    body = an_agency("social_protection", district=place.center.district)
    record_consultation(
        case=case,
        kind="redirection",
        special_services=True,
        agency=body,
        reason="На опознание.",
        held_at=NOON,
        by=place.by(),
        now=NOON,
    )
    again = a_case(place, person=person, violence=True)
    week_later = NOON + timedelta(days=7)
    done = accept_transfer(
        transfer=proposed(again, other, place.by()), by=other.by(Role.DIRECTOR), now=week_later
    )
    assert done.new_intake is not None
    term = Deadline.objects.get(case_id=done.new_intake.case_id, code="violence_redirection")
    assert term.state == "met"


def test_repeats_go_along_and_answered_ones_stay(place: Place, other: Place) -> None:
    person = person_data()
    case = a_case(place, person=person)
    record_consultation(
        case=case, kind="not_needed", reason="Разъяснено.", held_at=NOON, by=place.by(), now=NOON
    )
    again = a_case(place, person=person)
    assert again.pk == case.pk
    done = accept_transfer(transfer=proposed(case, other, place.by()), by=other.by(Role.DIRECTOR), now=LATER)
    assert sorted(case.intakes.values_list("state", flat=True)) == ["answered", "transferred"]
    assert Intake.objects.filter(center=other.center).get() == done.new_intake


def test_known_family_of_the_other_center_is_joined(place: Place, other: Place) -> None:
    person = person_data()
    known = a_case(other, person=person)
    case = a_case(place, person=person)
    done = accept_transfer(transfer=proposed(case, other, place.by()), by=other.by(Role.DIRECTOR), now=LATER)
    assert done.new_intake is not None
    assert done.new_intake.case_id == known.pk
    assert fresh(known).previous_id is None


def test_threat_found_later_shortens_there_too(place: Place, other: Place) -> None:
    case = a_case(place)
    flagged = NOON + timedelta(days=1)
    flag_threat(case=case, note="Угрожает бывший муж.", by=place.by(), now=flagged)
    with pytest.raises(Conflict) as refused:
        proposed(case, other, place.by())
    assert refused.value.code == "transfer_blocked"
    calm(place, case, flagged)
    due = Deadline.objects.open().get(case_id=case.pk, code="assessment_urgent").due_at
    done = accept_transfer(
        transfer=proposed(case, other, place.by()),
        by=other.by(Role.DIRECTOR),
        now=flagged + timedelta(hours=1),
    )
    assert done.new_intake is not None
    term = Deadline.objects.open().get(case_id=done.new_intake.case_id, code="assessment_urgent")
    assert term.due_at == due


def calm(place: Place, case: Case, now: datetime) -> None:
    """The district's coordinator answers the alarm and closes it."""
    body = an_agency("social_protection", district=place.center.district)
    by = actor_for(a_membership(Role.COORDINATOR, agency=body))
    alarm = acknowledge_alarm(alarm=Alarm.objects.get(case=case), by=by, now=now)
    alarm = engage_group(alarm=alarm, instead="Полиция", expected_version=alarm.version, by=by, now=now)
    close_alarm(
        alarm=alarm,
        outcome="unfounded",
        note="Проверено, опасности нет.",
        expected_version=alarm.version,
        by=by,
        now=now,
    )


def wrong(place: Place, other: Place) -> list[tuple[dict[str, Any], str, str]]:
    return [
        ({"to_center": place.center}, "to_center", "Это ваш собственный Центр: выберите другой."),
        ({"ground": "other"}, "ground", "Выберите основание передачи."),
        ({"reason": "  "}, "reason", "Укажите причину."),
    ]


def test_wrong_proposals_name_their_field(place: Place, other: Place) -> None:
    case = a_case(place)
    for changes, field, text in wrong(place, other):
        data = {"to_center": other.center, "ground": "moved", "reason": "Переехали.", **changes}
        with undone(), pytest.raises(Invalid) as refused:
            propose_transfer(intake=case.intakes.get(), by=place.by(), now=NOON, **data)
        assert [str(each) for each in refused.value.fields[field]] == [text]


def code_of(act: Callable[[], object]) -> tuple[str, str]:
    with undone(), pytest.raises(Conflict) as refused:
        act()
    return refused.value.code, str(refused.value.detail)


def test_conflicts_say_exactly_what_stands_against_it(place: Place, other: Place, offer: Offer) -> None:
    director, worker = other.by(Role.DIRECTOR), place.by()
    assert code_of(lambda: proposed(offer.case, other, worker)) == (
        "transfer_pending",
        "Предложение о передаче этого дела уже ждёт ответа.",
    )
    code, text = code_of(
        lambda: close_case(case=fresh(offer.case), closing="unfounded", note="Ошибка.", by=worker, now=LATER)
    )
    assert code == "case_cannot_close"
    assert "предложение о передаче ждёт ответа" in text
    with undone():
        withdraw_transfer(transfer=offer.transfer, by=worker, now=LATER)
        assert code_of(lambda: accept_transfer(transfer=offer.transfer, by=director, now=LATER)) == (
            "transfer_decided",
            "Передающий Центр отозвал эту передачу.",
        )
        assert proposed(fresh(offer.case), other, worker).state == State.PROPOSED
    begun = fresh(offer.case)
    with undone():
        begin_assessment(case=begun, by=worker, now=LATER)
        assert code_of(lambda: accept_transfer(transfer=offer.transfer, by=director, now=LATER)) == (
            "stage_forbids",
            "Оценка уже начата: передаётся только дело на стадии обращения.",
        )
    accept_transfer(transfer=offer.transfer, by=director, now=LATER)
    assert code_of(lambda: accept_transfer(transfer=offer.transfer, by=director, now=LATER)) == (
        "transfer_decided",
        "Эта передача уже принята.",
    )
    assert code_of(lambda: proposed(fresh(offer.case), other, worker))[0] == "case_closed"


def test_stale_version_is_refused(place: Place, other: Place, offer: Offer) -> None:
    director = other.by(Role.DIRECTOR)
    assert (
        code_of(lambda: accept_transfer(transfer=offer.transfer, version=7, by=director, now=LATER))[0]
        == "stale_version"
    )


def test_consent_once_given_has_to_include_the_transfer(place: Place, other: Place) -> None:
    case = a_case(place)
    person = case.members.get().person
    consent = {"signed_on": NOON.date(), "data": ["identity"], "by": place.by(), "now": NOON}
    with undone():
        record_consent(case=case, person=person, given=True, third_parties=True, **consent)
        assert proposed(fresh(case), other, place.by()).state == State.PROPOSED
    record_consent(case=case, person=person, given=True, third_parties=False, **consent)
    assert code_of(lambda: proposed(fresh(case), other, place.by()))[0] == "consent_no_transfer"
    flag_threat(case=fresh(case), note="Угроза.", by=place.by(), now=NOON)
    calm(place, case, NOON)
    assert proposed(fresh(case), other, place.by()).state == State.PROPOSED


def test_nobody_answers_is_told_to_both_directors_and_stays(place: Place, other: Place, offer: Offer) -> None:
    term = Deadline.objects.open().get(code="transfer_acceptance")
    assert term.due_at is not None
    assert term.center_id == place.center.pk
    sweep(term.due_at + timedelta(minutes=1))
    deliver_due(clock.now)
    told = {
        (row.recipient_id, row.kind)
        for row in Notice.objects.filter(kind__in=("transfer.waiting", "deadline.escalated"))
    }
    assert (other.people[Role.DIRECTOR].pk, "transfer.waiting") in told
    assert (place.people[Role.DIRECTOR].pk, "deadline.escalated") in told
    offer.transfer.refresh_from_db()
    assert offer.transfer.state == State.PROPOSED
    assert fresh(offer.case).stage == "intake"
    running = set(Deadline.objects.open().filter(case_id=offer.case.pk).values_list("code", flat=True))
    assert {"consultation", "assessment", "transfer_acceptance"} <= running


@pytest.mark.parametrize("restricted", [False, True])
def test_asked_director_sees_a_masked_summary_only(
    place: Place, other: Place, client: Client, restricted: bool
) -> None:
    case = a_case(place, person=PersonData(last_name="Омаргалиева", no_iin_reason="unknown"))
    if restricted:
        restrict(case=case, restriction="violence", by=place.by(), now=NOON)
    transfer = proposed(fresh(case), other, place.by(), reason="Живёт у сестры.")
    page = sign_in(client, other.people[Role.DIRECTOR]).get(reverse("transfer", args=(transfer.pk,)))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Омаргалиева" not in text
    assert case.intakes.get().said not in text
    assert ("О." in text, "Живёт у сестры." in text) == (not restricted, not restricted)
    assert case.number not in text


def test_what_was_written_is_not_for_colleagues_of_the_sending_center(place: Place, other: Place) -> None:
    """Where a family went and why is not told to who only sees in a list that its case exists."""
    case = a_case(place)
    reason, answer = "Живёт у сестры на Абая, 7.", "Сестра переехала в Семей."
    transfer = proposed(fresh(case), other, place.by(), reason=reason)
    decline_transfer(transfer=transfer, reason=answer, by=other.by(Role.DIRECTOR), now=LATER)
    path = reverse("transfer", args=(transfer.pk,))

    def told(membership: Membership) -> tuple[bool, bool]:
        page = sign_in(Client(), membership).get(path)
        assert page.status_code == 200
        return reason in page.content.decode(), answer in page.content.decode()

    for role in (Role.INTAKE_CLERK, Role.PSYCHOLOGIST, Role.HEAD_ACCOMPANIMENT, Role.DIRECTOR):
        assert told(place.people[role]) == (False, False), role
    assert told(place.people[Role.CASEWORKER]) == (True, True)
    assert told(other.people[Role.DIRECTOR]) == (True, True)


def test_barred_director_learns_nothing(place: Place, other: Place, client: Client) -> None:
    iin = an_iin(female=False)
    barred = a_membership(Role.DIRECTOR, center=other.center, iin=iin)
    case = a_case(place)
    bar_person(case=case, iin=iin, relation="муж", by=place.by(), now=NOON)
    transfer = proposed(case, other, place.by())
    assert not IntakeTransfer.objects.visible_to(actor_for(barred)).exists()
    with pytest.raises(Missing):
        accept_transfer(transfer=transfer, by=actor_for(barred), now=LATER)
    signed = sign_in(client, barred)
    assert signed.get(reverse("transfer", args=(transfer.pk,))).status_code == 404
    assert "(0)" in signed.get(f"{reverse('intake-list')}?tab=offered").content.decode()
