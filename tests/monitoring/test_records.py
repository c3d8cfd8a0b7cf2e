"""The list behind a figure: as many records as it counts, only cases in scope, each reading logged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Case
from family_support.access.models import ReadEntry
from family_support.accounts.roles import Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from monitoring import preflight
from monitoring.counting import Record
from monitoring.indicators import SECTIONS, compute, gather_all, indicators, tables
from monitoring.queries import records_of
from monitoring.suppression import IDENTITIES, cells_of, sums_of
from tests.factories import NOON, a_case, a_center, actor_for
from tests.interagency.samples import LATER, Scene, a_scene, accept, own_done, report, review
from tests.lasting import keeping, lasting
from tests.mobile_groups import samples as groups
from tests.monitoring.samples import APRIL, FIRST, the_report, values
from tests.monitoring.test_pages import client_of, queries
from tests.shelter import samples as shelter

pytestmark = pytest.mark.django_db


@lasting
def a_course() -> Scene:
    scene = a_scene()
    accept(scene)
    report(scene)
    review(scene, "returned")
    report(scene, LATER + timedelta(hours=1), lowered_risks="Родитель прошёл лечение.")
    review(scene, "done", LATER + timedelta(hours=2))
    own_done(scene)
    return scene


_kept = keeping(a_course, at=APRIL)


@pytest.fixture
def scene() -> Scene:
    return a_course()


def test_what_monitoring_must_look_at_is_there() -> None:
    """R192 13: joint work, change of social status, social-factor indicators, prevention of offences."""
    assert {"joint", "status", "factors", "prevention"} <= {each.section for each in indicators()}
    assert {each.section for each in indicators()} == set(SECTIONS)


def test_published_sums_agree(scene: Scene) -> None:
    """What `suppression` takes for equal is equal in what is computed: else it would protect nothing."""
    shown = tables(compute(scene.place.center, FIRST))
    found = cells_of(shown)
    sums = list(sums_of(shown))
    assert len(sums) == len(IDENTITIES)
    for each in sums:
        assert sum(found[cell] for cell in each.left) == sum(found[cell] for cell in each.right), each


def test_a_figure_is_as_long_as_its_list(scene: Scene) -> None:
    draft = the_report(scene.place)
    counted = 0
    for indicator in indicators():
        if not indicator.parts:
            continue
        for row in draft.figures[indicator.code]:
            for column in indicator.columns:
                if column.share:
                    continue
                listed = records_of(draft, indicator, row["key"], column.code)
                assert sum(record.weight for record in listed) == row["values"][column.code]
                counted += bool(listed)
    assert counted > 25


def test_stays_violence_and_alarms_are_counted() -> None:
    there = groups.a_ready_district()
    alarm = groups.an_alarm(there, "engaged")
    groups.bring_plan(there, groups.a_plan(there, alarm), "in_force")
    groups.a_visit(there, alarm, "signed")
    figures = compute(there.place.center, FIRST)
    one = {"count": 1}
    assert values(figures, "alarms") == {"raised": one, "in_hour": one, "engaged": one}
    assert values(figures, "responses") == {"in_force": one}
    assert values(figures, "visits") == {"all": one}
    assert sum(row["count"] for row in values(figures, "visit_results").values()) == 1
    place = a_center()
    stay = shelter.with_child(place)
    figures = compute(place.center, FIRST)
    assert values(figures, "stays") == {"admitted": one, "minors": one}
    assert values(figures, "stay_basis") == {stay.basis: one}
    assert {row["key"] for row in figures["places"]} == {"places", "beds", "days"}


def test_the_list_shows_cases_in_scope_and_logs_them() -> None:
    place = a_center()
    cases = [a_case(place, now=NOON - timedelta(days=number)) for number in range(2)]
    hidden = a_case(place, now=NOON, minor_at_risk=True)
    draft = the_report(place)
    url = reverse("quarter-records", args=[draft.pk, "intakes", 0, "count"])
    head = client_of(place.people[Role.HEAD_ACCOMPANIMENT])
    page = head.get(url)
    text = page.content.decode()
    assert [case.number in text for case in (*cases, hidden)] == [True, True, False]
    assert page.context["outside"] == 1
    logged = ReadEntry.objects.filter(what="figure intakes").values_list("case_id", flat=True)
    assert set(logged) == {case.pk for case in cases}
    director = client_of(place.people[Role.DIRECTOR]).get(url).content.decode()
    assert hidden.number in director
    assert client_of(place.people[Role.METHODOLOGIST]).get(url).status_code == 403
    for wrong in (("intakes", 99, "count"), ("nothing", 0, "count"), ("intakes", 0, "share")):
        assert head.get(reverse("quarter-records", args=[draft.pk, *wrong])).status_code == 404


def test_a_barred_director_is_not_told_that_one_more_is_counted() -> None:
    """The abuser may direct the Center: what is not listed to a director is what concerns them (security.md)."""
    place = a_center()
    cases = [a_case(place, team=True, now=NOON - timedelta(days=number)) for number in range(2)]
    draft = the_report(place)
    groups.bar(place.by(Role.DIRECTOR), cases[1], "850615300129")
    director = client_of(place.people[Role.DIRECTOR])
    page = director.get(reverse("quarter-records", args=[draft.pk, "intakes", 0, "count"]))
    assert (page.context["total"], page.context["outside"]) == (1, 0)
    assert cases[1].number not in page.content.decode()
    barred = actor_for(place.people[Role.DIRECTOR])
    every = preflight.findings(place.center, FIRST, place.by(Role.HEAD_ACCOMPANIMENT))
    seen = preflight.findings(place.center, FIRST, barred)
    terms = {found.code: found.count for found in every}["open_terms"]
    assert {found.code: found.count for found in seen}["open_terms"] == terms / 2
    assert preflight.count(place.center, FIRST, barred) == sum(found.count for found in seen)


def test_frozen_figures_open_the_records_frozen_with_them() -> None:
    place = a_center()
    a_case(place, now=NOON)
    signed = the_report(place, "signed")
    a_case(place, now=NOON + timedelta(days=1))
    intakes = next(each for each in indicators() if each.code == "intakes")
    assert len(records_of(signed, intakes, "self", "count")) == 1
    assert len(gather_all(place.center, FIRST)["intakes"]["self", "count"]) == 2
    assert isinstance(records_of(signed, intakes, "self", "count")[0], Record)


def test_the_list_asks_the_same_however_long() -> None:
    place = a_center()
    a_case(place, now=NOON)
    draft = the_report(place)
    director = client_of(place.people[Role.DIRECTOR])
    urls = [
        reverse("quarter-records", args=[draft.pk, "intakes", 0, "count"]),
        reverse("quarter-preflight", args=[draft.pk]),
    ]
    few = [queries(director, url) for url in urls]
    for number in range(3):
        a_case(place, now=NOON + timedelta(days=number))
    assert [queries(director, url) for url in urls] == few


def test_preflight_names_who_answers_and_links_only_what_is_listed() -> None:
    place = a_center()
    case = a_case(place, now=NOON)
    owner = place.people[Role.CASEWORKER].user.short_name
    for role, linked in ((Role.METHODOLOGIST, False), (Role.DIRECTOR, True)):
        (found,) = preflight.findings(place.center, FIRST, place.by(role, at=APRIL))
        assert (found.code, found.count, [each.name for each in found.owners]) == ("open_terms", 2, [owner])
        assert [link.label for each in found.owners for link in each.links] == (
            [case.number] if linked else []
        )
    assert preflight.count(place.center, FIRST, place.by(Role.DIRECTOR)) == 2
    with acting(SYSTEM, reason="test"):
        Case.objects.filter(pk=case.pk).update(lead=None)
    assert {
        each.code for each in preflight.findings(place.center, FIRST, place.by(Role.DIRECTOR, at=APRIL))
    } == {
        "open_terms",
        "no_lead",
    }
