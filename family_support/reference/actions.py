"""The one way to change dated reference data: a change from day D by an act closes the old row and makes a new one.

Rows that have been in force are never rewritten; only one change waits at a time (ADR 17).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from family_support.audit.context import acting
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.base.errors import Conflict, Invalid
from family_support.reference.catalogs import Catalog, uses_of
from family_support.reference.permissions import check_can_edit
from family_support.reference.rules import ONE_DAY, check_act, check_start, check_texts, earliest_start

# One new row at a time (advisory lock of the transaction): there is no chain of rows yet that a second could wait for.
LOCK = 7_261_005


@dataclass(frozen=True)
class Act:
    """The act that a change stands on."""

    number: str
    date: date | None


def seen_of(rows: Sequence[Any]) -> str:
    """A mark of all rows of one thing: a form sends back the one it was opened with (optimistic lock)."""
    values = [str(getattr(row, field.attname)) for row in rows for field in row._meta.concrete_fields]
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:16]


def change_row(
    *,
    catalog: Catalog,
    row: Any,
    content: Mapping[str, Any],
    valid_from: date,
    act: Act,
    seen: str,
    by: Actor,
    now: datetime,
) -> Any:
    """From `valid_from` on the thing reads otherwise; an ended one comes back. Returns the new row.

    Errors: Forbidden; Conflict `stale_version`, `change_waits`, `end_waits`; Invalid for texts, act, date or when
    nothing is changed.
    """
    with acting(by):
        check_can_edit(by)
        chain = _locked(catalog, row, seen)
        last, today = chain[-1], local_date(now)
        _check_nothing_waits(last, today)
        _check_content(catalog, last, content)
        check_start(valid_from, earliest_start(today, _counted(catalog, chain)), today)
        told = check_act(act.number, act.date, valid_from, today)
        if last.valid_to is None:
            _check_something_changes(last, content)
            last.valid_to = valid_from - ONE_DAY
            last.save(update_fields=("valid_to",))
        return _next(catalog, last, content, valid_from, told)


def add_row(
    *,
    catalog: Catalog,
    key: Mapping[str, Any],
    content: Mapping[str, Any],
    valid_from: date,
    act: Act,
    by: Actor,
    now: datetime,
) -> Any:
    """Something that was not there: from today at the earliest, nothing having been counted with it.

    Errors: Forbidden; Invalid for texts, act, date or a key that is taken; Conflict `periods_overlap`.
    """
    with acting(by):
        check_can_edit(by)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        today = local_date(now)
        fresh = catalog.model(**key)
        chain = list(catalog.chain(fresh).select_for_update())
        if any(row.valid_to is None or row.valid_to >= today for row in chain):
            raise Invalid(
                "taken", fields={list(key)[-1]: _("There is such a row already: change that one instead.")}
            )
        _check_content(catalog, fresh, content)
        _check_new(valid_from, today)
        told = check_act(act.number, act.date, valid_from, today)
        return _next(catalog, fresh, content, valid_from, told)


def end_row(
    *, catalog: Catalog, row: Any, last_day: date, act: Act, seen: str, by: Actor, now: datetime
) -> Any:
    """The thing is in force to `last_day` and no longer: the one way to a gap. The act stands in the history.

    Errors: Forbidden; Conflict `stale_version`, `change_waits`, `end_waits`; Invalid for act and day.
    """
    today = local_date(now)
    check_can_edit(by)
    told = check_act(act.number, act.date, max(last_day, act.date or last_day), today)
    with acting(by, reason=told):
        chain = _locked(catalog, row, seen)
        last = chain[-1]
        if not catalog.may_end:
            raise Conflict(
                "may_not_end", _("The product counts with this row: it can be changed, not ended.")
            )
        _check_nothing_waits(last, today)
        if last.valid_to is not None:
            raise Conflict("ended", _("This row has ended already."))
        first = earliest_start(today, _counted(catalog, chain)) - ONE_DAY
        if last_day < first:
            text = _("The last day in force is %(day)s at the earliest.") % {"day": f"{first:%d.%m.%Y}"}
            raise Invalid("in_the_past", fields={"last_day": text})
        last.valid_to = last_day
        last.save(update_fields=("valid_to",))
        return last


def correct_row(
    *,
    catalog: Catalog,
    row: Any,
    content: Mapping[str, Any],
    valid_from: date,
    act: Act,
    seen: str,
    by: Actor,
    now: datetime,
) -> Any:
    """Rewrite a row that is not in force yet and was never used; the row before it follows.

    Errors as of `change_row`, and Conflict `in_force`, `used`.
    """
    with acting(by):
        check_can_edit(by)
        chain = _locked(catalog, row, seen)
        last, today = chain[-1], local_date(now)
        _check_waits(catalog, last, row, today)
        before = chain[-2] if len(chain) > 1 else None
        _check_content(catalog, last, content)
        if before is None:
            _check_new(valid_from, today)
        else:
            check_start(valid_from, earliest_start(today, _counted(catalog, chain[:-1])), today)
        told = check_act(act.number, act.date, valid_from, today)
        follows = _follows(before, last)
        if follows and valid_from > last.valid_from:
            _move(last, valid_from)
        if follows and before is not None:
            before.valid_to = valid_from - ONE_DAY
            before.save(update_fields=("valid_to",))
        _write(last, {**content, "valid_from": valid_from, "act": told})
        last.save()
        return last


def cancel_row(*, catalog: Catalog, row: Any, reason: str, seen: str, by: Actor, now: datetime) -> Any:
    """Take back a row that is not in force yet, or an end that has not come. Returns the row that stays, or None.

    Errors: Forbidden; Conflict `stale_version`, `in_force`, `used`; Invalid without a reason.
    """
    if not reason.strip():
        raise Invalid("reason_missing", fields={"reason": _("State the reason.")})
    with acting(by, reason=reason.strip()):
        check_can_edit(by)
        chain = _locked(catalog, row, seen)
        last, today = chain[-1], local_date(now)
        if last.valid_from <= today and last.valid_to is not None and last.valid_to >= today:
            return _reopen(last)
        _check_waits(catalog, last, row, today)
        before = chain[-2] if len(chain) > 1 else None
        follows = _follows(before, last)
        last.delete()
        return _reopen(before) if follows else before


def _locked(catalog: Catalog, row: Any, seen: str) -> list[Any]:
    chain = list(catalog.chain(row).select_for_update())
    if seen != seen_of(chain):
        raise Conflict(
            "stale_version",
            _("Somebody changed this record while you edited it. Open it again and repeat your change."),
        )
    return chain


def _counted(catalog: Catalog, chain: Sequence[Any]) -> date | None:
    return catalog.latest([row.pk for row in chain]) if catalog.latest else None


def _check_new(valid_from: date, today: date) -> None:
    if valid_from < today:
        raise Invalid("in_the_past", fields={"valid_from": _("A new row begins today at the earliest.")})


def _check_nothing_waits(last: Any, today: date) -> None:
    if last.valid_from > today:
        raise Conflict(
            "change_waits",
            _("A change from %(day)s is waiting already: correct or cancel that one.")
            % {"day": f"{last.valid_from:%d.%m.%Y}"},
        )
    if last.valid_to is not None and last.valid_to >= today:
        raise Conflict(
            "end_waits",
            _("It is to end on %(day)s: cancel that first.") % {"day": f"{last.valid_to:%d.%m.%Y}"},
        )


def _check_waits(catalog: Catalog, last: Any, row: Any, today: date) -> None:
    if last.pk != row.pk or last.valid_from <= today:
        raise Conflict(
            "in_force", _("This row has been in force: it stays as it is. Make a change from a later day.")
        )
    if any(use.count([last.pk]).get(last.pk) for use in uses_of(catalog.slug) if use.pins):
        raise Conflict("used", _("This row has been used already: it stays as it is."))


def _check_content(catalog: Catalog, row: Any, content: Mapping[str, Any]) -> None:
    unknown = set(content) - set(catalog.content)
    if unknown:
        raise ValueError(f"{catalog.slug} has no {sorted(unknown)}")
    check_texts(content, catalog.texts)
    if catalog.check is not None:
        catalog.check(row, content)


def _check_something_changes(last: Any, content: Mapping[str, Any]) -> None:
    if all(getattr(last, name) == value for name, value in content.items()):
        raise Invalid("nothing_changed", _("Nothing is changed: the row in force says the same."))


def _next(catalog: Catalog, last: Any, content: Mapping[str, Any], valid_from: date, act: str) -> Any:
    fields = {
        field.attname: getattr(last, field.attname)
        for field in last._meta.concrete_fields
        if not field.primary_key
    }
    row = catalog.model(**fields)
    _write(row, {**content, "valid_from": valid_from, "valid_to": None, "act": act})
    row.save()
    return row


def _write(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _follows(before: Any, last: Any) -> bool:
    return before is not None and before.valid_to == last.valid_from - ONE_DAY


def _move(row: Any, valid_from: date) -> None:
    """Out of the way first: the row before is lengthened next, and the database looks at once."""
    row.valid_from = valid_from
    row.save(update_fields=("valid_from",))


def _reopen(row: Any) -> Any:
    row.valid_to = None
    row.save(update_fields=("valid_to",))
    return row
