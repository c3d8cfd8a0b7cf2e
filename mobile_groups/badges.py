"""How states of groups, alarms, plans and visits are shown."""

from family_support.ui.components import Badge, Tone
from mobile_groups.models import Alarm, MobileGroup, ResponseMeasure, ResponsePlan, Visit

ALARM_TONES: dict[str, Tone] = {
    "raised": "solid",
    "acknowledged": "orange",
    "engaged": "blue",
    "closed": "grey",
}
GROUP_TONES: dict[str, Tone] = {"draft": "yellow", "in_force": "green", "expired": "grey", "replaced": "grey"}
PLAN_TONES: dict[str, Tone] = {
    "draft": "yellow",
    "in_force": "blue",
    "completed": "green",
    "cancelled": "grey",
}
VISIT_TONES: dict[str, Tone] = {
    "planned": "blue",
    "departed": "orange",
    "back": "yellow",
    "signed": "green",
    "cancelled": "grey",
}
MARK_TONES: dict[str, Tone] = {"done": "green", "partly": "yellow", "not_done": "red"}


def alarm_badge(alarm: Alarm) -> Badge:
    return Badge(alarm.get_state_display(), ALARM_TONES[alarm.state], "alarm" if alarm.is_open else "")


def group_badge(group: MobileGroup) -> Badge:
    return Badge(group.get_state_display(), GROUP_TONES[group.state])


def plan_badge(plan: ResponsePlan) -> Badge:
    return Badge(plan.get_state_display(), PLAN_TONES[plan.state])


def visit_badge(visit: Visit) -> Badge:
    return Badge(visit.get_state_display(), VISIT_TONES[visit.state])


def mark_badge(measure: ResponseMeasure) -> Badge | None:
    return Badge(measure.get_mark_display(), MARK_TONES[measure.mark]) if measure.mark else None
