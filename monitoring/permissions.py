"""Who draws up, signs and sends a Center's quarter, and who receives it."""

from family_support.accounts.roles import METHODOLOGY, Role
from family_support.base.actor import Actor
from family_support.base.errors import Forbidden, Missing
from monitoring.models import OUTSIDE, READERS, AnalyticNote, OutreachEvent, QuarterlyReport


def can_draw_up(actor: Actor, report: QuarterlyReport) -> bool:
    """The Center's methodology unit and its director."""
    return (actor.role in METHODOLOGY or actor.is_director) and actor.center_id == report.center_id


def check_can_draw_up(actor: Actor, report: QuarterlyReport) -> None:
    _check(can_draw_up(actor, report), actor.role in METHODOLOGY or actor.is_director)


def can_write(actor: Actor, center_id: int | None) -> bool:
    """Events and notes: the Center's methodology unit and its director."""
    return (actor.role in METHODOLOGY or actor.is_director) and actor.center_id == center_id


def check_writes(actor: Actor, center_id: int) -> None:
    """Whether the actor plans events and writes notes for this Center. Errors: Forbidden, Missing."""
    _check(can_write(actor, center_id), actor.role in METHODOLOGY or actor.is_director)


def check_can_write(actor: Actor, row: OutreachEvent | AnalyticNote) -> None:
    check_writes(actor, row.center_id)


def can_draw_roundup(actor: Actor) -> bool:
    """The authorized body's analyst, or the product itself."""
    return actor.is_system or actor.role == Role.MINISTRY_ANALYST


def check_can_draw_roundup(actor: Actor) -> None:
    _check(True, can_draw_roundup(actor))


def can_sign(actor: Actor, report: QuarterlyReport) -> bool:
    """The director, or who acts as one by order."""
    return actor.is_director and actor.center_id == report.center_id


def check_can_sign(actor: Actor, report: QuarterlyReport) -> None:
    _check(can_sign(actor, report), actor.is_director)


def can_receive(actor: Actor) -> bool:
    """The authorized body's analyst."""
    return actor.role == Role.MINISTRY_ANALYST


def check_can_receive(actor: Actor, report: QuarterlyReport) -> None:
    sent = report.state in (QuarterlyReport.State.SENT, QuarterlyReport.State.RECEIVED)
    _check(sent, can_receive(actor))


def check_can_read(actor: Actor, report: QuarterlyReport) -> None:
    """Who may have its files made: those of the Center, and the authorized body once it is sent."""
    _check(
        QuarterlyReport.objects.visible_to(actor).filter(pk=report.pk).exists(),
        actor.role in READERS | OUTSIDE or actor.is_director,
    )


def _check(reaches: bool, has_function: bool) -> None:
    """Errors: Forbidden for a role without the function, Missing for a report out of scope."""
    if not has_function:
        raise Forbidden()
    if not reaches:
        raise Missing()
