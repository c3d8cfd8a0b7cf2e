"""Reserved, admitted, planned, checked out: what each act writes, and what may not be and what it says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from cases.actions import close_case, note_violence
from cases.closing import blockers
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.base.errors import AppError, Conflict
from family_support.deadlines.models import Deadline
from family_support.deadlines.sweep import sweep
from family_support.documents.models import Attachment
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from shelter import actions
from shelter.models import MinorNotice, Resident, Stay
from shelter.papers import notice_pdf
from shelter.queries import cards
from shelter.rules import Basis
from tests.factories import NOON, Place, a_case_with_consent, a_center, an_agency, fresh
from tests.places import at
from tests.shelter.samples import (
    LATER,
    a_child,
    a_notice,
    a_place,
    a_reserved,
    a_resident,
    admit,
    applicant,
    application,
    director,
    leave,
    referral,
    send,
    with_child,
)

pytestmark = [pytest.mark.usefixtures("case_kept"), pytest.mark.django_db]
TAKEN = {
    "code": "place_taken",
    "detail": "Somebody has just taken this place for this time. Choose another one.",
    "fields": {},
}
THIRD = "Both notices about the minors who came together exist already: a third one is not made."


def refused(call: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
    with translation.override("en"), pytest.raises(AppError) as caught:
        call(*args, **kwargs)
    with translation.override("en"):
        return caught.value.as_dict()


def terms(stay: Stay) -> dict[str, str]:
    rows = Deadline.objects.filter(case_id=stay.case_id).exclude(
        code__in=("assessment", "consultation", "violence_redirection")
    )
    return {row.code: row.state for row in rows}


# --- Reservation ------------------------------------------------------------------------------------------
def test_a_reservation_keeps_the_place_and_restricts_the_case(setting: Place) -> None:
    stay = a_reserved(setting)
    case = fresh(stay.case)
    assert (stay.state, stay.episode, stay.claim_from) == ("reserved", 1, NOON)
    assert stay.claim_to == at("2026-04-11 00:00")
    assert (case.restricted, case.restriction) == (True, "shelter")
    assert terms(stay) == {}
    assert refused(a_reserved, setting, case, place=a_place(setting))["code"] == "stay_active"


def test_a_place_is_not_given_twice(setting: Place) -> None:
    place = a_place(setting)
    a_reserved(setting, place=place)
    assert refused(a_reserved, setting, place=place) == TAKEN
    # From the end of the month on it is free again.
    later = a_reserved(setting, place=place, arrives_at=at("2026-04-11 09:00"))
    assert later.state == "reserved"


def test_the_database_itself_refuses_the_second_claim(setting: Place) -> None:
    stay = a_reserved(setting)
    other = a_case_with_consent(setting)
    row = {"case": other, "person": applicant(other), "place": stay.place, "reserved_at": NOON}
    claim = {"claim_from": NOON, "claim_to": NOON + timedelta(hours=1)}
    with pytest.raises(IntegrityError, match="stay_place_not_twice"), transaction.atomic():
        Stay.objects.create(**row, **claim)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"arrives_at": NOON - timedelta(days=1)}, {"arrives_at": ["This day has passed."]}),
        ({"place": "foreign"}, {"place": ["Choose a place that is in use."]}),
        ({"place": "closed"}, {"place": ["Choose a place that is in use."]}),
        ({"person": "stranger"}, {"person": ["This person is not of the family of the case."]}),
        (
            {"person": "child"},
            {"person": ["A stay is given to an adult: children come along with one."]},
        ),
    ],
)
def test_bad_reservations(setting: Place, changes: dict[str, Any], fields: dict[str, Any]) -> None:
    case = a_case_with_consent(setting)
    closed = a_place(setting)
    closed.is_active = False
    with acting(SYSTEM):
        closed.save()
    things = {
        "foreign": lambda: a_place(a_center()),
        "closed": lambda: closed,
        "stranger": lambda: applicant(a_case_with_consent(setting)),
        "child": lambda: a_child(case, setting),
    }
    changes = {name: things[value]() if value in things else value for name, value in changes.items()}
    assert refused(a_reserved, setting, case, **changes)["fields"] == fields


def test_a_second_stay_needs_a_new_episode_and_the_head(setting: Place) -> None:
    first = leave(a_resident(setting), setting)
    case = fresh(first.case)
    assert refused(a_reserved, setting, case, now=LATER)["fields"] == {
        "episode_note": [
            "This person has stayed here before: write what happened anew. The head has to allow the stay."
        ]
    }
    again = a_reserved(setting, case, now=LATER, episode_note="Новые угрозы.")
    assert (again.episode, again.waits_for_head) == (2, True)
    assert refused(admit, again, setting, now=LATER) == {
        "code": "head_missing",
        "detail": "The head has not allowed the new stay of this person yet.",
        "fields": {},
    }
    head = director(setting, LATER)
    assert refused(actions.allow_new_stay, stay=again, reason=" ", by=head, now=LATER)["fields"] == {
        "reason": ["State the reason."]
    }
    actions.allow_new_stay(stay=again, reason="Подтверждено полицией.", by=head, now=LATER)
    assert admit(again, setting, now=LATER).state == "resident"


# --- Check-in ---------------------------------------------------------------------------------------------
def test_the_check_in_opens_the_month_and_the_exit_plan(setting: Place) -> None:
    stay = a_resident(setting)
    assert terms(stay) == {"stay_limit": "open", "exit_plan": "open"}
    limit = Deadline.objects.get(code="stay_limit", subject_id=stay.pk)
    # 10 April is a Friday; the last day lasts until 24:00.
    assert (stay.last_day, limit.due_at) == (date(2026, 4, 10), at("2026-04-11 00:00"))
    assert Deadline.objects.get(code="exit_plan").due_at == at("2026-03-30 18:30")
    assert Attachment.objects.filter(subject_type="shelter.stay", subject_id=stay.pk).count() == 1
    assert not stay.notices.exists()


def test_the_last_day_does_not_roll_to_a_working_day(setting: Place) -> None:
    start = at("2026-03-11 10:00")
    with clock.at(start):
        stay = a_resident(setting, now=start)
    # 11 April 2026 is a Saturday.
    assert Deadline.objects.get(code="stay_limit", subject_id=stay.pk).due_at == at("2026-04-12 00:00")


def test_minors_open_both_notices_by_the_clock(setting: Place) -> None:
    police = an_agency("police", district=setting.center.district)
    stay = with_child(setting)
    assert set(stay.notices.values_list("kind", "state")) == {
        ("law_enforcement", "due"),
        ("guardianship", "due"),
    }
    assert stay.notices.get(kind="law_enforcement").agency == police
    assert stay.notices.get(kind="guardianship").agency is None
    for notice in stay.notices.all():
        row = Deadline.objects.get(code=notice.term, subject_id=notice.pk)
        assert row.due_at == NOON + timedelta(hours=24)
    assert list(stay.residents.values_list("is_minor", flat=True)) == [False, True]


def test_a_referral_is_a_basis(setting: Place) -> None:
    stay = admit(a_reserved(setting), setting, basis=referral(setting))
    assert (stay.basis, stay.referral_number, stay.application_on) == ("referral", "12-3/45", None)


def test_two_bases_or_none_are_refused_on_the_field(setting: Place) -> None:
    stay = a_reserved(setting)
    both = Basis(**{**vars_of(referral(setting)), "application_on": NOON.date()})
    assert refused(admit, stay, setting, basis=both)["fields"] == {
        "basis": ["Give exactly one basis: a referral or a personal application, not both."]
    }
    assert refused(admit, stay, setting, basis=Basis())["fields"] == {
        "basis": [
            "Give the basis of the stay: a referral with body, number and date, or a personal application."
        ]
    }
    stay.refresh_from_db()
    assert stay.state == "reserved"
    assert not Attachment.objects.filter(subject_type="shelter.stay").exists()


def vars_of(basis: Basis) -> dict[str, Any]:
    return {name: getattr(basis, name) for name in ("chosen", "agency", "number", "referral_on")}


def test_an_admission_in_the_future_is_refused(setting: Place) -> None:
    stay = a_reserved(setting)
    ahead = NOON + timedelta(minutes=1)
    assert refused(admit, stay, setting, admitted_at=ahead)["fields"] == {
        "admitted_at": ["The admission is in the future: enter it when the person has come."]
    }


def test_an_adult_among_the_minors_is_refused(setting: Place) -> None:
    case = a_case_with_consent(setting)
    grown = a_child(case, setting, born=date(2008, 3, 10))
    stay = a_reserved(setting, case)
    assert refused(admit, stay, setting, minors=[grown])["fields"] == {
        "minors": ["Сәрсенова Дана is an adult by birth date: choose among the adults."]
    }
    assert admit(stay, setting, adults=[grown]).state == "resident"


def test_more_people_than_beds(setting: Place) -> None:
    case = a_case_with_consent(setting)
    child = a_child(case, setting)
    stay = a_reserved(setting, case, place=a_place(setting, beds=1))
    assert refused(admit, stay, setting, minors=[child])["fields"] == {
        "place": ["This place has 1 bed, and more people come."]
    }
    roomy = a_place(setting, beds=2)
    assert admit(stay, setting, minors=[child], place=roomy).place == roomy


def test_nobody_lives_in_two_stays(setting: Place) -> None:
    stay = a_resident(setting)
    other = a_reserved(setting)
    with pytest.raises(Conflict, match="resident_elsewhere"), acting(SYSTEM):
        Resident.objects.create(stay=other, person=stay.person, came_at=NOON)


def test_the_stay_is_the_fifth_kind_of_support(setting: Place) -> None:
    case = a_case_with_consent(setting)
    found = note_violence(case=case, signs="Побои.", by=setting.by(), now=NOON)
    a_resident(setting, fresh(case))
    assert list(found.supports.values_list("kind", "given_on")) == [("stay", date(2026, 3, 10))]


# --- Notices ----------------------------------------------------------------------------------------------
def test_a_third_notice_is_not_made(setting: Place) -> None:
    stay = with_child(setting)

    def third() -> None:
        with acting(SYSTEM):
            MinorNotice.objects.create(
                stay=stay, kind="guardianship", opened_at=NOON, counted_from=NOON, next_reminder_at=NOON
            )

    assert refused(third) == {"code": "notice_exists", "detail": THIRD, "fields": {}}
    with pytest.raises(IntegrityError, match="notice_of_a_known_kind"), transaction.atomic():
        MinorNotice.objects.create(
            stay=stay, kind="school", opened_at=NOON, counted_from=NOON, next_reminder_at=NOON
        )


def test_a_child_that_comes_later_opens_both_notices_from_then(setting: Place) -> None:
    stay = a_resident(setting)
    child = a_child(stay.case, setting)
    given = {"stay": stay, "minor": child, "by": setting.by(at=LATER), "now": LATER}
    assert refused(actions.admit_minor, came_at=NOON - timedelta(hours=1), **given)["fields"] == {
        "came_at": ["The stay began later than this moment."]
    }
    actions.admit_minor(came_at=LATER, **given)
    due = set(Deadline.objects.filter(code__startswith="minor_notice").values_list("due_at", flat=True))
    assert due == {LATER + timedelta(hours=24)}


def test_every_child_has_notices_of_its_own_that_name_nobody_else(setting: Place) -> None:
    """What was sent named the first child: of the second one nobody has been told yet (R256 26)."""
    stay = with_child(setting)
    for notice in stay.notices.all():
        send(notice, setting)
    second, third = a_child(stay.case, setting), a_child(stay.case, setting, born=date(2020, 1, 2))
    given = {"stay": stay, "came_at": LATER, "by": setting.by(at=LATER), "now": LATER}
    actions.admit_minor(minor=second, **given)
    due = Deadline.objects.open().filter(code__startswith="minor_notice")
    assert set(due.values_list("due_at", flat=True)) == {LATER + timedelta(hours=24)}
    assert due.count() == 2
    # Who came together with them shares the notices that wait; who comes after one was sent does not.
    actions.admit_minor(minor=third, **given)
    assert stay.notices.count() == 4
    send(stay.notices.get(arrival=2, kind="guardianship"), setting, now=LATER)
    fourth = a_child(stay.case, setting, born=date(2021, 1, 2))
    actions.admit_minor(minor=fourth, **given)
    assert sorted(stay.notices.values_list("arrival", flat=True)) == [1, 1, 2, 2, 3, 3]
    lines = cards(Stay.objects.filter(pk=stay.pk))[0].notices
    assert [line.minors.count("Дана") for line in lines] == [1, 1, 2, 2, 1, 1]
    assert refused(actions.admit_minor, minor=second, **given)["fields"] == {
        "minor": ["This person lives in this stay already."]
    }
    with patch("shelter.papers.render_pdf") as made:
        notice_pdf(stay.notices.get(arrival=2, kind="guardianship"), "ru")
    assert {row.person for row in made.call_args.args[1]["minors"]} == {second, third}


def test_the_mark_sent_meets_the_term_by_when_it_was_sent(setting: Place) -> None:
    notice = a_notice(setting)
    sent = send(notice, setting, now=LATER, sent_at=NOON + timedelta(hours=20))
    assert sent.state == "sent"
    assert Deadline.objects.get(subject_id=notice.pk, code=notice.term).state == "met"
    late = send(a_notice(setting), setting, now=LATER)
    assert Deadline.objects.get(subject_id=late.pk, code=late.term).state == "met_late"
    proofs = Attachment.objects.filter(subject_type="shelter.minornotice", subject_id=sent.pk)
    assert proofs.count() == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        (
            {"proof": None},
            {"proof": ["Attach the proof: the receipt, the postal slip or the mark of delivery."]},
        ),
        ({"agency": None}, {"agency": ["Choose the addressee."]}),
        ({"way": "pigeon"}, {"way": ["Choose how it was sent."]}),
        ({"sent_at": NOON + timedelta(days=9)}, {"sent_at": ["The moment is in the future."]}),
        (
            {"sent_at": NOON - timedelta(minutes=1)},
            {"sent_at": ["A notice cannot be sent before the admission."]},
        ),
    ],
)
def test_bad_sending(setting: Place, changes: dict[str, Any], fields: dict[str, Any]) -> None:
    assert refused(send, a_notice(setting), setting, **changes)["fields"] == fields


def test_a_notice_goes_to_a_body_of_its_kind(setting: Place) -> None:
    school = an_agency("education")
    assert refused(send, a_notice(setting), setting, agency=school)["fields"] == {
        "agency": ["This notice goes to a body of another kind."]
    }


def test_received_with_its_number_is_registered_at_once(setting: Place) -> None:
    notice = a_notice(setting, "sent")
    given = {"notice": notice, "by": setting.by(at=LATER), "now": LATER}
    assert refused(actions.receive_notice, received_on=date(2026, 3, 9), **given)["fields"] == {
        "received_on": ["The notice was sent later than this day."]
    }
    done = actions.receive_notice(received_on=LATER.date(), registration_number="ВХ-12", **given)
    assert (done.state, done.registration_number) == ("registered", "ВХ-12")


# --- Exit plan and check-out ------------------------------------------------------------------------------
def test_the_exit_plan_meets_its_term_and_can_be_written_anew(setting: Place) -> None:
    stay = a_resident(setting)
    given = {"by": setting.by(at=LATER), "now": LATER}
    stay = actions.write_exit_plan(stay=stay, exit_going="rented", exit_plan="Снять квартиру.", **given)
    assert terms(stay)["exit_plan"] == "met"
    stay = actions.write_exit_plan(stay=stay, exit_going="relatives", exit_plan="К сестре.", **given)
    assert (stay.exit_going, stay.exit_plan) == ("relatives", "К сестре.")
    assert refused(actions.write_exit_plan, stay=stay, exit_going="", exit_plan="Что-то", **given)[
        "fields"
    ] == {"exit_going": ["Choose where the person goes."]}


def test_the_check_out_frees_the_place_and_meets_the_limit(setting: Place) -> None:
    stay = leave(a_resident(setting), setting)
    assert (stay.state, stay.claim_to) == ("checked_out", LATER)
    assert terms(stay) == {"stay_limit": "met", "exit_plan": "cancelled"}
    assert not stay.residents.filter(left_at__isnull=True).exists()
    assert a_reserved(setting, place=stay.place, now=LATER).state == "reserved"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        (
            {"checked_out_at": NOON - timedelta(hours=1)},
            {"checked_out_at": ["The check-out must come after the admission."]},
        ),
        (
            {"checked_out_at": LATER + timedelta(hours=1)},
            {"checked_out_at": ["The check-out is in the future: enter it when the person has left."]},
        ),
        (
            {"going": "", "leaving": "x"},
            {"going": ["Choose where the person went."], "leaving": ["Choose the reason."]},
        ),
    ],
)
def test_bad_check_outs(setting: Place, changes: dict[str, Any], fields: dict[str, Any]) -> None:
    assert refused(leave, a_resident(setting), setting, **changes)["fields"] == fields


# --- Overstay ---------------------------------------------------------------------------------------------
PASSED = at("2026-04-11 00:05")


def test_the_overstay_marks_itself_and_waits_for_the_director(setting: Place) -> None:
    stay = a_resident(setting)
    with clock.at(PASSED):
        sweep(PASSED)
        deliver_due(lambda: PASSED)
        deliver_due(lambda: PASSED)
    stay.refresh_from_db()
    assert stay.overstay_at == at("2026-04-11 00:00")
    assert Notice.objects.filter(kind="stay.overstay").count() == 2
    given = {"stay": stay, "by": director(setting, PASSED), "now": PASSED}
    assert refused(actions.explain_overstay, reason="", **given)["fields"] == {
        "reason": ["State the reason."]
    }
    explained = actions.explain_overstay(reason="Ждёт места в другом регионе.", **given)
    assert explained.overstay_reason == "Ждёт места в другом регионе."
    assert refused(actions.explain_overstay, reason="Ещё раз.", **given)["code"] == "overstay_explained"


def test_who_overstays_keeps_the_place(setting: Place) -> None:
    stay = a_resident(setting)
    waiting = a_reserved(setting, place=stay.place, arrives_at=at("2026-04-11 09:00"))
    assert refused(a_reserved, setting, place=stay.place, now=PASSED) == TAKEN
    late = at("2026-04-11 10:00")
    assert refused(admit, waiting, setting, now=late) == TAKEN
    out = leave(stay, setting, now=late)
    assert (terms(out)["stay_limit"], out.overstay_at) == ("met_late", at("2026-04-11 00:00"))
    assert admit(waiting, setting, now=late + timedelta(hours=1)).state == "resident"


def test_who_left_in_time_and_was_written_down_later_did_not_overstay(setting: Place) -> None:
    stay = a_resident(setting)
    actions.mark_overstay(stay=stay, now=PASSED)
    out = leave(stay, setting, now=PASSED, checked_out_at=at("2026-04-10 20:00"))
    assert (out.overstay_at, terms(out)["stay_limit"]) == (None, "met")


@pytest.mark.parametrize(("day", "told"), [(24, 0), (25, 1), (28, 2)])
def test_the_director_is_told_on_day_25_and_28(setting: Place, day: int, told: int) -> None:
    a_resident(setting)
    head = setting.people["director"].pk  # type: ignore[index]
    for number in range(20, day + 1):
        moment = at("2026-03-10 09:30") + timedelta(days=number)
        with clock.at(moment):
            sweep(moment)
            deliver_due(lambda moment=moment: moment)  # type: ignore[misc]
    found = Notice.objects.filter(recipient_id=head, kind="deadline.upcoming", params__term="stay_limit")
    assert found.count() == told


# --- Closing ----------------------------------------------------------------------------------------------
def test_the_case_does_not_close_with_an_open_stay_or_a_missing_notice(setting: Place) -> None:
    stay = with_child(setting)
    with translation.override("en"):
        assert [str(each.text) for each in blockers(stay.case)] == [
            "a temporary stay is open",
            "2 notices about a minor are not sent",
        ]
    for notice in stay.notices.all():
        send(notice, setting)
    leave(stay, setting)
    assert blockers(stay.case) == []
    closed = close_case(
        case=fresh(stay.case),
        closing="refused",
        note="Заявление об отказе.",
        by=setting.by(at=LATER),
        now=LATER,
    )
    assert closed.is_closed


def test_an_overstay_without_reason_blocks_the_closing(setting: Place) -> None:
    stay = leave(a_resident(setting), setting, now=PASSED)
    with translation.override("en"):
        assert [str(each.text) for each in blockers(stay.case)] == [
            "the director's reason for the stay longer than a month is missing"
        ]


def test_the_basis_is_one_in_the_database_too(setting: Place) -> None:
    stay = a_resident(setting)
    with pytest.raises(IntegrityError, match="stay_exactly_one_basis"), transaction.atomic():
        Stay.objects.filter(pk=stay.pk).update(referral_number="7", referral_agency=an_agency("health"))
    with pytest.raises(IntegrityError, match="stay_admitted_on_a_basis"), transaction.atomic():
        Stay.objects.filter(pk=stay.pk).update(basis="", application_on=None)
    assert application().kind == "application"
