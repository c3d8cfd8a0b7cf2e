"""From rows to what the case page shows: facts, terms, history in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import permissions
from cases.models import Case, CaseMember, Consent, Intake
from cases.queries import NextStep
from family_support.access.reads import readings_of_case
from family_support.accounts.models import Membership, User
from family_support.accounts.roles import Role
from family_support.audit.queries import HistoryRow, history_for
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.deadlines.badges import view
from family_support.deadlines.models import Deadline
from family_support.ui.components import Check, NextAction, SummaryRow
from family_support.ui.masking import last_of_iin
from family_support.ui.templatetags.ui import day, moment
from family_support.workdays.calendar import WorkCalendar

HISTORY = 100
CONSENT_TONES = {"given": "green", "asked": "yellow", "refused": "red", "withdrawn": "orange", "expired": "grey"}


@dataclass(frozen=True)
class Button:
    """An act of the page's head: a link, or a form where `post` says so."""

    label: str
    url: str
    icon: str
    post: bool = False


def acts(case: Case, actor: Actor, *, has_consent: bool) -> list[Button]:
    """What this actor may begin from the case page, beside the next required action."""
    found = []
    pk = case.pk
    if permissions.can_work(actor, case):
        if not has_consent:
            found.append(Button(_("Record the consent"), reverse("consent-new", args=(pk,)), "signature"))
        found.append(Button(_("Consultation or redirection"), reverse("case-consultation", args=(pk,)), "message"))
        found.append(Button(_("Risk and safety"), reverse("case-risk", args=(pk,)), "shield-exclamation"))
    if not case.is_closed and not getattr(case, "threat_open", False):
        found.append(Button(_("Flag a threat"), reverse("threat-flag", args=(pk,)), "alarm"))
    if permissions.can_assign(actor, case) or permissions.works(case, actor):
        found.append(Button(_("Team and access"), reverse("case-team", args=(pk,)), "users-group"))
    if permissions.can_close(actor, case, threat=bool(getattr(case, "threat_open", False))):
        found.append(Button(_("Close the case"), reverse("case-close", args=(pk,)), "archive"))
    return found


def next_action(step: NextStep | None, now: datetime) -> NextAction | None:
    """The next required action with its clause, time left and one button."""
    if step is None:
        return None
    deadline = step.deadline
    clause = step.due.clause
    if step.due.internal:
        clause = f"{clause}, {_('internal target')}" if clause else _("internal target")
    elapsed = total = 0.0
    if deadline.due_at is not None and deadline.due_at > deadline.started_at:
        total = (deadline.due_at - deadline.started_at).total_seconds()
        elapsed = min(max((now - deadline.started_at).total_seconds(), 0), total)
    return NextAction(
        title=deadline.term.name,
        clause=clause,
        due=step.due.badge,
        text=_("Until {day} {time}").format(day=day(step.due.due_on), time=step.due.at) if step.due.due_on else "",
        button=step.act.label if step.act else "",
        url=step.act.url if step.act else "",
        icon=step.act.icon if step.act else "check",
        level=step.due.level,  # type: ignore[arg-type]
        elapsed=elapsed,
        total=total,
    )


def terms(rows: Sequence[Deadline], now: datetime, calendar: WorkCalendar) -> list[Check]:
    """Every term of the case as a check list; each line leads to how its date came about."""
    found = []
    for row in rows:
        due = view(row, now, calendar)
        state = "done" if row.state in (Deadline.State.MET, Deadline.State.MET_LATE) else "todo"
        if row.state == Deadline.State.CANCELLED:
            state = "blocked"
        note = day(due.due_on) if row.is_open else str(due.badge.text)
        if due.level == "late":
            note = f"{day(due.due_on)}, {due.badge.text}"
        found.append(Check(row.term.name, state, reverse("deadline-explain", args=(row.pk,)), note))  # type: ignore[arg-type]
    return found


def facts(case: Case, members: Sequence[CaseMember], intake: Intake | None, now: datetime) -> list[SummaryRow]:
    """The side list: who, how to reach them safely, the family, where from, who is responsible."""
    applicant = next((member for member in members if member.relation == CaseMember.Relation.SELF), None)
    rows = []
    change = reverse("case-people", args=(case.pk,))
    if applicant is not None:
        person = applicant.person
        born = _(", born {day}").format(day=day(person.birth_date)) if person.birth_date else ""
        rows.append(SummaryRow(_("Applicant"), f"{person.full_name}{born}"))
        rows.append(SummaryRow(_("IIN"), last_of_iin(person.iin) or person.get_no_iin_reason_display()))
        reach = [str(person.get_safe_contact_display()), person.phone, person.safe_contact_note]
        rows.append(SummaryRow(_("Safe contact"), " · ".join(part for part in reach if part)))
        if person.address:
            rows.append(SummaryRow(_("Address"), person.address))
    rows.append(SummaryRow(_("Family"), _household(members, now), change))
    if intake is not None:
        rows.append(SummaryRow(_("Source"), intake.get_channel_display(), reverse("intake", args=(intake.pk,))))
    rows.append(SummaryRow(_("Consent"), *_consent_of(members)))
    rows.append(SummaryRow(_("Responsible"), case.lead.user.short_name if case.lead else _("not assigned")))
    rows.append(SummaryRow(_("Opened"), day(case.opened_at)))
    if case.is_closed:
        rows.append(SummaryRow(_("Closed"), f"{day(case.closed_at)}: {case.get_closing_display()}"))
    return rows


def _household(members: Sequence[CaseMember], now: datetime) -> str:
    today = local_date(now)
    minors = sum(member.person.is_minor(today) for member in members)
    grown = len(members) - minors
    parts = []
    if grown:
        parts.append(ngettext("{number} adult", "{number} adults", grown).format(number=grown))
    if minors:
        parts.append(ngettext("{number} child", "{number} children", minors).format(number=minors))
    return ", ".join(parts)


def _consent_of(members: Sequence[CaseMember]) -> tuple[str, str]:
    """The weightiest state of the family's consents, and nothing to change here."""
    states = [consent.state for member in members for consent in getattr(member.person, "consents_here", ())]
    for state in (Consent.State.GIVEN, Consent.State.ASKED, Consent.State.WITHDRAWN, Consent.State.REFUSED):
        if state in states:
            return str(state.label), ""
    return _("not asked yet"), ""


# --- History in plain words ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class HistoryLine:
    """One change: who, when, what record, and each field before and after."""

    at: datetime
    who: str
    what: str
    how: str
    reason: str
    fields: list[tuple[str, str, str]]


# Columns that say nothing to people.
SILENT = frozenset({"id", "version", "name_key", "family_key", "iin_index", "phone_index", "case_id", "schedule", "next_at"})
SHOWN_FIELDS = 12


def history(case: Case, *, before: int | None) -> tuple[list[HistoryLine], int | None]:
    """A page of the case's changes, newest first, and where the next page begins."""
    rows = history_for(case.pk, limit=HISTORY + 1, before=before)
    more = rows[HISTORY - 1].id if len(rows) > HISTORY else None
    shown = [row for row in rows[:HISTORY] if row.table != "cases_timelineentry"]
    people = _names({row.membership_id for row in shown if row.membership_id})
    return [_line(row, people) for row in shown], more


def _names(memberships: set[int]) -> dict[int, str]:
    rows = Membership.objects.filter(pk__in=memberships).select_related("user")
    return {row.pk: f"{row.user.short_name}, {row.get_role_display()}" for row in rows}


def _line(row: HistoryRow, people: dict[int, str]) -> HistoryLine:
    model = _models().get(row.table)
    how = {"I": _("created"), "U": _("changed"), "D": _("removed")}.get(row.operation, row.operation)
    fields = []
    for column, (old, new) in row.changes.items():
        if column in SILENT or (row.operation == "I" and new in (None, "", [], {}, False)):
            continue
        fields.append((_label(model, column), _word(model, column, old), _word(model, column, new)))
    who = people.get(row.membership_id or 0) or _("the product itself")
    return HistoryLine(row.at, who, _noun(model, row.table), how, row.reason, fields[:SHOWN_FIELDS])


@cache
def _models() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models() if model._meta.managed}


def _noun(model: type[models.Model] | None, table: str) -> str:
    name = str(model._meta.verbose_name) if model else table
    return name[:1].upper() + name[1:]


def _field(model: type[models.Model] | None, column: str) -> Any:
    if model is None:
        return None
    return next((field for field in model._meta.concrete_fields if field.column == column), None)


def _label(model: type[models.Model] | None, column: str) -> str:
    field = _field(model, column)
    return str(field.verbose_name) if field is not None else column


def _word(model: type[models.Model] | None, column: str, value: Any) -> str:
    if value in (None, ""):
        return "—"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    field = _field(model, column)
    if field is not None and field.is_relation:
        return f"№ {value}"
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return moment(parse_datetime(str(value))) or str(value)
    if isinstance(field, models.DateField):
        return day(parse_date(str(value))) or str(value)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)


@dataclass(frozen=True)
class ReadLine:
    """One look into the case."""

    at: datetime
    who: str
    what: str
    reason: str


def readings(case: Case, limit: int = HISTORY) -> list[ReadLine]:
    """Who read the case, newest first: two queries."""
    rows = readings_of_case(case.pk, limit)
    users = User.objects.in_bulk({row.user_id for row in rows})
    roles = dict(Membership.objects.filter(pk__in={row.membership_id for row in rows}).values_list("pk", "role"))
    return [
        ReadLine(
            row.at,
            f"{users[row.user_id].short_name}, {Role(roles[row.membership_id]).label}" if row.user_id in users else "",
            row.what,
            row.reason,
        )
        for row in rows
    ]
