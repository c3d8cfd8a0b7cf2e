"""A colleague is refused, breaks the glass, reads; the lead sees who looked; the security officer reviews it."""

from __future__ import annotations

import time

import pytest
from django.urls import reverse

from cases.actions import restrict
from cases.models import Case
from family_support.access.models import CaseOpening
from family_support.accounts.roles import Role
from family_support.base import clock
from family_support.demo.organizations import Staffed
from family_support.oversight.models import GlassReview
from tests.browser.walker import Walker
from tests.factories import Place, a_case, actor_for, fresh

# The code of a second factor counts once in its half-minute: each language has a person of its own.
JOURNEYS = (("ru", Role.PSYCHOLOGIST, "justified"), ("kk", Role.LAWYER, "unjustified"))
WHY = "Женщина с детьми у дверей, до ведущей дела не дозвониться."
NOT_FOUND = 404
SECONDS_FOR_THE_CODE = 6


@pytest.fixture(scope="module")
def case(center: Staffed) -> Case:
    """A restricted case of the first case manager."""
    now = clock.now()
    lead = center.people[Role.CASEWORKER][0]
    by = actor_for(lead, at=now)
    found = a_case(Place(center.center, {Role.CASEWORKER: lead}), now=now, by=by)
    restrict(case=found, restriction=Case.Restriction.VIOLENCE, by=by, now=now)
    return fresh(found)


@pytest.mark.parametrize(("language", "role", "decision"), JOURNEYS)
def test_from_refusal_to_review(walker: Walker, case: Case, language: str, role: Role, decision: str) -> None:
    walker.speaks(language)
    address = reverse("case", args=(case.pk,))
    walker.comes_as(role)
    refused(walker, address)
    opening = breaks(walker, case, address)
    walker.comes_as(Role.CASEWORKER)
    owner(walker, case)
    walker.comes_as(Role.SECURITY_OFFICER)
    review(walker, opening, case, decision)
    walker.comes_as(role)
    if decision == "unjustified":
        refused(walker, address)
    else:
        walker.go(address)
        walker.submit(reverse("emergency-end", args=(opening.pk,)))
        refused(walker, address)


def refused(walker: Walker, address: str) -> None:
    answer = walker.page.goto(walker.address + address)
    assert answer is not None
    assert answer.status == NOT_FOUND


def breaks(walker: Walker, case: Case, address: str) -> CaseOpening:
    """The form, once with too few words: nothing typed is lost; then the case, for reading only."""
    walker.go(reverse("emergency-access"))
    # A code of the second factor ends with its half-minute: none is read in the last seconds of one.
    left = 30 - time.time() % 30
    walker.page.wait_for_timeout(left * 1000 if left < SECONDS_FOR_THE_CODE else 0)
    walker.fill(find=case.number, code="life", reason="Коротко.", second_factor="000000")
    walker.submit()
    assert walker.page.locator("main [name=find]").input_value() == case.number
    code = walker.page.locator("#demo-code").inner_text()
    walker.fill(reason=WHY, second_factor=code)
    walker.submit()
    assert walker.page.url == walker.address + address
    assert case.family_name in walker.page.locator("h1").inner_text()
    forms = walker.page.locator("main form[method=post]")
    opening = CaseOpening.objects.filter(case_id=case.pk).latest("pk")
    assert forms.count() == 1, "nothing but ending the access can be sent"
    assert forms.get_attribute("action") == reverse("emergency-end", args=(opening.pk,))
    walker.go(reverse("case-people", args=(case.pk,)))
    return opening


def owner(walker: Walker, case: Case) -> None:
    """The lead sees who looked and why, also on paper."""
    walker.go(reverse("case-history", args=(case.pk,)))
    walker.follow_to(reverse("case-readings", args=(case.pk,)))
    assert WHY in walker.text()
    assert walker.page.locator("main [role=note]").count() == 1
    walker.paper(reverse("case-readings-pdf", args=(case.pk,)))


def review(walker: Walker, opening: CaseOpening, case: Case, decision: str) -> None:
    """The security officer sees who and why, nothing of the case, and decides once."""
    walker.go(reverse("glass-reviews"))
    found = GlassReview.objects.get(opening=opening)
    walker.follow_to(reverse("glass-review", args=(found.pk,)))
    text = walker.text()
    assert WHY in text
    assert case.number not in text
    assert case.family_name not in text
    walker.fill(decision=decision, note="Говорил с директором Центра по телефону.")
    walker.submit()
    found.refresh_from_db()
    assert found.decision == decision
    walker.go(reverse("look-alerts"))
