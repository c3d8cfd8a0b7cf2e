"""From signs of violence to the end of a temporary stay: noted, redirected, placed with a child, both notices, out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions import PersonData, add_member, register_intake
from cases.closing import blockers
from cases.models import Case, CaseMember, Intake, ViolenceRecord
from family_support.accounts.actors import load_actor
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.deadlines.models import Deadline
from family_support.demo.organizations import Staffed
from family_support.demo.people import People
from shelter.models import MinorNotice, Place, Stay
from tests.browser.walker import Walker

pytestmark = pytest.mark.slow
LANGUAGES = ("ru", "kk")
ADDRESS = "Тихая улица, 14"


def a_family(center: Staffed, number: int) -> Case:
    """A mother with a child, whose case the Center's first case manager leads."""
    now = clock.now()
    worker = load_actor(center.first(Role.CASEWORKER), now)
    assert worker is not None
    people = People(300 + number)
    mother = people.person(
        born=(clock.today() - timedelta(days=14000), clock.today() - timedelta(days=9000)), sex="f"
    )
    child = people.person(
        born=(clock.today() - timedelta(days=4000), clock.today() - timedelta(days=2000)), sex="f"
    )
    intake = register_intake(
        center=center.center,
        channel=Intake.Channel.SELF,
        form=Intake.Form.DESK,
        received_at=now - timedelta(hours=3),
        said="Просит помощи для себя и ребёнка.",
        person=PersonData(
            last_name=mother.last_name,
            first_name=mother.first_name,
            birth_date=mother.birth_date,
            sex=mother.sex,
            iin=mother.iin,
            phone=mother.phone,
            safe_contact="phone",
        ),
        by=worker,
        now=now,
    )
    case = Case.objects.get(pk=intake.case_id)
    data = PersonData(
        last_name=child.last_name,
        first_name=child.first_name,
        birth_date=child.birth_date,
        sex=child.sex,
        iin=child.iin,
    )
    add_member(case=case, data=data, relation=CaseMember.Relation.CHILD, by=worker, now=now)
    return case


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_signs_of_violence_to_the_check_out(walker: Walker, center: Staffed, language: str) -> None:
    walker.speaks(language)
    case = a_family(center, LANGUAGES.index(language))
    places(walker)
    walker.comes_as(Role.CASEWORKER)
    violence(walker, case, center)
    stay = reserve(walker, case)
    check_in(walker, stay, center)
    notices(walker, stay, center)
    exit_and_check_out(walker, stay)
    assert blockers(case) == []
    walker.go(f"/cases/{case.pk}/close/")
    look_as_director(walker, stay)


def places(walker: Walker) -> None:
    """The director makes a house and a place; the board shows it, the list of houses tells no address."""
    walker.sign_in(Role.DIRECTOR, "/shelter/")
    walker.follow_to("/shelter/places/")
    number = Place.objects.count() + 1
    walker.go("/shelter/houses/new/")
    walker.fill(name=f"Дом {number}", address=ADDRESS)
    walker.submit()
    assert ADDRESS not in walker.text()
    house = walker.page.locator("main a[href*='/shelter/places/new/?house=']").last.get_attribute("href")
    assert house is not None
    walker.go(house)
    walker.fill(name=f"Комната {number}", beds="3")
    walker.submit()
    assert Place.objects.count() == number
    walker.go("/shelter/")
    walker.go("/shelter/?view=day")
    assert f"Комната {number}" in walker.text()


def violence(walker: Walker, case: Case, center: Staffed) -> None:
    """Noted on the case's tab, support recorded, redirected within the term, the letter printed."""
    walker.go(f"/cases/{case.pk}/")
    walker.follow_to(f"/cases/{case.pk}/violence/")
    walker.follow_to(f"/cases/{case.pk}/violence/note/")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    walker.fill(signs="Синяки, боится возвращаться домой с ребёнком.")
    walker.submit()
    found = ViolenceRecord.objects.get(case=case)
    walker.follow_to(f"/violence/{found.pk}/support/")
    walker.fill(kind="information", given_on=clock.today(), note="Беседа с психологом")
    walker.submit()
    walker.go(f"/cases/{case.pk}/violence/")
    walker.follow(f"main a[href='/cases/{case.pk}/consultation/?kind=redirection']")
    body = center.agencies["social_protection"]
    walker.fill(agency=str(body.pk), reason="Для выявления потребности в услугах.", special_services=True)
    walker.submit()
    found.refresh_from_db()
    assert found.state == ViolenceRecord.State.REDIRECTED
    assert Deadline.objects.get(case_id=case.pk, code="violence_redirection").state == "met"
    walker.paper(f"/redirections/{found.redirection_id}/print/")


def reserve(walker: Walker, case: Case) -> Stay:
    walker.go(f"/cases/{case.pk}/stay/")
    walker.follow_to(f"/cases/{case.pk}/stay/reserve/")
    place = Place.objects.latest("pk")
    walker.fill(place=str(place.pk))
    walker.submit()
    stay = Stay.objects.get(case=case)
    assert (stay.state, stay.place) == ("reserved", place)
    return stay


def check_in(walker: Walker, stay: Stay, center: Staffed) -> None:
    """None of the bases and both are refused; with one the month and both notices begin."""
    walker.follow_to(f"/stays/{stay.pk}/check-in/")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    came = timezone.localtime(clock.now() - timedelta(hours=1))
    walker.fill(
        admitted_at=f"{came:%d.%m.%Y %H:%M}",
        basis="referral",
        referral_agency=str(center.agencies["health"].pk),
        referral_number="12-3/45",
        referral_on=clock.today(),
    )
    walker.page.locator("[name=application_on]").evaluate(
        "(field, value) => { field.value = value }", f"{clock.today():%d.%m.%Y}"
    )
    walker.attach("scan")
    walker.submit()
    assert walker.page.locator(".error-summary").count() == 1
    walker.page.locator("[name=application_on]").fill("")
    child = stay.case.members.get(relation=CaseMember.Relation.CHILD).person_id
    walker.fill(minors=[str(child)])
    walker.attach("scan")
    walker.submit()
    stay.refresh_from_db()
    assert stay.state == Stay.State.RESIDENT
    assert set(Deadline.objects.open().filter(case_id=stay.case_id).values_list("code", flat=True)) >= {
        "stay_limit",
        "exit_plan",
        "minor_notice_law_enforcement",
        "minor_notice_guardianship",
    }
    assert walker.page.locator("[data-countdown]").count() == 2
    assert ADDRESS in walker.text()


def notices(walker: Walker, stay: Stay, center: Staffed) -> None:
    """Printed in both languages without the address, marked sent with proof, one answered with a number."""
    for notice in stay.notices.order_by("-kind"):
        for language in LANGUAGES:
            paper = walker.paper(f"/notices-about-minors/{notice.pk}/print/?language={language}")
            assert ADDRESS.encode("utf-16-be") not in paper
        walker.go(f"/notices-about-minors/{notice.pk}/")
        walker.follow_to(f"/notices-about-minors/{notice.pk}/send/")
        sector = "police" if notice.kind == MinorNotice.Kind.LAW_ENFORCEMENT else "guardianship"
        walker.fill(agency=str(center.agencies[sector].pk), way="hand", number="17/3")
        walker.submit()
        assert walker.page.locator(".error-summary").count() == 1
        walker.attach("proof")
        walker.submit()
        notice.refresh_from_db()
        assert notice.state == MinorNotice.State.SENT
        assert Deadline.objects.get(code=notice.term, subject_id=notice.pk).state == "met"
    walker.follow_to(f"/notices-about-minors/{notice.pk}/answer/")
    walker.fill(received_on=clock.today(), registration_number="ВХ-12")
    walker.submit()
    notice.refresh_from_db()
    assert notice.state == MinorNotice.State.REGISTERED


def exit_and_check_out(walker: Walker, stay: Stay) -> None:
    walker.go(f"/stays/{stay.pk}/")
    walker.follow_to(f"/stays/{stay.pk}/exit-plan/")
    walker.fill(exit_going="relatives", exit_plan="Переезд к сестре, школа по новому адресу.")
    walker.submit()
    assert len(blockers(stay.case)) == 1
    walker.follow_to(f"/stays/{stay.pk}/check-out/")
    walker.fill(going="relatives", leaving="housed")
    walker.submit()
    stay.refresh_from_db()
    assert stay.state == Stay.State.CHECKED_OUT
    assert Deadline.objects.get(code="stay_limit", subject_id=stay.pk).state == "met"


def look_as_director(walker: Walker, stay: Stay) -> None:
    """The director sees the stay masked, and is asked for a reason before its page."""
    walker.sign_in(Role.DIRECTOR, "/stays/?state=past")
    assert stay.person.full_name not in walker.text()
    walker.follow_to(f"/stays/{stay.pk}/")
    assert f"/cases/{stay.case_id}/open/" in walker.page.url
