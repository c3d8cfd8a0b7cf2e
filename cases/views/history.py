"""A case's history in plain words: who changed what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.absences import absences_of_case, stood_in
from cases.models import Case, CaseMember
from family_support.accounts.models import Absence, Membership
from family_support.audit.queries import HistoryRow, Narrowed, history_for, kinds_and_people
from family_support.audit.words import field_of, label_of, models_by_table, table_name
from family_support.base.clock import day_begins
from family_support.ui.fields import DayField
from family_support.ui.forms import Form
from family_support.ui.templatetags.ui import day, moment

PAGE = 100
SHOWN_FIELDS = 12
# Rows whose every change is told by the timeline or by a row beside them.
SILENT_TABLES = frozenset(
    {"cases_timelineentry", "cases_caseuserobjectpermission", "interagency_taskuserobjectpermission"}
)
# Columns of links that have no name of their own in the forms.
LINKS = {
    "lead_id": gettext_lazy("Responsible"),
    "membership_id": gettext_lazy("Worker"),
    "person_id": gettext_lazy("Person"),
    "applicant_id": gettext_lazy("Whom it concerns"),
    "term_id": gettext_lazy("Term"),
}
# Columns of records that are shown elsewhere by sentences of their own.
WORDS = {
    ("deadlines_deadlinechange", "reason"): gettext_lazy("Reason"),
    ("deadlines_deadlinechange", "due_before"): pgettext_lazy("history", "Due before"),
    ("deadlines_deadlinechange", "due_after"): pgettext_lazy("history", "Due now"),
    ("deadlines_deadlinehold", "holder"): pgettext_lazy("history", "Handed over to"),
    ("deadlines_deadlinehold", "since"): pgettext_lazy("period", "From"),
    ("deadlines_deadlinelevel", "level"): gettext_lazy("level"),
    ("deadlines_deadlinelevel", "due_at"): gettext_lazy("Due date"),
    ("notifications_notice", "recipient_id"): gettext_lazy("Worker"),
    ("notifications_notice", "read_at"): pgettext_lazy("notice", "Read"),
}
Links = Mapping[type[models.Model], Mapping[Any, str]]


@dataclass(frozen=True)
class HistoryLine:
    """One change: who, when, what record, and each field before and after (both empty where content is kept back)."""

    at: datetime
    who: str
    what: str
    how: str
    reason: str
    fields: list[tuple[str, str, str]]


class HistoryFilter(Form):
    """Which changes are shown; nothing in it is personal, so it may stand in the address."""

    kind = forms.ChoiceField(label=pgettext_lazy("history", "Record"), required=False)
    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    since = DayField(label=pgettext_lazy("period", "From"), required=False, help_text="")
    until = DayField(label=pgettext_lazy("period", "Until"), required=False, help_text="")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tables, people = kinds_and_people(case.pk, beside=_people(case), without=SILENT_TABLES)
        names = sorted(((table, table_name(table)) for table in tables), key=lambda pair: pair[1])
        workers = [(str(row.pk), _name(row)) for row in _with_names(Membership, people)]
        every = ("", _("All"))
        self.fields["kind"].choices = [every, *names]  # type: ignore[attr-defined]
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            every, *sorted(workers, key=lambda pair: pair[1]), ("0", _("the product itself")),
        ]  # fmt: skip

    def narrowed(self) -> Narrowed:
        """What was chosen; a choice that is wrong narrows nothing and is marked."""
        data = self.cleaned_data if self.is_valid() else {}
        since, until = data.get("since"), data.get("until")
        return Narrowed(
            table=data.get("kind") or "",
            membership_id=int(data["who"]) if data.get("who") else None,
            since=day_begins(since) if since else None,
            before=day_begins(until + timedelta(days=1)) if until else None,
        )


def _people(case: Case) -> dict[str, list[int]]:
    """People belong to no case: their rows are told with each case that they are members of."""
    return {"cases_person": list(CaseMember.objects.filter(case=case).values_list("person_id", flat=True))}


def history_of(
    case: Case, *, before: int | None, whole: bool = True, narrowed: Narrowed | None = None
) -> tuple[list[HistoryLine], int | None]:
    """A page of the changes of the case and its people, newest first, and where the next page begins.

    Not `whole`: which fields of which record, without their content and the reasons written, for who is not of the
    team: narrative, barred list and response to a threat are the team's (security.md).
    """
    rows = history_for(
        case.pk, PAGE + 1, before, beside=_people(case), narrowed=narrowed, without=SILENT_TABLES
    )
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    shown = rows[:PAGE]
    links = _links(shown)
    absences = [] if case.restricted else absences_of_case(case)
    return [_line(row, links, absences, whole=whole) for row in shown], more


def _links(rows: Sequence[HistoryRow]) -> Links:
    """Names of the records that the changed columns point at: one query a kind of record."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    wanted[Membership] = {row.membership_id for row in rows if row.membership_id}
    for row in rows:
        for column, values in row.changes.items():
            field = field_of(models_by_table().get(row.table), column)
            if field is not None and field.is_relation and _label(field):
                wanted[field.related_model] |= {value for value in values if value not in (None, "")}
    return {model: {row.pk: _name(row) for row in _with_names(model, keys)} for model, keys in wanted.items()}


def _with_names(model: type[models.Model], keys: set[Any]) -> Any:
    rows = model._default_manager.filter(pk__in=keys)
    return rows.select_related("user") if model is Membership else rows


def _name(row: models.Model) -> str:
    if isinstance(row, Membership):
        return f"{row.user.short_name}, {row.get_role_display()}"
    return str(getattr(row, "full_name", "") or getattr(row, "name", "") or row)


def _who(row: HistoryRow, links: Links, absences: Sequence[Absence]) -> str:
    """Who made a change, and for whom while that one stood in for an absent member of the team."""
    who = links[Membership].get(row.membership_id or 0)
    if who is None:
        return _("the product itself")
    stood = next((each for each in absences if stood_in(each, row.membership_id, row.at)), None)
    if stood is None:
        return who
    return _("{name} (for {absent})").format(name=who, absent=stood.membership.user.short_name)


def _line(row: HistoryRow, links: Links, absences: Sequence[Absence], *, whole: bool) -> HistoryLine:
    model = models_by_table().get(row.table)
    how = {"I": _("created"), "U": _("changed"), "D": _("removed")}.get(row.operation, row.operation)
    fields = []
    for column, (old, new) in row.changes.items():
        field = field_of(model, column)
        label = _label(field) if field is not None else ""
        if not label or (row.operation == "I" and new in (None, "", [], {}, False)):
            continue
        words = (_word(field, old, links), _word(field, new, links)) if whole else ("", "")
        fields.append((label, *words))
    who = _who(row, links, absences)
    # What handlers of events sign with ("event plan.approved 12", "events … 3-9") tells people nothing.
    reason = "" if row.reason.startswith(("event ", "events ")) or not whole else row.reason
    return HistoryLine(row.at, who, table_name(row.table), how, reason, fields[:SHOWN_FIELDS])


def _label(field: Any) -> str:
    """The field's name for people; empty for columns that only the product needs."""
    if words := WORDS.get((field.model._meta.db_table, field.column)):
        return str(words)
    if field.column in LINKS:
        return str(LINKS[field.column])
    return label_of(field)


def _word(field: Any, value: Any, links: Links) -> str:
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.is_relation:
        return links.get(field.related_model, {}).get(value, f"№ {value}")
    if isinstance(field, ArrayField) and isinstance(value, list):
        words = dict(field.base_field.flatchoices)
        return ", ".join(str(words.get(each, each)) for each in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return moment(parse_datetime(str(value))) or str(value)
    if isinstance(field, models.DateField):
        return day(parse_date(str(value))) or str(value)
    return str(value)
