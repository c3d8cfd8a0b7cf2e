"""Who records an absence, with which substitute, and what the database refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from family_support.accounts.absence_actions import end_absence, record_absence
from family_support.accounts.actions import end_acting, end_membership, name_acting_director
from family_support.accounts.models import Absence, ActingDirector, Membership
from family_support.accounts.roles import CENTER_ROLES, STANDS_IN, UNIT_HEADS, Role
from family_support.audit.context import acting
from family_support.base import clock
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import AppError, Conflict, Forbidden, Invalid, Missing
from family_support.notifications.models import Notice
from family_support.outbox.delivery import deliver_due
from tests.factories import NOON, Place, a_center, a_membership, actor_for, an_agency
from tests.lasting import keeping, lasting

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)


@lasting
def places() -> tuple[Place, Place]:
    return a_center(), a_center()


_kept = keeping(places)


@pytest.fixture
def place() -> Place:
    return places()[0]


def away(place: Place, **changes: Any) -> Absence:
    """The caseworker is away this week; the psychologist stands in."""
    given: dict[str, Any] = {
        "membership": place.people[Role.CASEWORKER],
        "substitute": place.people[Role.PSYCHOLOGIST],
        "starts_on": TODAY,
        "ends_on": TODAY + timedelta(days=5),
        "reason": Absence.Reason.LEAVE,
        "by": place.by(Role.DIRECTOR),
        "now": NOON,
    }
    return record_absence(**{**given, **changes})


def refusal(place: Place, **changes: Any) -> tuple[str, str]:
    """(field, message in Russian) of a refused absence."""
    with pytest.raises(Invalid) as caught, translation.override("ru"):
        away(place, **changes)
    ((field, texts),) = caught.value.fields.items()
    with translation.override("ru"):
        return field, str(texts[0])


RECORDS = UNIT_HEADS | {Role.DIRECTOR}


@pytest.mark.parametrize("role", sorted(set(Role)))
def test_who_records(place: Place, role: Role) -> None:
    """The director and the heads of unit; a body's administrator knows nobody of a Center."""
    by = place.by(role) if role in CENTER_ROLES else Actor(1, 1, role, agency_id=1)
    if role in RECORDS:
        assert away(place, by=by).recorded_by_id == by.membership_id
        return
    with pytest.raises(Missing if role == Role.BODY_ADMIN else Forbidden):
        away(place, by=by)


def test_heads_record_neither_the_directors_absence_nor_their_own(place: Place) -> None:
    head = Role.HEAD_ACCOMPANIMENT
    for absent in (Role.DIRECTOR, head):
        with pytest.raises(Forbidden):
            away(place, membership=place.people[absent], by=place.by(head))
    assert away(place, membership=place.people[head], by=place.by(Role.DIRECTOR)).pk


@pytest.mark.parametrize("role", sorted(set(STANDS_IN) - {Role.AGENCY_OFFICER}))
@pytest.mark.parametrize("other", sorted(CENTER_ROLES))
def test_who_stands_in_for_whom(place: Place, role: str, other: Role) -> None:
    if role == other:
        return
    absent, substitute = place.people[Role(role)], place.people[other]
    if other in STANDS_IN[role]:
        assert away(place, membership=absent, substitute=substitute, by=SYSTEM).substitute_id == substitute.pk
    else:
        assert refusal(place, membership=absent, substitute=substitute, by=SYSTEM)[0] == "substitute"


def test_bad_input_is_answered_on_its_field(place: Place) -> None:
    people = place.people
    director = people[Role.DIRECTOR]
    later = TODAY + timedelta(days=3)
    part = a_membership(Role.LAWYER, center=place.center, until=later)
    itself = a_membership(Role.LAWYER, center=place.center, user=people[Role.CASEWORKER].user)
    stranger = a_center().people[Role.CASEWORKER]
    assert refusal(place, ends_on=TODAY - timedelta(days=1)) == (
        "ends_on",
        "Последний день раньше первого.",
    )
    past = {"starts_on": TODAY - timedelta(days=9), "ends_on": TODAY - timedelta(days=1)}
    assert refusal(place, **past) == ("ends_on", "Период уже прошёл.")
    assert refusal(place, reason="nap") == ("reason", "Выберите причину.")
    assert refusal(place, substitute=itself) == ("substitute", "Никто не замещает сам себя.")
    assert refusal(place, substitute=stranger) == ("substitute", "Этот человек работает в другом месте.")
    assert refusal(place, substitute=people[Role.METHODOLOGIST]) == (
        "substitute",
        "У этого человека другая роль: эту работу он выполнять не может.",
    )
    assert refusal(place, substitute=part) == (
        "substitute",
        "Этот человек работает здесь не весь указанный период.",
    )
    assert refusal(place, membership=director, substitute=people[Role.LAWYER]) == (
        "substitute",
        "Сначала назначьте этого человека исполняющим обязанности директора на эти дни, по приказу.",
    )


def test_nobody_is_away_twice_or_stands_in_while_away(place: Place) -> None:
    people = place.people
    away(place)
    assert refusal(place, starts_on=TODAY + timedelta(days=5), ends_on=TODAY + timedelta(days=9)) == (
        "starts_on",
        "Отсутствие на эти дни уже записано.",
    )
    assert refusal(place, membership=people[Role.LAWYER], substitute=people[Role.CASEWORKER]) == (
        "substitute",
        "В эти дни этот человек тоже отсутствует.",
    )
    assert refusal(place, membership=people[Role.PSYCHOLOGIST], substitute=people[Role.LAWYER]) == (
        "membership",
        "В эти дни этот человек замещает коллегу: завершите замещение или выберите другие дни.",
    )


def test_nobody_names_oneself(place: Place) -> None:
    acting_director(place, Role.LAWYER)
    by = place.by(Role.LAWYER)
    assert by.is_director
    assert refusal(place, substitute=place.people[Role.LAWYER], by=by) == (
        "substitute",
        "Назначить вас должен кто-то другой: выберите другого коллегу.",
    )
    assert away(place, by=by).pk


def acting_director(place: Place, role: Role) -> ActingDirector:
    with acting(SYSTEM, reason="test"):
        return ActingDirector.objects.create(
            center=place.center,
            membership=place.people[role],
            order_number="7",
            order_date=TODAY,
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=30),
        )


def test_the_director_is_stood_in_for_by_the_acting_one(place: Place) -> None:
    acting_director(place, Role.LAWYER)
    director = place.people[Role.DIRECTOR]
    row = away(place, membership=director, substitute=place.people[Role.LAWYER])
    assert place.by(Role.LAWYER).standing_for == (row.membership_id,)
    assert place.by(Role.LAWYER).is_director


def test_it_lasts_from_the_first_to_the_last_day(place: Place) -> None:
    row = away(place, starts_on=TODAY + timedelta(days=1), ends_on=TODAY + timedelta(days=2))
    substitute = place.people[Role.PSYCHOLOGIST]
    standing = [actor_for(substitute, at=NOON + timedelta(days=number)).standing_for for number in range(4)]
    assert standing == [(), (row.membership_id,), (row.membership_id,), ()]


def test_ended_early_it_is_over_at_once_and_stays_on_record(place: Place) -> None:
    row = away(place)
    later = NOON + timedelta(hours=1)
    ended = end_absence(absence=row, by=place.by(Role.HEAD_ACCOMPANIMENT), now=later)
    assert (ended.ended_at, ended.ends_on) == (later, row.ends_on)
    assert actor_for(place.people[Role.PSYCHOLOGIST], at=later).standing_for == ()
    with pytest.raises(Conflict):
        end_absence(absence=row, by=place.by(Role.DIRECTOR), now=later)
    # The days are free for another one.
    assert away(place, now=later).pk != row.pk


def test_another_center_and_workers_end_nothing(place: Place) -> None:
    row = away(place)
    with pytest.raises(Missing):
        end_absence(absence=row, by=a_center().by(Role.DIRECTOR), now=NOON)
    with pytest.raises(Forbidden):
        end_absence(absence=row, by=place.by(Role.PSYCHOLOGIST), now=NOON)


def test_a_bodys_administrator_keeps_its_officers(place: Place) -> None:
    agency = an_agency()
    first, second = (a_membership(Role.AGENCY_OFFICER, agency=agency) for _number in range(2))
    boss = actor_for(a_membership(Role.BODY_ADMIN, agency=agency))
    row = away(place, membership=first, substitute=second, by=boss)
    assert actor_for(second).standing_for == (first.pk,)
    assert list(Absence.objects.visible_to(boss)) == [row]
    stranger = actor_for(a_membership(Role.BODY_ADMIN, agency=an_agency()))
    assert not Absence.objects.visible_to(stranger).exists()
    with pytest.raises(Missing):
        end_absence(absence=row, by=stranger, now=NOON)
    with pytest.raises(AppError):
        away(place, membership=first, substitute=second, by=place.by(Role.DIRECTOR))


def test_who_stands_in_by_order_is_not_away_and_the_other_way_round(place: Place) -> None:
    order: dict[str, Any] = {
        "membership": place.people[Role.CASEWORKER],
        "order_number": "17",
        "order_date": TODAY,
        "starts_on": TODAY + timedelta(days=5),
        "ends_on": TODAY + timedelta(days=9),
        "by": place.by(Role.DIRECTOR),
        "now": NOON,
    }
    away(place)
    with pytest.raises(Invalid) as caught, translation.override("ru"):
        name_acting_director(**order)
    assert caught.value.code == "away_then"
    assert str(caught.value.fields["membership"][0]) == "В эти дни этот человек отсутствует."
    name_acting_director(**{**order, "starts_on": TODAY + timedelta(days=6)})
    later = {"starts_on": TODAY + timedelta(days=9), "ends_on": TODAY + timedelta(days=12)}
    assert refusal(place, **later) == (
        "membership",
        "В эти дни этот человек замещает директора по приказу: завершите замещение или выберите другие дни.",
    )


def test_the_order_stays_while_the_director_is_away_by_it(place: Place) -> None:
    deputy = place.people[Role.PSYCHOLOGIST]
    order: dict[str, Any] = {"order_number": "17", "order_date": TODAY, "starts_on": TODAY}
    by = place.by(Role.DIRECTOR)
    row = name_acting_director(membership=deputy, ends_on=TODAY + timedelta(days=9), by=by, now=NOON, **order)
    absence = away(place, membership=place.people[Role.DIRECTOR])
    with pytest.raises(Conflict) as caught:
        end_acting(acting_director=row, by=by, now=NOON)
    assert caught.value.code == "director_away"
    end_absence(absence=absence, by=by, now=NOON)
    end_acting(acting_director=row, by=by, now=NOON)
    assert not ActingDirector.objects.filter(pk=row.pk, ends_on__gte=TODAY).exists()


def test_who_keeps_absences_hears_when_the_substitute_leaves(place: Place) -> None:
    absence = away(place)
    admin = actor_for(a_membership(Role.SYSTEM_ADMIN))
    last = {"reason": "Увольнение", "by": admin, "now": NOON}
    end_membership(membership=absence.substitute, ends_on=absence.ends_on, **last)
    with clock.at(NOON):
        deliver_due(clock.now)
    told = Notice.objects.filter(kind="absence.nobody")
    assert not told.exists(), "works to the last day of the absence"
    end_membership(membership=absence.substitute, ends_on=absence.ends_on - timedelta(days=1), **last)
    with clock.at(NOON):
        deliver_due(clock.now)
    director = place.people[Role.DIRECTOR].pk
    assert list(told.values_list("recipient_id", "subject_id", "loudness")) == [
        (director, absence.pk, "urgent")
    ]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("absence_ends_after_start", {"ends_on": TODAY - timedelta(days=1)}),
        ("absence_not_stood_in_by_oneself", {"substitute": None}),
        ("absence_once_at_a_time", {"starts_on": TODAY + timedelta(days=5)}),
        ("absence_ended_by_someone", {"ended_by": True}),
        ("absence_not_of_a_substitute", {"swapped": True}),
    ],
)
def test_the_database_refuses(place: Place, name: str, changes: dict[str, Any]) -> None:
    row = away(place)
    given: dict[str, Any] = {
        "membership": row.membership,
        "substitute": row.substitute,
        "starts_on": row.starts_on + timedelta(days=20),
        "ends_on": row.ends_on + timedelta(days=20),
        "reason": row.reason,
        "recorded_at": NOON,
        **changes,
    }
    if given.pop("swapped", False):
        # Who stands in is recorded as away from the last of these days on.
        given |= {
            "membership": row.substitute,
            "substitute": place.people[Role.LAWYER],
            "starts_on": row.ends_on,
        }
    if given["substitute"] is None:
        given["substitute"] = row.membership
    if given.get("ended_by"):
        given["ended_by"] = row.membership
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Absence.objects.create(**given)


def test_only_keepers_see_everybodys(place: Place) -> None:
    row = away(place)
    seen = {
        role: Absence.objects.visible_to(place.by(role)).filter(pk=row.pk).exists() for role in CENTER_ROLES
    }
    involved = {Role.CASEWORKER, Role.PSYCHOLOGIST}
    assert {role for role, sees in seen.items() if sees} == RECORDS | involved
    assert isinstance(row.membership, Membership)
