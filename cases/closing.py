"""May this case close? Upper apps register what would stand in the way (states.md, blockers of closing)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from family_support.base.errors import Conflict


@dataclass(frozen=True)
class Blocker:
    """Why a case cannot close yet, and the page where that is settled."""

    text: str | Promise
    url: str = ""


Check = Callable[[Case], list[Blocker]]
_checks: list[Check] = []


def register_blocker(check: Check) -> Check:
    """Called when the applications are ready; usable as a decorator."""
    _checks.append(check)
    return check


def blockers(case: Case) -> list[Blocker]:
    """Everything that keeps the case open now."""
    return [blocker for check in _checks for blocker in check(case)]


def check_nothing_blocks(case: Case) -> None:
    """Errors: Conflict naming each blocker."""
    found = blockers(case)
    if found:
        raise Conflict(
            "case_cannot_close",
            _("The case cannot be closed yet: {reasons}").format(
                reasons="; ".join(str(blocker.text) for blocker in found)
            ),
        )
