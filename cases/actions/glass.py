"""Break-glass on a restricted case: found by its number or by a person's whole IIN, opened, ended (ADR 24)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.models import Case, CaseMember
from cases.models.case import CaseQuerySet
from cases.permissions import can_end_opening
from cases.timeline import record
from family_support.access.models import CaseOpening
from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.crypto import blind_index
from family_support.base.errors import Invalid, Missing
from family_support.oversight.actions import break_glass, end_opening
from family_support.oversight.permissions import check_can_break_glass

IIN_LENGTH = 12
HINT_LENGTH = 2
NOTHING = _("No restricted case of your Center is opened by this number or IIN.")


def break_into(
    *, find: str, code: str, reason: str, proved_at: datetime | None, by: Actor, now: datetime
) -> CaseOpening:
    """Open one restricted case of the own Center in an emergency: 60 minutes, reading only, reviewed afterwards.

    `find` is the case's number or the whole IIN of one of the family. Errors: Forbidden for roles that work with no
    families; Invalid on `find` with one and the same sentence for a case that does not exist, is of another Center, is
    not restricted or keeps the actor out by name; as of `oversight.actions.break_glass`.
    """
    check_can_break_glass(by)
    with acting(by, reason=" ".join(reason.split())):
        case = _found(find, by)
        opening = break_glass(
            case_id=case.pk,
            case_hint=hint_of(case.number),
            code=code,
            reason=reason,
            proved_at=proved_at,
            by=by,
            now=now,
        )
        record(case, "glass.broken", by=by, now=now)
    return opening


def _found(find: str, by: Actor) -> Case:
    case = _of(Case.objects.behind_glass(by), find)
    if case is not None:
        return case
    # Told only of cases that the actor sees anyway.
    if _of(Case.objects.visible_to(by), find) is not None:
        raise Invalid("glass_open_already", fields={"find": _("This case is open to you already.")})
    if _of(Case.objects.listed_to(by), find) is not None:
        text = _("This case is not restricted: open it from the list of cases with a reason.")
        raise Invalid("glass_not_needed", fields={"find": text})
    raise Invalid("glass_nothing_found", fields={"find": NOTHING})


def _of(rows: CaseQuerySet, find: str) -> Case | None:
    find = "".join(find.split())
    if len(find) == IIN_LENGTH and find.isascii() and find.isdigit():
        people = CaseMember.objects.filter(person__iin_index=blind_index(find, "iin"))
        rows = rows.filter(pk__in=people.values("case_id")).order_by("-opened_at", "-pk")
        return rows.open().first() or rows.first()
    return rows.filter(number__iexact=find).first() if find else None


def hint_of(number: str) -> str:
    """A case's number for who may not know the case: its last two signs."""
    return f"•••{number[-HINT_LENGTH:]}"


def end_emergency(*, opening: CaseOpening, by: Actor, now: datetime) -> CaseOpening:
    """End an emergency access now: by who has it, the case's lead or the director.

    Errors: Missing for anybody else and for an opening that is no emergency access.
    """
    with acting(by):
        case = Case.objects.shown_to(by).filter(pk=opening.case_id).first()
        own = opening.membership_id == by.membership_id
        if not opening.is_glass or (case is None and not own):
            raise Missing
        if case is not None and not can_end_opening(by, case, opening):
            raise Missing
        over = opening.ends_at <= now
        opening = end_opening(opening=opening, by=by, now=now)
        if not over:
            record(Case.objects.get(pk=opening.case_id), "glass.ended", by=by, now=now)
    return opening
