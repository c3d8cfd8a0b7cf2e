"""Giving a person their data; keeping a case from erasure; proposing and confirming what is erased."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from cases.actions.locking import locked_case
from cases.models import Case, CaseMember
from cases.permissions import works
from cases.timeline import record
from family_support.access.models import Barred
from family_support.access.reads import log_read
from family_support.audit.context import acting
from family_support.base import validators
from family_support.base.actor import SYSTEM, Actor
from family_support.base.errors import Conflict, Forbidden, Invalid, Missing, invalid_field
from family_support.base.idempotency import run_once
from family_support.base.models import check_version
from family_support.base.rows import one
from family_support.protection.models import DataRequest, Disposal, DisposalItem, LegalHold
from family_support.protection.retention import due_cases

SECOND_THOUGHTS = timedelta(days=7)


def give_data(
    *, member: CaseMember, shown: str, by: Actor, now: datetime, key: UUID | str | None = None
) -> DataRequest:
    """A person of the family asked for their own data and showed who they are (94-V art. 24).

    Errors: Missing outside the team, Invalid without the paper shown, Conflict for somebody on the barred list of
    the case: what the case holds is not theirs to see.
    """
    if shown not in DataRequest.Shown.values:
        raise Invalid("not_shown", fields={"shown": _("Say how the person showed who they are.")})

    def write() -> DataRequest:
        case = locked_case(member.case_id, by)
        if not works(case, by):
            raise Missing
        index = member.person.iin_index
        if index and Barred.objects.filter(case_id=case.pk, iin_index=index).exists():
            raise Conflict(
                "person_barred",
                _(
                    "This person is kept out of the case. A written request goes to the director and the lawyer."
                ),
            )
        found = DataRequest.objects.create(
            case=case, person=member.person, shown=shown, at=now, by_id=by.membership_id
        )
        record(case, "data.given", by=by, now=now, subject=("protection.datarequest", found.pk))
        log_read(by, case.pk, f"data of person {member.person_id}")
        return found

    with acting(by):
        if key is None:
            return write()
        return run_once(key, by, "protection.give_data", {"member": member.pk, "shown": shown}, write)


def place_hold(*, case: Case, reason: str, by: Actor, now: datetime) -> LegalHold:
    """The director keeps a case from erasure; takes it off a list that is not carried out.

    Errors: Forbidden for others, Missing out of scope, Invalid without a reason, Conflict when held already or erased.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid("reason_missing", fields={"reason": _("Write why the case has to be kept.")})
    with invalid_field("reason"):
        validators.check_text(reason)
    _check_director(by)
    with acting(by):
        locked = locked_case(case, by)
        if LegalHold.objects.standing().filter(case=locked).exists():
            raise Conflict("held_already", _("This case is kept already."))
        item = DisposalItem.objects.filter(case=locked).first()
        if item is not None:
            if item.erased_at is not None:
                raise Conflict("erased", _("The data of this case have been erased."))
            item.delete()
        held = LegalHold.objects.create(
            case=locked, reason=reason, placed_at=now, placed_by_id=by.membership_id
        )
        record(locked, "hold.placed", by=by, now=now)
    return held


def lift_hold(*, hold: LegalHold, by: Actor, now: datetime) -> LegalHold:
    """The reason to keep the case is gone. Errors: Forbidden, Missing, Conflict when lifted already."""
    _check_director(by)
    with acting(by):
        found = one(LegalHold.objects.visible_to(by).select_for_update(of=("self",)), pk=hold.pk)
        if found.lifted_at is not None:
            raise Conflict("hold_lifted", _("This case is no longer kept."))
        found.lifted_at, found.lifted_by_id = now, by.membership_id
        found.save(update_fields=("lifted_at", "lifted_by"))
        record(found.case, "hold.lifted", by=by, now=now)
    return found


def propose(*, now: datetime, by: Actor = SYSTEM) -> int:
    """Put every case whose term of keeping is over on its Center's list; how many. Daily, harmless when repeated."""
    with acting(by):
        by_center = defaultdict(list)
        for case, rule, due in due_cases(now):
            by_center[case.center_id].append(DisposalItem(case=case, rule=rule, due_on=due))
        for center_id, items in by_center.items():
            rows = Disposal.objects.select_for_update()
            disposal, _new = rows.get_or_create(
                center_id=center_id, confirmed_at=None, defaults={"proposed_at": now}
            )
            for item in items:
                item.disposal = disposal
            DisposalItem.objects.bulk_create(items, ignore_conflicts=True)
            if not _new:
                disposal.bump()
                disposal.save(update_fields=("version",))
        empty = Disposal.objects.filter(
            ~Exists(DisposalItem.objects.filter(disposal=OuterRef("pk"))), confirmed_at=None
        )
        empty.delete()
    return sum(len(items) for items in by_center.values())


def confirm(*, disposal: Disposal, version: int | None, by: Actor, now: datetime) -> Disposal:
    """The director has looked through the list: it is carried out after seven days, once and for all.

    Errors: Forbidden, Missing, Conflict when stale, confirmed already, empty, or by a term no lawyer has confirmed.
    """
    _check_director(by)
    with acting(by):
        found = _locked(disposal, by)
        check_version(found, version)
        if found.confirmed_at is not None:
            raise Conflict("confirmed_already", _("This list has been confirmed already."))
        items = list(found.items.select_related("rule"))
        if not items:
            raise Conflict("list_empty", _("Nothing is left on this list."))
        if not all(item.rule.confirmed for item in items):
            raise Conflict(
                "retention_unconfirmed",
                _("A lawyer has not confirmed the term of keeping yet: nothing is erased by it."),
            )
        found.confirmed_at, found.confirmed_by_id = now, by.membership_id
        found.erase_from = now + SECOND_THOUGHTS
        found.bump()
        found.save()
    return found


def take_back(*, disposal: Disposal, version: int | None, by: Actor, now: datetime) -> Disposal:
    """Second thoughts of the director before the list is carried out.

    Errors: Forbidden, Missing, Conflict when stale, not confirmed, or carried out.
    """
    _check_director(by)
    with acting(by):
        found = _locked(disposal, by)
        check_version(found, version)
        if found.confirmed_at is None or found.done_at is not None:
            raise Conflict("not_confirmed", _("Only a confirmed list that is not carried out is taken back."))
        newer = Disposal.objects.filter(center_id=found.center_id, confirmed_at=None).first()
        if newer is not None:
            newer.items.update(disposal=found)
            newer.delete()
        found.confirmed_at = found.confirmed_by = found.erase_from = None
        found.bump()
        found.save()
    return found


def _check_director(by: Actor) -> None:
    if not by.is_director:
        raise Forbidden


def _locked(disposal: Disposal, by: Actor) -> Disposal:
    rows = Disposal.objects.visible_to(by).select_for_update(of=("self",))
    return one(rows, pk=disposal.pk)
