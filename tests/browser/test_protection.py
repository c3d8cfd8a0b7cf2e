"""A person is given their data; the director keeps a case from erasure and confirms what the law lets go."""

from __future__ import annotations

import pytest

from cases.models import Case
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM
from family_support.demo.organizations import Staffed
from family_support.protection.models import DataRequest, Disposal, DisposalItem, LegalHold, RetentionRule
from tests.browser.test_shelter import a_family
from tests.browser.walker import Walker

LANGUAGES = ("ru", "kk")
REASON = {"ru": "Запрос суда № 7 от 12.10.2026.", "kk": "Соттың 12.10.2026 № 7 сұрауы."}


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_kept_and_confirmed(walker: Walker, center: Staffed, language: str) -> None:
    walker.speaks(language)
    case = a_family(center, 20 + LANGUAGES.index(language))
    given(walker, case)
    walker.comes_as(Role.DIRECTOR)
    first, second = listed(center, case, a_family(center, 30 + LANGUAGES.index(language)))
    walker.go("/disposals/")
    walker.follow_to(f"/cases/{first.pk}/hold/")
    walker.fill(reason=REASON[language])
    walker.submit()
    assert REASON[language] in walker.text()
    assert not DisposalItem.objects.filter(case=first).exists()
    disposal = Disposal.objects.get(center=center.center, confirmed_at=None)
    walker.follow_to(f"/disposals/{disposal.pk}/confirm/")
    walker.submit()
    assert walker.page.locator("main .invalid-feedback, main [aria-invalid=true]").count()
    walker.fill(sure=True)
    walker.submit()
    disposal.refresh_from_db()
    assert disposal.confirmed_at is not None
    walker.submit(f"/disposals/{disposal.pk}/take-back/")
    disposal.refresh_from_db()
    assert (disposal.confirmed_at, disposal.items.get().case_id) == (None, second.pk)
    hold = LegalHold.objects.get(case=first)
    walker.submit(f"/holds/{hold.pk}/lift/")
    hold.refresh_from_db()
    assert hold.lifted_at is not None
    with acting(SYSTEM):
        disposal.delete()


def given(walker: Walker, case: Case) -> None:
    """From the card of the person to the paper in both languages."""
    member = case.members.get(relation="self")
    walker.sign_in(Role.CASEWORKER, f"/cases/{case.pk}/people/")
    walker.follow_to(f"/members/{member.pk}/data/")
    walker.submit()
    walker.fill(shown="id_card")
    walker.submit()
    found = DataRequest.objects.get(case=case)
    assert walker.page.url.endswith(f"/data-requests/{found.pk}/")
    for language in LANGUAGES:
        walker.paper(f"/data-requests/{found.pk}/pdf/?language={language}")


def listed(center: Staffed, *cases: Case) -> tuple[Case, ...]:
    """The cases on a list of the Center, by a term that a lawyer has confirmed."""
    now = clock.now()
    with acting(SYSTEM):
        RetentionRule.objects.update(confirmed=True)
        rule = RetentionRule.objects.get(kind="consulted")
        disposal = Disposal.objects.create(center=center.center, proposed_at=now)
        for case in cases:
            DisposalItem.objects.create(disposal=disposal, case=case, rule=rule, due_on=now.date())
    return cases
