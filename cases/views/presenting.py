"""From rows to what the case page shows: facts, terms, acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import permissions
from cases.models import Case, CaseMember, Consent, Intake
from cases.queries import NextStep
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.deadlines.badges import view
from family_support.deadlines.models import Deadline
from family_support.ui.components import Check, NextAction, SummaryRow
from family_support.ui.masking import last_of_iin
from family_support.ui.templatetags.ui import day
from family_support.workdays.calendar import WorkCalendar

CONSENT_TONES = {
    "given": "green",
    "asked": "yellow",
    "refused": "red",
    "withdrawn": "orange",
    "expired": "grey",
    "replaced": "grey",
}


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
        found.append(
            Button(_("Consultation or redirection"), reverse("case-consultation", args=(pk,)), "message")
        )
        found.append(Button(_("Risk and safety"), reverse("case-risk", args=(pk,)), "shield-exclamation"))
    if permissions.behind_glass(case, actor):
        return []
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
        due_url=reverse("deadline-explain", args=(deadline.pk,)),
        text=_("Until {day} {time}").format(day=day(step.due.due_on), time=step.due.at)
        if step.due.due_on
        else "",
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
        # Several bodies run in the same term: each line says whose it is.
        name = f"{row.term.name}: {row.agency.name}" if row.agency else row.term.name
        found.append(Check(name, state, reverse("deadline-explain", args=(row.pk,)), note))  # type: ignore[arg-type]
    return found


def facts(
    case: Case, members: Sequence[CaseMember], intake: Intake | None, now: datetime, *, works: bool
) -> list[SummaryRow]:
    """The side list: who, how to reach them safely, the family, where from, who is responsible."""
    applicant = next((member for member in members if member.relation == CaseMember.Relation.SELF), None)
    rows = []
    change = reverse("case-people", args=(case.pk,)) if works else ""
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
        rows.append(SummaryRow(_("Source"), intake.get_channel_display()))
    rows.append(SummaryRow(_("Consent"), *_consent_of(members, local_date(now))))
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


def _consent_of(members: Sequence[CaseMember], on: date) -> tuple[str, str]:
    """The weightiest state of the family's consents, and nothing to change here."""
    states = [
        consent.state_on(on) for member in members for consent in getattr(member.person, "consents_here", ())
    ]
    for state in (
        Consent.State.GIVEN,
        Consent.State.ASKED,
        Consent.State.EXPIRED,
        Consent.State.WITHDRAWN,
        Consent.State.REFUSED,
    ):
        if state in states:
            return str(state.label), ""
    return _("not asked yet"), ""
