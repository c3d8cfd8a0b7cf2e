"""Reading notices for the list and the counter of the frame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from family_support.access.subjects import CaseLine, Told, case_lines, names, subject_url
from family_support.accounts.models import Membership
from family_support.base.actor import Actor
from family_support.base.clock import local_date
from family_support.notifications.models import IN_PLACE_OF, Mail, MailQuerySet, Notice, NoticeQuerySet
from family_support.notifications.registry import kinds

COUNTED_TO = 100
# What a telling of a term is called where one page lists those of one term.
TOLD = {
    "deadline.upcoming": pgettext_lazy("deadline", "upcoming"),
    "deadline.due_today": pgettext_lazy("deadline", "due today"),
    "deadline.overdue": pgettext_lazy("deadline", "overdue"),
    "deadline.escalated": pgettext_lazy("deadline", "escalated"),
    "deadline.again": pgettext_lazy("deadline", "told again"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A notice ready to be shown in the reader's language; a `closed` one says only that there was one."""

    notice: Notice
    text: str
    icon: str
    tone: str
    case: CaseLine | None
    url: str
    closed: bool = False
    # The absent colleague in whose place the reader is told.
    for_whom: str = ""


@dataclass(frozen=True, slots=True)
class DayOfLines:
    """The notices of one local day."""

    day: date
    name: str
    lines: list[Line]


def of_actor(actor: Actor) -> NoticeQuerySet:
    """The actor's own notices, newest first."""
    return Notice.objects.visible_to(actor).order_by("-created_at", "-pk")


def told_of(subject: tuple[str, int], actor: Actor) -> list[Told]:
    """Each time people were told of a record's term, the repeated times too: one event each.

    Those of the actor's own Center are called by name; of others the role alone is told.
    """
    rows = Notice.objects.filter(subject_type=subject[0], subject_id=subject[1], kind__in=TOLD)
    found: dict[tuple[int | None, str], Told] = {}
    for row in rows.select_related("recipient__user").order_by("created_at", "pk"):
        person, role = row.recipient, str(row.recipient.get_role_display())
        inside = actor.center_id is not None and person.center_id == actor.center_id
        called = f"{person.user.short_name} ({role})" if inside else role
        told = found.setdefault((row.event_id, row.kind), Told(str(TOLD[row.kind]), row.created_at, []))
        if called not in told.whom:
            told.whom.append(called)
    return list(found.values())


def unread_count(actor: Actor) -> int:
    """Unread notices of the actor, counted to a hundred: more is shown as 99+."""
    if actor.membership_id is None:
        return 0
    return Notice.objects.visible_to(actor).unread()[:COUNTED_TO].count()


def lines(notices: Iterable[Notice], actor: Actor) -> list[Line]:
    """Texts, case numbers and links of notices: one query for the cases, one a kind of name and of record in doubt."""
    rows = list(notices)
    known = kinds()
    cases = case_lines([row.case_id for row in rows if row.case_id], actor)
    unreachable = _unreachable([row for row in rows if row.case_id and row.case_id not in cases], actor)
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.kind in known:
            for param, kind in known[row.kind].names.items():
                wanted[kind].add(str(row.params.get(param, "")))
    absent = _absent({row.params[IN_PLACE_OF] for row in rows if IN_PLACE_OF in row.params})
    called = {kind: names(kind, codes) for kind, codes in wanted.items()}
    made = []
    for row in rows:
        if row.pk in unreachable and actor.center_id:
            made.append(_closed(row))
            continue
        found = known.get(row.kind)
        case = cases.get(row.case_id) if row.case_id else None
        url = "" if row.pk in unreachable else subject_url(row.subject_type, row.subject_id)
        url = url or (case.url if case else "")
        if found is None:
            # A kind of an app that is no longer installed: the notice stays in the list.
            made.append(Line(row, _("Notice"), "bell", "grey", case, url))
            continue
        params: dict[str, Any] = dict(row.params)
        for param, kind in found.names.items():
            code = str(params.get(param, ""))
            params[param] = called[kind].get(code, code)
        for_whom = absent.get(row.params.get(IN_PLACE_OF), "")
        made.append(Line(row, str(found.text) % params, found.icon, found.tone, case, url, for_whom=for_whom))
    return made


def _absent(keys: Collection[int]) -> dict[Any, str]:
    """Short names of the memberships: no query where the reader stands in for nobody."""
    if not keys:
        return {}
    rows = Membership.objects.filter(pk__in=keys).select_related("user")
    return {row.pk: row.user.short_name for row in rows}


def _closed(row: Notice) -> Line:
    text = _("A notice of a case that is not open to you any more")
    return Line(row, text, "lock", "grey", None, "", closed=True)


def _unreachable(doubtful: Collection[Notice], actor: Actor) -> set[int]:
    """Keys of those notices whose record the actor does not see, by the record's own scope.

    Bodies see their tasks, groups their alarms, and never the case. What they read names no case and no person: it
    stays, without a link. In a Center a case that is closed to the reader is not even spoken of.
    """
    by_type: dict[str, list[Notice]] = defaultdict(list)
    for row in doubtful:
        by_type[row.subject_type].append(row)
    found: set[int] = set()
    for label, rows in by_type.items():
        seen = _visible(label, {row.subject_id for row in rows}, actor)
        found |= {row.pk for row in rows if row.subject_id not in seen}
    return found


def _visible(label: str, keys: set[int], actor: Actor) -> set[int]:
    try:
        rows: Any = apps.get_model(label)._default_manager.all()
    except (LookupError, ValueError):
        # The name of a page, not of a record: a body's list is its own.
        rows = None
    if not hasattr(rows, "visible_to"):
        return keys if actor.center_id is None else set()
    return set(rows.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True))


def by_day(lines_shown: Iterable[Line], today: date) -> list[DayOfLines]:
    """Lines, newest first, under the local days they were told on."""
    names_of = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    groups = groupby(lines_shown, key=lambda line: local_date(line.notice.created_at))
    return [DayOfLines(day, names_of.get(day, ""), list(rows)) for day, rows in groups]


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """A parked mail without an address: whom by role and organization, and why."""

    mail: Mail
    role: str
    organization: str
    is_digest: bool
    decisions: int


def parked_mail(actor: Actor) -> MailQuerySet:
    """Mail that a day of tries did not get out, the longest parked first."""
    rows = Mail.objects.visible_to(actor).parked()
    return (
        rows.select_related("recipient__center", "recipient__agency")
        .annotate(decided=Count("decisions"))
        .order_by("parked_at", "pk")
    )


def parked_lines(mails: Iterable[Any]) -> list[ParkedLine]:
    """As the system administrator sees them: no name, no address, no case."""
    return [
        ParkedLine(
            mail,
            mail.recipient.get_role_display(),
            mail.recipient.organization.name if mail.recipient.organization else "",
            mail.digest_id is not None,
            mail.decided,
        )
        for mail in mails
    ]
