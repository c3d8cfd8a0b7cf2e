"""Pages of the quarter and the ministry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from family_support.accounts.roles import METHODOLOGY
from monitoring import actions
from monitoring.models import QuarterlyReport
from monitoring.quarters import Quarter
from tests.access.matrix import ALL, Made, Role, kind, page

if TYPE_CHECKING:
    from tests.access.world import World

DIRECTOR = {Role.DIRECTOR}
WRITERS = METHODOLOGY | DIRECTOR
READERS = WRITERS | {Role.HEAD_ACCOMPANIMENT}
ANALYST = {Role.MINISTRY_ANALYST}


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


ROWS = (
    page("quarter-list", roles=READERS),
    page("quarter", "report", roles=READERS, colleague=ALL, methods="GET POST"),
    page("quarter-compute", "report", roles=WRITERS, colleague=ALL, methods="POST"),
    page("quarter-shortcoming-new", "report", roles=WRITERS, colleague=ALL, methods="GET POST"),
    page("quarter-shortcoming-remove", "shortcoming", roles=WRITERS, colleague=ALL, methods="POST"),
    page("quarter-sign", "report", roles=DIRECTOR, colleague=ALL, methods="GET POST"),
    page("quarter-send", "report", roles=DIRECTOR, colleague=ALL, methods="GET POST"),
    page("quarter-file", "sent-report", roles=READERS | ANALYST, colleague=ALL, methods="POST"),
    page("ministry", roles=ANALYST),
    page("ministry-report", "sent-report", roles=ANALYST),
    page("ministry-receive", "sent-report", roles=ANALYST, methods="POST"),
)
