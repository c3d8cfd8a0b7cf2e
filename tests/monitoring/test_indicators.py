"""Every indicator against records made by hand; a quarter ends at midnight in Almaty."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.models import Case, Intake
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from family_support.directory.models import Sector
from monitoring.indicators import compute, indicators, tables
from monitoring.quarters import Quarter
from tests.factories import NOON, a_case, a_center
from tests.interagency.samples import LATER, Scene, a_scene, accept, own_done, report, review
from tests.lasting import keeping, lasting
from tests.monitoring.samples import APRIL, FIRST, values


def test_a_quarter_is_of_the_local_calendar() -> None:
    assert FIRST.starts_at == datetime(2025, 12, 31, 19, tzinfo=UTC)
    assert FIRST.ends_at == datetime(2026, 3, 31, 19, tzinfo=UTC)
    assert Quarter.of(date(2026, 12, 31)) == Quarter(2026, 4)
    assert (Quarter(2026, 4).next, Quarter(2026, 1).previous) == (Quarter(2027, 1), Quarter(2025, 4))
    with pytest.raises(ValueError, match="four"):
        Quarter(2026, 5)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "counted"),
    [
        (FIRST.starts_at - timedelta(microseconds=1), False),
        (FIRST.starts_at, True),
        (FIRST.ends_at - timedelta(microseconds=1), True),
        (FIRST.ends_at, False),
    ],
)
def test_midnight_in_almaty_is_the_border(moment: datetime, counted: bool) -> None:
    place = a_center()
    case = a_case(place, threat=True)
    with acting(SYSTEM, reason="test"):
        Intake.objects.filter(case=case).update(received_at=moment, registered_at=moment)
    figures = compute(place.center, FIRST)
    assert values(figures, "intakes") == ({"self": {"count": 1}} if counted else {})
    assert values(figures, "urgent") == ({"threat": {"count": 1}} if counted else {})


@lasting
def a_course() -> Scene:
    """A family's way through the first quarter: assessed, planned, the body's report returned once and then done."""
    scene = a_scene()
    accept(scene)
    report(scene)
    review(scene, "returned")
    report(scene, LATER + timedelta(hours=1))
    review(scene, "done", LATER + timedelta(hours=2))
    own_done(scene)
    return scene


_kept = keeping(a_course, at=APRIL)


@pytest.fixture
def scene(db: None) -> Scene:
    return a_course()


def test_a_family_s_way_in_figures(scene: Scene) -> None:
    figures = compute(scene.place.center, FIRST)
    assert set(figures) == {each.code for each in indicators()}
    one = {"count": 1}
    assert values(figures, "intakes") == {"self": one}
    assert values(figures, "urgent") == {}
    assert values(figures, "consultations") == {"consultation": one}
    assert values(figures, "assessments") == {"all": one, "found": one}
    assert values(figures, "grounds") == {"homelessness": one}
    assert values(figures, "plans") == {"approved": one}
    work = {"sent": 1, "done": 1, "returned": 1, "timely": 2, "in_time": 100.0}
    assert values(figures, "sectors") == {"sector-education": work}
    assert values(figures, "bodies") == {f"agency-{scene.agency.pk}": work}
    assert values(figures, "family_measures") == {"done": one}
    assert values(figures, "running") == {"all": one}
    assert values(figures, "closed") == {}
    terms = values(figures, "terms")
    assert terms.pop("completion_mark") == {"unmet": 1}
    # The body accepted at once and reported after the register's days for the service had run out.
    assert terms.pop("state_service") == {"late": 1}
    assert {row["in_time"] for row in terms.values()} == {100.0}
    assert terms["consultation"] == {"met": 1, "in_time": 100.0}


def test_the_next_quarter_knows_only_what_runs_on(scene: Scene) -> None:
    figures = compute(scene.place.center, FIRST.next)
    counted = {each.code for each in indicators() if values(figures, each.code)}
    assert counted <= {"running", "terms"}
    assert values(figures, "running") == {"all": {"count": 1}}


def test_another_center_has_none_of_it(scene: Scene) -> None:
    figures = compute(a_center().center, FIRST)
    assert not any(values(figures, each.code) for each in indicators())


def test_a_late_report_is_late(db: None) -> None:
    scene = a_scene()
    accept(scene)
    late = NOON + timedelta(days=60)
    report(scene, late)
    figures = compute(scene.place.center, Quarter(2026, 2))
    assert values(figures, "sectors") == {"sector-education": {"late": 1}}
    assert values(figures, "terms")["task_report"]["late"] == 1
    assert "task_report" not in values(compute(scene.place.center, FIRST), "terms")


def test_an_unmet_term_is_unmet_where_it_ended(db: None) -> None:
    place = a_center()
    a_case(place)
    terms = values(compute(place.center, FIRST), "terms")
    assert {code: row["unmet"] for code, row in terms.items()} == {"assessment": 1, "consultation": 1}
    later = values(compute(place.center, FIRST.next), "terms")
    assert later == {}


def test_a_case_is_counted_where_it_closed(db: None) -> None:
    place = a_center()
    case = a_case(place)
    with acting(SYSTEM, reason="test"):
        case.close()
        case.closed_at, case.closing = FIRST.ends_at, Case.Closing.UNFOUNDED
        case.save()
    assert values(compute(place.center, FIRST), "closed") == {}
    assert values(compute(place.center, FIRST), "running") == {"all": {"count": 1}}
    assert values(compute(place.center, FIRST.next), "closed") == {"unfounded": {"count": 1}}
    assert values(compute(place.center, FIRST.next), "running") == {}


def test_health_is_sensitive(db: None) -> None:
    scene = a_scene()
    with acting(SYSTEM, reason="test"):
        scene.agency.sectors.add(Sector.objects.get(code="health"))
    shown = {table.code: table for table in tables(compute(scene.place.center, FIRST))}
    assert [row.sensitive for row in shown["bodies"].rows] == [True]
