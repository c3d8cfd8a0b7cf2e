"""Who may do what with a body's part: pairs that raise or answer, over what is already loaded."""

from family_support.accounts.roles import WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.errors import Forbidden, Missing
from interagency.models import Task

EXECUTORS = WORKERS | {Role.AGENCY_OFFICER}


def check_executes(actor: Actor) -> None:
    """Officers report on the body's tasks, workers on the Center's own. Errors: Forbidden for other roles."""
    if actor.role not in EXECUTORS:
        raise Forbidden()


def check_coordinates(actor: Actor) -> None:
    """Workers of the Center hand off, review and withdraw. Errors: Forbidden for other roles."""
    if actor.role not in WORKERS:
        raise Forbidden()


def check_assigns(actor: Actor) -> None:
    """A body's administrator gives its tasks out. Errors: Forbidden for other roles."""
    if actor.role != Role.BODY_ADMIN or not actor.agency_id:
        raise Forbidden()


def can_work_on_task(actor: Actor, task: Task) -> bool:
    """An officer of the very body; for a measure of the Center itself, a worker of that Center."""
    if task.agency_id is None:
        return actor.role in WORKERS and actor.center_id == task.case.center_id
    return actor.role == Role.AGENCY_OFFICER and actor.agency_id == task.agency_id


def check_can_work_on_task(actor: Actor, task: Task) -> None:
    """Errors: Forbidden for a role without the function, Missing for another body's task."""
    check_executes(actor)
    if not can_work_on_task(actor, task):
        raise Missing()


def can_review(actor: Actor, task: Task) -> bool:
    """Workers of the Center; that they are on the case's team the loading queryset has seen to."""
    return actor.role in WORKERS and actor.center_id == task.case.center_id


def check_can_review(actor: Actor, task: Task) -> None:
    """Errors: Forbidden for a role without the function, Missing for another Center's case."""
    check_coordinates(actor)
    if not can_review(actor, task):
        raise Missing()
