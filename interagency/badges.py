"""How states of tasks and hand-offs are shown."""

from family_support.ui.components import Badge, Tone
from interagency.models import Handoff, Task

TASK_TONES: dict[str, Tone] = {
    "sent": "blue",
    "accepted": "blue",
    "declined": "red",
    "reported": "yellow",
    "returned": "orange",
    "done": "green",
    "partly": "yellow",
    "not_done": "red",
    "withdrawn": "grey",
}
HANDOFF_TONES: dict[str, Tone] = {
    "pending": "orange",
    "sent": "blue",
    "failed": "red",
    "acknowledged": "green",
}


def task_badge(task: Task) -> Badge:
    return Badge(task.get_state_display(), TASK_TONES[task.state])


def handoff_badge(handoff: Handoff) -> Badge:
    return Badge(handoff.get_state_display(), HANDOFF_TONES[handoff.state])
