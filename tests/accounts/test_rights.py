"""Who manages which accounts: nobody their own, a body's administrator the own body only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from family_support.accounts import actions
from family_support.accounts.actors import load_actor
from family_support.accounts.models import Membership, User
from family_support.accounts.queries import organization_kind
from family_support.accounts.roles import EVERYBODY, NEEDS_APPROVAL, Role
from family_support.accounts.sign_in_actions import end_sessions_of
from family_support.audit.context import acting
from family_support.audit.models import Change
from family_support.base.actor import SYSTEM, Actor
from family_support.base.clock import now, today
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing
from tests.access.world import sign_in
from tests.accounts.people import agency, center, person

pytestmark = pytest.mark.django_db


def actor_of(user: User) -> Actor:
    actor = load_actor(user.memberships.order_by("pk")[0], now())
    assert actor is not None
    return actor


@pytest.fixture
def admin() -> User:
    return person("admin@example.kz", Role.SYSTEM_ADMIN)


def give(by: User, to: User, role: Role, **where: Any) -> Membership:
    return actions.add_membership(user=to, role=role, starts_on=today(), by=actor_of(by), now=now(), **where)


def new_user(by: User, **fields: Any) -> User:
    known: dict[str, Any] = {
        "email": "New@Example.kz",
        "last_name": "Жаңа",
        "first_name": "Адам",
        "role": Role.MINISTRY_ANALYST,
        "iin": "850615300129",
    }
    return actions.create_user(**{**known, **fields}, by=actor_of(by), now=now())


def test_an_administrator_cannot_raise_the_own_rights(admin: User, client: Client) -> None:
    mine = admin.memberships.get()
    with pytest.raises(Forbidden):
        give(admin, admin, Role.SECURITY_OFFICER)
    with pytest.raises(Forbidden):
        actions.end_membership(
            membership=mine, ends_on=today(), reason="because", by=actor_of(admin), now=now()
        )
    with pytest.raises(Forbidden):
        actions.deactivate_user(user=admin, reason="because", by=actor_of(admin), now=now())
    sign_in(client, mine)
    form = {"role": Role.SECURITY_OFFICER, "starts_on": f"{today():%d.%m.%Y}"}
    assert client.post(reverse("membership-add", args=[admin.pk]), form).status_code == 403
    assert client.get(reverse("user-edit", args=[admin.pk])).status_code == 403
    assert list(admin.memberships.all()) == [mine]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM_ADMIN, Role.BODY_ADMIN}))
def test_other_roles_manage_nobody(role: Role, admin: User) -> None:
    user = person("x@example.kz", role, at_center=center(), at_agency=agency())
    with pytest.raises(Forbidden):
        new_user(user)
    with pytest.raises(Forbidden):
        give(user, admin, Role.SECURITY_OFFICER)
    assert not User.objects.visible_to(actor_of(user)).exists()


def test_a_body_administrator_gives_officers_of_the_own_body_only() -> None:
    own, other = agency("Own body"), agency("Another body")
    boss = person("boss@example.kz", Role.BODY_ADMIN, at_agency=own)
    made = new_user(boss, role=Role.AGENCY_OFFICER, agency=own)
    assert made.email == "new@example.kz"
    for role, where in [
        (Role.AGENCY_OFFICER, {"agency": other}),
        (Role.BODY_ADMIN, {"agency": own}),
        (Role.COORDINATOR, {"agency": own}),
        (Role.SYSTEM_ADMIN, {}),
        (Role.DIRECTOR, {"center": center()}),
    ]:
        with pytest.raises(Forbidden):
            give(boss, made, role, **where)
    stranger = person("stranger@example.kz", Role.AGENCY_OFFICER, at_agency=other)
    seen = User.objects.visible_to(actor_of(boss))
    assert set(seen) == {boss, made}
    with pytest.raises(Forbidden):
        actions.deactivate_user(user=stranger, reason="because", by=actor_of(boss), now=now())


def test_a_body_administrator_leaves_people_with_other_roles_alone(admin: User) -> None:
    own = agency("Own body")
    boss = person("boss@example.kz", Role.BODY_ADMIN, at_agency=own)
    both = person("both@example.kz", Role.AGENCY_OFFICER, Role.DIRECTOR, at_agency=own, at_center=center())
    with pytest.raises(Forbidden):
        actions.deactivate_user(user=both, reason="because", by=actor_of(boss), now=now())


def test_who_is_created_twice_is_told_where(admin: User) -> None:
    new_user(admin)
    with pytest.raises(Invalid) as same_mail:
        new_user(admin, iin="900228400778")
    assert set(same_mail.value.fields) == {"email"}
    with pytest.raises(Invalid) as same_number:
        new_user(admin, email="another@example.kz")
    assert set(same_number.value.fields) == {"iin"}
    assert "850615300129" not in str(same_number.value.as_dict())


@pytest.mark.parametrize(
    ("role", "where", "field"),
    [
        (Role.DIRECTOR, {}, "center"),
        (Role.AGENCY_OFFICER, {}, "agency"),
        (Role.MINISTRY_ANALYST, {"center": True}, "role"),
        (Role.DIRECTOR, {"agency": True}, "center"),
    ],
)
def test_the_organization_fits_the_role(admin: User, role: Role, where: dict[str, Any], field: str) -> None:
    place = {name: center() if name == "center" else agency() for name in where}
    with pytest.raises(Invalid) as error:
        new_user(admin, role=role, **place)
    assert set(error.value.fields) == {field}
    assert not User.objects.filter(email="new@example.kz").exists()


def test_the_same_role_twice_at_a_time_is_a_conflict(admin: User) -> None:
    user = new_user(admin)
    with pytest.raises(Conflict):
        give(admin, user, Role.MINISTRY_ANALYST)


def test_two_administrators_at_once(admin: User) -> None:
    user = new_user(admin)
    fields: dict[str, Any] = {
        "email": user.email,
        "last_name": "Басқа",
        "first_name": "Адам",
        "patronymic": "",
        "language": "kk",
    }
    actions.change_user(user=user, version=user.version, by=actor_of(admin), now=now(), **fields)
    with pytest.raises(Conflict):
        actions.change_user(user=user, version=user.version, by=actor_of(admin), now=now(), **fields)
    user.refresh_from_db()
    assert user.iin == "850615300129"


def test_ending_a_membership(admin: User) -> None:
    membership = new_user(admin).memberships.get()
    by = actor_of(admin)
    with pytest.raises(Invalid):
        actions.end_membership(membership=membership, ends_on=today(), reason=" ", by=by, now=now())
    early = today() - timedelta(days=2)
    with pytest.raises(Invalid):
        actions.end_membership(membership=membership, ends_on=early, reason="left", by=by, now=now())
    actions.end_membership(membership=membership, ends_on=today(), reason="left", by=by, now=now())
    assert load_actor(membership, now()) is not None
    assert load_actor(membership, now() + timedelta(days=1)) is None


def acting_form(member: Membership, **fields: Any) -> dict[str, Any]:
    known = {
        "membership": member,
        "order_number": "15-к",
        "order_date": today(),
        "starts_on": today(),
        "ends_on": today() + timedelta(days=9),
    }
    return {**known, **fields}


def test_the_director_names_who_stands_in() -> None:
    place = center()
    director = person("d@example.kz", Role.DIRECTOR, at_center=place)
    worker = person("w@example.kz", Role.CASEWORKER, at_center=place).memberships.get()
    by = actor_of(director)
    row = actions.name_acting_director(**acting_form(worker), by=by, now=now())
    stand_in = load_actor(worker, now())
    assert stand_in is not None
    assert stand_in.acting
    with pytest.raises(Conflict):
        actions.name_acting_director(**acting_form(worker), by=by, now=now())
    with pytest.raises(Forbidden):
        actions.name_acting_director(
            **acting_form(
                worker, starts_on=today() + timedelta(days=20), ends_on=today() + timedelta(days=30)
            ),
            by=stand_in,
            now=now(),
        )
    actions.end_acting(acting_director=row, by=by, now=now())
    again = load_actor(worker, now())
    assert again is not None
    assert not again.acting


def test_who_cannot_stand_in() -> None:
    place = center("TSA")
    director = person("d@example.kz", Role.DIRECTOR, at_center=place)
    worker = person("w@example.kz", Role.CASEWORKER, at_center=place).memberships.get()
    stranger = person("s@example.kz", Role.CASEWORKER, at_center=center("TSB")).memberships.get()
    by = actor_of(director)
    yesterday = today() - timedelta(days=1)
    for fields in (
        acting_form(director.memberships.get()),
        acting_form(worker, ends_on=yesterday),
        acting_form(worker, starts_on=yesterday, ends_on=yesterday),
    ):
        with pytest.raises(Invalid):
            actions.name_acting_director(**fields, by=by, now=now())
    with pytest.raises(Missing):
        actions.name_acting_director(**acting_form(stranger), by=by, now=now())
    with pytest.raises(Forbidden):
        actions.name_acting_director(**acting_form(worker), by=actor_of(worker.user), now=now())


def test_own_settings(client: Client, admin: User) -> None:
    sign_in(client, admin.memberships.get())
    response = client.post(
        reverse("own-settings"), {"language": "kk", "theme": "dark", "notice_mail": "none"}
    )
    assert response.status_code == 302
    admin.refresh_from_db()
    assert (admin.language, admin.theme, admin.notice_mail) == ("kk", "dark", "none")
    client.post(reverse("set_language"), {"language": "en", "next": "/settings/"})
    client.post(reverse("ui-theme"), {"theme": "light", "next": "https://evil.example/"})
    client.post(reverse("set_language"), {"language": "xx"})
    admin.refresh_from_db()
    assert (admin.language, admin.theme, admin.notice_mail) == ("en", "light", "none")
    with pytest.raises(Invalid):
        actions.change_own_settings(user=admin, by=actor_of(admin), now=now(), notice_mail="weekly")


def test_a_user_made_through_the_page(client: Client, admin: User) -> None:
    sign_in(client, admin.memberships.get())
    page = client.get(reverse("user-create"))
    form = {
        "last_name": "Әлиева",
        "first_name": "Гүл",
        "email": "gul@example.kz",
        "iin": "900228400778",
        "language": "kk",
        "role": Role.MINISTRY_EDITOR,
        "starts_on": f"{today():%d.%m.%Y}",
        "key": str(page.context["form"]["key"].value()),
    }
    refused = client.post(reverse("user-create"), {**form, "iin": "900228400779"})
    assert refused.status_code == 400
    assert "iin" in refused.context["form"].errors
    first, again = (client.post(reverse("user-create"), form) for _ in range(2))
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"], "a double click makes one account"
    user = User.objects.get(email="gul@example.kz")
    assert not user.has_usable_password()
    closed = client.post(reverse("user-deactivate", args=[user.pk]), {"reason": "Уволена приказом"})
    assert closed.status_code == 302
    user.refresh_from_db()
    assert not user.is_active
    assert client.post(reverse("user-deactivate", args=[user.pk]), {"reason": "Ещё раз"}).status_code == 409


@pytest.mark.parametrize("count", [3, 12])
def test_queries_of_the_list(client: Client, admin: User, count: int, django_assert_num_queries: Any) -> None:
    place = center()
    for number in range(count):
        person(f"u{number}@example.kz", Role.CASEWORKER, at_center=place, totp=False)
    sign_in(client, admin.memberships.get())
    client.get(reverse("user-list"))
    with django_assert_num_queries(10, exact=False):
        assert client.get(reverse("user-list"), {"role": "caseworker"}).status_code == 200
    with django_assert_num_queries(10, exact=False):
        found = client.post(reverse("user-search"), {"q": "Last"})
    assert found.context["count"] == count + 1, "and the administrator"
    assert client.post(reverse("user-search"), {"q": "L"}).status_code == 400
    assert "Last" not in found.wsgi_request.get_full_path()


@pytest.mark.parametrize("role", sorted(NEEDS_APPROVAL))
def test_a_strong_role_begins_when_the_security_officer_agrees(admin: User, role: Role) -> None:
    officer = actor_of(person("officer@example.kz", Role.SECURITY_OFFICER))
    user = new_user(admin)
    waiting = give(admin, user, role)
    assert (waiting.awaits_approval, waiting.given_by_id) == (True, admin.pk)
    assert load_actor(waiting, now()) is None
    assert list(Membership.objects.awaiting(officer)) == [waiting]
    assert not Membership.objects.awaiting(actor_of(admin)).exists()
    row = actions.approve_membership(membership=waiting, by=officer, now=now())
    assert (row.approved_by_id, row.awaits_approval) == (officer.user_id, False)
    actor = load_actor(waiting, now())
    assert actor is not None
    assert actor.role == role
    for again in (
        lambda: actions.approve_membership(membership=waiting, by=officer, now=now()),
        lambda: actions.decline_membership(membership=waiting, reason="late", by=officer, now=now()),
    ):
        with pytest.raises(Conflict):
            again()


@pytest.mark.parametrize("role", sorted(set(EVERYBODY) - NEEDS_APPROVAL))
def test_other_roles_begin_at_once(admin: User, role: Role) -> None:
    kind = organization_kind(role)
    where: dict[str, Any] = {"center": {"center": center()}, "agency": {"agency": agency()}}.get(kind, {})
    user = person("x@example.kz")
    assert load_actor(give(admin, user, role, **where), now()) is not None


def test_a_declined_role_disappears(admin: User) -> None:
    officer = actor_of(person("officer@example.kz", Role.SECURITY_OFFICER))
    waiting = give(admin, new_user(admin), Role.SYSTEM_ADMIN)
    with pytest.raises(Invalid):
        actions.decline_membership(membership=waiting, reason=" ", by=officer, now=now())
    actions.decline_membership(membership=waiting, reason="Not agreed", by=officer, now=now())
    assert not Membership.objects.filter(pk=waiting.pk).exists()
    assert Change.objects.filter(
        table_name="accounts_membership", operation="D", reason="Not agreed"
    ).exists()
    with pytest.raises(Missing):
        actions.approve_membership(membership=waiting, by=officer, now=now())


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SECURITY_OFFICER}))
def test_only_the_security_officer_approves(admin: User, role: Role) -> None:
    other = actor_of(person("x@example.kz", role, at_center=center(), at_agency=agency()))
    waiting = give(admin, new_user(admin), Role.SYSTEM_ADMIN)
    with pytest.raises(Forbidden):
        actions.approve_membership(membership=waiting, by=other, now=now())
    with pytest.raises(Forbidden):
        actions.decline_membership(membership=waiting, reason="because", by=other, now=now())


def test_whoever_has_both_roles_cannot_give_and_approve(client: Client) -> None:
    """Two hats, one head: neither what one gave nor one's own role; the database says the same."""
    both = person("both@example.kz", Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER)
    as_admin = load_actor(both.memberships.get(role=Role.SYSTEM_ADMIN), now())
    as_officer = load_actor(both.memberships.get(role=Role.SECURITY_OFFICER), now())
    assert as_admin is not None
    assert as_officer is not None
    given = actions.add_membership(
        user=person("x@example.kz"), role=Role.SYSTEM_ADMIN, starts_on=today(), by=as_admin, now=now()
    )
    with pytest.raises(Forbidden):
        actions.approve_membership(membership=given, by=as_officer, now=now())
    assert not Membership.objects.awaiting(as_officer).exists()
    with pytest.raises(Conflict), acting(SYSTEM):
        Membership.objects.filter(pk=given.pk).update(
            awaits_approval=False, approved_by=both, approved_at=now()
        )
    sign_in(client, both.memberships.get(role=Role.SECURITY_OFFICER))
    assert client.post(reverse("role-approve", args=[given.pk])).status_code == 404


# Everything an administrator does to an account, by keyword: none of it to the own one.
ON_ACCOUNTS: dict[str, Callable[[User, Actor], object]] = {
    "change": lambda user, by: actions.change_user(
        user=user,
        email=user.email,
        last_name="Raised",
        first_name="X",
        patronymic="",
        language="ru",
        version=user.version,
        by=by,
        now=now(),
    ),
    "close": lambda user, by: actions.deactivate_user(user=user, reason="because", by=by, now=now()),
    "open": lambda user, by: actions.reactivate_user(user=user, reason="because", by=by, now=now()),
    "end sessions": lambda user, by: end_sessions_of(user=user, reason="because", by=by, now=now()),
    "end the role": lambda user, by: actions.end_membership(
        membership=user.memberships.all()[0], ends_on=today(), reason="because", by=by, now=now()
    ),
    **{
        f"give {role.value}": lambda user, by, role=role: actions.add_membership(  # type: ignore[misc]
            user=user, role=role, starts_on=today(), by=by, now=now(), agency=user.memberships.all()[0].agency
        )
        for role in Role
    },
}


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.BODY_ADMIN])
def test_no_administration_of_the_own_account(role: Role) -> None:
    mine = person("mine@example.kz", role, at_agency=agency())
    by = actor_of(mine)
    before = Change.objects.count()
    for act in ON_ACCOUNTS.values():
        with pytest.raises(Forbidden):
            act(mine, by)
    assert Change.objects.count() == before


def test_pages_of_approval(client: Client, admin: User) -> None:
    waiting = give(admin, new_user(admin), Role.SYSTEM_ADMIN)
    officer = person("officer@example.kz", Role.SECURITY_OFFICER)
    sign_in(client, officer.memberships.get())
    assert waiting.user.full_name in client.get(reverse("role-approvals")).content.decode()
    decline = reverse("role-decline", args=[waiting.pk])
    assert client.get(decline).status_code == 200
    assert client.post(decline, {"reason": "x"}).status_code == 400
    assert client.post(reverse("role-approve", args=[waiting.pk])).status_code == 302
    assert client.post(reverse("role-approve", args=[waiting.pk])).status_code == 404
    again = give(admin, person("y@example.kz"), Role.SYSTEM_ADMIN)
    declined = client.post(reverse("role-decline", args=[again.pk]), {"reason": "Не согласовано"})
    assert declined.status_code == 302
    assert not Membership.objects.awaiting(actor_of(officer)).exists()
