"""How much each worker of a Center has to do: for the director and the heads of unit, and one's own for a worker."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from statistics import median

from django.db.models import Exists, OuterRef, Q

from cases.models import Case, TeamMember
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS, Role
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.deadlines.queries import load

# A load of this many medians stands out, if it is so many cases more.
HEAVY = Fraction(3, 2)
MORE = 2


@dataclass(frozen=True, slots=True)
class WorkerLoad:
    """One worker: cases led and taken part in, running and overdue terms of the cases led."""

    membership: Membership
    leads: int
    joins: int
    running: int
    overdue: int
    # Leads cases though the membership has ended or is no worker's: the cases wait for another lead.
    gone: bool = False

    def is_heavy(self, middle: Fraction) -> bool:
        """At least half as much again as the median, and two cases more."""
        return self.leads >= max(middle * HEAVY, middle + MORE)


@dataclass(frozen=True)
class CenterLoad:
    """The workers of a Center, those with most cases first.

    The median is over the case managers, an empty hand too, and whoever else leads a case.
    """

    workers: list[WorkerLoad]
    unassigned: int
    cases: int

    @property
    def middle(self) -> Fraction:
        return Fraction(median(row.leads for row in self.compared)) if self.compared else Fraction(0)

    @property
    def compared(self) -> list[WorkerLoad]:
        """Those whom the median is over."""
        return [
            row
            for row in self.workers
            if not row.gone and (row.leads or row.membership.role == Role.CASEWORKER)
        ]

    @property
    def overdue(self) -> int:
        return sum(row.overdue for row in self.workers)


def load_of_center(actor: Actor, now: datetime) -> CenterLoad:
    """The load of each worker by the cases listed to the actor: a restricted case counts only for who sees it."""
    leads = dict(Case.objects.listed_to(actor).open().values_list("pk", "lead_id"))
    return _loads(actor.center_id or 0, leads, now)


def own_load(actor: Actor, now: datetime) -> tuple[WorkerLoad, CenterLoad]:
    """The actor's own load, and the Center's to compare the median with; no colleague is named to a worker.

    The own cases are those the actor works on; a barred person's account counts nothing of the case (security.md).
    """
    center = actor.center_id or 0
    everything = Case.objects.filter(center_id=center).not_barred(actor).open()
    whole = _loads(center, dict(everything.values_list("pk", "lead_id")), now)
    mine = next((row for row in whole.workers if row.membership.pk == actor.membership_id), None)
    if mine is None:
        membership = Membership.objects.select_related("user").get(pk=actor.membership_id)
        mine = WorkerLoad(membership, 0, 0, 0, 0)
    return mine, whole


def _loads(center_id: int, leads: dict[int, int | None], now: datetime) -> CenterLoad:
    by_lead = {case: lead for case, lead in leads.items() if lead is not None}
    counts = Counter(by_lead.values())
    terms = load(center_id=center_id, now=now, by_case=by_lead)
    joined = Counter(
        TeamMember.objects.filter(case__in=leads, ends_at__isnull=True, is_lead=False).values_list(
            "membership_id", flat=True
        )
    )
    here = Membership.objects.active(local_date(now)).of_center(center_id).filter(role__in=sorted(WORKERS))
    workers = (
        Membership.objects.filter(Q(pk__in=here.values("pk")) | Q(pk__in=set(by_lead.values())))
        .annotate(is_here=Exists(here.filter(pk=OuterRef("pk"))))
        .select_related("user")
    )
    rows = [
        WorkerLoad(
            row,
            counts[row.pk],
            joined[row.pk],
            *((terms[row.pk].running, terms[row.pk].overdue) if row.pk in terms else (0, 0)),
            gone=not row.is_here,
        )
        for row in workers
    ]
    rows.sort(key=lambda row: (-row.leads, -row.overdue, row.membership.user.last_name, row.membership.pk))
    return CenterLoad(rows, sum(lead is None for lead in leads.values()), len(leads))
