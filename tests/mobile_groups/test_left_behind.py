"""Two people at one draft, a mark beside the end of a plan, and what a paper still tells when the danger is over."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from cases.models import Case
from family_support.access.openings import open_with_reason
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Missing
from family_support.notifications.models import Notice
from family_support.outbox.models import Event
from mobile_groups import actions, handlers
from mobile_groups.actions import MemberData
from mobile_groups.models import ResponseMeasure, ResponsePlan, Visit
from tests.factories import NOON, a_consent
from tests.mobile_groups.samples import (
    a_district_with_bodies,
    a_draft_group,
    a_plan,
    a_ready_district,
    an_alarm,
    close,
    fresh,
    mark,
)
from tests.mobile_groups.test_pages import client_of

pytestmark = pytest.mark.django_db


def _put(plan: ResponsePlan, by: Actor, measure: ResponseMeasure, **changes: Any) -> ResponseMeasure:
    given = {"text": "Охрана", "agency": measure.agency, "due_on": local_date(NOON), **changes}
    return actions.put_measure(plan=plan, measure=measure, by=by, now=NOON, **given)


def text_of_pdf(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_a_stale_edit_of_a_measure_is_a_conflict_and_changes_nothing() -> None:
    there = a_ready_district()
    plan = a_plan(there, an_alarm(there))
    seen = plan.measures.get()
    _put(
        plan,
        there.coordinator,
        measure=fresh(seen),
        text="Охрана круглосуточно",
        expected_version=seen.version,
    )
    with pytest.raises(Conflict) as caught:
        _put(plan, there.worker, measure=fresh(seen), text="Звонить", expected_version=seen.version)
    assert caught.value.code == "stale_version"
    assert fresh(seen).text == "Охрана круглосуточно"


def test_what_somebody_took_out_is_not_brought_back_by_a_stale_edit() -> None:
    there = a_ready_district()
    plan = a_plan(there, an_alarm(there), measures=2)
    gone = plan.measures.all()[0]
    actions.remove_measure(measure=fresh(gone), by=there.coordinator, now=NOON)
    with pytest.raises(Missing):
        _put(plan, there.worker, measure=gone, expected_version=gone.version)
    with pytest.raises(Missing):
        actions.remove_measure(measure=gone, by=there.worker, now=NOON)
    assert plan.measures.count() == 1
    draft = a_draft_group(there, year=2027)
    member = draft.members.all()[0]
    data = MemberData(member.sector, membership=member.membership, post=member.post)
    actions.remove_member(member=fresh(member), by=there.coordinator, now=NOON)
    with pytest.raises(Missing):
        actions.put_member(group=draft, member=member, data=data, by=there.coordinator, now=NOON)
    with pytest.raises(Missing):
        actions.call_earlier(member=member, by=there.coordinator, now=NOON)
    assert draft.members.count() == 2


def test_two_coordinators_at_one_member_of_a_draft_do_not_overwrite_each_other() -> None:
    there = a_district_with_bodies()
    draft = a_draft_group(there)
    member = draft.members.all()[1]
    client = client_of(there.coordinator)
    edit, remove, up = (
        reverse(f"group-member-{step}", args=(member.pk,)) for step in ("edit", "remove", "up")
    )
    form = client.get(edit).context["form"]
    sent = {
        "sector": member.sector_id,
        "membership": member.membership_id,
        "post": "Педагог",
        "key": str(uuid.uuid4()),
        "version": form.initial["version"],
    }
    assert client.post(edit, sent).status_code == 302
    answer = client.post(edit, {**sent, "post": "Набранное не теряется"})
    assert answer.status_code == 409
    assert "Набранное не теряется" in answer.content.decode()
    assert client.post(remove, {"version": sent["version"]}).status_code == 409
    assert client.post(up, {"version": draft.version}).status_code == 409
    assert client.post(up).status_code == 409
    assert fresh(member).post == "Педагог"
    page = client.get(reverse("group", args=(draft.pk,))).content.decode()
    assert f'name="version" value="{fresh(member).version}"' in page
    assert client.post(remove, {"version": fresh(member).version}).status_code == 302


def test_the_edit_form_of_a_measure_carries_its_version() -> None:
    there = a_ready_district()
    plan = a_plan(there, an_alarm(there))
    measure = plan.measures.get()
    address = reverse("response-measure-edit", args=(measure.pk,))
    sent = {"text": "Охрана", "agency": measure.agency_id, "due_on": "12.03.2026", "version": measure.version}
    client = client_of(there.coordinator)
    assert client.post(address, sent).status_code == 302
    answer = client.post(address, {**sent, "text": "Набранное не теряется"})
    assert answer.status_code == 409
    assert "Набранное не теряется" in answer.content.decode()


def test_a_mark_waits_for_who_completes_the_plan() -> None:
    """Both lock the plan: a measure cannot change under a plan that has just been carried out."""
    there = a_ready_district()
    plan = a_plan(there, an_alarm(there, "engaged"), "in_force")
    with CaptureQueriesContext(connection) as found:
        mark(plan.measures.get(), there.coordinator)
    locks = [each["sql"] for each in found if "FOR UPDATE" in each["sql"]]
    assert any('FROM "mobile_groups_responseplan"' in sql for sql in locks)
    assert "mobile_groups_responsemeasure" in locks[-1]


def test_a_cancelled_visit_of_a_closed_alarm_tells_no_place_on_paper() -> None:
    there = a_ready_district()
    alarm = an_alarm(there, "engaged")
    with acting(SYSTEM, reason="test"):
        Case.objects.filter(pk=alarm.case_id).update(instruction="Только с полицией")
    visit = actions.plan_visit(
        alarm=alarm,
        planned_for=NOON,
        purpose="Проверка",
        place="ул. Домашняя, 7",
        by=there.member(),
        now=NOON,
    )
    visit = actions.cancel_visit(
        visit=visit, reason="Отпало", expected_version=visit.version, by=there.member(), now=NOON
    )

    def printed() -> str:
        answer = client_of(there.member()).get(reverse("visit-print", args=(visit.pk,)) + "?language=ru")
        assert answer.status_code == 200
        return text_of_pdf(answer.content)

    assert "Домашняя" in printed(), "while the danger lasts the sheet says where to"
    close(there, alarm)
    after = printed()
    assert "Домашняя" not in after
    assert "полицией" not in after


@pytest.mark.parametrize(
    ("role", "reads"), [(Role.DIRECTOR, True), (Role.HEAD_ACCOMPANIMENT, False), (Role.PSYCHOLOGIST, False)]
)
def test_an_opened_case_shows_the_narrative_of_its_threat_to_the_director_only(
    role: Role, reads: bool
) -> None:
    there = a_ready_district()
    alarm = an_alarm(there, said="Муж пришёл с ножом.")
    actor = there.place.by(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT STATEMENT_TIMESTAMP()")
        (now,) = cursor.fetchone()
    open_with_reason(case_id=alarm.case_id, by=actor, reason="Подменяю коллегу сегодня.", now=now)
    page = client_of(actor).get(reverse("alarm", args=(alarm.pk,)))
    assert page.status_code == 200
    assert ("Муж пришёл с ножом." in page.content.decode()) is reads


def test_a_member_gets_no_contact_back_by_planning_a_visit_of_their_own() -> None:
    """After an alarm the group learns no more how the person is reached, whatever it plans itself (security.md)."""
    there = a_ready_district()
    alarm = an_alarm(there, "engaged")
    a_consent(alarm.case, there.place)
    close(there, alarm)

    def shown(visit: Visit) -> tuple[bool, bool]:
        client = client_of(there.member())
        page = client.get(reverse("visit", args=(visit.pk,))).content.decode()
        sheet = client.get(reverse("visit-print", args=(visit.pk,)) + "?language=ru")
        return "+77011234567" in page, "77011234567" in text_of_pdf(sheet.content)

    def planned(by: Actor) -> Visit:
        return actions.plan_early_visit(
            case=alarm.case, planned_for=NOON, purpose="Проверить.", place="ул. Домашняя, 7", by=by, now=NOON
        )

    own = planned(there.member())
    handlers.tell_of_visit(Event.objects.get(type="visit.planned", payload__visit=own.pk))
    told = Notice.objects.filter(kind="visit.planned").values_list("recipient_id", flat=True)
    assert {alarm.case.lead_id, there.coordinator.membership_id} <= set(told), "the Center hears of it"
    assert shown(own) == (False, False)
    assert shown(planned(there.coordinator)) == (False, False)
    visit = planned(there.worker)
    assert shown(visit) == (True, True), "the Center sends the group: it has asked the family"
    with acting(SYSTEM, reason="test"):
        case = Case.objects.get(pk=alarm.case_id)
        case.close()
        case.closing, case.closing_note, case.closed_at = "unfounded", "Проверено.", NOON
        case.save()
    assert shown(visit) == (False, False)
    page = client_of(there.member()).get(reverse("visit", args=(visit.pk,))).content.decode()
    assert "Домашняя" not in page
