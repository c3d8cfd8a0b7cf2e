"""What somebody types into a new intake is kept for them until it is registered, a week at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from cases.actions.intakes import REGISTER
from cases.models import IntakeDraft
from cases.permissions import check_can_register
from family_support.audit.context import acting
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Invalid
from family_support.base.idempotency import was_used

KEPT = timedelta(days=7)
# Characters of all fields together; the longest text of the form has ten thousand.
LONGEST = 30_000


def save_draft(*, content: Mapping[str, str], by: Actor, now: datetime) -> IntakeDraft:
    """Keep the fields of the form as they were typed, right or wrong, in place of what was kept before.

    Errors: Forbidden for roles that do not register, Invalid for more than the form can hold.
    """
    check_can_register(by)
    if sum(len(text) for text in content.values()) > LONGEST:
        raise Invalid("draft_too_long")
    with acting(by):
        draft, _created = IntakeDraft.objects.update_or_create(
            membership_id=by.membership_id, defaults={"content": dict(content), "saved_at": now}
        )
    return draft


def open_draft(*, by: Actor) -> IntakeDraft | None:
    """What one typed and has not registered yet.

    The form saves itself: such a request may arrive after the same form was registered. What it kept then is dropped
    here, or the next family's form would begin with the last one's data.
    """
    draft = IntakeDraft.objects.visible_to(by).first()
    if draft is not None and was_used(draft.content.get("key", ""), by, REGISTER):
        drop_draft(by=by)
        return None
    return draft


def drop_draft(*, by: Actor) -> None:
    """Forget one's own draft: it was registered, or is not wanted any more."""
    with acting(by):
        IntakeDraft.objects.visible_to(by).delete()


def forget_drafts(*, now: datetime) -> int:
    """Daily: forget what nobody has touched for a week; how many."""
    with acting(SYSTEM):
        return IntakeDraft.objects.filter(saved_at__lt=now - KEPT).delete()[0]
