"""Pages of the quarter and the ministry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from family_support.accounts.roles import METHODOLOGY
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM
from monitoring import actions
from monitoring.models import ProposedShortcoming, QuarterlyReport
from monitoring.quarters import Quarter
from tests.access.matrix import ALL, Made, Role, kind, page

if TYPE_CHECKING:
    from tests.access.world import World

DIRECTOR = {Role.DIRECTOR}
WRITERS = METHODOLOGY | DIRECTOR
READERS = WRITERS | {Role.HEAD_ACCOMPANIMENT}
ANALYST = {Role.MINISTRY_ANALYST}
COORDINATOR = {Role.COORDINATOR}
# Who sees the Center's cases listed, and so the records behind a figure.
RECORDS = DIRECTOR | {Role.HEAD_ACCOMPANIMENT, Role.HEAD_METHODOLOGY}


def _drafted(world: World, quarter: Quarter) -> QuarterlyReport:
    return actions.open_quarter(
        center=world.center, quarter=quarter, by=world.by(Role.DIRECTOR), now=world.now
    )


@kind("report")
def report(world: World, *, restricted: bool) -> Made | None:
    """The draft of the last quarter."""
    if restricted:
        return None
    row = _drafted(world, Quarter.of(world.today).previous)
    return Made(row, {"pk": row.pk})


@kind("sent-report")
def sent_report(world: World, *, restricted: bool) -> Made | None:
    """The quarter before, sent to the ministry."""
    if restricted:
        return None
    row, by = _drafted(world, Quarter.of(world.today).previous.previous), world.by(Role.DIRECTOR)
    row = actions.write_conclusion(
        report=row,
        conclusion="Органы района работают согласованно, мероприятия исполнены в срок.",
        no_shortcomings=True,
        expected_version=row.version,
        by=by,
        now=world.now,
    )
    row = actions.sign_quarter(report=row, expected_version=row.version, by=by, now=world.now)
    row = actions.send_quarter(report=row, expected_version=row.version, by=by, now=world.now)
    return Made(row, {"pk": row.pk})


@kind("shortcoming", absent={"shortcoming_pk": 999_999_999})
def shortcoming(world: World, *, restricted: bool) -> Made | None:
    if restricted:
        return None
    draft = world.obj("report")
    row = actions.add_shortcoming(
        report=draft,
        agency=world.agency,
        text="Отчёты приходят с опозданием.",
        proposal="Назначить ответственного.",
        by=world.by(Role.METHODOLOGIST),
        now=world.now,
    )
    return Made(row, {"pk": draft.pk, "shortcoming_pk": row.pk})


@kind("figure", absent={"row": 999})
def figure(world: World, *, restricted: bool) -> Made | None:
    """The first figure of the draft."""
    if restricted:
        return None
    draft = world.obj("report")
    return Made(draft, {"pk": draft.pk, "code": "intakes", "row": 0, "column": "count"})


@kind("proposal", absent={"proposal_pk": 999_999_999})
def proposal(world: World, *, restricted: bool) -> Made | None:
    """A shortcoming proposed from the figures of the draft."""
    if restricted:
        return None
    draft = world.obj("report")
    with acting(SYSTEM, reason="test"):
        row = ProposedShortcoming.objects.create(
            report=draft, rule="no_iin", count=3, whole=10, threshold=10, records=[]
        )
    return Made(row, {"pk": draft.pk, "proposal_pk": row.pk})


@kind("event")
def event(world: World, *, restricted: bool) -> Made | None:
    """A planned training."""
    if restricted:
        return None
    data = actions.EventData("training", "Медиация в семье", "specialists", "Акимат района", world.now)
    row = actions.plan_event(center=world.center, data=data, by=world.by(Role.METHODOLOGIST), now=world.now)
    return Made(row, {"pk": row.pk})


@kind("note")
def note(world: World, *, restricted: bool) -> Made | None:
    """A draft."""
    return None if restricted else _note(world)


@kind("sent-note")
def sent_note(world: World, *, restricted: bool) -> Made | None:
    """One that the ministry has."""
    if restricted:
        return None
    made, by = _note(world), world.by(Role.METHODOLOGIST)
    actions.send_note(note=made.obj, expected_version=made.obj.version, by=by, now=world.now)
    return made


def _note(world: World) -> Made:
    data = actions.NoteData("analytic", "Итоги квартала", "Число обращений выросло. " * 10, 2026, 1)
    row = actions.write_note(center=world.center, data=data, by=world.by(Role.METHODOLOGIST), now=world.now)
    return Made(row, {"pk": row.pk})


@kind("roundup")
def roundup(world: World, *, restricted: bool) -> Made | None:
    """The country's quarter before the last one."""
    if restricted:
        return None
    world.obj("sent-report")
    made = actions.draw_up_roundups(
        quarter=Quarter.of(world.today).previous.previous, by=SYSTEM, now=world.now
    )
    row = next(each for each in made if each.region_id is None)
    return Made(row, {"pk": row.pk})


ROWS = (
    page("quarter-list", roles=READERS),
    page("quarter", "report", roles=READERS, colleague=ALL, methods="GET POST"),
    page("quarter-preflight", "report", roles=READERS, colleague=ALL),
    page("quarter-records", "figure", roles=RECORDS, colleague=ALL),
    page("quarter-proposal-accept", "proposal", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("quarter-proposal-dismiss", "proposal", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("quarter-proposal-records", "proposal", roles=RECORDS, colleague=ALL),
    page("quarter-corrections", "sent-report", roles=READERS, colleague=ALL),
    page("quarter-annex-issue", "sent-report", roles=DIRECTOR, colleague=ALL, methods="GET POST"),
    page("quarter-compute", "report", roles=WRITERS, colleague=ALL, methods="POST"),
    page("quarter-shortcoming-new", "report", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("quarter-shortcoming-remove", "shortcoming", roles=WRITERS, colleague=ALL, methods="POST"),
    page("quarter-sign", "report", roles=DIRECTOR, colleague=ALL, methods="GET POST"),
    page("quarter-send", "report", roles=DIRECTOR, colleague=ALL, methods="GET POST"),
    page("quarter-file", "sent-report", roles=READERS | ANALYST | COORDINATOR, colleague=ALL, methods="POST"),
    page("event-list", roles=READERS),
    page("event-new", roles=WRITERS, methods="GET POST"),
    page("event", "event", roles=READERS, colleague=ALL),
    page("event-change", "event", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("event-hold", "event", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("event-cancel", "event", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("event-materials", "event", roles=WRITERS, colleague=ALL, methods="POST"),
    page("note-list", roles=READERS | ANALYST),
    page("note-new", roles=WRITERS, methods="GET POST"),
    page("note", "sent-note", roles=READERS | ANALYST, colleague=ALL),
    page("note-change", "note", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("note-send", "note", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("note-print", "sent-note", roles=READERS | ANALYST, colleague=ALL),
    page("district-reports", roles=COORDINATOR),
    page("district-report", "sent-report", roles=COORDINATOR, colleague=ALL),
    page("ministry-country", roles=ANALYST),
    page("ministry-compare", roles=ANALYST),
    page("ministry-region", "roundup", roles=ANALYST),
    page("roundup-draw", roles=ANALYST, methods="POST"),
    page("roundup-file", "roundup", roles=ANALYST, methods="POST"),
    page("ministry", roles=ANALYST),
    page("ministry-report", "sent-report", roles=ANALYST),
    page("ministry-receive", "sent-report", roles=ANALYST, methods="POST"),
)
