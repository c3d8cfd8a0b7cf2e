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
    # Reasons for which the case closes all the same.
    lifted_for: frozenset[str] = frozenset()


Check = Callable[[Case], list[Blocker]]
_checks: list[Check] = []


def register_blocker(check: Check) -> Check:
    """Called when the applications are ready; usable as a decorator."""
    _checks.append(check)
    return check


Ground = Callable[[Case], bool]
_grounds: dict[str, tuple[Ground, str | Promise]] = {}


def register_ground(closing: str, is_there: Ground, text: str | Promise) -> None:
    """What has to have happened before a case ends for a reason; `text` says what is missing otherwise."""
    _grounds[closing] = (is_there, text)


def missing_ground(case: Case, closing: str) -> str | Promise | None:
    """Why the case cannot end for this reason yet, or None."""
    found = _grounds.get(closing)
    return None if found is None or found[0](case) else found[1]


def blockers(case: Case, closing: str = "") -> list[Blocker]:
    """Everything that keeps the case open now, or for one reason of closing."""
    found = (blocker for check in _checks for blocker in check(case))
    return [blocker for blocker in found if closing not in blocker.lifted_for]


# Under a threat a refusal ends support, but neither the response nor its term (rules.md 3.2).
OUTLIVING = {Case.Closing.REFUSED: frozenset({"response_plan"})}


def outliving(closing: str) -> frozenset[str]:
    """Codes of terms that go on in a case closed for this reason."""
    return OUTLIVING.get(Case.Closing(closing), frozenset())


def check_nothing_blocks(case: Case, closing: str) -> None:
    """Errors: Conflict naming each blocker."""
    found = blockers(case, closing)
    if found:
        raise Conflict(
            "case_cannot_close",
            _("The case cannot be closed yet: {reasons}").format(
                reasons="; ".join(str(blocker.text) for blocker in found)
            ),
        )
