"""Who is told of what happens to a plan."""

import pytest

from family_support.accounts.roles import Role
from family_support.notifications.models import Notice
from family_support.outbox.models import Event
from ipr import handlers
from tests.factories import Place, a_center
from tests.plans import a_returned, a_submitted, an_approved

pytestmark = pytest.mark.django_db


def told(place: Place, kind: str) -> set[str]:
    return {
        Role(notice.recipient.role) for notice in Notice.objects.filter(kind=kind).select_related("recipient")
    }


def last(kind: str) -> Event:
    return Event.objects.filter(type=kind).latest("pk")


def test_the_director_hears_of_a_plan_that_waits() -> None:
    place = a_center()
    a_submitted(place)
    for _again in range(2):
        handlers.tell_directors(last("plan.submitted"))
    assert told(place, "plan.submitted") == {Role.DIRECTOR}
    assert Notice.objects.filter(kind="plan.submitted").count() == 1


@pytest.mark.parametrize(("make", "kind"), [(an_approved, "plan.approved"), (a_returned, "plan.returned")])
def test_who_drew_it_up_hears_of_the_decision(make: object, kind: str) -> None:
    place = a_center()
    make(place)  # type: ignore[operator]
    handlers.tell_authors(last(kind))
    assert told(place, kind) == {Role.CASEWORKER}
