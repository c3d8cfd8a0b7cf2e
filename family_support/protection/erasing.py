"""What is left of a case after its legal term: keys, dates, counts and the record of who did what; nothing of people.

Run by the owner's command only: the role that serves pages can rewrite no history, whatever happens to it. The
personal fields of every record of the case are erased by the register; of the history the content, under a digest
that keeps its seals whole (ADR 25); of files the bytes.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils.functional import cached_property

from cases.models import Case, CaseMember, Person
from cases.timeline import record
from family_support.access.models import ReadEntry
from family_support.audit.context import acting
from family_support.audit.models import Change
from family_support.base.actor import SYSTEM
from family_support.base.personal_data import GONE, Kind, Personal, personal_fields, personal_models
from family_support.documents.files import remove_after_commit
from family_support.documents.models import Rendering
from family_support.documents.registry import renderer
from family_support.protection.export import case_path
from family_support.protection.models import Disposal, DisposalItem
from family_support.protection.retention import may_be_erased

# Views over append-only tables: erased by statements of their own.
APART: tuple[type[models.Model], ...] = (Change, ReadEntry, Person)


@dataclass
class Erased:
    """What one case lost."""

    rows: int = 0
    files: int = 0
    keys: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @cached_property
    def tables(self) -> list[str]:
        return sorted(self.keys)


def erase_confirmed(now: datetime) -> list[DisposalItem]:
    """Carry out the lists whose days of second thoughts are over; the items erased, one transaction each.

    A case that something keeps by now is taken off its list. Killed in between, the next run goes on.
    """
    done = []
    lists = Disposal.objects.filter(confirmed_at__isnull=False, erase_from__lte=now, done_at__isnull=True)
    for disposal in lists.order_by("pk"):
        for item in disposal.items.filter(erased_at__isnull=True).order_by("pk"):
            with acting(SYSTEM, "erase_due"):
                if _erase_item(item.pk, now):
                    done.append(item)
        with acting(SYSTEM, "erase_due"):
            Disposal.objects.filter(pk=disposal.pk).update(done_at=now)
    return done


def _erase_item(pk: int, now: datetime) -> bool:
    item = DisposalItem.objects.select_for_update(of=("self",)).select_related("disposal").get(pk=pk)
    Case.objects.select_for_update(of=("self",)).get(pk=item.case_id)
    if item.erased_at is not None or item.disposal.confirmed_at is None:
        return False
    if not may_be_erased(item, now):
        item.delete()
        return False
    erased = erase_case(item.case_id, now)
    item.erased_at, item.rows, item.files = now, erased.rows, erased.files
    item.save(update_fields=("erased_at", "rows", "files"))
    return True


def erase_case(case_id: int, now: datetime) -> Erased:
    """Erase one case in the current transaction. The caller has checked that the law lets it go."""
    erased = Erased()
    _renderings(case_id, erased)
    for model in personal_models():
        path = case_path(model) if model not in APART else None
        if model is Case:
            path = "pk"
        if path is not None:
            for row in model._default_manager.filter(**{path: case_id}):
                _erase_row(row, erased)
    for person in _people(case_id):
        _erase_row(person, erased)
    case = Case.objects.get(pk=case_id)
    record(case, "case.erased", by=SYSTEM, now=now)
    _erase_history(case_id, erased)
    return erased


def _people(case_id: int) -> list[Person]:
    """People of the case who are in no other case that is kept."""
    elsewhere = CaseMember.objects.exclude(case=case_id).exclude(case__disposal_item__erased_at__isnull=False)
    applicants = Case.objects.exclude(pk=case_id).exclude(disposal_item__erased_at__isnull=False)
    rows = Person.objects.filter(
        models.Q(places__case=case_id) | models.Q(pk__in=_applicants(case_id))
    ).exclude(pk__in=elsewhere.values("person"))
    return list(rows.exclude(pk__in=applicants.values("intakes__applicant")).distinct())


def _applicants(case_id: int) -> models.QuerySet:
    return Case.objects.filter(pk=case_id, intakes__applicant__isnull=False).values("intakes__applicant")


def _erase_row(row: models.Model, erased: Erased) -> None:
    changes: dict[str, Any] = {}
    for each, entry in personal_fields(type(row)):
        if entry.is_figure:
            continue
        old = getattr(row, each.name)
        if not old and old != 0:
            continue
        if entry.what == "file" and not _named_elsewhere(row, each.name, old.name):
            remove_after_commit(old.name)
            erased.files += 1
        changes[each.name] = left_of(each, entry, old)
    if isinstance(row, Person) and "iin_index" in changes:
        changes["no_iin_reason"] = Person.NoIin.UNKNOWN
    if changes:
        type(row)._default_manager.filter(pk=row.pk).update(**changes)
        erased.rows += 1
    erased.keys[row._meta.db_table].append(str(row.pk))


def _named_elsewhere(row: models.Model, field_name: str, stored: str) -> bool:
    """Whether another row keeps the same bytes: an intake that another Center took over names the files of the old."""
    return type(row)._default_manager.filter(**{field_name: stored}).exclude(pk=row.pk).exists()


def left_of(each: Any, entry: Personal, old: Any) -> Any:
    """What stands in a field afterwards: nothing where it may be empty, a dash for words, the year of a birth."""
    if entry.what == "birth":
        return date(old.year, 1, 1)
    if isinstance(old, dict | list):
        return type(old)() if type(old) in (dict, list) else ([] if isinstance(old, list) else {})
    if each.null:
        return None
    if entry.what == "index":
        return secrets.token_hex(32)
    if entry.what == "iin_index" and not each.blank:
        return secrets.token_hex(32)
    if entry.what in {"text", "full_name", "family", "iin", "number"} and (
        entry.kind != Kind.CONTACT and not (entry.what == "iin" and each.blank)
    ):
        return GONE
    if each.blank or entry.what == "file":
        return ""
    return GONE


def _renderings(case_id: int, erased: Erased) -> None:
    """Papers made of the case: files and rows."""
    for row in Rendering.objects.exclude(file=""):
        try:
            of_case = renderer(row.subject_type, row.format).case_of(row.subject_id) == case_id
        except (LookupError, models.ObjectDoesNotExist):
            continue
        if of_case:
            remove_after_commit(row.file.name)
            erased.files += 1
            erased.keys[row._meta.db_table].append(str(row.pk))
            row.delete()


def _erase_history(case_id: int, erased: Erased) -> None:
    """The content of every recorded change of these rows, also of those just made; who, when and what stays."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("history is erased in the transaction of its rows")
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit.erase_content(%s, '', '{}')", [case_id])
        for table in erased.tables:
            cursor.execute("SELECT audit.erase_content(NULL, %s, %s)", [table, erased.keys[table]])
        cursor.execute(
            "UPDATE access_log.reading SET reason = '' WHERE case_id = %s AND reason <> ''", [case_id]
        )
