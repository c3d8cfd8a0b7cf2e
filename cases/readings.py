"""Who looked into a case, as its team and its director read it: person, role, when, what and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case
from family_support.access.models import CaseOpening, ReadEntry
from family_support.access.reads import readings_of_case
from family_support.accounts.models import Membership
from family_support.ui.components import Badge

SHOWN = 500
# What the read log calls a kind of page or an act of looking.
KINDS = {
    "case": _("Case"),
    "people": _("People and consent"),
    "person": _("Family member"),
    "consent": _("Consent"),
    "intake": _("Intake (appeal)"),
    "transfer": _("Transfer of an intake"),
    "documents": _("Documents"),
    "attachment": _("Document"),
    "rendering": _("Printed paper"),
    "history": _("History"),
    "team": _("Team and access"),
    "opening": _("Opened with a reason"),
    "glass": _("Emergency access"),
    "searched": _("Searched for, not shown"),
    "readings": _("Who read this case"),
    "redirection": _("Redirection"),
    "assessment": _("Assessment"),
    "needs": _("Needs"),
    "plan": _("Plan"),
    "proposal": _("Proposal to end the plan"),
    "decision": _("Decision of the head"),
    "agencies": _("Agencies"),
    "task": _("Task"),
    "violence": _("Signs of violence"),
    "stay": _("Temporary stay"),
    "notice": _("Notice about a minor"),
    "alarm": _("Alarm"),
    "alarms": _("Alarms"),
    "response": _("Response plan"),
    "visit": _("Visit"),
    "figure": _("List behind a figure of the quarterly report"),
    "data": _("Own data given to a person at their request"),
}
# Why a look was needed that no opening with a reason stands behind: code of the read log -> words.
REASONS = {"approval": _("Pending approval of the plan")}


class How(StrEnum):
    """By what right somebody looked."""

    TEAM = "team"
    REASON = "reason"
    GLASS = "glass"
    SEARCH = "search"
    OTHER = "other"


# What says by itself by what right it was, whatever the moments.
ACTS = {"searched": How.SEARCH, "glass": How.GLASS, "opening": How.REASON}
MARKS = {
    How.TEAM: Badge(pgettext_lazy("by what right", "team"), "green"),
    How.REASON: Badge(pgettext_lazy("by what right", "with a reason"), "orange"),
    How.GLASS: Badge(pgettext_lazy("by what right", "emergency access"), "red", "lock-open"),
    How.SEARCH: Badge(pgettext_lazy("by what right", "search"), "yellow", "search"),
    How.OTHER: Badge(pgettext_lazy("by what right", "by function"), "grey"),
}


@dataclass(frozen=True)
class Reading:
    """One look into the case."""

    at: datetime
    name: str
    role: str
    what: str
    reason: str
    how: How
    # The emergency access through which it was seen, while it runs: it can be ended.
    running: CaseOpening | None = None

    @property
    def mark(self) -> Badge:
        return MARKS[self.how]


def kind_names(codes: Collection[str]) -> Mapping[str, str]:
    """Code of the read log -> its name in the active language."""
    return {code: str(KINDS[code]) for code in codes if code in KINDS}


def readings_of(case: Case, now: datetime, limit: int = SHOWN) -> list[Reading]:
    """Who looked into the case, newest first: four queries."""
    rows = readings_of_case(case.pk, limit)
    keys = {row.membership_id for row in rows}
    people = {row.pk: row for row in Membership.objects.filter(pk__in=keys).select_related("user")}
    openings = list(CaseOpening.objects.filter(case_id=case.pk, membership_id__in=keys).order_by("opened_at"))
    team = list(case.team.filter(membership_id__in=keys).values_list("membership_id", "starts_at", "ends_at"))
    return [_reading(row, people, openings, team, now) for row in rows]


def _reading(
    row: ReadEntry,
    people: Mapping[int, Membership],
    openings: Sequence[CaseOpening],
    team: Sequence[tuple[int, datetime, datetime | None]],
    now: datetime,
) -> Reading:
    kind = row.what.split(" ")[0]
    through = _through(row, openings)
    on_team = any(
        who == row.membership_id and begins <= row.at and (ends is None or row.at < ends)
        for who, begins, ends in team
    )
    if kind in ACTS:
        how = ACTS[kind]
    elif through is not None and through.is_glass:
        how = How.GLASS
    elif on_team:
        how = How.TEAM
    else:
        how = How.REASON if through is not None else How.OTHER
    who = people.get(row.membership_id)
    reason = str(REASONS.get(row.reason, row.reason)) or (
        through.reason if through is not None and how in (How.REASON, How.GLASS) else ""
    )
    return Reading(
        at=row.at,
        name=who.user.short_name if who else "",
        role=str(who.get_role_display()) if who else "",
        what=str(KINDS.get(kind, row.what)),
        reason=reason,
        how=how,
        running=through if how is How.GLASS and through is not None and through.ends_at > now else None,
    )


def _through(row: ReadEntry, openings: Sequence[CaseOpening]) -> CaseOpening | None:
    """The opening that was in force then; of several the break-glass, which says more."""
    held = [
        each
        for each in openings
        if each.membership_id == row.membership_id and each.opened_at <= row.at < each.ends_at
    ]
    return max(held, key=lambda each: (each.is_glass, each.opened_at), default=None)
