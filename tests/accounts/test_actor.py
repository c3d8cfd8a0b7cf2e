"""The actor of a request: one active membership, one query, never a union."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from family_support.accounts import actions, session
from family_support.accounts.actors import load_actor, standings_of
from family_support.accounts.middleware import ActorMiddleware
from family_support.accounts.models import ActingDirector, Membership, User
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.base.clock import now, today
from family_support.base.errors import Missing
from tests.access.world import sign_in
from tests.accounts.people import agency, center, person
from tests.machines import a_machine

pytestmark = pytest.mark.django_db


def request_of(user: User, membership_id: int | None = None) -> Any:
    return SimpleNamespace(
        user=user,
        session={session.SIGNED_IN_AT: now().timestamp(), session.MEMBERSHIP: membership_id},
        id="r1",
        actor=None,
        memberships=[],
    )


def load(user: User, membership_id: int | None = None) -> Any:
    request = request_of(user, membership_id)
    ActorMiddleware(lambda request: request)(request)
    return request


def test_an_actor_knows_its_place() -> None:
    place = center()
    user = person("a@example.kz", Role.CASEWORKER, at_center=place)
    with acting(SYSTEM):
        user.set_iin("850615300129")
        user.save()
    actor = load(user).actor
    assert (actor.user_id, actor.role, actor.center_id) == (user.pk, Role.CASEWORKER, place.pk)
    assert (actor.district_id, actor.region_id) == (place.district_id, place.district.region_id)
    assert (actor.agency_id, actor.acting, actor.request_id) == (None, False, "r1")
    assert actor.iin_index == User.index_of("850615300129")
    assert "850615300129" not in repr(actor)


def test_one_query_however_many_memberships(django_assert_num_queries: Any) -> None:
    place = center()
    user = person("a@example.kz", Role.CASEWORKER, Role.PSYCHOLOGIST, Role.LAWYER, at_center=place)
    user = User.objects.get(pk=user.pk)
    with django_assert_num_queries(1):
        request = load(user)
        assert request.actor.district_id
        assert len(request.memberships) == 3


def test_no_session_acts_for_a_program() -> None:
    membership = a_machine().machine.membership
    assert load_actor(membership, now()) is not None, "it is in force"
    assert standings_of(membership.user, today()) == []


def test_no_query_for_nobody(django_assert_num_queries: Any) -> None:
    anonymous = SimpleNamespace(is_authenticated=False)
    with django_assert_num_queries(0):
        assert load(anonymous).actor is None  # type: ignore[arg-type]


def test_the_session_chooses_and_nothing_is_added_up(client: Client) -> None:
    user = person(
        "both@example.kz", Role.DIRECTOR, Role.AGENCY_OFFICER, at_center=center(), at_agency=agency()
    )
    first, second = user.memberships.order_by("pk")
    sign_in(client, first)
    assert client.get(reverse("acting-director")).status_code == 200
    switched = client.post(reverse("membership-switch"), {"membership": str(second.pk)})
    assert switched.status_code == 302
    assert client.get(reverse("acting-director")).status_code == 403
    client.post(reverse("membership-switch"), {"membership": str(first.pk)})
    assert client.get(reverse("acting-director")).status_code == 200


@pytest.mark.parametrize("wanted", ["", "x", "-1", "0", "9" * 40, "1 OR 1=1", "٣"])
def test_a_switch_to_nonsense_is_not_found(client: Client, wanted: str) -> None:
    user = person("a@example.kz", Role.SYSTEM_ADMIN)
    sign_in(client, user.memberships.get())
    assert client.post(reverse("membership-switch"), {"membership": wanted}).status_code == 404


def test_nobody_switches_to_what_is_not_theirs_or_over() -> None:
    place = center()
    user = person("a@example.kz", Role.CASEWORKER, Role.LAWYER, at_center=place)
    other = person("b@example.kz", Role.DIRECTOR, at_center=place)
    over = user.memberships.get(role=Role.LAWYER)
    with acting(SYSTEM):
        Membership.objects.filter(pk=over.pk).update(ends_on=today() - timedelta(days=1))
    for membership in (other.memberships.get(), over):
        with pytest.raises(Missing):
            actions.switch_membership(membership_id=membership.pk, user=user, now=now())


def test_an_ended_membership_gives_way_to_the_first_in_force() -> None:
    place = center()
    user = person("a@example.kz", Role.CASEWORKER, Role.LAWYER, at_center=place)
    over, going_on = user.memberships.order_by("pk")
    with acting(SYSTEM):
        Membership.objects.filter(pk=over.pk).update(ends_on=today() - timedelta(days=1))
    assert load(user, over.pk).actor.membership_id == going_on.pk
    assert load_actor(over, now()) is None
    with acting(SYSTEM):
        Membership.objects.filter(pk=going_on.pk).update(starts_on=today() + timedelta(days=1))
    assert load(user, going_on.pk).actor is None


def test_a_membership_of_somebody_else_in_the_session_counts_for_nothing() -> None:
    place = center()
    user = person("a@example.kz", Role.CASEWORKER, at_center=place)
    other = person("b@example.kz", Role.DIRECTOR, at_center=place)
    assert load(user, other.memberships.get().pk).actor.role == Role.CASEWORKER


def test_an_acting_director_acts_for_the_time_of_the_order() -> None:
    place = center()
    user = person("a@example.kz", Role.HEAD_ACCOMPANIMENT, at_center=place)
    membership = user.memberships.get()
    with acting(SYSTEM):
        row = ActingDirector.objects.create(
            center=place,
            membership=membership,
            order_number="12",
            order_date=today(),
            starts_on=today(),
            ends_on=today(),
        )
    actor = load_actor(membership, now())
    assert actor is not None
    assert actor.acting
    assert actor.role == Role.HEAD_ACCOMPANIMENT
    page = sign_in(Client(), membership).get(reverse("own-settings")).content.decode()
    assert reverse("acting-director") in page, "the director's links are there"
    for shift in (timedelta(days=-1), timedelta(days=1)):
        with acting(SYSTEM):
            ActingDirector.objects.filter(pk=row.pk).update(
                starts_on=today() + shift, ends_on=today() + shift
            )
        later = load_actor(membership, now())
        assert later is not None
        assert not later.acting


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MACHINE}))
def test_every_role_begins_on_a_page_that_opens(client: Client, role: Role) -> None:
    user = person("a@example.kz", role, at_center=center(), at_agency=agency())
    sign_in(client, user.memberships.get())
    start = client.get(reverse("home"))
    assert client.get(start["Location"]).status_code == 200
