"""Reads for the board of places, the list of stays, the case's tab and the page of a stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from cases.models import Case
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.deadlines.models import Deadline
from family_support.deadlines.queries import for_subjects
from family_support.documents.models import Attachment
from family_support.ui.components import Badge
from family_support.ui.masking import initials
from family_support.workdays.calendar import WorkCalendar
from shelter.actions.admitting import NOTICE
from shelter.actions.locking import SUBJECT
from shelter.models import MinorNotice, Place, Resident, Stay
from shelter.models.stay import StayQuerySet

WEEK = 7
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A place on a day: free, reserved, occupied, leaving (free from then on), overstay or unavailable (out of use);
    whose, if that is open."""

    state: str
    stay: Stay | None = None
    who: str = ""
    url_pk: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Days on which a place is the same: a line of the board on a phone."""

    first: date
    last: date
    cell: Cell


@dataclass(slots=True)
class Row:
    place: Place
    cells: list[Cell] = field(default_factory=list)
    days: Sequence[date] = ()

    @property
    def runs(self) -> list[Run]:
        """Equal days in a row as one."""
        found: list[Run] = []
        for day, cell in zip(self.days, self.cells, strict=True):
            if found and found[-1].cell == cell:
                found[-1] = Run(found[-1].first, day, cell)
            else:
                found.append(Run(day, day, cell))
        return found


@dataclass(slots=True)
class Total:
    """How many of the places in use a day has in each state; `free` are those nobody claims."""

    day: date
    places: int = 0
    free: int = 0
    reserved: int = 0
    occupied: int = 0
    leaving: int = 0
    overstay: int = 0
    unavailable: int = 0


@dataclass(slots=True)
class Board:
    days: list[date]
    totals: list[Total]
    rows: list[Row]


def board(actor: Actor, first: date, days: int, now: datetime, calendar: WorkCalendar) -> Board:
    """The Center's places on these days. Who stays there only the director sees (initials) and, of own cases, the team.

    A stay whose case keeps the director out by name leaves the place as the director keeps it: free where it is in
    use, unavailable where it is not. Any other look would tell it, by the day on which the place changed by itself or
    by a place that cannot be put in use. To a worker all other families are without a name, this one too.
    As many queries however many places and stays there are.
    """
    span = [first + ONE_DAY * number for number in range(days)]
    places = list(Place.objects.of_center(actor.center_id).select_related("shelter"))
    claims: dict[int, list[Stay]] = {}
    for stay in _claims(actor, span, now, calendar):
        claims.setdefault(stay.place_id, []).append(stay)
    known = _known(actor, claims)
    rows = [
        Row(place, [_cell(place, claims.get(place.pk, ()), day, known, now) for day in span], span)
        for place in places
    ]
    totals = [_total(day, [row.cells[number] for row in rows]) for number, day in enumerate(span)]
    shown = rows if actor.is_director else [row for row in rows if any(cell.who for cell in row.cells)]
    return Board(span, totals, shown)


def _claims(actor: Actor, span: Sequence[date], now: datetime, calendar: WorkCalendar) -> StayQuerySet:
    begins, ends = calendar.start_of_day(span[0]), calendar.end_of_day(span[-1])
    there = Q(claim_to__gt=begins) | Q(checked_out_at__gt=begins)
    if begins <= now:
        there |= Q(state=Stay.State.RESIDENT)
    rows = Stay.objects.told_to(actor).exclude(state=Stay.State.CANCELLED)
    found = rows.filter(there, claim_from__lt=ends).select_related("person", "case")
    return found.annotate(minors=Count("residents", filter=Q(residents__is_minor=True))).order_by(
        "claim_from"
    )


def _known(actor: Actor, claims: Mapping[int, Sequence[Stay]]) -> dict[int, str]:
    """Stay -> how its resident is shown to the actor; stays left out are shown to nobody."""
    keys = [stay.pk for stays in claims.values() for stay in stays]
    own = Stay.objects.supervised_by(actor) if actor.is_director else Stay.objects.visible_to(actor)
    seen = set(own.filter(pk__in=keys).values_list("pk", flat=True))
    return {
        stay.pk: initials(stay.person.full_name) or stay.case.number
        for stays in claims.values()
        for stay in stays
        if stay.pk in seen
    }


def _cell(
    place: Place,
    stays: Sequence[Stay],
    day: date,
    known: Mapping[int, str],
    now: datetime,
) -> Cell:
    """Who is there at the end of the day goes before who leaves on it."""
    there = [stay for stay in stays if _is_there(stay, day, now)]
    if not there:
        return Cell("free" if place.in_use else "unavailable")
    stay = max(there, key=lambda each: each.claim_from)
    return Cell(_state_on(stay, day), stay, known.get(stay.pk, ""), stay.pk if stay.pk in known else None)


def _last_day_there(stay: Stay, now: datetime) -> date:
    if stay.checked_out_at is not None:
        return local_date(stay.checked_out_at)
    if stay.is_overdue(now):
        return local_date(now)
    return local_date(stay.claim_to - timedelta(microseconds=1))


def _is_there(stay: Stay, day: date, now: datetime) -> bool:
    return local_date(stay.claim_from) <= day <= _last_day_there(stay, now)


def _state_on(stay: Stay, day: date) -> str:
    if stay.state == Stay.State.RESERVED:
        return "reserved"
    if stay.last_day is not None and day > stay.last_day:
        return "overstay"
    left = local_date(stay.checked_out_at) if stay.checked_out_at else stay.last_day
    return "leaving" if day == left else "occupied"


def _total(day: date, cells: Sequence[Cell]) -> Total:
    total = Total(day, places=sum(cell.state != "unavailable" for cell in cells))
    for cell in cells:
        setattr(total, cell.state, getattr(total, cell.state) + 1)
    return total


# --- Lists and pages --------------------------------------------------------------------------------------
FILTERS: dict[str, Q] = {
    "current": Q(state__in=("reserved", "resident")),
    "reserved": Q(state="reserved"),
    "overstay": Q(overstay_at__isnull=False),
    "past": Q(state__in=("checked_out", "cancelled")),
}


def stays_for_list(actor: Actor, chosen: str) -> StayQuerySet:
    """Stays of own cases for who places, all of the Center for the director: with counts of people and notices."""
    rows = Stay.objects.supervised_by(actor) if actor.is_director else Stay.objects.visible_to(actor)
    found = with_counts(rows.filter(FILTERS[chosen])).order_by("-claim_from", "-pk")
    return found.select_related("case__lead__user", "person", "place__shelter")


def with_counts(rows: StayQuerySet) -> StayQuerySet:
    """Annotate `people`, `minors` and `notice_missing`."""
    missing = MinorNotice.objects.missing().filter(stay=OuterRef("pk"))
    return rows.annotate(
        people=Count("residents"),
        minors=Count("residents", filter=Q(residents__is_minor=True)),
        notice_missing=Exists(missing),
    )


@dataclass(slots=True)
class NoticeLine:
    notice: MinorNotice
    term: Deadline | None
    proofs: list[Attachment]
    badge: Badge | None = None
    # Whom it names, where the stay has more than one coming of minors.
    minors: str = ""


@dataclass(slots=True)
class StayCard:
    """A stay with all that its page and the case's tab show."""

    stay: Stay
    residents: list[Resident]
    notices: list[NoticeLine]
    limit: Deadline | None
    exit_term: Deadline | None
    papers: list[Attachment]
    badge: Badge | None = None
    overdue: bool = False
    # Which day of the stay it is, while the person lives there.
    day: int | None = None


def stays_of_case(case: Case, actor: Actor) -> list[StayCard]:
    """The case's stays, the newest first."""
    return cards(Stay.objects.visible_to(actor).filter(case=case))


def cards(rows: StayQuerySet) -> list[StayCard]:
    """The stays with residents, notices, terms and papers: seven queries for any number."""
    stays = list(
        rows.select_related(
            "person",
            "place__shelter__center",
            "case",
            "referral_agency",
            "allowed_by__user",
            "overstay_reason_by__user",
            "exit_plan_by__user",
        ).order_by("-claim_from", "-pk")
    )
    keys = [stay.pk for stay in stays]
    residents: dict[int, list[Resident]] = {}
    for resident in Resident.objects.filter(stay__in=keys).select_related("person"):
        residents.setdefault(resident.stay_id, []).append(resident)
    notices = list(MinorNotice.objects.filter(stay__in=keys).select_related("agency"))
    lines = _notice_lines(notices, residents)
    limits = for_subjects(SUBJECT, keys, ("stay_limit",))
    exits = for_subjects(SUBJECT, keys, ("exit_plan",))
    papers = _papers(SUBJECT, keys)
    return [
        StayCard(
            stay,
            residents.get(stay.pk, []),
            [line for line in lines if line.notice.stay_id == stay.pk],
            limits.get(stay.pk),
            exits.get(stay.pk),
            papers.get(stay.pk, []),
        )
        for stay in stays
    ]


def _notice_lines(
    notices: Sequence[MinorNotice], residents: Mapping[int, Sequence[Resident]]
) -> list[NoticeLine]:
    """By coming, law enforcement first; of several comings each says whom it names."""
    keys = [notice.pk for notice in notices]
    terms, proofs = for_subjects(NOTICE, keys), _papers(NOTICE, keys)
    several = {notice.stay_id for notice in notices if notice.arrival > 1}
    by_kind = sorted(notices, key=lambda each: each.kind, reverse=True)
    return [
        NoticeLine(
            notice,
            terms.get(notice.pk),
            proofs.get(notice.pk, []),
            minors=_named(notice, residents) if notice.stay_id in several else "",
        )
        for notice in sorted(by_kind, key=lambda each: each.arrival)
    ]


def _named(notice: MinorNotice, residents: Mapping[int, Sequence[Resident]]) -> str:
    rows = residents.get(notice.stay_id, ())
    return ", ".join(row.person.full_name for row in rows if row.is_minor and row.arrival == notice.arrival)


def _papers(subject_type: str, keys: Sequence[int]) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    for row in Attachment.objects.filter(subject_type=subject_type, subject_id__in=keys).order_by("pk"):
        found.setdefault(row.subject_id, []).append(row)
    return found
