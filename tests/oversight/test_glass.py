"""Break-glass: who, on what words, what it opens, how it ends, who is told, how it is reviewed (ADR 24)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import encrypt
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions import restrict
from cases.actions.glass import break_into, end_emergency
from cases.models import Case, TimelineEntry
from family_support.access.barred import bar
from family_support.access.models import OPEN_FOR, CaseOpening
from family_support.access.openings import open_with_reason
from family_support.access.reads import readings_of_case
from family_support.accounts.models import Membership
from family_support.accounts.roles import CENTER_ROLES, UNIT_HEADS, WORKERS, Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.deadlines.models import Deadline
from family_support.deadlines.sweep import sweep
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from family_support.oversight.actions import decide_review
from family_support.oversight.models import GlassReview
from tests.access.world import sign_in
from tests.factories import Place, a_case, a_center, a_membership, actor_for, an_iin, fresh, person_data
from tests.lasting import keeping, lasting

pytestmark = pytest.mark.django_db
WHY = "Женщина у дверей с детьми, ведущую вызвать не можем."
LIFE = CaseOpening.Glass.LIFE
IIN = an_iin(serial=7004)


@lasting
def a_hidden_case() -> tuple[Place, Case]:
    """A Center and its restricted case."""
    place = a_center()
    return place, restricted(a_case(place, person=person_data(iin=IIN)), place)


_kept = keeping(a_hidden_case)


@pytest.fixture
def hidden() -> tuple[Place, Case]:
    return a_hidden_case()


@pytest.fixture
def place(hidden: tuple[Place, Case]) -> Place:
    return hidden[0]


@pytest.fixture
def case(hidden: tuple[Place, Case]) -> Case:
    return hidden[1]


@pytest.fixture
def colleague(place: Place) -> Actor:
    return actor_for(a_membership(Role.PSYCHOLOGIST, center=place.center))


@pytest.fixture
def officer() -> Actor:
    return actor_for(a_membership(Role.SECURITY_OFFICER))


def restricted(case: Case, place: Place) -> Case:
    restrict(case=case, restriction=Case.Restriction.VIOLENCE, by=place.by(), now=clock.now())
    return fresh(case)


def broken(case: Case, by: Actor, **changes: object) -> CaseOpening:
    now = clock.now()
    given: dict = {"find": case.number, "code": LIFE, "reason": WHY, "proved_at": now, "now": now, **changes}
    return break_into(by=by, **given)


def refusal(act: Callable[[], object]) -> tuple[type[AppError], dict[str, list[str]]]:
    with pytest.raises(AppError) as refused:
        act()
    return type(refused.value), {
        name: [str(text) for text in texts] for name, texts in refused.value.fields.items()
    }


def sees(actor: Actor, case: Case) -> tuple[bool, bool, bool]:
    """Listed, readable, workable."""
    rows = Case.objects.filter(pk=case.pk)
    return (
        rows.listed_to(actor).exists(),
        rows.visible_to(actor).exists(),
        rows.writable_by(actor).exists(),
    )


class TestOpening:
    def test_one_case_for_an_hour_reading_only(self, place: Place, case: Case, colleague: Actor) -> None:
        other = restricted(a_case(place), place)
        assert sees(colleague, case) == (False, False, False)
        opening = broken(case, colleague)
        assert sees(colleague, case) == (False, True, False)
        assert sees(colleague, other) == (False, False, False)
        assert opening.ends_at - opening.opened_at == OPEN_FOR == timedelta(minutes=60)
        assert [(row.what, row.reason) for row in readings_of_case(case.pk)] == [("glass", WHY)]
        assert TimelineEntry.objects.filter(case=case, kind="glass.broken").count() == 1

    def test_the_timeline_leads_to_none_of_its_records(self, place: Place, case: Case) -> None:
        looker = a_membership(Role.PSYCHOLOGIST, center=place.center)
        broken(case, actor_for(looker))
        path, intake = reverse("case", args=(case.pk,)), reverse("intake", args=(case.intakes.get().pk,))

        def leads_there(membership: Membership) -> bool:
            page = sign_in(Client(), membership).get(path)
            assert page.status_code == 200
            return intake in page.content.decode()

        assert leads_there(place.people[Role.CASEWORKER])
        assert not leads_there(looker)
        assert sign_in(Client(), looker).get(intake).status_code == 404

    def test_it_ends_by_itself(self, case: Case, colleague: Actor) -> None:
        earlier = clock.now() - timedelta(minutes=61)
        broken(case, colleague, now=earlier, proved_at=earlier)
        assert sees(colleague, case) == (False, False, False)

    def test_by_the_iin_of_somebody_of_the_family(self, case: Case, colleague: Actor) -> None:
        assert broken(case, colleague, find=f" {IIN} ").case_id == case.pk

    @pytest.mark.parametrize("role", sorted(CENTER_ROLES))
    def test_who_may(self, place: Place, case: Case, role: Role) -> None:
        by = actor_for(a_membership(role, center=place.center))
        if role in WORKERS | UNIT_HEADS:
            assert broken(case, by).membership_id == by.membership_id
        else:
            with pytest.raises(Forbidden):
                broken(case, by)

    def test_the_director_opens_with_a_reason_instead(self, place: Place, case: Case) -> None:
        director = place.by(Role.DIRECTOR)
        with pytest.raises(Forbidden):
            broken(case, director)
        acting_one = replace(place.by(Role.LAWYER), acting=True)
        with pytest.raises(Forbidden):
            broken(case, acting_one)
        open_with_reason(case_id=case.pk, by=director, reason="Жалоба на сроки ответа", now=clock.now())
        assert sees(director, case) == (True, True, False)
        assert not GlassReview.objects.exists()

    def test_an_ordinary_opening_does_not_outlive_the_restriction(
        self, place: Place, colleague: Actor
    ) -> None:
        case = a_case(place)
        open_with_reason(case_id=case.pk, by=colleague, reason="Подменяю коллегу сегодня", now=clock.now())
        assert sees(colleague, case) == (True, True, False)
        assert sees(colleague, restricted(case, place)) == (False, False, False)

    def test_what_has_to_be_said(self, case: Case, colleague: Actor) -> None:
        now = clock.now()
        short = "Угроза   жизни,       срочно нужен."  # 30 signs, but not of words
        assert refusal(lambda: broken(case, colleague, reason=short)) == (
            Invalid,
            {"reason": ["Напишите, что произошло: не менее 30 знаков."]},
        )
        assert refusal(lambda: broken(case, colleague, code="curiosity")) == (
            Invalid,
            {"code": ["Выберите основание."]},
        )
        stale = {"second_factor": ["Подтвердите свежим кодом второго фактора."]}
        for proved in (None, now - timedelta(minutes=5, seconds=1), now + timedelta(seconds=1)):
            assert refusal(lambda proved=proved: broken(case, colleague, proved_at=proved, now=now)) == (  # type: ignore[misc]
                Invalid,
                stale,
            )

    def test_what_is_not_opened_is_answered_alike(self, place: Place, case: Case, colleague: Actor) -> None:
        elsewhere = a_center()
        foreign = restricted(a_case(elsewhere), elsewhere)
        husband = actor_for(a_membership(Role.LAWYER, center=place.center, iin=an_iin()))
        bar(case_id=case.pk, iin=_iin_of(husband), relation="муж", by=place.by(), now=clock.now())
        nothing = {
            "find": ["По этому номеру или ИИН дело с ограниченным доступом вашего Центра не открывается."]
        }
        for by, find in (
            (colleague, foreign.number),
            (colleague, "НЕТ-2026-00001"),
            (colleague, an_iin()),
            (husband, case.number),
            (husband, IIN),
        ):
            assert refusal(lambda by=by, find=find: broken(case, by, find=find)) == (Invalid, nothing)  # type: ignore[misc]
        assert not CaseOpening.objects.exists()

    def test_where_it_is_not_needed(self, place: Place, case: Case, colleague: Actor) -> None:
        ordinary = a_case(place)
        assert refusal(lambda: broken(ordinary, colleague))[1] == {
            "find": ["У этого дела нет ограничения: откройте его из списка дел с указанием причины."]
        }
        broken(case, colleague)
        assert refusal(lambda: broken(case, colleague))[1] == {"find": ["Это дело вам уже открыто."]}

    def test_barred_afterwards_is_out_at_once(self, place: Place, case: Case) -> None:
        husband = actor_for(a_membership(Role.LAWYER, center=place.center, iin=an_iin()))
        broken(case, husband)
        bar(case_id=case.pk, iin=_iin_of(husband), relation="муж", by=place.by(), now=clock.now())
        assert sees(husband, case) == (False, False, False)

    def test_a_membership_that_ended_reads_nothing(self, place: Place, case: Case, colleague: Actor) -> None:
        broken(case, colleague)
        elsewhere = replace(colleague, center_id=a_center().center.pk)
        assert sees(elsewhere, case) == (False, False, False)


def _iin_of(actor: Actor) -> str:
    return str(Membership.objects.select_related("user").get(pk=actor.membership_id).user.iin)


class TestDatabase:
    """What the runtime role could write by hand."""

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"reason": "Коротко."}, "glass_said_in_words"),
            ({"ends_at": timedelta(minutes=61)}, "opening_for_an_hour"),
        ],
    )
    def test_words_and_an_hour(self, case: Case, colleague: Actor, change: dict, constraint: str) -> None:
        now = clock.now()
        given = {"code": LIFE, "reason": WHY, "ends_at": timedelta(minutes=60), **change}
        given["ends_at"] = now + given["ends_at"]
        with (
            pytest.raises(Exception, match=constraint if constraint.startswith("opening") else "."),
            acting(SYSTEM),
        ):
            CaseOpening.objects.create(
                case_id=case.pk, membership_id=colleague.membership_id, opened_at=now, **given
            )
        assert not CaseOpening.objects.exists()

    @pytest.mark.parametrize(
        "change", [{"reason": WHY + " Правда."}, {"code": "child"}, {"ends_at": timedelta(minutes=70)}]
    )
    def test_nothing_but_an_earlier_end(self, case: Case, colleague: Actor, change: dict) -> None:
        opening = broken(case, colleague)
        if "ends_at" in change:
            change = {"ends_at": opening.opened_at + change["ends_at"]}
        with pytest.raises(ProgrammingError, match="only end earlier"), transaction.atomic():
            CaseOpening.objects.filter(pk=opening.pk).update(**change)


class TestTold:
    def test_lead_and_security_officer_at_once(
        self, place: Place, case: Case, colleague: Actor, officer: Actor
    ) -> None:
        broken(case, colleague)
        deliver_due(clock.now)
        told = {
            (row.recipient_id, row.kind, row.case_id, row.loudness, tuple(row.params))
            for row in Notice.objects.filter(kind__startswith="glass.")
        }
        assert told == {
            (case.lead_id, "glass.broken", case.pk, "urgent", ()),
            (officer.membership_id, "glass.review", None, "urgent", ()),
        }

    def test_the_director_where_nobody_else_leads(self, place: Place, case: Case, officer: Actor) -> None:
        """The lead whose own named grant has ended breaks the glass: the director hears of it."""
        with acting(SYSTEM):
            Case.objects.filter(pk=case.pk).update(lead=None)
        broken(case, actor_for(a_membership(Role.LAWYER, center=place.center)))
        deliver_due(clock.now)
        assert [row.recipient_id for row in Notice.objects.filter(kind="glass.broken")] == [
            place.people[Role.DIRECTOR].pk
        ]


class TestEnding:
    def test_by_oneself_the_lead_and_the_director(self, place: Place, case: Case, colleague: Actor) -> None:
        for by in (colleague, place.by(), place.by(Role.DIRECTOR)):
            opening = broken(case, colleague)
            end_emergency(opening=opening, by=by, now=clock.now())
            assert sees(colleague, case) == (False, False, False)
        assert TimelineEntry.objects.filter(case=case, kind="glass.ended").count() == 3

    def test_by_nobody_else(self, place: Place, case: Case, colleague: Actor) -> None:
        opening = broken(case, colleague)
        for by in (
            actor_for(a_membership(Role.LAWYER, center=place.center)),
            a_center().by(Role.DIRECTOR),
        ):
            with pytest.raises(Missing):
                end_emergency(opening=opening, by=by, now=clock.now())

    def test_nor_by_who_looks_through_a_glass_of_their_own(
        self, place: Place, case: Case, colleague: Actor
    ) -> None:
        opening = broken(case, colleague)
        other = actor_for(a_membership(Role.LAWYER, center=place.center))
        broken(case, other)
        with pytest.raises(Missing):
            end_emergency(opening=opening, by=other, now=clock.now())
        assert sees(colleague, case) == (False, True, False)


class TestReview:
    def test_within_one_working_day(self, case: Case, colleague: Actor, officer: Actor) -> None:
        opening = broken(case, colleague)
        review = GlassReview.objects.get(opening=opening)
        assert review.case_hint == f"•••{case.number[-2:]}"
        deadline = Deadline.objects.open().get(code="glass_review")
        assert (deadline.term.unit, deadline.term.length, deadline.holder) == ("working_days", 1, "security")
        assert not Deadline.objects.visible_to(colleague).filter(pk=deadline.pk).exists()
        now = clock.now()
        decide_review(review=review, decision="justified", note="Говорил с директором.", by=officer, now=now)
        deadline = Deadline.objects.get(pk=deadline.pk)
        assert deadline.state == Deadline.State.MET

    def test_a_late_review_is_told_to_the_security_officer_alone(
        self, place: Place, case: Case, colleague: Actor, officer: Actor
    ) -> None:
        broken(case, colleague)
        deadline = Deadline.objects.open().get(code="glass_review")
        assert Deadline.objects.visible_to(officer).get() == deadline
        assert deadline.due_at is not None
        late = deadline.due_at + timedelta(minutes=1)
        with clock.at(late):
            sweep(late)
            deliver_due(clock.now)
        told = Notice.objects.filter(subject_type="deadlines.deadline", subject_id=deadline.pk)
        assert {(row.recipient_id, row.kind) for row in told} == {(officer.membership_id, "deadline.overdue")}

    def test_once(self, case: Case, colleague: Actor, officer: Actor) -> None:
        review = GlassReview.objects.get(opening=broken(case, colleague))
        given = {"review": review, "note": "Никто не подтвердил угрозу.", "by": officer}
        decide_review(decision="unjustified", now=clock.now(), **given)  # type: ignore[arg-type]
        assert sees(colleague, case) == (False, False, False), "it ends with the judgement"
        with pytest.raises(Conflict):
            decide_review(decision="justified", now=clock.now(), **given)  # type: ignore[arg-type]
        deliver_due(clock.now)
        assert Notice.objects.get(kind="glass.unjustified").recipient_id == colleague.membership_id

    def test_from_outside_only(self, place: Place, case: Case, colleague: Actor, officer: Actor) -> None:
        review = GlassReview.objects.get(opening=broken(case, colleague))
        user = Membership.objects.select_related("user").get(pk=officer.membership_id).user
        a_membership(Role.LAWYER, center=place.center, user=user)
        given = {
            "review": review,
            "decision": "justified",
            "note": "Всё в порядке, проверил.",
            "now": clock.now(),
        }
        with pytest.raises(Forbidden) as refused:
            decide_review(by=officer, **given)  # type: ignore[arg-type]
        assert str(refused.value.detail) == "Проверить должен тот, кто не работает в этом Центре."
        for by in (place.by(Role.DIRECTOR), colleague):
            with pytest.raises(Forbidden):
                decide_review(by=by, **given)  # type: ignore[arg-type]
            assert not GlassReview.objects.visible_to(by).exists()

    def test_decision_and_note(self, case: Case, colleague: Actor, officer: Actor) -> None:
        review = GlassReview.objects.get(opening=broken(case, colleague))
        assert refusal(
            lambda: decide_review(review=review, decision="", note="нет", by=officer, now=clock.now())
        ) == (Invalid, {"decision": ["Выберите решение."], "note": ["Напишите, что вы установили."]})


class TestSecondFactor:
    """In the form itself: what was typed stays, a code counts once, nothing is looked up before."""

    @pytest.fixture
    def someone(self, place: Place) -> tuple[Client, Membership, str]:
        member, secret = a_membership(Role.SOCIAL_WORKER, center=place.center), generate_totp_secret()
        with acting(SYSTEM):
            Authenticator.objects.create(
                user=member.user, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}
            )
        return sign_in(Client(), member), member, secret

    def test_a_wrong_and_a_used_code(self, case: Case, someone: tuple[Client, Membership, str]) -> None:
        client, member, secret = someone
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        data = {
            "find": case.number,
            "code": "life",
            "reason": WHY,
            "key": "11111111-1111-4111-8111-111111111111",
        }
        address, wrong = reverse("emergency-access"), "Код неверен или уже использован: дождитесь следующего."
        answer = client.post(address, {**data, "second_factor": "000000"})
        assert answer.status_code == 400
        assert wrong in answer.content.decode()
        assert case.number in answer.content.decode(), "nothing typed is lost"
        assert not CaseOpening.objects.exists()
        answer = client.post(address, {**data, "second_factor": code})
        assert (answer.status_code, answer["Location"]) == (302, reverse("case", args=(case.pk,)))
        again = client.post(address, {**data, "second_factor": code})
        assert again.status_code == 400
        assert wrong in again.content.decode()
        assert CaseOpening.objects.filter(membership=member).count() == 1

    def test_a_key_is_touched_on_its_own_page(self, place: Place) -> None:
        client = sign_in(Client(), a_membership(Role.LAWYER, center=place.center))
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "mfa", "type": "webauthn", "at": time.time() - 301}
        ]
        session.save()
        answer = client.get(reverse("emergency-access"))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))
        session["account_authentication_methods"] = [{"method": "mfa", "type": "webauthn", "at": time.time()}]
        session.save()
        page = client.get(reverse("emergency-access"))
        assert page.status_code == 200
        assert "second_factor" not in page.content.decode()


def test_the_queue_leads_to_why_the_date_is_so_and_to_no_case(
    case: Case, colleague: Actor, officer: Actor
) -> None:
    broken(case, colleague)
    client = sign_in(Client(), Membership.objects.get(pk=officer.membership_id))
    assert client.get(reverse("home"))["Location"] == reverse("glass-reviews"), (
        "where the officer's day begins"
    )
    explained = reverse("deadline-explain", args=(Deadline.objects.get(code="glass_review").pk,))
    assert explained in client.get(reverse("glass-reviews")).content.decode()
    page = client.get(explained)
    assert page.status_code == 200
    assert case.number not in page.content.decode()


def test_the_queue_asks_the_same_for_one_and_for_many(officer: Actor) -> None:
    client = sign_in(Client(), Membership.objects.get(pk=officer.membership_id))
    counts = []
    for size in (1, 3):
        for _number in range(size):
            there = a_center()
            broken(
                restricted(a_case(there), there), actor_for(a_membership(Role.LAWYER, center=there.center))
            )
        for name in ("glass-reviews", "look-alerts"):
            client.get(reverse(name))
            with CaptureQueriesContext(connection) as taken:
                assert client.get(reverse(name)).status_code == 200
            counts.append(len(taken))
    assert counts[:2] == counts[2:]
