"""Shortcomings that figures show: threshold, records behind, and a decision of a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from family_support.accounts.roles import AGENCY_ROLES, CENTER_ROLES, METHODOLOGY, Role
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import AppError, Conflict, Invalid
from interagency.models import ServiceNorm
from monitoring import actions
from monitoring.counting import Gathered, Record
from monitoring.indicators import find, gather_all
from monitoring.models import ProposedShortcoming, QuarterlyReport
from monitoring.proposals import BY_CODE, FEWEST, RULES
from monitoring.queries import line_of, proposals_of
from tests.factories import Place, a_case, a_center, a_membership, actor_for, an_agency, person_data
from tests.interagency.samples import a_scene, accept, report, review
from tests.lasting import keeping, lasting
from tests.monitoring.samples import APRIL, FIRST, conclude, the_report

pytestmark = pytest.mark.django_db
State = ProposedShortcoming.State


def records(count: int, first: int = 1) -> list[Record]:
    return [Record(pk, pk) for pk in range(first, first + count)]


def cells(rule_code: str, bad: int, whole: int, *, place: Place) -> dict[str, Gathered]:
    """Figures of one rule: so many bad records among so many."""
    rule = BY_CODE[rule_code]
    row = "agency-7" if rule.of_bodies else (rule.rows or ("all",))[0]
    found: Gathered = {(row, rule.bad[0]): records(bad)}
    good = [column for column in rule.whole if column not in rule.bad]
    among = whole - bad if rule.bad[0] in rule.whole else whole
    if good:
        found[row, good[0]] = records(among, first=1000)
    return {rule.indicator: found}


@pytest.mark.parametrize("rule", [rule.code for rule in RULES if rule.finder is None and not rule.complement])
def test_a_figure_is_proposed_beyond_its_threshold_only(rule: str) -> None:
    place = a_center()
    threshold = BY_CODE[rule].threshold
    if BY_CODE[rule].is_share:
        limit = [(threshold, 100), (threshold + 1, 100), (FEWEST - 1, FEWEST - 1)]
        expected = [0, 1, 0]
    else:
        limit, expected = [(threshold - 1, 0), (threshold, 0)], [0, 1]
    counted = [
        len(list(BY_CODE[rule].findings(cells(rule, bad, whole, place=place), place.center, FIRST)))
        for bad, whole in limit
    ]
    assert counted == expected


def test_an_alarm_is_late_that_is_not_among_the_quick_ones() -> None:
    place = a_center()
    gathered = {"alarms": {("raised", "count"): records(4), ("in_hour", "count"): records(3)}}
    (finding,) = BY_CODE["alarms_late"].findings(gathered, place.center, FIRST)
    assert (finding.count, finding.whole, finding.cases) == (1, 4, [4])


def test_every_rule_looks_at_figures_that_there_are() -> None:
    for rule in RULES:
        if rule.finder is not None:
            continue
        indicator = find(rule.indicator)
        assert indicator is not None, rule.code
        assert {*rule.bad, *rule.whole} <= {column.code for column in indicator.columns}, rule.code


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_rule_has_its_words(language: str) -> None:
    place = a_center()
    draft = the_report(place)
    agency = an_agency(district=place.center.district)
    with translation.override(language):
        for rule in RULES:
            row = ProposedShortcoming(
                report=draft, rule=rule.code, agency=agency, detail="ст. 5", count=30, whole=120, threshold=1
            )
            line = line_of(row)
            assert "{" not in line.text + line.proposal + line.measured
            assert line.title
            assert "30" in line.text
            assert line.proposal


def test_returns_by_norm_and_missing_reports_of_a_body_are_found() -> None:
    scene = a_scene()
    accept(scene)
    report(scene)
    norm = ServiceNorm.objects.get(code="88V-RULES")
    review(scene, "returned", ground="breach", service_norm=norm, norm="Отказано без приказа.")
    found = the_report(scene.place)
    row = found.proposals.get(rule="returned_norm")
    assert (row.agency, row.detail, row.count, row.records) == (
        scene.agency,
        "88V-RULES",
        1,
        [scene.task.case_id],
    )
    with translation.override("kk"):
        assert norm.titles["kk"] in line_of(row).text
    assert "by_center" not in set(found.proposals.values_list("rule", flat=True))


def proposed(rule: str, count: int, whole: int = 0, sector: str = "education") -> ProposedShortcoming:
    place = a_center()
    agency = an_agency(sector, district=place.center.district) if BY_CODE[rule].of_bodies else None
    return ProposedShortcoming(
        report=the_report(place), rule=rule, agency=agency, count=count, whole=whole, threshold=1
    )


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (("overstays", 1), False),
        (("overstays", 9), False),
        (("overstays", 10), True),
        (("notices_late", 3), False),
        (("redirections_late", 2), False),
        (("responses_late", 9), False),
        (("alarms_late", 6, 30), False),
        (("visits_alone", 1), False),
        (("no_iin", 4, 40), False),
        (("no_iin", 12, 40), True),
        (("no_iin", 38, 40), False),
        (("reports_late", 5, 20), True),
        (("reports_late", 5, 20, "police"), False),
        (("reports_missing", 1), False),
        (("other", 2, 3), False),
    ],
)
def test_small_figures_stay_out_of_the_words_that_leave_the_center(row: tuple[Any, ...], shown: bool) -> None:
    """The conclusion goes to the ministry: 1-4, of violence, minors, health and shelter 1-9, are told nowhere."""
    found = proposed(*row)
    with translation.override("ru"):
        line = line_of(found)
    assert line.is_hidden is not shown
    assert (str(found.count) in line.measured, "•" in line.text) == (True, not shown)
    words = line.text.replace(str(found.agency or ""), "")
    assert (f"{found.count} " in words or f"{found.count}." in words) is shown


@lasting
def a_draft_with_a_proposal() -> tuple[Place, QuarterlyReport]:
    """A draft whose figures propose one thing: all its people have no IIN."""
    place = a_center()
    for number in range(3):
        a_case(
            place,
            now=APRIL - timedelta(days=20 + number),
            person=person_data(no_iin_reason="foreigner", last_name="Иванова", first_name="Анна"),
        )
    return place, the_report(place)


_kept = keeping(a_draft_with_a_proposal, at=APRIL)


@pytest.fixture
def drafted() -> tuple[Place, QuarterlyReport]:
    return a_draft_with_a_proposal()


def by(place: Place, role: Role = Role.METHODOLOGIST) -> Actor:
    return place.by(role, at=APRIL)


def accept_it(row: ProposedShortcoming, actor: Actor, **changes: Any) -> Any:
    given = {"agency": None, "text": "ИИН не указан.", "proposal": "Узнавать ИИН.", **changes}
    return actions.accept_proposal(proposed=row, by=actor, now=APRIL, **given)


def dismiss_it(row: ProposedShortcoming, actor: Actor, **changes: Any) -> Any:
    given = {"reason": "Семьи приехали без документов.", **changes}
    return actions.dismiss_proposal(proposed=row, by=actor, now=APRIL, **given)


def test_what_is_accepted_stands_in_the_conclusion(drafted: tuple[Place, QuarterlyReport]) -> None:
    place, draft = drafted
    row = draft.proposals.get(rule="no_iin")
    assert (row.count, row.whole, row.threshold, len(row.records)) == (3, 3, 10, 3)
    shortcoming = accept_it(row, by(place))
    row.refresh_from_db()
    assert (row.state, row.shortcoming, row.decided_by_id) == (
        State.ACCEPTED,
        shortcoming,
        by(place).membership_id,
    )
    actions.compute_figures(report=draft, by=by(place), now=APRIL)
    assert draft.proposals.get(rule="no_iin").state == State.ACCEPTED, "counting anew decides nothing"


def test_what_no_longer_shows_goes_away_undecided(drafted: tuple[Place, QuarterlyReport]) -> None:
    place, draft = drafted
    gathered = gather_all(place.center, FIRST)
    gathered["quality"] = {}
    actions.shortcomings.propose(draft, gathered)
    assert not draft.proposals.filter(rule="no_iin").exists()


@pytest.mark.parametrize("reason", ["", "   ", "Нет."])
def test_a_dismissal_needs_its_reason(drafted: tuple[Place, QuarterlyReport], reason: str) -> None:
    place, draft = drafted
    with pytest.raises(Invalid) as error:
        dismiss_it(draft.proposals.get(rule="no_iin"), by(place), reason=reason)
    assert set(error.value.fields) == {"reason"}


@pytest.mark.parametrize("text", [{"text": " "}, {"proposal": ""}])
def test_an_accepted_one_needs_its_words(
    drafted: tuple[Place, QuarterlyReport], text: dict[str, str]
) -> None:
    place, draft = drafted
    row = draft.proposals.get(rule="no_iin")
    with pytest.raises(Invalid):
        accept_it(row, by(place), **text)
    row.refresh_from_db()
    assert row.state == State.PROPOSED


ACTIONS: dict[str, Callable[..., Any]] = {"accept": accept_it, "dismiss": dismiss_it}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_role_and_state(drafted: tuple[Place, QuarterlyReport], action: str) -> None:
    place, draft = drafted
    agency = an_agency(district=place.center.district)
    writers = METHODOLOGY | {Role.DIRECTOR}
    row = draft.proposals.get(rule="no_iin")
    found = {}
    for role in Role:
        if role in CENTER_ROLES:
            actor = place.by(role, at=APRIL)
        else:
            actor = actor_for(a_membership(role, agency=agency if role in AGENCY_ROLES else None), at=APRIL)
        try:
            with transaction.atomic():
                ACTIONS[action](row, actor)
                found[role] = "ok"
                transaction.set_rollback(True)
        except AppError as error:
            found[role] = type(error).__name__
    assert found == {role: "ok" if role in writers else "Forbidden" for role in Role}
    dismiss_it(row, by(place))
    with pytest.raises(Conflict) as error:
        ACTIONS[action](row, by(place))
    assert error.value.code == "proposal_decided"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_signed_quarter_is_not_argued_with(drafted: tuple[Place, QuarterlyReport], action: str) -> None:
    place, draft = drafted
    row = draft.proposals.get(rule="no_iin")
    draft = conclude(place, draft)
    actions.sign_quarter(report=draft, expected_version=draft.version, by=by(place, Role.DIRECTOR), now=APRIL)
    with pytest.raises(Conflict) as error:
        ACTIONS[action](row, by(place))
    assert error.value.code == "quarter_state"


def test_undecided_ones_stand_first(drafted: tuple[Place, QuarterlyReport]) -> None:
    _place, draft = drafted
    with acting(SYSTEM, reason="test"):
        ProposedShortcoming.objects.create(
            report=draft,
            rule="reports_late",
            count=1,
            whole=4,
            threshold=10,
            state=State.PROPOSED,
        )
    assert [line.row.rule for line in proposals_of(draft)][0] == "reports_late"
