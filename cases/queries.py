"""Reads for the pages of intakes and cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import timeline
from cases.absences import absences_of_team, told_on_timeline
from cases.frame import risk_badge
from cases.models import (
    Case,
    CaseMember,
    Consent,
    Intake,
    Person,
    TimelineEntry,
    ViolenceRecord,
    ViolenceSupport,
)
from cases.models.case import CaseQuerySet
from cases.page import Act, act_for
from cases.permissions import reads, works
from family_support.access.barred import barred_case_ids
from family_support.access.reads import SEARCHED, log_reads
from family_support.access.subjects import subject_label, subject_url
from family_support.accounts.models import Membership
from family_support.accounts.roles import WORKERS, Role
from family_support.agenda.scope import CLERKS_TERMS, UNITS_TERMS, oversees
from family_support.base.actor import Actor
from family_support.base.crypto import blind_index
from family_support.base.names import fold
from family_support.base.validators import normalise_phone
from family_support.deadlines.badges import DueView, view
from family_support.deadlines.models import Deadline, DeadlineChange, Recount
from family_support.deadlines.queries import GROUPS, Day, for_subjects, my_day
from family_support.documents.models import Attachment
from family_support.ui import masking
from family_support.ui.components import Badge, Entry
from family_support.workdays.calendar import WorkCalendar

FOUND = 50
TIMELINE = 100
HIDDEN_NOTED = 20
# Of terms that end together these come first: the answer to a threat waits for nothing (R256 22).
AT_ONCE = ("response_plan", "assessment_urgent")


def shown_family(case: Case, actor: Actor) -> str:
    """How the family is called to this actor: initials for who does not read the case (security.md, Masking)."""
    return case.family_name if reads(case, actor) else masking.masked(case, "family_name")


@dataclass(frozen=True)
class Line:
    """A deadline, ready for My day or a list: of a case, or of a record of its own (a quarter, a received intake)."""

    case: Case | None
    family: str
    place: str
    risk: Badge | None
    stage: str
    action: str
    url: str
    due: DueView
    lead: str
    # The absent colleague for whom the actor stands in here; empty for one's own work.
    for_whom: str = ""
    # The body whose term it is, in short; not of a case that the actor does not read.
    body: str = ""
    # What has no case: its kind, by which the list calls and links it.
    subject: str = ""

    @property
    def case_url(self) -> str:
        return reverse("case", args=(self.case.pk,)) if self.case else ""


@dataclass
class Group:
    """A heading of My day with its lines; `size` counts also those behind the limit."""

    code: str
    size: int
    lines: list[Line] = field(default_factory=list)


def day_of(actor: Actor, now: datetime, calendar: WorkCalendar, *, worker: int | None = None) -> list[Group]:
    """What has a date, grouped: overdue, today, this week, later. Two queries, one more for who stands in.

    Workers see the cases they work on, those of the absent among them, by `worker` of one of these alone; directors
    and heads of unit all of the Center, by `worker` those that one leads; clerks and the methodology unit the terms
    that are theirs to meet.
    """
    case_ids: QuerySet | None = None
    terms: Collection[str] | None = None
    if actor.role in WORKERS and not actor.acting:
        case_ids = _worked(actor, worker).values("pk")
    elif oversees(actor):
        if worker is not None:
            case_ids = Case.objects.listed_to(actor).filter(lead_id=worker).values("pk")
    else:
        terms = CLERKS_TERMS if actor.role == Role.INTAKE_CLERK else UNITS_TERMS
    day = my_day(actor=actor, now=now, calendar=calendar, case_ids=case_ids, terms=terms)
    rows: dict[str, list[Deadline]] = {code: getattr(day, code) for code in GROUPS}
    cases = _cases_of(day, actor)
    absent = names_of(getattr(case, "in_place_of", None) for case in cases.values())
    return [
        Group(
            code,
            day.counts[code],
            [
                line(row, cases.get(row.case_id), actor, now, calendar, absent)
                for row in found
                if row.case_id is None or row.case_id in cases
            ],
        )
        for code, found in rows.items()
    ]


def _worked(actor: Actor, member: int | None) -> CaseQuerySet:
    """The cases the actor works on: all, the own ones, or those of one absent colleague."""
    rows = Case.objects.writable_by(actor)
    if member is None or not actor.standing_for:
        return rows
    if member == actor.membership_id:
        return rows.filter(Q(in_place_of__isnull=True))
    return rows.filter(Q(in_place_of=member))


def _cases_of(day: Day, actor: Actor) -> dict[int | None, Case]:
    ids = {
        row.case_id for rows in (day.overdue, day.today, day.week, day.later) for row in rows if row.case_id
    }
    found = Case.objects.listed_to(actor).filter(pk__in=ids).select_related("lead__user", "district")
    return {case.pk: case for case in found}


def line(
    deadline: Deadline,
    case: Case | None,
    actor: Actor,
    now: datetime,
    calendar: WorkCalendar,
    absent: Mapping[int, str] | None = None,
) -> Line:
    """One row; the act that meets the term stands in it for who works on the case."""
    if case is None:
        return _line_of_record(deadline, now, calendar)
    act = act_for(deadline, case, actor) if works(case, actor) else None
    return Line(
        case=case,
        family=shown_family(case, actor),
        place=case.district.name if case.district else "",
        risk=risk_badge(case),
        stage=str(case.get_stage_display()),
        action=deadline.term.name,
        url=act.url if act else "",
        due=view(deadline, now, calendar),
        lead=case.lead.user.short_name if case.lead else "",
        body=deadline.agency.short_name if deadline.agency and reads(case, actor) else "",
        for_whom=(absent or {}).get(getattr(case, "in_place_of", None) or 0, ""),
    )


def _line_of_record(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> Line:
    """A term of the Center that belongs to no case."""
    return Line(
        case=None,
        family="",
        place="",
        risk=None,
        stage="",
        action=deadline.term.name,
        url=subject_url(deadline.subject_type, deadline.subject_id),
        due=view(deadline, now, calendar),
        lead="",
        subject=subject_label(deadline.subject_type),
    )


def unassigned(actor: Actor) -> QuerySet[Case]:
    """Open cases of the Center that nobody leads yet."""
    return Case.objects.listed_to(actor).open().filter(lead__isnull=True)


def for_list(actor: Actor) -> QuerySet[Case]:
    """Cases of the list with the running term that ends first."""
    return Case.objects.listed_to(actor).with_next_deadline().select_related("lead__user", "district")


def deadlines_by_id(ids: Iterable[int | None]) -> dict[int, Deadline]:
    """The deadlines of one page of the list: one query."""
    wanted = {pk for pk in ids if pk}
    return {row.pk: row for row in Deadline.objects.filter(pk__in=wanted).for_display()} if wanted else {}


@dataclass(frozen=True)
class NextStep:
    """The running term that comes first, and the act that meets it for this actor."""

    deadline: Deadline
    due: DueView
    act: Act | None


def next_step(
    case: Case, running: Sequence[Deadline], actor: Actor, now: datetime, calendar: WorkCalendar
) -> NextStep | None:
    """The most urgent term that somebody of the case must meet now; of equal ones, one the actor can meet."""
    dated = [deadline for deadline in running if deadline.is_open and deadline.due_at is not None]
    if not dated:
        return None
    dated.sort(
        key=lambda row: (row.due_at, AT_ONCE.index(row.code) if row.code in AT_ONCE else len(AT_ONCE), row.pk)
    )
    first = dated[0]
    if works(case, actor):
        for deadline in (row for row in dated if row.due_at == first.due_at):
            act = act_for(deadline, case, actor)
            if act is not None:
                return NextStep(deadline, view(deadline, now, calendar), act)
    return NextStep(first, view(first, now, calendar), None)


def timeline_of(case: Case, now: datetime, calendar: WorkCalendar, limit: int = TIMELINE) -> list[Entry]:
    """The case's past, newest first, with the absences of its team. Two queries."""
    rows = list(TimelineEntry.objects.filter(case=case).select_related("by__user")[:limit])
    absent = names_of(row.params.get(timeline.IN_PLACE_OF) for row in rows)
    entries = [_entry(row, absent) for row in rows]
    oldest = case.opened_at if len(rows) < limit else rows[-1].at
    absences = told_on_timeline(absences_of_team(case, now), now, calendar)
    entries += [entry for entry in absences if entry.at >= oldest]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def names_of(memberships: Iterable[int | None]) -> dict[int, str]:
    """Short names of people by membership; no query for nobody."""
    wanted = {pk for pk in memberships if pk}
    rows = Membership.objects.filter(pk__in=wanted).select_related("user") if wanted else ()
    return {row.pk: row.user.short_name for row in rows}


def _by(row: TimelineEntry, absent: Mapping[int, str]) -> str:
    """Who acted, and for whom where somebody stood in."""
    name = row.by.user.short_name if row.by else ""
    stood_for = absent.get(row.params.get(timeline.IN_PLACE_OF, 0))
    return _("{name} (for {absent})").format(name=name, absent=stood_for) if stood_for else name


def _entry(row: TimelineEntry, absent: Mapping[int, str]) -> Entry:
    kind = timeline.describe(row)
    tone = kind.tone if kind.tone in ("red", "orange", "yellow", "green", "blue") else "grey"
    leads = row.subject_id and row.subject_type in ("cases.intake", "cases.consent")
    return Entry(
        title=kind.text,
        at=row.at,
        by=_by(row, absent),
        icon=kind.icon,
        tone=tone,  # type: ignore[arg-type]
        url=subject_url(row.subject_type, row.subject_id) if leads and row.subject_id else "",
        link=_("Open"),
    )


def members_of(case: Case) -> QuerySet[CaseMember]:
    """The family, the applicant first, with each one's consents in this case. Two queries."""
    consents = Consent.objects.filter(case=case).order_by("-asked_at", "-pk")
    return (
        CaseMember.objects.filter(case=case)
        .select_related("person__district", "legal_representative")
        .prefetch_related(Prefetch("person__consents", queryset=consents, to_attr="consents_here"))
        .order_by("added_at", "pk")
    )


def intakes_of(case: Case) -> QuerySet[Intake]:
    return (
        Intake.objects.filter(case=case)
        .select_related("sender_agency", "registered_by__user")
        .order_by("registered_at", "pk")
    )


@dataclass(frozen=True)
class Found:
    """A case met by a search, and the name of the member by whom; masked for who does not read it."""

    case: Case
    name: str
    masked: bool


Violence = tuple[list[ViolenceRecord], Mapping[int, Deadline], dict[int, list[Attachment]]]


def violence_of(case: Case) -> Violence:
    """The case's records of signs of violence with their support, running terms and papers: four queries."""
    supports = ViolenceSupport.objects.select_related("agency", "by__user")
    rows = case.violence_records.select_related("noted_by__user", "redirection__agency")
    found = list(rows.prefetch_related(Prefetch("supports", supports)))
    keys = [row.pk for row in found]
    files: dict[int, list[Attachment]] = {}
    papers = Attachment.objects.filter(subject_type="cases.violencerecord", subject_id__in=keys)
    for paper in papers.order_by("pk"):
        files.setdefault(paper.subject_id, []).append(paper)
    return found, for_subjects("cases.violencerecord", keys), files


def search(query: str, actor: Actor, limit: int = FOUND) -> list[Found]:
    """Cases listed to the actor by number, name (folded, typing slips allowed), whole IIN or phone. Two
    queries at most."""
    query = " ".join(query.split())
    if len(query) < 2:
        return []
    listed = Case.objects.listed_to(actor).select_related("lead__user", "district")
    condition, people = _condition(query)
    cases = list(listed.filter(condition).order_by("-opened_at", "-pk")[:limit])
    names: dict[int, str] = {}
    if people is not None and cases:
        places = (
            CaseMember.objects.filter(case__in=cases, person__in=people)
            .select_related("person")
            .order_by("-pk")
        )
        names = {place.case_id: place.person.full_name for place in places}
    return [_found(case, names.get(case.pk, case.family_name), actor) for case in cases]


def _found(case: Case, name: str, actor: Actor) -> Found:
    masked = not reads(case, actor)
    return Found(case, masking.initials(name) if masked else name, masked)


def _condition(query: str) -> tuple[Q, QuerySet[Person] | None]:
    digits = "".join(each for each in query if each.isdigit())
    of_intake = Intake.objects.filter(case=OuterRef("pk"), number__icontains=query)
    if query.isdigit() and len(query) == 12:
        people = Person.objects.filter(iin_index=blind_index(query, "iin"))
    elif len(digits) >= 10 and not any(each.isalpha() for each in query):
        try:
            people = Person.objects.filter(phone_index=blind_index(normalise_phone(query), "phone"))
        except ValidationError:
            return Q(number__icontains=query), None
    elif digits and digits in query.replace("-", ""):
        return Q(number__icontains=query) | Q(Exists(of_intake)), None
    elif digits:
        return Q(number__icontains=query), None
    else:
        people = Person.objects.filter(name_key__trigram_word_similar=fold(query))
    places = CaseMember.objects.filter(case=OuterRef("pk"), person__in=people)
    return Q(Exists(places)), people


def note_hidden(query: str, actor: Actor) -> None:
    """Keep in the read log of a case that somebody searched for one of its people who may not know of it.

    Restricted cases of every Center, and whatever keeps the actor out by name; a whole IIN, a whole phone, or a name of
    two words. The answer of the search tells nothing of it; the case's team and the security officer do learn it.
    """
    people = _named(" ".join(query.split()))
    if people is None:
        return
    places = CaseMember.objects.filter(case=OuterRef("pk"), person__in=people)
    kept_back = Q(restricted=True) | Q(pk__in=barred_case_ids(actor))
    found = Case.objects.filter(kept_back & Q(Exists(places))).exclude(
        pk__in=Case.objects.listed_to(actor).values("pk")
    )
    log_reads(actor, list(found.values_list("pk", flat=True)[:HIDDEN_NOTED]), SEARCHED)


def _named(query: str) -> QuerySet[Person] | None:
    """Exactly whom a query names: who only resembles them was not searched for."""
    if query.isdigit() and len(query) == 12:
        return Person.objects.filter(iin_index=blind_index(query, "iin"))
    if any(each.isdigit() for each in query):
        try:
            return Person.objects.filter(phone_index=blind_index(normalise_phone(query), "phone"))
        except ValidationError:
            return None
    words = [word for word in fold(query).split(" ") if len(word) > 1]
    if len(words) < 2:
        return None
    found = Person.objects.all()
    for word in words:
        found = found.filter(Q(name_key__startswith=f"{word} ") | Q(name_key__contains=f" {word}"))
    return found


def likely_duplicates(
    *, iin: str, last_name: str, first_name: str, phone: str, actor: Actor, limit: int = 5
) -> list[Found]:
    """Cases in the actor's own scope that may be the same family's; others are never hinted at. Three
    queries at most."""
    conditions = []
    if len(iin) == 12 and iin.isascii() and iin.isdigit():
        conditions.append(Q(iin_index=blind_index(iin, "iin")))
    with suppress(ValidationError):
        conditions.append(Q(phone_index=blind_index(normalise_phone(phone), "phone")))
    name = fold(f"{last_name} {first_name}".strip())
    if len(last_name.strip()) >= 3:
        conditions.append(
            Q(name_key__trigram_similar=name) if first_name.strip() else Q(name_key__startswith=name)
        )
    if not conditions:
        return []
    wanted = conditions[0]
    for condition in conditions[1:]:
        wanted |= condition
    people = Person.objects.filter(wanted)
    places = CaseMember.objects.filter(case=OuterRef("pk"), person__in=people)
    listed = (
        Case.objects.listed_to(actor).open().filter(Exists(places)).select_related("lead__user", "district")
    )
    cases = list(listed.order_by("-opened_at")[:limit])
    names = {
        place.case_id: place.person.full_name
        for place in CaseMember.objects.filter(case__in=cases, person__in=people).select_related("person")
    }
    return [_found(case, names.get(case.pk, case.family_name), actor) for case in cases]


def duplicates_of(intake: Intake, actor: Actor) -> list[Found]:
    """Likely duplicates of the person an intake names, in the actor's own scope."""
    person = intake.applicant
    if person is None:
        return []
    return likely_duplicates(
        iin=str(person.iin),
        last_name=person.last_name,
        first_name=person.first_name,
        phone=str(person.phone),
        actor=actor,
    )


def counts_from(intake: Intake, calendar: WorkCalendar) -> str:
    """Why an intake counts as registered when it does, where that is not plain (rules.md 6.2); "" where it is."""
    if intake.registered_at is None:
        return ""
    arrived = calendar.local(intake.received_at)
    step = calendar.step(arrived.date())
    late = arrived.time() > calendar.hours_of(arrived.date())[1]
    if step.counted and not late:
        return ""
    if intake.threat or intake.violence:
        return _("It came in outside working hours; a threat or violence counts from the moment it arrives.")
    if intake.registered_at == intake.received_at:
        return ""
    when = f"{calendar.local(intake.registered_at):%d.%m.%Y %H:%M}"
    if not step.counted:
        return _("Counts as registered from {when}: it came in on a day off.").format(when=when)
    return _("Counts as registered from {when}: it came in after working hours.").format(when=when)


@dataclass(frozen=True, slots=True)
class LeadLoad:
    """How many open cases somebody leads, and how many of them are restricted or have a term that has passed."""

    lead: Membership
    open: int
    restricted: int
    late: int


def loads_of_leads(actor: Actor, now: datetime) -> list[LeadLoad]:
    """The Center's leads by name with their open cases, as far as the actor sees them listed: three queries."""
    seen = Case.objects.listed_to(actor).open().filter(lead__isnull=False)
    overdue = Deadline.objects.open().filter(case_id=OuterRef("pk"), due_at__lt=now)
    rows = list(seen.annotate(is_late=Exists(overdue)).values_list("lead_id", "restricted", "is_late"))
    leads = Membership.objects.filter(pk__in={row[0] for row in rows}).select_related("user")
    found = []
    for lead in leads.order_by("user__last_name", "user__first_name", "pk"):
        own = [row for row in rows if row[0] == lead.pk]
        found.append(LeadLoad(lead, len(own), sum(row[1] for row in own), sum(row[2] for row in own)))
    return found


def moved_by_lead(recount: Recount) -> list[tuple[int, int]]:
    """Lead -> how many running terms of the cases they lead a recount has moved. One query."""
    changed = DeadlineChange.objects.filter(
        reason=DeadlineChange.Reason.CALENDAR, calendar_version=recount.version
    ).exclude(due_before=F("due_after"))
    running = Deadline.objects.open().filter(changes__in=changed)
    lead = Case.objects.filter(pk=OuterRef("case_id")).values("lead_id")
    rows = running.annotate(lead=Subquery(lead)).filter(lead__isnull=False)
    return list(
        rows.order_by().values_list("lead").annotate(number=Count("pk", distinct=True)).order_by("lead")
    )
